from collections import Counter

import pytest

from sim_core.document.workflow import Loop, Parallel, Variable, Workflow
from sim_core.errors import Invalid
from sim_core.flow.events import (
    BlockFailed,
    BlockFinished,
    BlockPaused,
    BlockResumed,
    BlockStarted,
    Event,
    RunFailed,
    RunFinished,
    RunPaused,
    RunStarted,
)
from sim_core.flow.world import Child
from tests.support.flows import block, flow, mock, perform
from tests.support.world import Tools

ROWS = [{"id": "if", "title": "if", "value": "<parallel.index> == 1"}, {"id": "else", "title": "else"}]
COUNTING = {"variable_name": "n", "type": "number", "value": "<loop.index>"}


def everything() -> Workflow:
    """A workflow with one of each construct."""
    return flow(
        mock("a", value="a"), mock("bad", fail="no"), mock("h", value="<bad.error>", delay_ms=1),
        block("P", "parallel"), block("c", "condition", parent="P", conditions=ROWS), mock("t", parent="P", value="t"),
        block("L", "loop", parent="P"), mock("x", parent="L", value="<parallel.index>/<loop.index>", delay_ms=1),
        mock("y", parent="L", value="<x.result>;<a.result>"), mock("j", parent="P", value="<t.result>|<l.results>"),
        block("W", "loop"), block("v", "variables", parent="W", variables=[COUNTING]), mock("broken", fail="oops"),
        block("D", "loop"), mock("z", parent="D", fail="z<loop.index>"), mock("dh", value="<d.error>"),
        mock("end", value="<p.results><w.results><h.result><variable.n><dh.result>"),
        edges="""start>a a>bad bad:error>h a>P P:parallel-start-source>c c:condition-if>t c:condition-else>L
        L:loop-start-source>x x>y t>j L>j a>W W:loop-start-source>v a>D D:loop-start-source>z D:error>dh
        P>end W>end h>end dh>end""",
        subflows=(
            Parallel(id="P", count=4, batch_size=2), Loop(id="L", iterations=2),
            Loop(id="W", loop_type="while", condition="<loop.index> < 3"),
            Loop(id="D", loop_type="for_each", collection="['q', 'r']"),
        ),
        variables=(Variable(id="n", name="n", type="number", value=9),),
    )  # fmt: skip


def ended(events: list[Event]) -> Counter[str]:
    steps = [event for event in events if isinstance(event, BlockFinished | BlockFailed)]
    return Counter(f"{event.block} {event.path} {event.output}" for event in steps if event.block not in ("P", "end"))


async def test_a_run_goes_on_from_every_point_of_its_journal_and_repeats_nothing_that_has_ended() -> None:
    whole = await perform(everything())
    assert whole.status == "finished"
    for cut in range(1, len(whole.events)):
        past = whole.events[:cut]
        ran = await perform(everything(), history=past)
        assert ran.status == "finished", (cut, ran.outcome.error)
        assert sorted(ran.output["result"]) == sorted(whole.output["result"]), cut
        done = {(e.block, e.path) for e in past if isinstance(e, BlockFinished | BlockFailed)}
        again = {(e.block, e.path) for e in ran.events if isinstance(e, BlockStarted)} & done
        assert all(block == "z" for block, _ in again), (cut, again)
        assert ended([*past, *ran.events]).keys() == ended(whole.events).keys(), cut
        assert not ran.of(RunStarted)


@pytest.mark.parametrize("times", [1, 2])
async def test_a_loop_that_goes_on_because_of_what_lies_in_it_asks_its_condition_once(times: int) -> None:
    workflow = flow(
        block("W", "loop"), block("I", "loop", parent="W"), mock("never", parent="I"),
        edges="start>W W:loop-start-source>I I:loop-start-source>never",
        subflows=(
            Loop(id="W", loop_type="while", condition=f"<loop.index> < {times}"),
            Loop(id="I", iterations=0),
        ),
    )  # fmt: skip
    whole = await perform(workflow)
    for cut in range(1, len(whole.events)):
        past = whole.events[:cut]
        ran = await perform(workflow, history=past)
        steps = [(one.block, one.path) for one in [*past, *ran.events] if isinstance(one, BlockFinished)]
        assert Counter(steps) == Counter([("start", ()), ("W", ()), *(("I", (("W", n),)) for n in range(times))]), cut


async def test_a_failed_run_goes_on_at_the_block_that_failed() -> None:
    workflow = flow(
        mock("a", value="a"), mock("b", fail="no"), mock("c", value="<a.result><b.result>"), edges="start>a a>b b>c"
    )
    failed = await perform(workflow)
    mended = flow(
        mock("a", value="z"), mock("b", value="b"), mock("c", value="<a.result><b.result>"), edges="start>a a>b b>c"
    )
    ran = await perform(mended, history=failed.events)
    assert (ran.began(), ran.output) == (["b", "c"], {"result": "ab"})


async def test_pauses_in_branches_and_iterations_are_answered_one_by_one() -> None:
    ask = [{"name": "ok", "type": "string"}]
    workflow = flow(
        block("P", "parallel"),
        block("L", "loop", parent="P"),
        block("h", "human_in_the_loop", parent="L", input_format=ask),
        mock("x", parent="L", value="<h.ok>"),
        edges="start>P P:parallel-start-source>L L:loop-start-source>h h>x",
        subflows=(Parallel(id="P", count=2), Loop(id="L", iterations=2)),
    )
    ran = await perform(workflow)
    history, answers = list(ran.events), 0
    assert ran.outcome.pauses == ("h₍0₎₍0₎_loop0", "h₍1₎₍1₎_loop0")
    while ran.status == "paused":
        pause = ran.outcome.pauses[-1]
        ran = await perform(workflow, history=history, answers={pause: {"ok": pause}})
        history += ran.events
        answers += 1
    assert answers == 4
    assert ran.output["results"][1] == [
        {
            "results": [
                [entry, {"result": entry["ok"]}]
                for entry in (pair[0] for pair in ran.output["results"][1][0]["results"])
            ]
        }
    ]
    assert Counter(type(event).__name__ for event in history)["BlockResumed"] == 4


async def test_an_answer_that_arrived_before_a_crash_is_not_lost() -> None:
    workflow = flow(
        block("h", "human_in_the_loop", input_format=[{"name": "ok"}]), mock("x", value="<h.ok>"), edges="start>h h>x"
    )
    paused = await perform(workflow)
    history = [*paused.events, BlockResumed(pause="h", answer={"ok": "yes"})]
    assert (await perform(workflow, history=history)).output == {"result": "yes"}


async def test_an_answer_to_nothing_is_refused() -> None:
    workflow = flow(block("h", "human_in_the_loop"), edges="start>h")
    paused = await perform(workflow)
    with pytest.raises(Invalid, match="waits for an answer"):
        await perform(workflow, history=paused.events, answers={"other": {}})


async def test_a_pause_is_kept_when_another_branch_fails() -> None:
    workflow = flow(
        block("h", "human_in_the_loop", input_format=[{"name": "ok"}]),
        mock("bad", fail="no", delay_ms=1),
        mock("x", value="<h.ok>"),
        edges="start>h start>bad h>x",
    )
    failed = await perform(workflow)
    assert (failed.status, failed.outcome.pauses) == ("failed", ("h",))
    ran = await perform(workflow, history=failed.events, answers={"h": {"ok": "y"}})
    assert ran.outputs("x") == [{"result": "y"}]
    assert ran.status == "failed"


async def test_a_child_that_sleeps_puts_its_parent_to_sleep_and_wakes_it_with_what_came() -> None:
    async def child(site: object, input: object) -> Child:
        return Child(run_id="c1", name="Child", pauses=("h",))

    workflow = flow(block("w", "workflow", workflow_id="child"), mock("x", value="<w.result.v>"), edges="start>w w>x")
    paused = await perform(workflow, world=Tools(workflows={"child": child}))
    event = paused.of(BlockPaused)[0]
    assert (event.kind, event.child, paused.status) == ("child", "c1", "paused")
    ran = await perform(workflow, history=paused.events, answers={"w": {"output": {"v": 5}}})
    assert ran.output == {"result": 5}
    failed = await perform(workflow, history=paused.events, answers={"w": {"error": {"code": "x", "message": "died"}}})
    assert failed.outcome.error is not None
    assert failed.outcome.error.message == "died"


async def test_a_run_from_a_block_keeps_what_does_not_depend_on_it() -> None:
    workflow = flow(
        mock("a", value="a"),
        mock("b", value="<a.result>b"),
        mock("side", value="s"),
        mock("c", value="<b.result><side.result>"),
        edges="start>a a>b start>side b>c side>c",
    )
    first = await perform(workflow)
    ran = await perform(workflow, history=first.events, from_block="b", run_id="r2", parent="r")
    assert (ran.began(), ran.output) == (["b", "c"], {"result": "abs"})
    assert ran.of(RunStarted)[0].from_block == "b"
    again = await perform(workflow, history=[*first.events, *ran.events[:2]], run_id="r2")
    assert (again.began(), again.output) == (["b", "c"], {"result": "abs"})
    assert again.of(RunStarted) == []


async def test_a_run_from_a_join_does_not_wait_for_a_pruned_branch() -> None:
    rows = [{"id": "i", "title": "if", "value": "True"}, {"id": "e", "title": "else"}]
    workflow = flow(
        block("c", "condition", conditions=rows),
        mock("t", value="T"),
        mock("f", value="F"),
        mock("j", value="<t.result><f.result>"),
        edges="start>c c:condition-i>t c:condition-e>f t>j f>j",
    )
    first = await perform(workflow)
    assert (await perform(workflow, history=first.events, from_block="j")).output == {"result": "T"}
    ran = await perform(workflow, history=first.events, from_block="t")
    assert (ran.began(), ran.output) == (["t", "j"], {"result": "T"})


async def test_a_container_can_be_run_from_and_what_lies_in_it_cannot() -> None:
    workflow = flow(
        mock("a", value="a"),
        block("L", "loop"),
        mock("x", parent="L", value="<a.result>"),
        mock("after", value="<l.results.length>"),
        edges="start>a a>L L:loop-start-source>x L>after",
        subflows=(Loop(id="L", iterations=2),),
    )
    first = await perform(workflow)
    ran = await perform(workflow, history=first.events, from_block="L")
    assert (Counter(ran.began()), ran.output) == ({"L": 1, "x": 2, "after": 1}, {"result": 2})
    with pytest.raises(Invalid, match="lies in a container"):
        await perform(workflow, history=first.events, from_block="x")
    with pytest.raises(Invalid, match="Upstream dependency not executed: a"):
        await perform(workflow, history=first.events[:3], from_block="L")
    with pytest.raises(Invalid, match="is not in the workflow"):
        await perform(workflow, history=first.events, from_block="nope")


async def test_a_run_that_sleeps_tells_so_and_what_it_shows() -> None:
    workflow = flow(
        block("w", "wait", sleeps=True, time_value=2, time_unit="hours"),
        mock("x", value="<w.status>"),
        edges="start>w w>x",
    )
    paused = await perform(workflow)
    told = paused.of(RunPaused)[0]
    assert (told.pauses, told.output["status"]) == (("w",), "waiting")
    assert paused.of(BlockPaused)[0].until > 0
    ran = await perform(workflow, history=paused.events, answers={"w": {}})
    assert ran.output == {"result": "completed"}
    assert len(ran.of(RunFinished)) == 1
    assert ran.of(RunFailed) == []
