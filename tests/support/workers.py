"""Real worker processes on a database of the test, and a front that queues runs as the API does."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

from sim_core import settings as configuration
from sim_core.app.motor import Motor, open_motor
from sim_core.document.workflow import Workflow
from sim_core.jobs.orders import Order
from sim_core.jobs.running import Running
from sim_core.store import line
from sim_core.store.runs import get_run

SPACE, OTHER = "space", "other"
COPY = """
INSERT INTO workflow_execution_logs (id, workspace_id, workflow_id, snapshot, status, trigger, durable, facts, input,
  created_at, ms, tokens_input, tokens_output, cost, epoch, priority, cancel_asked)
SELECT gen_random_uuid()::text, workspace_id, workflow_id, snapshot, 'pending', 'api', durable, facts, input, now(),
  0, 0, 0, 0, 1, 0, false
FROM workflow_execution_logs, generate_series(1, $2::int) WHERE id = $1
"""


class Workers:
    """Worker processes, and the motor of this process, which takes no runs from the queue."""

    def __init__(self, motor: Motor, environment: dict[str, str], log: Path) -> None:
        self.motor = motor
        self.environment = environment
        self.log = log
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> subprocess.Popen[bytes]:
        """Start one more."""
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "sim_core.cli", "worker"], env=self.environment, stdout=log, stderr=log
            )
        self.processes.append(process)
        return process

    async def ready(self, count: int) -> None:
        """Wait until so many show that they live."""
        async with asyncio.timeout(120):
            while (
                await self.motor.store.value(
                    "SELECT count(*) FROM process WHERE kind = 'worker' AND beat_at > now() - interval '4 seconds'"
                )
                < count
            ):
                await asyncio.sleep(0.05)

    async def enqueue(self, workflow: Workflow, input: Any = None, *, space: str = SPACE, **more: Any) -> str:
        """Queue a run."""
        run_id, _ = await self.motor.runs.enqueue(order(workflow, input, space=space, **more))
        return run_id

    async def begin(self, workflow: Workflow, input: Any = None, *, space: str = SPACE, **more: Any) -> Running:
        """Begin a run in this process, as a synchronous request does."""
        return await self.motor.runs.start(order(workflow, input, space=space, **more))

    async def copy(self, run_id: str, count: int) -> None:
        """Queue so many more of a run, by one statement."""
        await self.motor.store.execute(COPY, run_id, count)
        await line.tell(self.motor.store)

    async def status(self, run_id: str) -> str:
        """A run's status now."""
        return (await get_run(self.motor.store, run_id, None)).status

    async def until(self, run_ids: Sequence[str], statuses: Collection[str], *, within: float = 180) -> float:
        """Seconds until all of them have one of the statuses."""
        began = time.monotonic()
        async with asyncio.timeout(within):
            while await self.motor.store.value(
                "SELECT count(*) FROM workflow_execution_logs WHERE id = ANY($1) AND status <> ALL($2)",
                list(run_ids), list(statuses),
            ):  # fmt: skip
                await asyncio.sleep(0.05)
        return time.monotonic() - began

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """End one without a word."""
        process.kill()
        process.wait(10)
        self.processes.remove(process)

    def said(self) -> str:
        """What all of them printed."""
        return self.log.read_text() if self.log.exists() else ""

    async def end(self) -> None:
        """Leave none behind."""
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
        for process in self.processes:
            await asyncio.to_thread(process.wait, 10)


@asynccontextmanager
async def workers(url: str, count: int, **settings: str) -> AsyncIterator[Workers]:
    """So many workers on a database, ready for work."""
    with tempfile.TemporaryDirectory(prefix="sim-workers-") as folder:
        given = {
            "SIM_DATA": folder,
            "DATABASE_URL": url,
            "SIM_ALLOW_HOSTS": "127.0.0.1,localhost",
            "SIM_LOG_LEVEL": "warning",
            **settings,
        }
        faults: list[BaseException] = []
        async with AsyncExitStack() as stack:
            motor = await open_motor(
                configuration.read(given), url, stack, kind="serve", report=lambda error, _: faults.append(error)
            )
            found = Workers(motor, {**os.environ, **given}, Path(folder) / "workers.log")
            stack.push_async_callback(found.end)
            for _ in range(count):
                found.start()
            await found.ready(count)
            yield found
            await motor.runs.drain(0)


def order(workflow: Workflow, input: Any = None, *, space: str = SPACE, **more: Any) -> Order:
    """A durable run that somebody wants."""
    return Order(
        workspace_id=space, workflow_id=f"flow-{workflow.name}", workflow=workflow, seq=1, input=input,
        **{"durable": True, **more},
    )  # fmt: skip


def flow(name: str, *blocks: dict[str, Any]) -> Workflow:
    """A workflow of blocks one after the other, behind a start."""
    chain = [{"id": "start", "type": "start", "name": "Start"}, *blocks]
    plain = {
        "name": name,
        "blocks": {block["id"]: {"name": block["id"], **block} for block in chain},
        "edges": {
            f"e{at}": {"id": f"e{at}", "source": chain[at]["id"], "target": chain[at + 1]["id"]}
            for at in range(len(chain) - 1)
        },
    }
    return msgspec.convert(plain, Workflow)


def post(id: str, url: str) -> dict[str, Any]:
    """A block that asks a service for something that must not happen twice."""
    return {"id": id, "type": "api", "values": {"url": url, "method": "POST", "body": {"n": "<start.n>"}}}


def wait(id: str, seconds: float, **values: Any) -> dict[str, Any]:
    """A block that waits."""
    return {"id": id, "type": "wait", "values": {"time_value": seconds, "time_unit": "seconds"} | values}


def answer(id: str, value: Any) -> dict[str, Any]:
    """A block that ends a run."""
    return {"id": id, "type": "response", "values": {"data_mode": "json", "data": value}}
