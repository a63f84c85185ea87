import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from sim_core.errors import Unreachable
from sim_core.flow.events import BlockFinished, RunFailed, RunFinished
from sim_core.ids import new_id
from sim_core.store.embedded import Embedded
from sim_core.store.journal import Journal
from sim_core.store.migrate import migrate
from sim_core.store.places import find_place
from sim_core.store.pool import Store, open_store
from sim_core.store.postgres import make_database
from sim_core.store.processes import leave, reap, register
from sim_core.store.runs import NewRun, create_run, get_run


@pytest_asyncio.fixture
async def server() -> AsyncIterator[Embedded]:
    folder = Path(tempfile.mkdtemp(prefix="sim-pg-"))
    folder.chmod(0o755)
    made = Embedded(find_place(folder))
    await made.start()
    await make_database(made)
    await migrate(made.uri())
    yield made
    await made.stop()
    shutil.rmtree(folder)


def a_run() -> NewRun:
    return NewRun(id=new_id(), workspace_id="w", workflow_id="f", trigger="api")


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
async def test_the_journal_survives_a_restart_of_postgres(server: Embedded, how: signal.Signals) -> None:
    store = await open_store(server.uri())
    journal = Journal(store, owner="me")
    await journal.open()
    runs = [a_run() for _ in range(5)]
    for run in runs:
        await create_run(store, journal, run)
    followed: list[int] = []

    async def follow() -> None:
        async for entry in journal.follow(runs[0].id):
            followed.append(entry.seq or 0)

    following = asyncio.create_task(follow())
    stop = asyncio.Event()

    async def write(run: NewRun) -> int:
        count = 0
        while not stop.is_set() or count < 50:
            count += 1
            journal.add(run.id, 1, [BlockFinished(block="b", order=count, output=count)])
            if count % 10 == 0:
                await journal.committed(run.id)
            await asyncio.sleep(0.001)
        journal.add(run.id, 1, [RunFinished(output=count)])
        await journal.committed(run.id)
        return count

    writers = [asyncio.create_task(write(run)) for run in runs]
    await asyncio.sleep(0.1)
    assert server.pid is not None
    os.kill(server.pid, how)
    await asyncio.wait_for(server.ended(), 30)
    with pytest.raises(Unreachable):
        while True:  # its other processes live on for a moment
            await get_run(store, runs[0].id, "w")
    await asyncio.sleep(0.2)
    await server.restart()
    await asyncio.sleep(0.2)
    stop.set()
    counts = await asyncio.wait_for(asyncio.gather(*writers), 60)
    for run, count in zip(runs, counts, strict=True):
        rows = await store.rows("SELECT seq, event FROM execution_event WHERE run_id = $1 ORDER BY seq", run.id)
        assert [row["seq"] for row in rows] == list(range(1, count + 2))
        assert (await get_run(store, run.id, "w")).output == count
    await asyncio.wait_for(following, 30)
    assert followed == list(range(1, counts[0] + 2))
    await journal.close()
    await store.close()


DYING = """
import asyncio, sys
from sim_core.store.pool import open_store
from sim_core.store.processes import register
async def main():
    print(await register(await open_store(sys.argv[1], size=1), "serve"), flush=True)
    await asyncio.sleep(600)
asyncio.run(main())
"""


async def test_runs_of_dead_processes_are_told_so_and_those_of_living_ones_go_on(store: Store) -> None:
    mine = await register(store, "serve")
    process = subprocess.Popen([sys.executable, "-c", DYING, store.url], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    theirs = process.stdout.readline().strip()
    runs = {owner: a_run() for owner in (mine, theirs, "never registered")}
    for owner, run in runs.items():
        journal = Journal(store, owner=owner)
        await journal.open()
        await create_run(store, journal, run)
        journal.add(run.id, 1, [BlockFinished(block="b", order=1)])
        await journal.close()
    assert (await reap(store)).interrupted == (runs["never registered"].id,)
    watching = Journal(store, owner=mine)

    async def watch() -> list[int | None]:
        return [entry.seq async for entry in watching.follow(runs[theirs].id)]

    watched = asyncio.create_task(watch())
    await asyncio.sleep(0.2)
    process.kill()
    process.wait()
    process.stdout.close()
    assert (await reap(store)).interrupted == (runs[theirs].id,)
    assert (await reap(store)).interrupted == ()
    assert await asyncio.wait_for(watched, 30) == [1, 2]
    await watching.close()
    row = await get_run(store, runs[theirs].id, "w")
    assert row.status == "failed"
    assert row.error is not None
    assert row.error.code == "interrupted"
    journal = Journal(store, owner=mine)
    entries = [entry async for entry in journal.follow(runs[theirs].id)]
    assert [entry.seq for entry in entries] == [1, 2]
    assert isinstance(entries[-1].event, RunFailed)
    assert (await get_run(store, runs[mine].id, "w")).status == "running"
    await store.execute("UPDATE process SET host = 'elsewhere' WHERE id = $1", mine)
    assert (await reap(store)).interrupted == ()
    await journal.close()
    await store.execute("UPDATE process SET beat_at = now() - interval '1 minute' WHERE id = $1", mine)
    assert (await reap(store, patient=True)).interrupted == ()
    assert (await reap(store)).interrupted == (runs[mine].id,)
    await leave(store, mine)
