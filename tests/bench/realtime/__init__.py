"""Rooms under load: operations, cursors, typing, durable acks, joins, a reader that stalls; beside a bare relay.

Crowds are processes of their own, everybody in them stamps what they hear, and all share one monotonic clock. Because
they share the cores with the service, the same load is also put on a process that only relays: what that takes is the
crowd's, the kernel's and the hub's. `--full` holds 2,000 operations a second for a minute.
"""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psutil

from sim_core.store.pool import Store, open_store
from tests.bench.figures import Figure
from tests.bench.realtime.joins import joins, stalled, typing
from tests.bench.realtime.load import FULL_SECONDS, ROOMS, SECONDS, Bench, Load, Took, at, figure, quantiles, shares
from tests.realtime.service import running


async def gate(bench: Bench, name: str, load: Load, p50: float | None, p99: float | None) -> tuple[Took, list[Figure]]:
    """One load on the service, and the same on the relay."""
    took, bare = await bench.put(load), await bench.relayed(load)
    found = [
        *quantiles(name, took.report.peer, p50, p99),
        *quantiles(f"{name}, bare relay", bare.report.peer, None, None),
        *shares(name, load, took),
    ]
    relayed = figure(f"{name}: relay's CPU for an operation", 1e3 * bare.service_cpu_s / bare.report.sent, "ms")
    return took, [*found, relayed]


async def measure(bench: Bench, *, full: bool) -> list[Figure]:
    _, found = await gate(bench, "G1 10 in a room, 50 op/s", Load(1, 10, 50), 15, 60)
    took, more = await gate(bench, "G2 50 in a room, 100 op/s and cursors", Load(1, 50, 100, cursors=10), 25, 120)
    found += [*more, *quantiles("G4 cursor", took.report.cursor, 10, 50)]
    took, more = await gate(bench, f"G3 {ROOMS} rooms of 5, 500 op/s", Load(ROOMS, 5, 500), 30, 150)
    found += more
    for share, goal in ((0.95, 80), (0.99, 150), (0.999, 500)):
        found.append(figure(f"G6 durable ack: p{100 * share:g}", at(took.report.own, share), "ms", goal))
    name = f"G3 {ROOMS} rooms of 5, 2,000 op/s"
    load = Load(ROOMS, 5, 2000, seconds=FULL_SECONDS if full else SECONDS)
    took, more = await gate(bench, name, load, None, None)
    early, late = at(took.report.early, 0.5), at(Counter(took.report.peer) - Counter(took.report.early), 0.5)
    found += [
        *more,
        figure(f"{name}: waiting at most", took.waited, "", 2000),
        figure(f"{name}: waiting in the end", took.left, "", 100),
        figure(f"{name}: second half's p50 to the first's", late / early, "", 1.5),
    ]
    found += await joins(bench, await bench.workflow(200))
    found += await typing(bench.service, await bench.workflow())
    found += await stalled(bench)
    return found


async def serve(url: str, folder: Path, database: psutil.Process, *, full: bool) -> list[Figure]:
    store: Store = await open_store(url)
    async with running(store, url, folder) as service:
        found = await measure(Bench(service, await service.key(), database), full=full)
    await store.close()
    return found


def run(*, full: bool = False) -> Iterator[Figure]:
    """On a database of its own, the service and the crowds in processes of their own."""
    from sim_core.store.embedded import Embedded
    from sim_core.store.migrate import migrate
    from sim_core.store.places import find_place
    from sim_core.store.postgres import make_database

    with tempfile.TemporaryDirectory(prefix="sim-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        server = Embedded(find_place(Path(folder)), {})
        asyncio.run(server.start())
        try:
            asyncio.run(make_database(server))
            asyncio.run(migrate(server.uri()))
            yield from asyncio.run(serve(server.uri(), Path(folder), psutil.Process(server.pid), full=full))
        finally:
            asyncio.run(server.stop())
