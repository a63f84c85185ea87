"""What a change of a document costs through its one door, alone and many at once, durably committed."""

import asyncio
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import quantiles

from sim_core.accounts.bootstrap import bootstrap
from sim_core.document.operations import Move, MoveBlocks
from sim_core.store.documents import create_workflow
from sim_core.store.embedded import Embedded
from sim_core.store.migrate import migrate
from sim_core.store.operations import append_ops
from sim_core.store.places import find_place
from sim_core.store.pool import Store, open_store
from sim_core.store.postgres import make_database
from tests.bench.document import chain
from tests.bench.figures import Figure

ROUNDS, WRITERS, EACH = 200, 16, 25


def run() -> Iterator[Figure]:
    """On an embedded Postgres of its own, as `sim up` starts it."""
    folder = Path(tempfile.mkdtemp(prefix="sim-bench-"))
    folder.chmod(0o755)
    try:
        yield from asyncio.run(_measured(folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _measured(folder: Path) -> list[Figure]:
    server = Embedded(find_place(folder))
    await server.start()
    try:
        await make_database(server)
        await migrate(server.uri())
        store = await open_store(server.uri())
        try:
            return [*await _alone(store), *await _together(store)]
        finally:
            await store.close()
    finally:
        await server.stop()


async def _alone(store: Store) -> list[Figure]:
    workspace, (id,) = await _made(store, 1, blocks=200)
    await _moves(store, workspace, id, 10, at=-20)
    spent = time.process_time()
    cuts = quantiles(await _moves(store, workspace, id, ROUNDS), n=100)
    cpu = (time.process_time() - spent) / ROUNDS
    return [
        Figure(name="one move, p50", value=round(cuts[49] * 1e3, 2), unit="ms", goal=5),
        Figure(name="one move, p99", value=round(cuts[98] * 1e3, 2), unit="ms"),
        Figure(name="one move, CPU of this process", value=round(cpu * 1e3, 3), unit="ms", goal=1.5),
    ]


async def _together(store: Store) -> list[Figure]:
    workspace, ids = await _made(store, WRITERS, blocks=50)
    spent, began = time.process_time(), time.perf_counter()
    times = await asyncio.gather(*(_moves(store, workspace, id, EACH) for id in ids))
    seconds, cpu = time.perf_counter() - began, time.process_time() - spent
    cuts = quantiles([one for some in times for one in some], n=100)
    count = WRITERS * EACH
    return [
        Figure(name="16 documents at once: moves per second", value=round(count / seconds, 1), unit="1/s"),
        Figure(name="16 documents at once: p99", value=round(cuts[98] * 1e3, 2), unit="ms"),
        Figure(name="16 documents at once: CPU of this process", value=round(cpu / count * 1e3, 3), unit="ms/move"),
    ]


async def _made(store: Store, count: int, *, blocks: int) -> tuple[str, list[str]]:
    home = await bootstrap(store)
    made = [
        await create_workflow(store, document=chain(blocks), workspace_id=home.workspace_id, actor=home.user_id)
        for _ in range(count)
    ]
    return home.workspace_id, [one.id for one in made]


async def _moves(store: Store, workspace: str, id: str, count: int, *, at: int = 0) -> list[float]:
    times: list[float] = []
    for n in range(count):
        began = time.perf_counter()
        move = MoveBlocks(items=(Move("b1", at + n + 1.0, 2.0),))
        await append_ops(store, id, [move], workspace_id=workspace, actor="bench")
        times.append(time.perf_counter() - began)
    return times
