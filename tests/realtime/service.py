"""A real service on a real database, as a process, with people to enter it."""

import asyncio
import os
import signal
import subprocess
import sys
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


class Service:
    """`sim realtime` on a port of its own; it can be killed and started again."""

    def __init__(self, store: Store, url: str, folder: Path) -> None:
        self.store, self.database, self.folder, self.port = store, url, folder, free_port()
        self.url = f"ws://127.0.0.1:{self.port}/ws"
        self.process: subprocess.Popen[bytes] | None = None
        self.home: Home
        self.workflow_id = ""

    async def start(self) -> float:
        """Start it; seconds until it listens."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        address = f"ws://127.0.0.1:{self.port}"
        own = {
            "DATABASE_URL": self.database, "SIM_REALTIME_PORT": str(self.port), "SIM_DATA": str(self.folder),
            "SIM_REALTIME_URL": address,
        }  # fmt: skip
        words = [sys.executable, "-m", "sim_core.cli", "realtime"]
        self.process = subprocess.Popen(words, env={**os.environ, **own}, stdout=subprocess.DEVNULL)
        for _ in range(1500):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                writer.close()
                return loop.time() - began
            except OSError:
                await asyncio.sleep(0.02)
        raise AssertionError("the service does not listen")

    def kill(self) -> None:
        """kill -9."""
        assert self.process
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    async def stop(self) -> int:
        assert self.process
        if self.process.poll() is None:
            self.process.terminate()
        return await asyncio.to_thread(self.process.wait, 15)

    async def key(self, *scopes: str, role: str = "", user_id: str = "", workspace_id: str = "") -> str:
        made = await create_key(
            self.store, user_id=user_id or self.home.user_id, name="test",
            workspace_id=workspace_id or self.home.workspace_id, scopes=scopes or ("read", "write"),
        )  # fmt: skip
        return made.text

    @asynccontextmanager
    async def client(self, key: str = "", *, client_id: str = "") -> AsyncIterator[Client]:
        text = key or await self.key()

        async def enter() -> dict[str, str]:
            return {"key": text}

        async with Client(self.url, enter, client_id=client_id, retry_s=0.05) as client:
            yield client


@asynccontextmanager
async def running(store: Store, url: str, folder: Path, document: Workflow = DOCUMENT) -> AsyncIterator[Service]:
    service = Service(store, url, folder)
    service.home = await bootstrap(store)
    made = await create_workflow(
        store, workspace_id=service.home.workspace_id, actor=service.home.user_id, document=document
    )
    service.workflow_id = made.id
    await service.start()
    try:
        yield service
    finally:
        assert await service.stop() in (0, -9)
