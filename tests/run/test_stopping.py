import asyncio
import time

import pytest
import uvloop

from sim_core.document.workflow import Loop, Parallel
from sim_core.flow.events import BlockFailed, RunCancelled, RunFinished
from sim_core.flow.plan import compile
from sim_core.flow.run import HAND_OVER, run
from tests.support.blocks import find
from tests.support.flows import block, flow, mock, perform
from tests.support.world import Tools


async def begun(workflow, **facts):
    events: list[object] = []
    work = run(compile(workflow, find), None, world=Tools(), record=events.append, run_id="r", **facts)
    task = asyncio.create_task(work)
    await asyncio.sleep(0.02)
    return task, events


SLOW = flow(mock("a", delay_ms=60_000), mock("b"), edges="start>a a>b")


async def test_cancelling_stops_the_running_block_at_once_and_tells_so() -> None:
    task, events = await begun(SLOW)
    began = time.perf_counter()
    task.cancel()
    outcome = await task
    assert time.perf_counter() - began < 10
    assert (outcome.status, task.cancelling()) == ("cancelled", 0)
    assert isinstance(events[-1], RunCancelled)
    assert [event.code for event in events if isinstance(event, BlockFailed)] == ["cancelled"]


async def test_a_block_that_will_not_leave_holds_nobody_up_and_tells_nothing_later(monkeypatch) -> None:
    from sim_core.flow import engine
    from sim_core.spec.blocks import BlockType
    from tests.support.mock import Nothing

    released = asyncio.Event()

    async def stubborn(inputs: object, step: object) -> dict[str, str]:
        while not released.is_set():
            try:
                await released.wait()
            except asyncio.CancelledError:
                continue
        return {"late": "yes"}

    monkeypatch.setattr(engine, "GRACE_S", 0.02)
    kind = BlockType(id="stubborn", title="", doc="", input=Nothing, run=stubborn)
    plan = compile(flow(block("a", "stubborn"), edges="start>a"), lambda id: kind if id == "stubborn" else find(id))
    events: list[object] = []
    task = asyncio.create_task(run(plan, None, world=Tools(), record=events.append, run_id="r"))
    await asyncio.sleep(0.01)
    task.cancel()
    assert (await task).status == "cancelled"
    told = len(events)
    released.set()
    await asyncio.sleep(0.01)
    assert len(events) == told


async def test_handing_over_leaves_no_word_of_an_end() -> None:
    task, events = await begun(SLOW)
    task.cancel(HAND_OVER)
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not any(isinstance(event, RunCancelled | BlockFailed) for event in events)
    ran = await perform(flow(mock("a", value=1), mock("b", value="<a.result>"), edges="start>a a>b"), history=events)
    assert (ran.began(), ran.output) == (["a", "b"], {"result": 1})


async def test_a_deadline_stops_the_run() -> None:
    ran = await perform(SLOW, deadline_s=0.02)
    assert (ran.status, ran.outcome.error.code) == ("cancelled", "timeout")
    assert ran.of(RunCancelled)[0].reason == "timeout"


async def test_a_deadline_stops_a_loop_that_never_waits() -> None:
    loop = Loop(id="L", loop_type="while", condition="True")
    workflow = flow(block("L", "loop"), mock("x", parent="L"), edges="start>L L:loop-start-source>x", subflows=(loop,))
    ran = await perform(workflow, deadline_s=0.05)
    assert (ran.status, ran.outcome.error.code) == ("cancelled", "timeout")


async def test_an_answer_that_was_given_stands_when_the_time_is_up() -> None:
    workflow = flow(
        block("r", "response", data_mode="json", data='{"a": 1}'),
        mock("slow", delay_ms=60_000),
        edges="start>r start>slow",
    )
    ran = await perform(workflow, deadline_s=0.5)
    assert (ran.status, ran.output["data"]) == ("finished", {"a": 1})
    assert isinstance(ran.events[-1], RunFinished)


@pytest.mark.parametrize("loop", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
def test_a_time_out_inside_a_block_is_its_own_and_ends_nothing_else(loop) -> None:
    from sim_core.spec.blocks import BlockType
    from tests.support.mock import Nothing

    async def impatient(inputs: object, step: object) -> dict[str, str]:
        async with asyncio.timeout(0.01):
            await asyncio.sleep(60)
        return {}

    async def grouped(inputs: object, step: object) -> dict[str, int]:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(asyncio.sleep(0.001, n)) for n in range(3)]
        return {"sum": sum(task.result() for task in tasks)}

    types = {
        "impatient": BlockType(id="impatient", title="", doc="", input=Nothing, run=impatient),
        "grouped": BlockType(id="grouped", title="", doc="", input=Nothing, run=grouped),
    }
    workflow = flow(
        block("i", "impatient"),
        block("g", "grouped"),
        mock("h", value="<i.error><g.sum>"),
        edges="start>g g>i i:error>h",
    )
    events: list[object] = []
    plan = compile(workflow, lambda id: types.get(id) or find(id))
    outcome = loop(run(plan, None, world=Tools(), record=events.append, run_id="r"))
    assert outcome.status == "finished"
    assert outcome.output["result"].endswith("3")


async def test_nothing_is_left_behind() -> None:
    workflow = flow(
        block("P", "parallel"), mock("x", parent="P", delay_ms=1), edges="start>P P:parallel-start-source>x",
        subflows=(Parallel(id="P", count=50),),
    )  # fmt: skip
    before = asyncio.all_tasks()
    await perform(workflow)
    assert asyncio.all_tasks() == before


async def test_a_record_that_fails_ends_the_run_with_its_error() -> None:
    def record(event: object) -> None:
        if isinstance(event, BlockFailed):
            raise RuntimeError("no room")

    workflow = flow(mock("a", fail="x", delay_ms=1), edges="start>a")
    with pytest.raises(RuntimeError, match="no room"):
        await run(compile(workflow, find), None, world=Tools(), record=record, run_id="r")
