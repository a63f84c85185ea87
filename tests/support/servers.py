"""Several real servers, and the realtime service, on one database of the test."""

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.support.ports import free_port


class Servers:
    """Processes that share a database and their secrets."""

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        self.environment = environment
        self.log = folder / "servers.log"
        self.urls: list[str] = []
        self.realtime_port = int(environment["SIM_REALTIME_PORT"])
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self, command: str, port: int) -> None:
        """Start a process; a server's address is in `urls`."""
        if command == "serve":
            self.urls.append(f"http://127.0.0.1:{port}")
        with self.log.open("ab") as log:
            words = [sys.executable, "-m", "sim_core.cli", command]
            environment = {**self.environment, "SIM_PORT": str(port)}
            self._processes.append(subprocess.Popen(words, env=environment, stdout=log, stderr=log))

    async def ready(self, port: int, within: float = 180) -> None:
        """Wait until something answers on a port."""
        async with asyncio.timeout(within):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    assert all(process.poll() is None for process in self._processes), self.log.read_text()[-4000:]
                    await asyncio.sleep(0.05)
                else:
                    writer.close()
                    return

    async def end(self) -> None:
        """Leave none behind."""
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            try:
                await asyncio.to_thread(process.wait, 20)
            except subprocess.TimeoutExpired:
                process.kill()
                await asyncio.to_thread(process.wait, 10)


@asynccontextmanager
async def servers(url: str, count: int, *, realtime: bool = False, **settings: str) -> AsyncIterator[Servers]:
    """So many servers on a database that is ready for use."""
    with tempfile.TemporaryDirectory(prefix="sim-servers-", ignore_cleanup_errors=True) as folder:
        ports = [free_port() for _ in range(count)]
        environment = {
            **os.environ,
            "SIM_DATA": folder,
            "DATABASE_URL": url,
            "SIM_URL": f"http://127.0.0.1:{ports[0]}",
            "SIM_REALTIME_PORT": str(free_port()),
            "SIM_LOG_LEVEL": "warning",
            **settings,
        }
        from sim_core import settings as configuration

        configuration.read({"SIM_DATA": folder})  # their secrets, before two of them make their own
        found = Servers(environment, Path(folder))
        try:
            for port in ports:
                found.start("serve", port)
            if realtime:
                found.start("realtime", ports[0])
                await found.ready(found.realtime_port)
            for port in ports:
                await found.ready(port)
            yield found
        finally:
            await found.end()
