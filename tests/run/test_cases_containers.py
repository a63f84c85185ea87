"""The reference's cases on containers: what they repeat over, in which order, and how they end."""

import asyncio
from typing import Any

import pytest
from msgspec.structs import replace

from sim_core.document.workflow import Loop, Parallel, Subflow
from sim_core.errors import Invalid
from sim_core.flow.events import (
    BlockFailed,
    BlockFinished,
    BlockStarted,
)
from sim_core.flow.world import Child
from sim_core.spec.blocks import BlockType
from tests.support.flows import block, flow, mock, perform, with_types
from tests.support.mock import Nothing
from tests.support.world import Tools

KINDS = ("loop", "parallel")


def settings(kind: str, id: str, times: int = 2) -> Subflow:
    return Loop(id=id, iterations=times) if kind == "loop" else Parallel(id=id, count=times)


def handle(kind: str) -> str:
    return f"{kind}-start-source"


@pytest.mark.parametrize("first", KINDS)
@pytest.mark.parametrize("second", KINDS)
async def test_containers_follow_one_another_and_blocks(first: str, second: str) -> None:
    """Cases 65, 66."""
    workflow = flow(
        mock("before"), block("A", first), mock("a", parent="A", value="<before.result>a"), block("B", second),
        mock("b", parent="B", value="<a.results>"), mock("after", value="<b.results>"),
        edges=f"start>before before>A A:{handle(first)}>a A>B B:{handle(second)}>b B>after",
        subflows=(settings(first, "A"), settings(second, "B")),
    )  # fmt: skip
    ran = await perform(workflow)
    assert ran.began() == ["start", "before", "A", "a", "a", "B", "b", "b", "after"]


async def test_every_block_of_a_container_that_nothing_in_it_leads_to_begins_and_all_ends_count() -> None:
    """Cases 70, 80, 262."""
    body = [mock(id, parent="L", value=id) for id in ("a", "b", "c", "d")]
    for kind in KINDS:
        edges, subflows = f"start>L L:{handle(kind)}>a a>c c>d", (settings(kind, "L", 1),)
        ran = await perform(flow(block("L", kind), *body, edges=edges, subflows=subflows))
        assert sorted(ran.began()[2:]) == ["a", "c", "d"]
        ran = await perform(flow(block("L", kind), *body, edges=f"{edges} start>b", subflows=subflows))
        assert [one["result"] for one in ran.output["results"][0]] == ["a", "b", "c", "d"]


@pytest.mark.parametrize("outer", KINDS)
@pytest.mark.parametrize("inner", KINDS)
async def test_a_container_alone_in_another_and_one_behind_a_block_in_it(outer: str, inner: str) -> None:
    """Cases 72, 73, 77, 79, 112, 257."""
    alone = flow(block("O", outer), block("I", inner, parent="O"), mock("x", parent="I", value="<o.index><i.index>"),
                 edges=f"start>O O:{handle(outer)}>I I:{handle(inner)}>x",
                 subflows=(settings(outer, "O"), settings(inner, "I")))  # fmt: skip
    expected = [[{"results": [[{"result": f"{o}{i}"}] for i in range(2)]}] for o in range(2)]
    assert (await perform(alone)).output == {"results": expected}
    behind = flow(block("O", outer), mock("p", parent="O", value="p<o.index>"), block("I", inner, parent="O"),
                  mock("x", parent="I", value="<p.result><i.index>"),
                  edges=f"start>O O:{handle(outer)}>p p>I I:{handle(inner)}>x",
                  subflows=(settings(outer, "O"), settings(inner, "I")))  # fmt: skip
    ran = await perform(behind)
    assert sorted(one["result"] for one in ran.outputs("x")) == ["p00", "p01", "p10", "p11"]


async def test_steps_of_three_containers_deep_all_have_paths_of_their_own() -> None:
    """Cases 81, 83, 85, 86, 113, 223."""
    workflow = flow(
        block("A", "parallel"), block("B", "parallel", parent="A"), block("C", "parallel", parent="B"),
        mock("x", parent="C", value="<a.index><b.index><c.index>"),
        edges="start>A A:parallel-start-source>B B:parallel-start-source>C C:parallel-start-source>x",
        subflows=(Parallel(id="A", count=3, batch_size=2), Parallel(id="B", count=2), Parallel(id="C", count=2)),
    )  # fmt: skip
    ran = await perform(workflow)
    paths = ran.began("x")
    assert len(paths) == len(set(paths)) == 12
    assert {path[0] for path in paths} == {("A", 0), ("A", 1), ("A", 2)}
    told = {event.path: event.output["result"] for event in ran.of(BlockFinished) if event.block == "x"}
    assert all(words == "".join(str(index) for _, index in path) for path, words in told.items())


async def test_a_loop_stops_at_the_iteration_that_fails() -> None:
    """Cases 106, 256."""
    rows = [{"id": "i", "title": "if", "value": "<loop.index> == 1"}, {"id": "e", "title": "else"}]
    body = (block("c", "condition", parent="L", conditions=rows), mock("bad", parent="L", fail="no"),
            mock("ok", parent="L", value="fine"))  # fmt: skip
    edges = "start>L L:loop-start-source>c c:condition-i>bad c:condition-e>ok"
    ran = await perform(flow(block("L", "loop"), *body, edges=edges, subflows=(Loop(id="L", iterations=4),)))
    assert (ran.began("bad"), len(ran.began("ok")), ran.status) == ([(("L", 1),)], 1, "failed")
    handled = await perform(
        flow(block("L", "loop"), *body, mock("h", parent="L", value="<bad.error>"), edges=f"{edges} bad:error>h",
             subflows=(Loop(id="L", iterations=3),))
    )  # fmt: skip
    assert [one[-1]["result"] for one in handled.output["results"]] == ["fine", "no", "fine"]


async def test_loops_that_run_no_iteration_bring_no_results_and_are_told_once() -> None:
    """Cases 108, 109, 116, 117, 121, 252, 275."""
    empty: tuple[Subflow, ...] = (
        Loop(id="L", loop_type="while", condition="False"),
        Loop(id="L", iterations=0),
        Loop(id="L", loop_type="for_each", collection="[]"),
        Loop(id="L", loop_type="for_each", collection="<start.no>"),
        Parallel(id="L", count=0),
        Parallel(id="L", parallel_type="collection", collection=[]),
    )
    for subflow in empty:
        kind = "parallel" if isinstance(subflow, Parallel) else "loop"
        workflow = flow(block("L", kind), mock("x", parent="L"), mock("after", value="<l.results>"),
                        edges=f"start>L L:{handle(kind)}>x L>after", subflows=(subflow,))  # fmt: skip
        ran = await perform(workflow)
        assert (ran.began(), ran.output) == (["start", "L", "after"], {"result": []})
        assert [type(event) for event in ran.events if getattr(event, "block", "") == "L"] == [
            BlockStarted,
            BlockFinished,
        ]


async def test_a_collection_is_worked_out_where_the_container_stands() -> None:
    """Case 115."""
    workflow = flow(
        block("O", "loop"), block("I", "loop", parent="O"), mock("x", parent="I", value="<loop.item><o.index>"),
        edges="start>O O:loop-start-source>I I:loop-start-source>x",
        subflows=(Loop(id="O", loop_type="for_each", collection=[["a", "b"], ["c"]]),
                  Loop(id="I", loop_type="for_each", collection="<loop.item>")),
    )  # fmt: skip
    assert [one["result"] for one in (await perform(workflow)).outputs("x")] == ["a0", "b0", "c1"]


@pytest.mark.parametrize("language", ["python", "javascript"])
async def test_text_in_a_condition_cannot_become_code(language: Any) -> None:
    """Cases 118, 183."""
    text = '" == "" or True or "\'; throw 1; \''
    quoted = f"<start.text> {'==' if language == 'python' else '==='} 'nothing'"
    loop = Loop(id="L", loop_type="while", condition=quoted, language=language)
    workflow = flow(block("L", "loop"), mock("x", parent="L"), edges="start>L L:loop-start-source>x", subflows=(loop,))
    ran = await perform(workflow, {"text": text})
    assert (ran.began(), ran.status) == (["start", "L"], "finished")
    inside = flow(block("c", "condition", language=language, conditions=[
        {"id": "i", "title": "if", "value": "'<start.text>'.length > 3 && 1 > 2" if language == "javascript"
         else "len('<start.text>') > 3 and 1 > 2"}, {"id": "e", "title": "else"}]), edges="start>c")  # fmt: skip
    assert (await perform(inside, {"text": text})).outputs("c")[0]["selected_option"] == "e"


async def test_do_while_runs_first_and_asks_then_and_its_condition_counts_more_than_its_count() -> None:
    """Cases 119, 254."""

    async def times(loop: Loop) -> int:
        workflow = flow(block("L", "loop"), mock("x", parent="L", value="<loop.index>"),
                        edges="start>L L:loop-start-source>x", subflows=(loop,))  # fmt: skip
        return len((await perform(workflow)).began("x"))

    assert await times(Loop(id="L", loop_type="do_while", condition="<x.result> < 2", iterations=1)) == 3
    assert await times(Loop(id="L", loop_type="do_while", condition="False")) == 1
    assert await times(Loop(id="L", loop_type="do_while", iterations=4)) == 4


@pytest.mark.parametrize("subflow", [
    Loop(id="L", loop_type="for_each", collection="5"), Parallel(id="L", parallel_type="collection", collection=""),
    Parallel(id="L"), Loop(id="L", iterations="<start.no>"),
])  # fmt: skip
async def test_a_container_that_cannot_begin_fails_once_and_by_its_own_port(subflow: Subflow) -> None:
    """Cases 120, 276."""
    kind = "parallel" if isinstance(subflow, Parallel) else "loop"
    workflow = flow(block("L", kind), mock("x", parent="L"), mock("h", value="<l.error>"),
                    edges=f"start>L L:{handle(kind)}>x L:error>h", subflows=(subflow,))  # fmt: skip
    ran = await perform(workflow)
    assert [event.block for event in ran.of(BlockFailed)] == ["L"]
    assert (ran.began(), ran.status) == (["start", "L", "h"], "finished")
    alone = await perform(replace(workflow, edges={k: e for k, e in workflow.edges.items() if e.target != "h"}))
    assert alone.outcome.error is not None
    assert (alone.status, alone.outcome.error.block) == ("failed", "L")


@pytest.mark.parametrize(("size", "most"), [(0, 1), (99, 20), (7, 7), (-3, 1)])
async def test_as_many_branches_run_at_once_as_may(size: int, most: int) -> None:
    """Cases 110, 122."""
    flying = peak = 0

    async def track(inputs: object, step: object) -> dict[str, int]:
        nonlocal flying, peak
        flying += 1
        peak = max(peak, flying)
        await asyncio.sleep(0)
        flying -= 1
        return {}

    kind = BlockType(id="track", title="", doc="", input=Nothing, run=track)
    workflow = flow(block("P", "parallel"), block("x", "track", parent="P"), edges="start>P P:parallel-start-source>x",
                    subflows=(Parallel(id="P", count=45, batch_size=size),))  # fmt: skip
    ran = await with_types(workflow, kind)
    assert (peak, len(ran.output["results"])) == (most, 45)


async def test_answers_in_later_branches_keep_their_place() -> None:
    """Cases 126, 222, 270, 271."""
    for kind, pauses in (("parallel", [f"h₍{n}₎₍{n}₎" for n in range(3)]), ("loop", ["h_loop0"])):
        subflow: Subflow = (
            Parallel(id="L", count=3, batch_size=20) if kind == "parallel" else Loop(id="L", iterations=3)
        )
        workflow = flow(block("L", kind), block("h", "human_in_the_loop", parent="L", input_format=[{"name": "ok"}]),
                        mock("x", parent="L", value="<h.ok>"), edges=f"start>L L:{handle(kind)}>h h>x",
                        subflows=(subflow,))  # fmt: skip
        ran = await perform(workflow)
        assert sorted(ran.outcome.pauses) == pauses
        history = list(ran.events)
        for number in (2, 1, 0) if kind == "parallel" else (0, 1, 2):
            name = f"h₍{number}₎₍{number}₎" if kind == "parallel" else f"h_loop{number}"
            ran = await perform(workflow, history=history, answers={name: {"ok": number}})
            history += ran.events
        assert [branch[1]["result"] for branch in ran.output["results"]] == [0, 1, 2]


async def test_branches_see_their_own_siblings_and_from_outside_the_first_one() -> None:
    """Cases 82, 127, 128, 129, 130, 131, 132, 133, 159, 260."""
    rows = [{"id": "i", "title": "if", "value": "<parallel.index> != 1"}, {"id": "e", "title": "else"}]
    workflow = flow(
        block("P", "parallel"),
        block("c", "condition", parent="P", conditions=rows),
        mock("some", parent="P", value="s<parallel.index>"),
        mock("all", parent="P", value="<some.result>|<parallel.index>"),
        block("L", "loop", parent="P"),
        mock("deep", parent="L", value="<some.result>/<l.index>"),
        mock("end", value="<some.result>,<deep.result>"),
        edges="""start>P P:parallel-start-source>c c:condition-i>some some>all c:condition-e>all all>L
        L:loop-start-source>deep P>end""",
        subflows=(Parallel(id="P", count=3, batch_size=1), Loop(id="L", iterations=2)),
    )
    ran = await perform(workflow)
    assert [one["result"] for one in ran.outputs("all")] == ["s0|0", "|1", "s2|2"]
    assert [one["result"] for one in ran.outputs("deep")] == ["s0/0", "s0/1", "/0", "/1", "s2/0", "s2/1"]
    assert ran.output == {"result": "s0,s0/1"}


@pytest.mark.parametrize("kind", KINDS)
async def test_a_run_until_a_container_ends_after_all_of_its_iterations(kind: str) -> None:
    """Cases 96, 219."""
    workflow = flow(block("L", kind), mock("x", parent="L", value="<l.index>"), mock("after", value="<l.results>"),
                    edges=f"start>L L:{handle(kind)}>x L>after", subflows=(settings(kind, "L", 25),))  # fmt: skip
    ran = await perform(workflow, stop_after="L")
    assert (len(ran.began("x")), "after" in ran.began(), ran.status) == (25, False, "finished")
    on = await perform(workflow, history=ran.events, from_block="after", run_id="r2")
    assert (on.began(), len(on.output["result"])) == (["after"], 25)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_container_is_run_from_whole_and_what_lies_in_it_is_not(kind: str) -> None:
    """Cases 111, 123, 125, 216, 217, 277."""
    workflow = flow(mock("a", value="a"), block("L", kind), mock("x", parent="L", value="<a.result>"),
                    mock("after", value="<l.results>"), edges=f"start>a a>L L:{handle(kind)}>x L>after",
                    subflows=(settings(kind, "L", 3),))  # fmt: skip
    first = await perform(workflow)
    ran = await perform(workflow, history=first.events, from_block="L", run_id="r2")
    assert ran.began() == ["L", "x", "x", "x", "after"]
    for wrong, words in (("x", "lies in a container"), ("nobody", "not in the workflow")):
        with pytest.raises(Invalid, match=words):
            await perform(workflow, history=first.events, from_block=wrong, run_id="r2")


@pytest.mark.parametrize("kind", KINDS)
async def test_children_that_sleep_in_a_container_wake_one_by_one(kind: str) -> None:
    """Case 213."""

    async def sleeps(site: Any, input: Any) -> Child:
        return Child(run_id=f"child of {site.key}", name="Child", pauses=("h",))

    workflow = flow(block("L", kind), block("w", "workflow", parent="L", workflow_id="c"),
                    mock("x", parent="L", value="<w.result>"), edges=f"start>L L:{handle(kind)}>w w>x",
                    subflows=(settings(kind, "L", 2),))  # fmt: skip
    world = Tools(workflows={"c": sleeps})
    ran = await perform(workflow, world=world)
    history = list(ran.events)
    for number in range(2):
        [pause] = [one for one in ran.outcome.pauses if str(number) in one]
        answer = {"output": number} if number == 0 else {"error": {"code": "x", "message": "child said no"}}
        ran = await perform(workflow, world=world, history=history, answers={pause: answer})
        history += ran.events
    assert ran.outcome.error is not None
    assert (ran.status, ran.outcome.error.message) == ("failed", "child said no")
    assert [event.output for event in history if isinstance(event, BlockFinished) and event.block == "x"] == [
        {"result": 0}
    ]
