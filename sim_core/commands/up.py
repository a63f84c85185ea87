"""`sim up`: the whole platform on one machine, in one command."""

import asyncio
import contextlib
import fcntl
import os
import signal
import socket
import sys
import time
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim_core import settings as configuration
from sim_core.commands.children import Child
from sim_core.commands.terminal import Failed, Json, emit, run_async
from sim_core.errors import SimError
from sim_core.settings import Settings

if TYPE_CHECKING:
    from sim_core.store.embedded import Embedded

LEAVE_S = 15.0
READY_S = 60.0
AGAIN_S, LONGEST_S = 0.5, 30.0


def up(*, json: Json = False) -> None:
    """Start everything on this machine, the database included; Ctrl-C stops it."""
    settings = configuration.read()
    settings.data.mkdir(parents=True, exist_ok=True)
    with _owned(settings.data / "up.lock"):
        for name, port in (("SIM_PORT", settings.port), ("SIM_REALTIME_PORT", settings.realtime_port)):
            _check_free(name, settings.host, port)
        run_async(_Supervisor(settings, as_json=json).run())


class _Supervisor:
    def __init__(self, settings: Settings, *, as_json: bool) -> None:
        self.settings = settings
        self.as_json = as_json
        self.leaving = asyncio.Event()
        self.signals = 0
        self.children: list[Child] = []

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._asked_to_leave)
        from sim_core.store.migrate import is_current
        from sim_core.store.postgres import embedded_of, ensure

        embedded = embedded_of(self.settings)
        url = embedded.uri() if embedded else str(self.settings.database_url)
        environment = self._environment(url)
        # they import what they need while the database starts, and wait for it at their gate
        keeping = self._start_children(environment)
        try:
            running = await ensure(self.settings, must_own=True, embedded=embedded)
        except BaseException:
            await self._end_children(keeping)
            raise
        try:
            if await is_current(url) or await self._migrate(environment):
                await self._serve(running.embedded)
        finally:
            await self._end_children(keeping)
            await running.stop()

    async def _migrate(self, environment: dict[str, str]) -> bool:
        """In a process of its own, so that this one stays small; rarely needed."""
        process = await asyncio.create_subprocess_exec(*_sim("migrate"), "--quiet", env=environment)
        gone = asyncio.ensure_future(process.wait())
        leaving = asyncio.ensure_future(self.leaving.wait())
        await asyncio.wait((gone, leaving), return_when=asyncio.FIRST_COMPLETED)
        leaving.cancel()
        if not gone.done():
            process.terminate()
        if await gone and not self.leaving.is_set():
            raise Failed("The database could not be brought to this version's shape; see above.", code="migrate_failed")
        return not self.leaving.is_set()

    def _start_children(self, environment: dict[str, str]) -> list[asyncio.Future[None]]:
        self.children = [Child("serve", _sim("serve"), environment, self._say)]
        if _has_realtime():
            self.children.append(Child("realtime", _sim("realtime"), environment, self._say))
        for number in range(1, self.settings.workers + 1):
            name = "worker" if self.settings.workers == 1 else f"worker{number}"
            self.children.append(Child(name, _sim("worker"), environment, self._say))
        return [asyncio.ensure_future(child.keep()) for child in self.children]

    async def _serve(self, database: "Embedded | None") -> None:
        for child in self.children:
            child.let_in()
        beside = [asyncio.ensure_future(self._announce())]
        if database is not None:
            beside.append(asyncio.ensure_future(self._keep(database)))
        await self.leaving.wait()
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)

    async def _keep(self, database: "Embedded") -> None:
        """Start the database again whenever it ends; runs under way wait for it."""
        wait = AGAIN_S
        while True:
            code = await database.ended()
            self._say("postgres", f"ended ({code}); it is started again")
            try:
                await database.restart()
                wait = AGAIN_S
            except SimError as error:
                self._say("postgres", error.message)
                await asyncio.sleep(wait)
                wait = min(wait * 2, LONGEST_S)

    async def _end_children(self, keeping: list[asyncio.Future[None]]) -> None:
        for child in self.children:
            child.stop()
        late = (await asyncio.wait(keeping, timeout=LEAVE_S))[1]
        if late:
            for child in self.children:
                child.kill()
            await asyncio.wait(late, timeout=2)

    async def _announce(self) -> None:
        began, told = time.monotonic(), False
        ports = [self.settings.port, *([self.settings.realtime_port] if _has_realtime() else [])]
        waiting = set(ports)
        while waiting:
            waiting = {port for port in waiting if not await _answers(self.settings.host, port)}
            if waiting and not told and time.monotonic() - began > READY_S:
                told = True
                self._say(
                    "sim", f"still waiting for port {', '.join(map(str, sorted(waiting)))}; the lines above say why"
                )
            if waiting:
                await asyncio.sleep(0.02)
        if self.as_json:
            emit({"ready": True, "url": self.settings.url, "pid": os.getpid()})
            sys.stdout.flush()
        else:
            print(f"Sim is ready: {self.settings.url}", flush=True)

    def _environment(self, uri: str) -> dict[str, str]:
        return {
            **os.environ,
            "DATABASE_URL": uri,
            "SIM_DATA": str(self.settings.data),
            "SIM_SUPERVISOR": str(os.getpid()),
            "PYTHONUNBUFFERED": "1",
        }

    def _say(self, name: str, line: str) -> None:
        print(f"{name:8} | {line}", file=sys.stderr if self.as_json else sys.stdout, flush=True)

    def _asked_to_leave(self) -> None:
        self.signals += 1
        self.leaving.set()
        if self.signals > 1:
            for child in self.children:
                child.kill()


def _sim(command: str) -> list[str]:
    return [sys.executable, "-m", "sim_core.cli", command]


def _has_realtime() -> bool:
    from importlib.util import find_spec

    return find_spec("sim_realtime.server") is not None


@contextlib.contextmanager
def _owned(place: Path) -> Generator[None]:
    with place.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            owner = file.read().strip() or "unknown"
            raise Failed(
                f"Sim already runs on {place.parent} (process {owner}). Stop it first, or set SIM_DATA.",
                code="already_running",
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _check_free(name: str, host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Failed(
                f"Port {port} on {host} cannot be used ({error.strerror}). Stop what uses it, or set {name}.",
                code="port_taken",
            ) from None


async def _answers(host: str, port: int) -> bool:
    reader: Any
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    try:
        async with asyncio.timeout(2):
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(b"GET /health/ready HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
            line = await reader.readline()
            writer.close()
    except (OSError, TimeoutError):
        return False
    # a service that keeps no such page still shows by its answer that it listens
    return bool(line) and b" 503 " not in line
