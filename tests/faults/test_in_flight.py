"""A process dies at the worst moment: while a call is on its way, or between the end of a child and its parent's."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from sim_core.accounts.bootstrap import bootstrap
from sim_core.flow.events import BlockAttempted, BlockFinished, BlockResumed
from sim_core.jobs.past import history
from sim_core.jobs.running import Moved
from sim_core.store.documents import create_workflow
from sim_core.store.runs import get_run, list_runs
from sim_core.store.wire import connect
from tests.support.http import Answer, Seen, Server, serve
from tests.support.workers import Workers, answer, flow, post, wait, workers

ENDED = ("finished", "failed", "cancelled")
STUCK = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


async def test_an_attempt_is_in_the_journal_before_the_call_leaves_and_each_process_writes_its_own(
    clean_postgres: str,
) -> None:
    async def at_first_never(seen: Seen) -> Answer:
        if len(service.seen) == 1:
            told.extend(await history(farm.motor.runs.journal, id))
            return Answer(delay_s=60)
        return Answer(body={"n": 1})

    told: list[Any] = []
    async with serve(at_first_never) as service, workers(clean_postgres, 1) as farm:
        id = await farm.enqueue(flow("steps", wait("w", 0.1), post("a", f"{service.url}/a?secret=1")), {"n": 1})
        await until(lambda: bool(told))
        [attempt] = [event for event in told if isinstance(event, BlockAttempted)]
        assert (attempt.block, attempt.what) == ("a", f"POST {service.url}/a")
        assert [event.block for event in told if isinstance(event, BlockFinished)] == ["start", "w"]
        farm.kill(farm.processes[0])
        farm.start()
        await farm.until([id], ENDED)
        assert await farm.status(id) == "finished"
        events = await history(farm.motor.runs.journal, id)
        assert [event.key for event in events if isinstance(event, BlockAttempted)] == [attempt.key] * 2
        assert [seen.headers["idempotency-key"] for seen in service.seen] == [attempt.key] * 2
        # nobody takes a light run over, so nothing of it is written ahead
        light = await farm.enqueue(flow("light", post("a", f"{service.url}/a")), {"n": 1}, durable=False)
        await farm.until([light], ENDED)
        events = await history(farm.motor.runs.journal, light)
        assert not [event for event in events if isinstance(event, BlockAttempted)]


async def test_a_call_does_not_leave_when_the_run_has_another_owner_by_then(clean_postgres: str) -> None:
    async def hand_over(seen: Seen) -> Answer:
        await farm.motor.store.execute("UPDATE workflow_execution_logs SET epoch = epoch + 1, owner = 'another'")
        return Answer(body={})

    async with serve(hand_over) as service, workers(clean_postgres, 0) as farm:
        steps = flow("steps", post("a", f"{service.url}/a"), post("b", f"{service.url}/b"))
        running = await farm.begin(steps, {"n": 1})
        with pytest.raises(Moved):
            await running.ended()
        assert [seen.path for seen in service.seen] == ["/a"]


async def test_a_child_that_had_ended_when_its_process_died_is_joined_and_not_run_again(clean_postgres: str) -> None:
    gate = asyncio.Event()

    async def gated(seen: Seen) -> Answer:
        if seen.path == "/gate":
            await gate.wait()
        return Answer(body={"is": "done"})

    async with serve(gated) as service, workers(clean_postgres, 1) as farm:
        steps, space = await family(farm, service, post("g", f"{service.url}/gate"))
        id = await farm.enqueue(steps, {"n": 7}, space=space)
        child = await child_of(farm, id, space)
        async with held(clean_postgres, id) as cut_off:  # the parent hears of nothing more
            gate.set()
            await farm.until([child], ENDED)
            await until_stuck(clean_postgres)
            farm.kill(farm.processes[0])
            await cut_off()
        assert await farm.status(id) == "running"
        farm.start()
        await farm.until([id], ENDED)
        run = await get_run(farm.motor.store, id, None)
        assert (run.status, run.output["data"]) == ("finished", 7), run.error
        assert Counter(seen.path for seen in service.seen) == {"/child": 1, "/gate": 1, "/parent": 1}
        assert [one.id for one in await children(farm, id, space)] == [child]


async def test_a_parent_that_sleeps_wakes_although_whoever_ended_its_child_died_before_saying_so(
    clean_postgres: str,
) -> None:
    async with serve(Answer(body={"is": "done"})) as service, workers(clean_postgres, 1) as farm:
        steps, space = await family(farm, service, {"id": "ask", "type": "human_in_the_loop"})
        id = await farm.enqueue(steps, {"n": 7}, space=space)
        child = await child_of(farm, id, space)
        await farm.until([id, child], ("paused",))
        async with held(clean_postgres, id) as cut_off:
            await farm.motor.sleepers.answer(child, space, pause=None, answer={})
            await farm.until([child], ENDED)
            await until_stuck(clean_postgres)
            farm.kill(farm.processes[0])
            await cut_off()
        assert await farm.status(id) == "paused"
        farm.start()  # whoever comes looks for such parents at once, and every twenty seconds
        await farm.until([id], ENDED)
        run = await get_run(farm.motor.store, id, None)
        assert (run.status, run.output["data"]) == ("finished", 7), run.error
        events = await history(farm.motor.runs.journal, id)
        assert sum(isinstance(event, BlockResumed) for event in events) == 1
        assert Counter(seen.path for seen in service.seen) == {"/child": 1, "/parent": 1}
        assert [one.id for one in await children(farm, id, space)] == [child]


async def family(farm: Workers, service: Server, pause: dict[str, Any]) -> tuple[Any, str]:
    """A workflow that runs another, which asks for something once and waits; and their workspace."""
    home = await bootstrap(farm.motor.store)
    inner = flow("child", post("c", f"{service.url}/child"), pause, answer("end", "<start.n>"))
    made = await create_workflow(farm.motor.store, workspace_id=home.workspace_id, document=inner, actor="test")
    values = {"workflow_id": made.id, "input_mapping": {"n": "<start.n>"}}
    call = {"id": "call", "type": "workflow", "values": values}
    return flow("parent", call, post("p", f"{service.url}/parent"), answer("end", "<call.result.data>")), (
        home.workspace_id
    )


async def children(farm: Workers, id: str, space: str) -> tuple[Any, ...]:
    return (await list_runs(farm.motor.store, workspace_id=space, parent_id=id)).items


async def child_of(farm: Workers, id: str, space: str) -> str:
    """The run's child, once it is past its first steps."""
    async with asyncio.timeout(60):
        while True:
            for child in await children(farm, id, space):
                events = await history(farm.motor.runs.journal, child.id)
                if any(isinstance(event, BlockFinished) and event.block == "c" for event in events):
                    return child.id
            await asyncio.sleep(0.02)


@asynccontextmanager
async def held(url: str, run_id: str) -> AsyncIterator[Any]:
    """Hold a run's row, so that nothing is written of it; what is given ends those who wait for it."""
    connection = await connect(url)

    async def cut_off() -> None:
        await connection.execute(f"SELECT pg_terminate_backend(pid) FROM ({STUCK}) AS stuck")

    try:
        async with connection.transaction():
            await connection.execute("SELECT id FROM workflow_execution_logs WHERE id = $1 FOR UPDATE", run_id)
            yield cut_off
    finally:
        await connection.close()


async def until_stuck(url: str) -> None:
    """Wait until somebody waits for what is held."""
    connection = await connect(url)
    try:
        async with asyncio.timeout(60):
            while not await connection.fetchval(STUCK):
                await asyncio.sleep(0.02)
    finally:
        await connection.close()


async def until(holds: Any) -> None:
    async with asyncio.timeout(60):
        while not holds():
            await asyncio.sleep(0.02)
