"""The reference's cases on the run itself: containers, stopping, answers, retries, running a part again."""

import asyncio
from typing import Any

import pytest

from sim_core.document.reduce import digest
from sim_core.document.workflow import Block, Loop, Parallel, Retry, Subflow, Workflow
from sim_core.errors import Cancelled, Invalid
from sim_core.flow.events import (
    BlockFailed,
    BlockFinished,
    BlockPaused,
    BlockStarted,
    Event,
    RunCancelled,
    RunPaused,
)
from sim_core.flow.plan import compile
from sim_core.flow.run import Outcome, run
from sim_core.flow.world import Child
from sim_core.plugin import Refused, Text
from sim_core.spec.blocks import BlockType
from tests.support.blocks import find
from tests.support.flows import Ran, block, flow, mock, perform, with_types
from tests.support.mock import Nothing
from tests.support.world import Tools

KINDS = ("loop", "parallel")


def settings(kind: str, id: str, times: int = 2) -> Subflow:
    return Loop(id=id, iterations=times) if kind == "loop" else Parallel(id=id, count=times)


def handle(kind: str) -> str:
    return f"{kind}-start-source"


async def test_edges_to_blocks_that_are_not_there_or_not_reached_do_not_count() -> None:
    """Case 68."""
    workflow = flow(mock("a"), mock("lost"), mock("j"), edges="start>a a>j lost>j a>nowhere ghost>j")
    assert (await perform(workflow)).began() == ["start", "a", "j"]


def test_compiling_changes_nothing_of_the_document() -> None:
    """Cases 75, 76."""
    off = Block(id="off", type="mock", name="off", parent="L", enabled=False)
    workflow = flow(
        block("L", "loop"),
        off,
        block("E", "parallel"),
        mock("x", value="<l.results>"),
        edges="start>L start>E start>x",
        subflows=(Loop(id="L", iterations=2), Parallel(id="E")),
    )
    before = digest(workflow)
    compile(workflow, find)
    assert digest(workflow) == before


async def test_a_run_that_had_ended_ends_again_without_doing_anything() -> None:
    """Case 90."""
    workflow = flow(mock("a"), mock("b", value=2), edges="start>a a>b")
    first = await perform(workflow)
    again = await perform(workflow, history=first.events)
    assert (again.began(), again.status, again.output) == ([], "finished", {"result": 2})


async def test_a_pause_is_told_before_the_run_sleeps_and_other_branches_run_on_first() -> None:
    """Cases 78, 95, 135, 268."""
    asked = block("h", "human_in_the_loop", input_format=[{"name": "ok"}])
    workflow = flow(asked, mock("slow", delay_ms=3), mock("on"), mock("x", value="<h.ok>"),
                    edges="start>h start>slow slow>on h>x")  # fmt: skip
    ran = await perform(workflow)
    assert (ran.began(), ran.status) == (["start", "h", "slow", "on"], "paused")
    assert [type(event) for event in ran.events if isinstance(event, BlockPaused | RunPaused)] == [
        BlockPaused,
        RunPaused,
    ]
    resumed = await perform(workflow, history=ran.events, answers={"h": {"ok": "yes"}})
    assert (resumed.began(), resumed.output) == (["x"], {"result": "yes"})


async def stopped(workflow: Workflow, after_s: float) -> tuple[Outcome, Ran]:
    events: list[Event] = []
    task = asyncio.ensure_future(run(compile(workflow, find), None, world=Tools(), record=events.append, run_id="r"))
    await asyncio.sleep(after_s)
    task.cancel()
    async with asyncio.timeout(30):
        outcome = await task
    return outcome, Ran(outcome, events)


async def test_a_run_that_is_stopped_before_it_began_does_nothing() -> None:
    """Case 97."""
    events: list[Event] = []
    task = asyncio.ensure_future(
        run(compile(flow(mock("a"), edges="start>a"), find), None, world=Tools(), record=events.append, run_id="r")
    )
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert events == []


@pytest.mark.parametrize("kind", ["", *KINDS])
async def test_stopping_ends_at_once_begins_nothing_more_and_keeps_what_there_was(kind: str) -> None:
    """Cases 98, 99, 102, 104."""
    boxes = (block("L", kind),) if kind else ()
    parent = "L" if kind else None
    edges = f"start>first first>L L:{handle(kind)}>slow slow>next" if kind else "start>first first>slow slow>next"
    workflow = flow(
        mock("first", value=1),
        *boxes,
        mock("slow", parent=parent, delay_ms=60_000),
        mock("next", parent=parent),
        edges=edges,
        subflows=(settings(kind, "L", 30),) if kind else (),
    )
    outcome, ran = await stopped(workflow, 0.03)
    assert outcome.status == "cancelled"
    assert "next" not in ran.began()
    assert ran.outputs("first") == [{"result": 1}]
    assert isinstance(ran.events[-1], RunCancelled)
    assert len(ran.began("slow")) == {"": 1, "loop": 1, "parallel": 20}[kind]


async def test_a_run_that_fails_while_it_is_stopped_was_stopped() -> None:
    """Case 100."""

    async def falls(inputs: object, step: object) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            raise Refused("as it was stopped")

    kind = BlockType(id="falls", title="", doc="", input=Nothing, run=falls)
    events: list[Event] = []
    plan = compile(flow(block("a", "falls"), edges="start>a"), lambda id: kind if id == "falls" else find(id))
    task = asyncio.ensure_future(run(plan, None, world=Tools(), record=events.append, run_id="r"))
    await asyncio.sleep(0.01)
    task.cancel()
    assert (await task).status == "cancelled"


def test_a_workflow_without_blocks_cannot_run() -> None:
    """Case 103."""
    with pytest.raises(Invalid, match="no block that could run"):
        compile(Workflow(), find)


async def test_the_first_failure_is_the_runs_and_others_in_flight_end_first() -> None:
    """Cases 105, 106, 242, 259."""
    rows = [{"id": "i", "title": "if", "value": "<parallel.index> == 1"}, {"id": "e", "title": "else"}]
    workflow = flow(
        block("P", "parallel"),
        block("c", "condition", parent="P", conditions=rows),
        mock("bad", parent="P", fail="first"),
        mock("slow", parent="P", delay_ms=5),
        mock("worse", parent="P", fail="2nd"),
        edges="start>P P:parallel-start-source>c c:condition-i>bad c:condition-e>slow slow>worse",
        subflows=(Parallel(id="P", count=3),),
    )
    ran = await perform(workflow)
    assert ran.outcome.error is not None
    assert (ran.outcome.error.block, ran.outcome.error.message) == ("bad", "first")
    assert "worse" not in ran.began()
    assert len(ran.outputs("slow")) == 2


async def test_the_first_answer_stands_whatever_comes_after_it() -> None:
    """Cases 107, 264."""
    workflow = flow(
        block("r1", "response", data_mode="json", data='{"first": true}'),
        mock("w", delay_ms=5), block("r2", "response", data_mode="json", data='{"second": true}'),
        mock("bad", delay_ms=3, fail="late"), mock("end", delay_ms=2, value="other"),
        edges="start>r1 start>w w>r2 start>bad start>end",
    )  # fmt: skip
    ran = await perform(workflow)
    assert (ran.status, ran.output["data"], ran.outcome.error) == ("finished", {"first": True}, None)
    assert "r2" not in ran.began()
    assert {"w", "bad", "end"} <= {
        event.block for event in ran.events if isinstance(event, BlockFinished | BlockFailed)
    }
    fastest = flow(
        block("P", "parallel"), block("c", "condition", parent="P", conditions=[
            {"id": "i", "title": "if", "value": "<parallel.index> == 1"}, {"id": "e", "title": "else"}]),
        mock("slow", parent="P", delay_ms=5),
        block("r", "response", parent="P", data_mode="json", data='{"n": <parallel.index>}'),
        edges="start>P P:parallel-start-source>c c:condition-i>r c:condition-e>slow slow>r",
        subflows=(Parallel(id="P", count=3),),
    )  # fmt: skip
    assert (await perform(fastest)).output["data"] == {"n": 1}


async def test_every_step_is_told_to_have_begun_before_it_is_told_to_have_ended() -> None:
    """Case 134."""
    workflow = flow(
        *(mock(f"b{n}", delay_ms=n % 3) for n in range(20)), edges=" ".join(f"start>b{n}" for n in range(20))
    )
    seen: set[str] = set()
    for event in (await perform(workflow)).events:
        if isinstance(event, BlockStarted):
            seen.add(event.block)
        elif isinstance(event, BlockFinished):
            assert event.block in seen


async def test_a_block_that_stops_by_itself_fails_and_is_not_tried_again() -> None:
    """Cases 136, 145, 146."""
    tries: list[int] = []

    async def gives_up(inputs: object, step: Any) -> None:
        tries.append(step.tries)
        raise Cancelled("Somebody stopped it.")

    async def cancelled(inputs: object, step: Any) -> None:
        tries.append(step.tries)
        raise asyncio.CancelledError

    for work, code in ((gives_up, "cancelled"), (cancelled, "cancelled")):
        tries.clear()
        kind = BlockType(id="odd", title="", doc="", input=Nothing, run=work)
        one = Block(id="a", type="odd", name="a", retry=Retry(tries=3, wait_ms=0))
        ran = await with_types(flow(one, mock("h"), edges="start>a a:error>h"), kind)
        assert (ran.of(BlockFailed)[0].code, tries, ran.began()[-1]) == (code, [1], "h")


async def test_words_that_were_said_stay_when_a_block_fails_or_takes_too_long() -> None:
    """Cases 137, 138."""

    async def speaks(inputs: object, step: Any) -> dict[str, str]:
        await step.emit(Text("half"))
        if step.block_id == "slow":
            await asyncio.sleep(60)
        raise Refused("the vendor hung up")

    kind = BlockType(id="speaks", title="", doc="", input=Nothing, run=speaks)
    slow = Block(id="slow", type="speaks", name="slow", timeout_s=0.01)
    workflow = flow(block("a", "speaks"), slow, mock("h", value="<a.content>"), mock("i", value="<slow.content>"),
                    edges="start>a start>slow a:error>h slow:error>i")  # fmt: skip
    ran = await with_types(workflow, kind)
    assert ran.outputs("a") == [{"error": "the vendor hung up", "content": "half"}]
    assert ran.outputs("slow") == [{"error": "It took longer than 0.01 s.", "content": "half"}]
    assert ran.outputs("h") == ran.outputs("i") == [{"result": "half"}]


@pytest.mark.parametrize(("retry", "fails", "tries", "status"), [
    (None, 1, 1, "failed"), (Retry(tries=3, wait_ms=0), 1, 2, "finished"), (Retry(tries=3, wait_ms=0), 9, 3, "failed"),
    (Retry(tries=1, wait_ms=0), 9, 2, "failed"), (Retry(tries=99, wait_ms=-5), 9, 5, "failed"),
])  # fmt: skip
async def test_a_block_is_tried_as_often_as_it_may(retry: Retry | None, fails: int, tries: int, status: str) -> None:
    """Cases 141, 142, 143, 148, 243."""
    ran = await perform(flow(mock("a", fail_times=fails, retry=retry), edges="start>a"))
    ended = [event for event in ran.events if isinstance(event, BlockFinished | BlockFailed) and event.block == "a"]
    assert (ended[0].tries, ran.status) == (tries, status)
    if status == "failed":
        assert ran.outcome.error is not None
        assert ran.outcome.error.message == f"try {tries}"


async def test_the_wait_between_tries_is_kept_and_the_port_comes_after_the_last() -> None:
    """Cases 144, 147."""
    one = mock("a", fail_times=9, retry=Retry(tries=2, wait_ms=60))
    ran = await perform(flow(one, mock("h", value="<a.error>"), edges="start>a a:error>h"))
    assert ran.output == {"result": "try 2"}
    assert ran.of(BlockFailed)[0].ms >= 55


async def test_a_run_that_is_stopped_between_tries_tries_no_more() -> None:
    """Case 145."""
    one = mock("a", fail_times=9, retry=Retry(tries=5, wait_ms=5000))
    outcome, ran = await stopped(flow(one, edges="start>a"), 0.02)
    assert outcome.status == "cancelled"
    assert len(ran.began("a")) == 1


def test_triggers_and_pauses_are_never_tried_again() -> None:
    """Case 149."""
    asked = Block(id="h", type="human_in_the_loop", name="h", retry=Retry())
    trigger = Block(id="t", type="mock", name="t", trigger=True, retry=Retry())
    plan = compile(flow(asked, trigger, edges="start>h"), find, everything=True)
    assert {plan.nodes[id].tries for id in ("h", "t", "start")} == {1}


async def test_a_child_that_fails_is_not_run_again_and_may_take_the_port() -> None:
    """Cases 150, 213."""
    runs = 0

    async def child(site: object, input: object) -> Child:
        nonlocal runs
        runs += 1
        raise Refused("The workflow 'Child' failed at 'x': no", code="child_failed")

    one = Block(id="w", type="workflow", name="w", values={"workflow_id": "c"}, retry=Retry(tries=3, wait_ms=0))
    workflow = flow(one, mock("h", value="<w.error>"), edges="start>w w:error>h")
    ran = await perform(workflow, world=Tools(workflows={"c": child}))
    assert (runs, ran.output) == (1, {"result": "The workflow 'Child' failed at 'x': no"})
    lacking = await perform(flow(block("w", "workflow"), edges="start>w"))
    assert lacking.outcome.error is not None
    assert lacking.outcome.error.code == "required"


CHAIN = "start>a a>b b>c a>d d>c start>side"


@pytest.mark.parametrize(("block", "again"), [
    ("a", ["a", "b", "d", "c"]), ("b", ["b", "c"]), ("c", ["c"]), ("d", ["d", "c"]), ("side", ["side"]),
    ("start", ["start", "a", "side", "b", "d", "c"]),
])  # fmt: skip
async def test_a_run_from_a_block_runs_it_and_all_that_hangs_on_it(block: str, again: list[str]) -> None:
    """Cases 214, 215, 218."""
    workflow = flow(*(mock(id, value=f"{id}<side.result>") for id in ("a", "b", "c", "d", "side")), edges=CHAIN)
    first = await perform(workflow)
    ran = await perform(workflow, history=first.events, from_block=block, run_id="r2")
    assert ran.began() == again


async def test_an_edited_graph_is_run_from_a_block_when_what_leads_there_has_run() -> None:
    """Cases 216, 220."""
    before = flow(mock("a", value="a"), mock("b"), edges="start>a a>b")
    first = await perform(before)
    added = flow(mock("a", value="a"), mock("new"), mock("b"), edges="start>a a>b start>new new>b")
    with pytest.raises(Invalid, match="Upstream dependency not executed: new"):
        await perform(added, history=first.events, from_block="b", run_id="r2")
    gone = flow(mock("b", value="<a.result>b"), edges="start>b")
    assert (await perform(gone, history=first.events, from_block="b", run_id="r2")).began() == ["b"]


async def test_two_ends_the_last_to_come_is_the_output_and_a_port_that_was_not_needed_changes_nothing() -> None:
    """Cases 238, 239, 274."""
    workflow = flow(mock("a", value="slow", delay_ms=4), mock("b", value="fast"), edges="start>a start>b")
    assert (await perform(workflow)).output == {"result": "slow"}
    ports = flow(mock("a", value=1), mock("b", value=2), mock("h"), edges="start>a a>b a:error>h b:error>h")
    assert ((await perform(ports)).output, (await perform(ports)).began()) == ({"result": 2}, ["start", "a", "b"])


async def test_an_edge_without_a_handle_is_not_taken_after_a_failure() -> None:
    """Case 240."""
    workflow = flow(mock("a", fail="no"), mock("b"), mock("h"), edges="start>a a:>b a:error>h")
    assert (await perform(workflow)).began() == ["start", "a", "h"]


async def test_two_pauses_are_shown_together_and_a_failure_beside_them_is_a_failure() -> None:
    """Cases 269, 272."""
    two = flow(block("h", "human_in_the_loop"), block("g", "human_in_the_loop"), edges="start>h start>g")
    ran = await perform(two)
    assert (ran.status, ran.output["pause_count"], len(ran.output["paused_blocks"])) == ("paused", 2, 2)
    failing = flow(block("h", "human_in_the_loop"), mock("bad", fail="no"), edges="start>h start>bad")
    assert (await perform(failing)).status == "failed"
