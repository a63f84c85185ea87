"""A real service on a real database, as a process, with people to enter it."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sim_core.accounts.bootstrap import Home, bootstrap
from sim_core.accounts.keys import create_key
from sim_core.document.workflow import Block, Workflow
from sim_core.store.documents import create_workflow
from sim_core.store.pool import Store
from sim_realtime.client import Client
from tests.support.ports import free_port

DOCUMENT = Workflow(
    name="shared",
    blocks={id: Block(id=id, type="function", name=f"Block {id}", values={"prompt": "hello"}) for id in "abc"},
)


class Process:
    """`sim realtime` on a port of its own; it can be killed and started again."""

    def __init__(self, database: str, folder: Path) -> None:
        self.database, self.folder, self.port = database, folder, free_port()
        self.child: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Start it; seconds until it listens."""
        began = time.monotonic()
        own = {
            "DATABASE_URL": self.database, "SIM_REALTIME_PORT": str(self.port), "SIM_DATA": str(self.folder),
            "SIM_REALTIME_URL": f"ws://127.0.0.1:{self.port}",
        }  # fmt: skip
        words = [sys.executable, "-m", "sim_core.cli", "realtime"]
        self.child = subprocess.Popen(words, env={**os.environ, **own}, stdout=subprocess.DEVNULL)
        while time.monotonic() - began < 60:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return time.monotonic() - began
            time.sleep(0.01)
        raise AssertionError("the service does not listen")

    @property
    def is_alive(self) -> bool:
        return self.child is not None and self.child.poll() is None

    def signal(self, number: signal.Signals) -> None:
        assert self.child
        self.child.send_signal(number)

    def kill(self) -> None:
        """kill -9."""
        self.signal(signal.SIGKILL)
        assert self.child
        self.child.wait(60)

    def stop(self) -> int:
        """Ask it to leave; its exit code."""
        assert self.child
        if self.child.poll() is None:
            self.child.terminate()
        return self.child.wait(60)


class Service:
    """A service with somebody's home and a workflow on it."""

    def __init__(self, store: Store, process: Process) -> None:
        self.store, self.process, self.port = store, process, process.port
        self.url = f"ws://127.0.0.1:{self.port}/ws"
        self.home: Home
        self.workflow_id = ""

    async def start(self) -> float:
        """Start it; seconds until it listens."""
        return await asyncio.to_thread(self.process.start)

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()

    async def key(self, *scopes: str, role: str = "", user_id: str = "", workspace_id: str = "") -> str:
        made = await create_key(
            self.store, user_id=user_id or self.home.user_id, name="test",
            workspace_id=workspace_id or self.home.workspace_id, scopes=scopes or ("read", "write"),
        )  # fmt: skip
        return made.text

    @asynccontextmanager
    async def client(self, key: str = "", *, client_id: str = "", url: str = "") -> AsyncIterator[Client]:
        text = key or await self.key()

        async def enter() -> dict[str, str]:
            return {"key": text}

        async with Client(url or self.url, enter, client_id=client_id, retry_s=0.05) as client:
            yield client


async def housed(service: Service, document: Workflow = DOCUMENT) -> Service:
    """The service, with the first account and a workflow."""
    service.home = await bootstrap(service.store)
    made = await create_workflow(
        service.store, workspace_id=service.home.workspace_id, actor=service.home.user_id, document=document
    )
    service.workflow_id = made.id
    return service


@asynccontextmanager
async def running(store: Store, url: str, folder: Path) -> AsyncIterator[Service]:
    """A service that is started and stopped."""
    service = await housed(Service(store, Process(url, folder)))
    await service.start()
    try:
        yield service
    finally:
        assert await asyncio.to_thread(service.process.stop) in (0, -9)
