"""A worker is ready for what it is given: its sandbox is warm, and plugins that came elsewhere come to it."""

import asyncio
import os
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from sim_core.app.ledger import StoredLedger
from sim_core.ids import new_id
from sim_core.plugins import Environment, Recorded
from sim_core.plugins.resolver import build, uv
from sim_core.plugins.scaffold import new
from sim_core.store import line
from sim_core.store.journal import Journal
from sim_core.store.pool import Store, open_store
from sim_core.store.runs import NewRun, Run, create_run, get_run, keep_document
from tests.plugins.conftest import about
from tests.support.packages import block, install
from tests.support.workers import flow, workers

ENDED = ("finished", "failed", "cancelled")


async def test_the_sandbox_of_a_worker_is_warm_before_its_first_run(clean_postgres: str) -> None:
    async with workers(clean_postgres, 1) as farm:
        worker = psutil.Process(farm.processes[0].pid)
        async with asyncio.timeout(120):
            while True:  # its helpers wait: nothing is left to start
                helpers = {child.pid for child in worker.children(recursive=True)}
                await asyncio.sleep(0.5)
                if len(helpers) > 1 and helpers == {child.pid for child in worker.children(recursive=True)}:
                    break
        code = {"id": "f", "type": "function", "values": {"code": "return 40 + 2"}}
        id = await farm.enqueue(flow("code", code))
        await farm.until([id], ENDED)
        assert (await get_run(farm.motor.store, id, None)).output["result"] == 42
        now = {child.pid for child in worker.children(recursive=True)}
        assert len(helpers - now) <= 1, "more than the one that waited for this call were used"


async def test_a_package_that_came_a_moment_ago_is_found_by_the_worker_whose_run_needs_it(
    clean_postgres: str, tmp_path: Path
) -> None:
    store = await open_store(clean_postgres, size=2)
    async with a_worker(store, tmp_path, sys.executable, PYTHONPATH=str(tmp_path)):
        # in the same moment: it has not looked again since
        install(tmp_path, "sim-block-shout", block("shout", body="return text.upper()"))
        run = await performed(store, "shout")
    assert (run.status, run.output) == ("finished", "HI"), run.error
    await store.close()


async def test_a_plugin_that_was_installed_on_another_machine_comes_to_a_worker_on_this_one(
    clean_postgres: str, tmp_path: Path
) -> None:
    store = await open_store(clean_postgres, size=2)
    here = machine(tmp_path)
    wheel = build(new("blocks/shout", into=tmp_path), tmp_path / "data" / "plugins" / "wheels")
    version = wheel.name.split("-")[1]
    async with a_worker(store, tmp_path, str(here.python), UV_OFFLINE="1"):
        assert "sim-block-shout" not in here.versions()
        package = Recorded(name="sim-block-shout", version=version, origin="sim-block-shout")
        await StoredLedger(store).record(package, by="")
        async with asyncio.timeout(60):
            while "sim-block-shout" not in here.versions():
                await asyncio.sleep(0.05)
        run = await performed(store, "shout")
    assert run.status == "finished", run.error
    await store.close()


def machine(folder: Path) -> Environment:
    """An environment of its own, which finds the platform and nothing else that is installed here later."""
    tool = uv(Environment.current())
    if not tool:
        pytest.skip("uv is not here")
    home = folder / "machine"
    subprocess.run([*tool, "venv", "--quiet", "--offline", "--python", sys.executable, str(home)], check=True)
    environment = Environment.of(home / "bin" / "python")
    about(environment, "sim-platform", "0.1.0", requires=("msgspec",))
    about(environment, "msgspec", "0.22.0")
    (environment.site / "platform.pth").write_text(f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n")
    return environment


@asynccontextmanager
async def a_worker(store: Store, folder: Path, python: str, **settings: str) -> AsyncIterator[None]:
    """A worker process, and nobody else who knows of plugins."""
    given = {"SIM_DATA": str(folder / "data"), "DATABASE_URL": store.url, "SIM_LOG_LEVEL": "warning", **settings}
    with tempfile.TemporaryFile() as log:
        worker = subprocess.Popen(
            [python, "-m", "sim_core.cli", "worker"], env={**os.environ, **given}, stdout=log, stderr=log
        )
        try:
            async with asyncio.timeout(60):
                while not await store.value("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"):
                    assert worker.poll() is None
                    await asyncio.sleep(0.05)
            yield
        except BaseException:
            log.seek(0)
            print(log.read().decode())
            raise
        finally:
            worker.kill()
            await asyncio.to_thread(worker.wait, 10)


async def performed(store: Store, type: str) -> Run:
    """What comes of a run with one block of a type, which the worker takes from the queue."""
    step: dict[str, Any] = {"id": "it", "type": type, "values": {"text": "hi"}}
    snapshot = await keep_document(store, flow("one", step))
    journal = Journal(store, owner="test")
    await journal.open()
    run = NewRun(
        id=new_id(), workspace_id="space", workflow_id="f", trigger="api", snapshot=snapshot, status="pending",
        durable=True,
    )  # fmt: skip
    await create_run(store, journal, run)
    await line.tell(store)
    async with asyncio.timeout(60):
        while (found := await get_run(store, run.id, None)).status not in ENDED:
            await asyncio.sleep(0.05)
    await journal.close()
    return found
