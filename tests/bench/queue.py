"""Runs from the queue: latency, throughput of a worker, scaling from one worker to two, fairness."""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from sim_core.store.embedded import Embedded
from sim_core.store.migrate import migrate
from sim_core.store.places import find_place
from sim_core.store.postgres import make_database
from tests.bench import sleepers
from tests.bench.figures import Figure
from tests.bench.sleepers import cpu_s
from tests.support.workers import OTHER, Workers, answer, flow, wait, workers

TRIVIAL, WAITING = 1000, 300


def run() -> Iterator[Figure]:
    """On a Postgres of its own, with fsync on."""
    yield from asyncio.run(_measure())


async def _measure() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="sim-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        server = Embedded(find_place(Path(folder)))
        await server.start()
        try:
            await make_database(server)
            await migrate(server.uri())
            return [*await _figures(server.uri()), *await _sleepers(server)]
        finally:
            await server.stop()


async def _figures(url: str) -> list[Figure]:
    limits = {"SIM_WORKER_RUNS": "20", "SIM_WORKSPACE_RUNS": "400"}
    async with workers(url, 1, **limits) as farm:
        found = [*await _latency(farm), *await _throughput(farm), await _fairness(farm)]
    # few slots, so that the blocks wait and not the processor
    async with workers(url, 1, **limits | {"SIM_WORKER_RUNS": "4"}) as farm:
        one = await _waits(farm)
        farm.start()
        await farm.ready(2)
        two = await _waits(farm)
    ratio = round(one / two, 2)
    found.append(Figure(name="runs that wait 50 ms, one worker of 4", value=round(WAITING / one), unit="/s"))
    found.append(Figure(name="runs that wait 50 ms, two workers of 4", value=round(WAITING / two), unit="/s"))
    return [*found, Figure(name="scaling, one worker to two", value=ratio, unit="x", goal=1.8, least=True)]


async def _sleepers(server: Embedded) -> list[Figure]:
    async with workers(server.uri(), 1, SIM_WORKSPACE_RUNS="400") as farm:
        return await sleepers.measure(farm, server)


async def _latency(farm: Workers) -> list[Figure]:
    trivial = flow("trivial", answer("end", 1))
    ids: list[str] = []
    for _ in range(60):
        ids.append(await farm.enqueue(trivial))
        await asyncio.sleep(0.03)
    await farm.until(ids, ("finished",))
    rows = await farm.motor.store.rows(
        "SELECT extract(epoch FROM started_at - created_at) * 1000 AS ms FROM workflow_execution_logs"
        " WHERE id = ANY($1)",
        ids[10:],
    )
    times = sorted(float(row["ms"]) for row in rows)
    return [
        Figure(name="enqueue to start, p50", value=round(statistics.median(times), 2), unit="ms", goal=20),
        Figure(name="enqueue to start, p95", value=round(times[int(len(times) * 0.95)], 2), unit="ms"),
    ]


async def _throughput(farm: Workers) -> list[Figure]:
    trivial = flow("trivial", answer("end", 1))
    worker = psutil.Process(farm.processes[0].pid)
    before = cpu_s(worker)
    took = await _all(farm, [await _made(farm, trivial, TRIVIAL)])
    busy = 1000 * (cpu_s(worker) - before) / TRIVIAL
    return [
        Figure(name="trivial durable runs, one worker", value=round(TRIVIAL / took), unit="/s", goal=200, least=True),
        Figure(name="worker CPU for a trivial run", value=round(busy, 2), unit="ms", goal=5),
    ]


async def _fairness(farm: Workers) -> Figure:
    await _made(farm, flow("slow", wait("w", 1)), 2000)
    await asyncio.sleep(1)
    began = time.perf_counter()
    await farm.until([await farm.enqueue(flow("quick", answer("end", 1)), space=OTHER)], ("finished",))
    took = time.perf_counter() - began
    await farm.motor.store.execute("UPDATE workflow_execution_logs SET status = 'cancelled' WHERE status = 'pending'")
    await asyncio.sleep(2)
    return Figure(name="another's first, behind 2,000 runs", value=round(took, 3), unit="s", goal=1)


async def _waits(farm: Workers) -> float:
    return await _all(farm, [await _made(farm, flow("waits", wait("w", 0.05)), WAITING)])


async def _made(farm: Workers, workflow: object, count: int) -> float:
    """Queue copies of a run by one statement; when that was."""
    first = await farm.enqueue(workflow)  # pyright: ignore[reportArgumentType]  # any workflow
    await farm.until([first], ("finished", "running"))
    began = time.perf_counter()
    await farm.copy(first, count)
    return began


async def _all(farm: Workers, began: list[float]) -> float:
    async with asyncio.timeout(120):
        while await farm.motor.store.value(
            "SELECT count(*) FROM workflow_execution_logs WHERE status IN ('pending', 'running')"
        ):
            await asyncio.sleep(0.01)
    took = time.perf_counter() - began[0]
    if await farm.motor.store.value("SELECT count(*) FROM workflow_execution_logs WHERE status = 'failed'"):
        raise SystemExit("runs failed, so the figures mean nothing")
    return took
