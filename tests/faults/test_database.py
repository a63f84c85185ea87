"""The database goes away while runs are under way: everybody waits for it, and nothing is lost or done twice."""

import asyncio
import os
import shutil
import signal
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from sim_core.accounts.bootstrap import bootstrap
from sim_core.flow.events import BlockFinished, RunFinished
from sim_core.jobs.claims import Claims
from sim_core.jobs.past import history
from sim_core.store import line, processes
from sim_core.store.documents import create_workflow
from sim_core.store.embedded import Embedded
from sim_core.store.migrate import migrate
from sim_core.store.places import find_place
from sim_core.store.postgres import make_database
from sim_core.store.runs import get_run, list_runs
from tests.support.http import Answer, Seen, serve
from tests.support.workers import Workers, answer, flow, post, wait, workers


@pytest_asyncio.fixture
async def server() -> AsyncIterator[Embedded]:
    """A Postgres of the test's own, with all that makes it safe."""
    folder = Path(tempfile.mkdtemp(prefix="sim-pg-"))
    folder.chmod(0o755)
    made = Embedded(find_place(folder))
    await made.start()
    await make_database(made)
    await migrate(made.uri())
    yield made
    await made.stop()
    shutil.rmtree(folder)


async def knock_over(server: Embedded, away_s: float, farm: Workers | None) -> None:
    """An immediate shutdown, as a crash is, and a start a moment later; a worker may die and another come meanwhile."""
    assert server.pid is not None
    os.kill(server.pid, signal.SIGQUIT)
    await asyncio.wait_for(server.ended(), 60)
    await asyncio.sleep(away_s)
    if farm is not None:
        farm.kill(farm.processes[0])
        farm.start()
    await server.restart()


@pytest.mark.parametrize(
    ("runs", "falls", "kills"),
    [
        pytest.param(36, 3, False, id="3 falls"),
        pytest.param(60, 12, False, id="12 falls", marks=pytest.mark.full),
        pytest.param(60, 8, True, id="8 falls, a worker killed in each", marks=pytest.mark.full),
    ],
)
async def test_runs_go_on_when_postgres_falls_over_under_them(
    server: Embedded, runs: int, falls: int, kills: bool
) -> None:
    under_way = asyncio.Event()

    async def slowly(seen: Seen) -> Answer:
        await under_way.wait()
        return Answer(body={"path": seen.path}, delay_s=0.1)

    async with serve(slowly) as service, workers(server.uri(), 2, SIM_WORKSPACE_RUNS="200") as farm:
        home = await bootstrap(farm.motor.store)
        child = flow("child", wait("x", 0.2), post("d", f"{service.url}/d"), wait("y", 0.2), answer("end", "<start.n>"))
        inner = await create_workflow(farm.motor.store, workspace_id=home.workspace_id, document=child, actor="test")
        call = {"id": "call", "type": "workflow",
                "values": {"workflow_id": inner.id, "input_mapping": {"n": "<start.n>"}}}  # fmt: skip
        steps = flow("steps", post("a", f"{service.url}/a"), *pauses("w", 3), call,
                     post("b", f"{service.url}/b"), *pauses("v", 3), post("c", f"{service.url}/c"),
                     answer("end", "<call.result.data>"))  # fmt: skip
        given: dict[str, Any] = {"space": home.workspace_id}
        ids = [await farm.enqueue(steps, {"n": n}, **given) for n in range(runs)]
        here = [await farm.begin(steps, {"n": runs + n}, **given) for n in range(runs // 3)]
        ids += [one.run_id for one in here]
        await farm.until(ids, ("running",))
        under_way.set()
        for fall in range(falls):
            await knock_over(server, 0.3 + 0.4 * (fall % 3), farm if kills else None)
            await asyncio.sleep(0.1 + 0.25 * (fall % 4))
        outcomes = await asyncio.wait_for(asyncio.gather(*(one.ended() for one in here)), 120)
        assert {outcome.status for outcome in outcomes} == {"finished"}, outcomes
        await farm.until(ids, ("finished", "failed", "cancelled"))
        for n, id in enumerate(ids):
            await check_run(farm, id, n)
            assert len((await list_runs(farm.motor.store, workspace_id=home.workspace_id, parent_id=id)).items) == 1
        asked = Counter((seen.path, seen.json["n"]) for seen in service.seen)
        assert asked.keys() == {(path, n) for path in ("/a", "/b", "/c", "/d") for n in range(len(ids))}
        # where no process died, every call was made once
        assert max(asked.values()) <= (1 + falls if kills else 1)
        keys = {(seen.path, seen.json["n"], seen.headers["idempotency-key"]) for seen in service.seen}
        assert len(keys) == len(asked)
        assert all(process.poll() is None for process in farm.processes), farm.said()


async def check_run(farm: Workers, id: str, n: int) -> None:
    """It came to what it should, and did each step once."""
    run = await get_run(farm.motor.store, id, None)
    assert (run.status, (run.output or {}).get("data")) == ("finished", n), (run.error, farm.said())
    events = await history(farm.motor.runs.journal, id)
    assert sum(isinstance(event, RunFinished) for event in events) == 1
    done = Counter(event.block for event in events if isinstance(event, BlockFinished))
    assert set(done.values()) == {1}, done


async def test_who_comes_after_an_outage_takes_nobody_for_dead_who_had_no_chance_to_say_otherwise(
    clean_postgres: str,
) -> None:
    async with workers(clean_postgres, 0) as farm:
        id = await farm.enqueue(flow("one", answer("end", 1)))
        await farm.motor.store.execute(
            "INSERT INTO process (id, kind, host, pid, born, beat_at)"
            " VALUES ('other', 'worker', 'elsewhere', 1, '', now() - interval '1 minute')"
        )
        await farm.motor.store.execute(
            "UPDATE workflow_execution_logs SET status = 'running', owner = 'other' WHERE id = $1", id
        )
        async with workers(clean_postgres, 0):
            assert await farm.status(id) == "running"
        assert (await processes.reap(farm.motor.store)).freed == (id,)


async def test_a_claim_whose_answer_was_lost_is_given_back(clean_postgres: str) -> None:
    async with workers(clean_postgres, 0) as farm:
        runs = farm.motor.runs
        kinds = {True: "pending", False: "failed"}
        ids = {durable: await farm.enqueue(flow("one", answer("end", 1)), durable=durable) for durable in kinds}
        # as if the commit had come through and the word of it had not
        assert len(await line.take(farm.motor.store, list(ids.values()), owner=runs.journal.owner)) == 2
        going = await farm.begin(flow("slow", wait("w", 60)))
        patient, quick = Claims(runs), Claims(runs, strange_s=0)
        for _ in range(2):
            await patient.check()
        assert [await farm.status(id) for id in ids.values()] == ["running", "running"]
        for _ in range(2):
            await quick.check()
        await runs.journal.flush()
        assert [await farm.status(id) for id in ids.values()] == list(kinds.values())
        error = (await get_run(farm.motor.store, ids[False], None)).error
        assert error is not None
        assert error.code == "interrupted"
        assert await farm.status(going.run_id) == "running"
        going.cancel()


def pauses(id: str, count: int) -> list[dict[str, Any]]:
    """Short waits, each of which is told in the journal."""
    return [wait(f"{id}{number}", 0.2) for number in range(count)]
