"""Runs that sleep: what thousands of them cost a worker and the database, and how well they wake."""

import asyncio
import statistics

import psutil

from sim_core.flow.events import BlockPaused, BlockResumed
from sim_core.jobs.past import entries
from sim_core.store.embedded import Embedded
from tests.bench.figures import Figure
from tests.support.workers import Workers, answer, flow, wait

SLEEPERS, WAKING = 5000, 300
STILL_S = 24.0
"""Longer than the rounds of everything that looks after sleepers."""


async def measure(farm: Workers, server: Embedded) -> list[Figure]:
    """Idle without sleepers, idle with them, and the waking of some."""
    steps = flow("sleeps", wait("w", 0, sleeps=True, time_value="<start.m>", time_unit="minutes"), answer("end", 1))
    worker = psutil.Process(farm.processes[0].pid)
    await farm.until([await farm.enqueue(steps, {"m": 1 / 60})], ("finished",))
    alone, alone_database = await _idle(worker, server)
    before = worker.memory_full_info().uss
    await _put_to_sleep(farm, steps)
    grown = worker.memory_full_info().uss - before
    crowded, crowded_database = await _idle(worker, server)
    late = await _lateness(farm, steps)
    return [
        Figure(name="idle worker", value=alone, unit="ms/s"),
        Figure(name=f"idle worker, {SLEEPERS:,} asleep", value=crowded, unit="ms/s", goal=20),
        Figure(name="idle database", value=alone_database, unit="ms/s"),
        Figure(name=f"idle database, {SLEEPERS:,} asleep", value=crowded_database, unit="ms/s", goal=20),
        Figure(name=f"memory a worker keeps of {SLEEPERS:,}", value=round(grown / 2**20, 1), unit="MB", goal=20),
        Figure(name="late to wake, p50", value=round(statistics.median(late), 1), unit="ms", goal=100),
        Figure(name="late to wake, p95", value=round(late[int(len(late) * 0.95)], 1), unit="ms"),
    ]


async def _idle(worker: psutil.Process, server: Embedded) -> tuple[float, float]:
    """CPU that a second costs the worker, and the database with all its processes."""
    await asyncio.sleep(3)
    postgres = psutil.Process(server.pid)
    busy = [cpu_s(worker), sum(map(cpu_s, [postgres, *postgres.children(recursive=True)]))]
    await asyncio.sleep(STILL_S)
    now = [cpu_s(worker), sum(map(cpu_s, [postgres, *postgres.children(recursive=True)]))]
    own, database = (round(1000 * (after - before) / STILL_S, 2) for before, after in zip(busy, now, strict=True))
    return own, database


def cpu_s(process: psutil.Process) -> float:
    """Seconds of CPU that a process has used."""
    times = process.cpu_times()
    return times.user + times.system


async def _put_to_sleep(farm: Workers, steps: object) -> None:
    first = await farm.enqueue(steps, {"m": 60})  # pyright: ignore[reportArgumentType]  # any workflow
    await farm.until([first], ("paused",))
    await farm.copy(first, SLEEPERS - 1)
    async with asyncio.timeout(240):
        while await farm.motor.store.value(
            "SELECT count(*) FROM workflow_execution_logs WHERE status IN ('pending', 'running')"
        ):
            await asyncio.sleep(0.2)


async def _lateness(farm: Workers, steps: object) -> list[float]:
    """Milliseconds between the time that a run sleeps to and its next event, of runs that wake one after the other."""
    waking = [
        await farm.enqueue(steps, {"m": (8 + number * 0.03) / 60})  # pyright: ignore[reportArgumentType]  # any workflow
        for number in range(WAKING)
    ]
    await farm.until(waking, ("finished",), within=120)
    late: list[float] = []
    for id in waking:
        told = await entries(farm.motor.runs.journal, id)
        until = next(entry.event.until for entry in told if isinstance(entry.event, BlockPaused))
        at = next(entry.at for entry in told if isinstance(entry.event, BlockResumed))
        assert until is not None
        assert at is not None
        late.append(1000 * (at.timestamp() - until))
    return sorted(late)
