"""Puts a load on a service, and the same on a process that only relays; says what each process took for it."""

import asyncio
import json
import sys
import urllib.request
from collections import Counter
from typing import Any

import msgspec
import psutil
from msgspec import Struct

from sim_core.document.workflow import Block, Position, Workflow
from sim_core.store.documents import create_workflow
from tests.bench.figures import Figure
from tests.realtime.crowd import STEP_S, Counts, Plan, Report, Seat
from tests.realtime.service import Service
from tests.support.ports import free_port

SECONDS = 8.0
FULL_SECONDS = 60.0
PROCESSES = 3
ROOMS = 100


class Load(Struct, frozen=True):
    """What is put on a service."""

    rooms: int
    each: int
    rate: float
    cursors: float = 0.0
    seconds: float = SECONDS
    weight: int = 0


class Took(Struct):
    """What came of a load."""

    report: Report
    crowd_cpu_s: float
    service_cpu_s: float
    postgres_cpu_s: float
    committed: int
    waited: int
    """Most that waited for the committer, whenever it was looked at."""
    left: int
    """How many waited in the end."""


def at(counts: Counts, share: float) -> float:
    """A quantile in ms."""
    wanted, so_far = share * sum(counts.values()), 0
    for step, count in sorted(counts.items()):
        so_far += count
        if so_far >= wanted:
            return round(1e3 * (step + 1) * STEP_S, 2)
    return float("inf")


def health(port: int) -> dict[str, Any]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=20) as reply:
        return json.loads(reply.read())


def postgres_cpu(database: psutil.Process | None) -> float:
    """CPU of the database server and everything it has started."""
    total = 0.0
    for process in [] if database is None else [database, *database.children(recursive=True)]:
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return total


class Bench:
    """A service, and what it is measured with."""

    def __init__(self, service: Service, key: str, database: psutil.Process) -> None:
        self.service, self.key, self.database = service, key, database

    async def workflow(self, blocks: int = 3) -> str:
        """A workflow of its own for each load."""
        places = range(blocks)
        made = [Block(id=f"b{n}", type="function", name=f"b{n}", position=Position(n, 0)) for n in places]
        document = Workflow(blocks={block.id: msgspec.structs.replace(block, values={"code": "x"}) for block in made})
        home = self.service.home
        stored = await create_workflow(
            self.service.store, workspace_id=home.workspace_id, actor=home.user_id, document=document
        )
        return stored.id

    async def put(self, load: Load, ids: list[str] | None = None) -> Took:
        """Put a load on the service."""
        ids = ids or [await self.workflow(load.each) for _ in range(load.rooms)]
        return await self.measure(load, ids, self.service.port, self.database)

    async def relayed(self, load: Load) -> Took:
        """Put the same load on a process that relays and does nothing else."""
        port = free_port()
        words = [sys.executable, "-m", "tests.realtime.relay", str(port)]
        relay = await asyncio.create_subprocess_exec(*words, stdout=asyncio.subprocess.PIPE)
        assert relay.stdout
        await relay.stdout.readline()
        try:
            return await self.measure(load, [f"workflow-{n:08}" for n in range(load.rooms)], port, None)
        finally:
            relay.terminate()
            await relay.wait()

    async def measure(self, load: Load, ids: list[str], port: int, database: psutil.Process | None) -> Took:
        plans = [self.plan(load, ids, port, process) for process in range(PROCESSES)]
        crowds = await asyncio.gather(*(_crowd(plan) for plan in plans))
        before = await asyncio.to_thread(health, port)
        began = postgres_cpu(database)
        waited: list[int] = []
        watching = asyncio.create_task(_watch(port, waited))
        reports = await asyncio.gather(*(_go(crowd) for crowd in crowds))
        watching.cancel()
        after = await asyncio.to_thread(health, port)
        return Took(
            report=joined(reports), crowd_cpu_s=sum(report.cpu_s for report in reports),
            service_cpu_s=after["cpu_s"] - before["cpu_s"], postgres_cpu_s=postgres_cpu(database) - began,
            committed=after["committed"] - before["committed"], waited=max(waited, default=0), left=after["waiting"],
        )  # fmt: skip

    def plan(self, load: Load, ids: list[str], port: int, process: int) -> Plan:
        """The part of one process: the members of each room are spread over all of them."""
        seats = [
            Seat(id, [place for place in range(load.each) if (place + n) % PROCESSES == process])
            for n, id in enumerate(ids)
        ]
        share = sum(len(seat.places) for seat in seats) / (load.rooms * load.each)
        return Plan(
            port=port, key=self.key, name=f"crowd{process}", seats=seats, rate=load.rate * share,
            seconds=load.seconds, cursors=load.cursors, weight=load.weight,
        )  # fmt: skip


async def _crowd(plan: Plan) -> asyncio.subprocess.Process:
    words = [sys.executable, "-m", "tests.realtime.crowd"]
    pipe = asyncio.subprocess.PIPE
    crowd = await asyncio.create_subprocess_exec(*words, stdin=pipe, stdout=pipe, limit=1 << 24)
    assert crowd.stdin
    assert crowd.stdout
    crowd.stdin.write(msgspec.json.encode(plan) + b"\n")
    assert await crowd.stdout.readline() == b"ready\n"
    return crowd


async def _go(crowd: asyncio.subprocess.Process) -> Report:
    assert crowd.stdin
    assert crowd.stdout
    crowd.stdin.write(b"go\n")
    report = msgspec.json.decode(await crowd.stdout.readline(), type=Report, strict=False)
    await crowd.wait()
    return report


async def _watch(port: int, waited: list[int]) -> None:
    while True:
        await asyncio.sleep(0.5)
        waited.append((await asyncio.to_thread(health, port))["waiting"])


def joined(reports: list[Report]) -> Report:
    """All reports as one."""
    whole = Report()
    for report in reports:
        for name in ("peer", "own", "cursor", "early"):
            setattr(whole, name, Counter(getattr(whole, name)) + Counter(getattr(report, name)))
        whole.sent += report.sent
        whole.heard += report.heard
        whole.missed += report.missed
        whole.behind_s = max(whole.behind_s, report.behind_s)
        for code, count in report.refused.items():
            whole.refused[code] = whole.refused.get(code, 0) + count
    return whole


def figure(name: str, value: float, unit: str, goal: float | None = None, *, least: bool = False) -> Figure:
    return Figure(name=name, value=round(value, 3), unit=unit, goal=goal, least=least)


def quantiles(name: str, counts: Counts, p50: float | None, p99: float | None) -> list[Figure]:
    return [figure(f"{name}: p{n}", at(counts, n / 100), "ms", goal) for n, goal in ((50, p50), (99, p99))]


def shares(name: str, load: Load, took: Took) -> list[Figure]:
    """What the load cost, by process, and whether everything came to everybody."""
    ops, report = max(1, took.committed), took.report
    heard = 100 * report.heard / max(1, report.sent * load.each)
    return [
        figure(f"{name}: service CPU for an operation", 1e3 * took.service_cpu_s / ops, "ms"),
        figure(f"{name}: Postgres CPU for an operation", 1e3 * took.postgres_cpu_s / ops, "ms"),
        figure(f"{name}: crowds' CPU for an operation", 1e3 * took.crowd_cpu_s / max(1, report.sent), "ms"),
        figure(f"{name}: heard by everybody", heard, "%", 99.9, least=True),
        figure(f"{name}: missed, refused", report.missed + sum(report.refused.values()), "", 0),
        figure(f"{name}: crowds late at most", 1e3 * report.behind_s, "ms"),
    ]
