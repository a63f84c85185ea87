"""Pauses by the front door: asked for at once and of a worker, several at a time, in containers and in children."""

from typing import Any

import pytest

from tests.support.door import START, Door, code, workflow

SYNC, WORKER = {}, {"async": True}


def ask(id: str, **more: Any) -> dict[str, Any]:
    rows = [{"name": "word", "type": "string", "required": True}]
    return {"id": id, "type": "human_in_the_loop", "values": {"input_format": rows}, **more}


def nap(id: str, **more: Any) -> dict[str, Any]:
    """A wait that puts the run to sleep for 0.3 s."""
    return {"id": id, "type": "wait", "values": {"sleeps": True, "time_value": 0.005, "time_unit": "minutes"}, **more}


def loop(times: int) -> dict[str, Any]:
    return {"l": {"kind": "loop", "id": "l", "iterations": times}}


def parallel(times: int) -> dict[str, Any]:
    return {"p": {"kind": "parallel", "id": "p", "count": times}}


async def paused(door: Door, id: str, how: dict[str, Any], input: Any = None) -> str:
    """A run that has come to its first pause."""
    if how:
        run_id = await door.begin(id, input)
        await door.until(run_id, "paused")
        return run_id
    reply = await door.execute(id, input)
    assert (reply.status_code, reply.json()["status"]) == (202, "paused"), reply.text
    return reply.json()["run_id"]


async def began(door: Door, run_id: str, block: str) -> int:
    return [(name, data.get("block")) for name, data in await door.told(run_id)].count(("block.started", block))


@pytest.mark.parametrize("how", [SYNC, WORKER], ids=["at once", "by a worker"])
async def test_two_people_are_asked_at_once_and_answer_in_any_order(door: Door, how: dict[str, Any]) -> None:
    id = await door.make(
        workflow(
            START, code("before", "return 1"), ask("a"), ask("b"),
            code("join", "return [<a.word>, <b.word>]"),
            edges="start>before, before>a, before>b, a>join, b>join",
        )
    )  # fmt: skip
    run_id = await paused(door, id, how)
    assert set(await door.pauses(run_id, 2)) == {"a", "b"}
    vague = await door.answer(run_id, word="?")
    assert vague.status_code in (409, 422), vague.text
    still = await door.answer(run_id, "b", word="second")
    assert (still.status_code, still.json()["pauses"]) == (202, ["a"])
    assert (await door.answer(run_id, "b", word="again")).status_code == 409
    done = await door.answer(run_id, "a", word="first")
    assert done.json()["output"]["result"] == ["first", "second"]
    assert (await began(door, run_id, "before"), await began(door, run_id, "join")) == (1, 1)


@pytest.mark.parametrize("how", [SYNC, WORKER], ids=["at once", "by a worker"])
async def test_each_iteration_of_a_loop_asks_anew_and_keeps_the_answers_of_those_before(
    door: Door, how: dict[str, Any]
) -> None:
    id = await door.make(
        workflow(
            START, {"id": "l", "type": "loop"}, ask("a", parent="l"),
            code("w", "return f'<loop.index>: <a.word>'", parent="l"), code("all", "return <l.results>"),
            edges="start>l, l:loop-start-source>a, a>w, l>all", subflows=loop(3),
        )
    )  # fmt: skip
    run_id = await paused(door, id, how)
    for index, word in enumerate(("x", "y", "z")):
        [pause] = await door.pauses(run_id, 1)
        assert pause == f"a_loop{index}"
        reply = await door.answer(run_id, pause, word=word)
    assert [round[-1]["result"] for round in reply.json()["output"]["result"]] == ["0: x", "1: y", "2: z"]


@pytest.mark.parametrize("how", [SYNC, WORKER], ids=["at once", "by a worker"])
async def test_branches_wait_side_by_side_and_their_results_keep_the_order_of_branches(
    door: Door, how: dict[str, Any]
) -> None:
    id = await door.make(
        workflow(
            START, {"id": "p", "type": "parallel"}, ask("a", parent="p"), code("w", "return <a.word>", parent="p"),
            code("all", "return <p.results>"),
            edges="start>p, p:parallel-start-source>a, a>w, p>all", subflows=parallel(3),
        )
    )  # fmt: skip
    run_id = await paused(door, id, how)
    assert len(await door.pauses(run_id, 3)) == 3
    for index in (1, 2, 0):
        reply = await door.answer(run_id, f"a₍{index}₎₍{index}₎", word=str(index))
    results = reply.json()["output"]["result"]
    assert [branch[-1]["result"] for branch in results] == ["0", "1", "2"]


async def test_a_pause_in_a_loop_in_a_parallel_in_a_child_is_answered_where_it_stands(door: Door) -> None:
    child = await door.make(
        workflow(
            START, {"id": "p", "type": "parallel"}, {"id": "l", "type": "loop", "parent": "p"}, ask("a", parent="l"),
            code("all", "return [[x[0]['word'] for x in one[0]['results']] for one in <p.results>]"),
            edges="start>p, p:parallel-start-source>l, l:loop-start-source>a, p>all",
            subflows=parallel(2) | loop(2),
        )
    )  # fmt: skip
    call = {"id": "call", "type": "workflow", "values": {"workflow_id": child}}
    id = await door.make(
        workflow(START, call, code("end", "return <call.result.result>"), edges="start>call, call>end")
    )
    run_id = await paused(door, id, WORKER)
    [outer] = (await door.pauses(run_id, 1)).values()
    inner = outer["child"]
    for number in range(4):
        pauses = await door.pauses(inner, 2 if number < 3 else 1)
        name = sorted(pauses)[-1 if number % 2 else 0]
        assert (await door.answer(inner, name, word=name)).status_code in (200, 202)
    run = await door.until(run_id)
    assert (run["status"], run.get("error")) == ("finished", None)
    answers = run["output"]["result"]
    assert sorted(len(one) for one in answers) == [2, 2]
    assert len({word for one in answers for word in one}) == 4


@pytest.mark.parametrize("how", [SYNC, WORKER], ids=["at once", "by a worker"])
async def test_a_run_that_sleeps_for_a_time_wakes_by_itself_wherever_it_sleeps(door: Door, how: dict[str, Any]) -> None:
    id = await door.make(
        workflow(
            START, nap("first"), {"id": "l", "type": "loop"}, nap("again", parent="l"),
            {"id": "p", "type": "parallel"}, nap("beside", parent="p"), code("end", "return <first.status>"),
            edges="start>first, first>l, l:loop-start-source>again, l>p, p:parallel-start-source>beside, p>end",
            subflows=loop(2) | parallel(3),
        )
    )  # fmt: skip
    run_id = await paused(door, id, how)
    run = await door.until(run_id)
    assert (run["status"], run["output"]["result"]) == ("finished", "completed")
    names = [name for name, _ in await door.told(run_id)]
    assert names.count("block.paused") == 6
    assert await began(door, run_id, "first") == 1


async def test_a_person_and_a_time_are_waited_for_side_by_side(door: Door) -> None:
    id = await door.make(
        workflow(
            START, nap("n"), ask("a"), code("late", "return 'woke'"), code("join", "return [<late.result>, <a.word>]"),
            edges="start>n, start>a, n>late, late>join, a>join",
        )
    )  # fmt: skip
    run_id = await paused(door, id, WORKER)
    await door.until_told(run_id, "block.finished", "late")
    [pause] = (await door.pauses(run_id, 1)).values()
    assert pause["kind"] == "human"
    await door.until(run_id, "paused")
    assert (await door.answer(run_id, word="yes")).json()["output"]["result"] == ["woke", "yes"]


async def test_a_child_that_sleeps_in_every_iteration_wakes_its_parent_each_time(door: Door) -> None:
    child = await door.make(workflow(START, nap("n"), code("x", "return <start.n> * 2"), edges="start>n, n>x"))
    call = {
        "id": "call", "type": "workflow", "parent": "l",
        "values": {"workflow_id": child, "input_mapping": {"n": "<loop.index>"}},
    }  # fmt: skip
    id = await door.make(
        workflow(
            START, {"id": "l", "type": "loop"}, call, code("all", "return <l.results>"),
            edges="start>l, l:loop-start-source>call, l>all", subflows=loop(3),
        )
    )  # fmt: skip
    run = await door.until(await door.begin(id))
    assert run["status"] == "finished", run
    assert [one[-1]["result"]["result"] for one in run["output"]["result"]] == [0, 2, 4]
