import asyncio
import random
import signal
import time
from collections import Counter
from itertools import pairwise

import pytest

from sim_core.flow.events import BlockFinished, Event, RunFinished
from sim_core.jobs.past import history
from sim_core.store.runs import get_run, list_runs
from tests.support.http import Answer, Seen, serve
from tests.support.workers import OTHER, Workers, answer, flow, post, wait, workers

BUSY = "SELECT count(*) FROM workflow_execution_logs WHERE status = 'running' AND workspace_id = 'space'"
ASLEEP = "SELECT count(*) FROM workflow_execution_logs WHERE status = 'paused'"
COMMITS = "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"
ENDED = ("finished", "failed", "cancelled")


def slowly(seen: Seen) -> Answer:
    return Answer(body={"path": seen.path}, delay_s=0.15)


@pytest.mark.parametrize(
    ("runs", "kills"), [(40, 3), pytest.param(100, 20, marks=pytest.mark.full)], ids=["3 kills", "20 kills"]
)
async def test_whoever_is_killed_every_run_ends_once_and_nothing_is_asked_twice_under_two_keys(
    clean_postgres: str, runs: int, kills: int
) -> None:
    chance = random.Random(7)
    times: list[float] = []
    fatal: list[float] = []

    def timed(seen: Seen) -> Answer:
        times.append(time.monotonic())
        return slowly(seen)

    async with serve(timed) as service, workers(clean_postgres, 2) as farm:
        steps = flow("steps", post("a", f"{service.url}/a"), wait("w", 0.3), post("b", f"{service.url}/b"),
                     wait("v", 0.3), post("c", f"{service.url}/c"), answer("end", "<a.data.path>"))  # fmt: skip
        ids = [await farm.enqueue(steps, {"n": n}) for n in range(runs)]
        for _ in range(kills):
            await asyncio.sleep(chance.uniform(0.3, 1.0))
            fatal.append(time.monotonic())
            farm.kill(chance.choice(farm.processes))
            farm.start()
        await farm.until(ids, ENDED, within=90)
        for id in ids:
            run = await get_run(farm.motor.store, id, None)
            assert (run.status, run.output["data"]) == ("finished", "/a"), run.error
            events = await history(farm.motor.runs.journal, id)
            assert sum(isinstance(event, RunFinished) for event in events) == 1
            done = Counter(event.block for event in events if isinstance(event, BlockFinished))
            assert set(done.values()) == {1}, done
        asked: dict[tuple[str, int], list[tuple[str, float]]] = {}
        for seen, at in zip(service.seen, times, strict=True):
            asked.setdefault((seen.path, seen.json["n"]), []).append((seen.headers["idempotency-key"], at))
        assert len(asked) == 3 * runs
        assert len({calls[0][0] for calls in asked.values()}) == 3 * runs
        for call, calls in asked.items():
            assert len({key for key, _ in calls}) == 1, call
            # each call more is owed to a kill that came after the one before it
            for (_, one), (_, next_) in pairwise(calls):
                assert any(one < at < next_ for at in fatal), (call, calls)


def is_end(event: Event, block: str) -> bool:
    return isinstance(event, BlockFinished) and event.block == block


async def until_written(farm: Workers, id: str, block: str) -> None:
    """Wait until the journal has the end of a block."""
    async with asyncio.timeout(60):
        while not any(is_end(event, block) for event in await history(farm.motor.runs.journal, id)):
            await asyncio.sleep(0.02)


async def test_a_killed_workers_run_goes_on_elsewhere(clean_postgres: str) -> None:
    async with serve(Answer(body={})) as service, workers(clean_postgres, 2) as farm:
        steps = flow("steps", post("a", f"{service.url}/a"), wait("w", 3), post("b", f"{service.url}/b"))
        id = await farm.enqueue(steps, {"n": 1})
        await until_written(farm, id, "a")
        pid = await farm.motor.store.value(
            "SELECT p.pid FROM process p JOIN workflow_execution_logs r ON r.owner = p.id WHERE r.id = $1", id
        )
        farm.kill(next(process for process in farm.processes if process.pid == pid))
        await farm.until([id], ENDED)
        assert [seen.path for seen in service.seen] == ["/a", "/b"]
        assert (await get_run(farm.motor.store, id, None)).epoch > 3  # made, taken, freed, taken


async def test_an_owner_that_slept_writes_nothing_more_and_asks_for_nothing(clean_postgres: str) -> None:
    async with serve(Answer(body={})) as service, workers(clean_postgres, 1) as farm:
        steps = flow("steps", post("a", f"{service.url}/a"), wait("w", 2.0), post("b", f"{service.url}/b"))
        id = await farm.enqueue(steps, {"n": 1})
        await until_written(farm, id, "a")
        frozen = farm.processes[0]
        frozen.send_signal(signal.SIGSTOP)
        farm.start()
        await farm.until([id], ENDED)
        before = await history(farm.motor.runs.journal, id)
        asked = len(service.seen)
        frozen.send_signal(signal.SIGCONT)
        await asyncio.sleep(2.5)
        assert await history(farm.motor.runs.journal, id) == before
        assert len(service.seen) == asked == 2
        assert frozen.poll() is None, farm.said()
        again = await farm.enqueue(steps, {"n": 2})
        await farm.until([again], ENDED)  # it is back at work, or the other one is


async def test_a_worker_that_is_told_to_stop_hands_over_and_leaves(clean_postgres: str) -> None:
    async with serve(Answer(body={})) as service, workers(clean_postgres, 1) as farm:
        steps = flow("steps", post("a", f"{service.url}/a"), wait("w", 5), post("b", f"{service.url}/b"))
        ids = [await farm.enqueue(steps, {"n": n}) for n in range(10)]
        for id in ids:
            await until_written(farm, id, "a")
        leaving = farm.processes[0]
        leaving.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(leaving.wait, 60) == 0
        farm.start()
        await farm.until(ids, ENDED)
        runs = await list_runs(farm.motor.store, workspace_id="space")
        assert {run.status for run in runs.items} == {"finished"}
        assert Counter(seen.path for seen in service.seen) == {"/a": 10, "/b": 10}


async def test_a_running_block_on_another_process_stops_while_whoever_stops_it_waits(clean_postgres: str) -> None:
    async with workers(clean_postgres, 1) as farm:
        id = await farm.enqueue(flow("slow", wait("w", 60)))
        await farm.until([id], ("running",))
        assert await farm.motor.runs.cancel(id, "space") == "cancelled"


async def test_one_tenants_ten_thousand_runs_do_not_delay_anothers_first(clean_postgres: str) -> None:
    async with workers(clean_postgres, 1, SIM_WORKER_RUNS="20", SIM_WORKSPACE_RUNS="40") as farm:
        slow = flow("slow", wait("w", 3))
        first = await farm.enqueue(slow)
        await farm.motor.store.execute(
            "INSERT INTO workflow_execution_logs (id, workspace_id, workflow_id, snapshot, status, trigger, durable,"
            " facts, input, created_at, ms, tokens_input, tokens_output, cost, epoch, priority, cancel_asked)"
            " SELECT 'x' || n, 'space', workflow_id, snapshot, 'pending', 'api', true, facts, input, now(), 0, 0, 0, 0,"
            " 1, 0, false FROM workflow_execution_logs, generate_series(1, 10000) n WHERE id = $1",
            first,
        )
        async with asyncio.timeout(60):
            while (busy := await farm.motor.store.value(BUSY)) < 15:
                await asyncio.sleep(0.02)
        assert busy <= 40
        id = await farm.enqueue(flow("quick", answer("end", 1)), space=OTHER)
        await farm.until([id], ("finished",))
        waiting = "SELECT count(*) FROM workflow_execution_logs WHERE status = 'pending'"
        assert await farm.motor.store.value(waiting) > 5000, "it did not wait for the others"


async def test_hundreds_that_sleep_are_not_asked_one_by_one_and_wake_when_their_time_comes(clean_postgres: str) -> None:
    async with workers(clean_postgres, 1) as farm:
        store = farm.motor.store
        first = await farm.enqueue(flow("long", wait("w", 60, sleeps=True, time_unit="minutes"), answer("end", 1)))
        await farm.copy(first, 399)
        async with asyncio.timeout(60):
            while await store.value(ASLEEP) < 400:
                await asyncio.sleep(0.1)
        async with asyncio.timeout(60):  # what fell asleep is counted a little later
            commits = 400
            while commits >= 200:
                before = await store.value(COMMITS)
                await asyncio.sleep(4)  # more than two rounds of all that looks after runs
                commits = await store.value(COMMITS) - before
        sleeps = flow("short", wait("w", 0.1, sleeps=True, time_unit="minutes"), answer("end", 1))
        ids = [await farm.enqueue(sleeps) for _ in range(100)]
        await farm.until(ids, ("finished",), within=60)
        early = await store.value(
            "SELECT count(*) FROM execution_event e JOIN execution_event p ON p.run_id = e.run_id"
            " WHERE e.event->>'event' = 'block.resumed' AND p.event->>'event' = 'block.paused'"
            " AND extract(epoch FROM e.at) < (p.event->>'until')::float8"
        )
        assert early == 0
        assert await store.value(ASLEEP) == 400
