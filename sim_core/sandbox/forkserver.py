"""The fork-server as the event loop sees it: started on first use, its children ready, restarted when it dies."""

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections import deque
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from msgspec import Struct

from sim_core.errors import Fault
from sim_core.sandbox.channel import Channel
from sim_core.sandbox.failures import Unfenced
from sim_core.sandbox.inside import fence
from sim_core.sandbox.limits import Limits
from sim_core.sandbox.packages import Importable, importable
from sim_core.sandbox.scratch import Scratch

START_S = 20.0
SPARES = 2
"""Children that may wait when their callers have given up."""
_BOOT = "import sys; root = sys.argv[2]; sys.path.insert(0, root); from inside.zygote import main; \
from inside.finder import forget_own_path; forget_own_path(root); main()"
_ENVIRONMENT = {
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    # One heap: each further one would take 64 MB of the address space that a call may use.
    "MALLOC_ARENA_MAX": "1",
}


class Ended(Struct, frozen=True):
    """How a child ended."""

    reason: str = ""
    signal: int = 0
    code: int = 0
    rss: int = 0


class Child:
    """A forked process, ready for code."""

    def __init__(self, server: "ForkServer", name: str, pipe: socket.socket) -> None:
        self._server = server
        self._pipe: socket.socket | None = pipe
        self._channel: Channel | None = None
        self.name = name
        self.ended: asyncio.Future[Ended] = asyncio.get_running_loop().create_future()

    async def open(self, body_bytes: int, *, messages: int | None = None) -> Channel:
        """The pipe to it, for messages of this size and number at most."""
        assert self._pipe is not None
        pipe, self._pipe = self._pipe, None
        self._channel = await Channel.over(pipe, body_bytes=body_bytes, messages=messages)
        return self._channel

    def start(self, seconds: float) -> None:
        """From now on it has this long."""
        if not self.ended.done():
            self._server.order({"id": self.name, "seconds": seconds})

    def stop(self) -> None:
        """Kill it, and hang up."""
        if not self.ended.done():
            self._server.order({"id": self.name, "stop": True})
        self.hang_up()

    def hang_up(self) -> None:
        """Close the pipe."""
        if self._channel is not None:
            self._channel.close()
        if self._pipe is not None:
            self._pipe.close()
            self._pipe = None


class ForkServer:
    """One zygote and its children."""

    def __init__(
        self,
        scratch: Path | None,
        limits: Limits,
        *,
        fenced: bool,
        packages: tuple[str, ...],
        preload: tuple[str, ...] = (),
    ) -> None:
        self._place = scratch
        self._limits = limits
        self._fenced = fenced
        self._packages = packages
        self._preload = preload
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._scratch: Scratch | None = None
        self._buffer = b""
        self._pipes: deque[socket.socket] = deque()
        self._ready: dict[str, deque[Child]] = {"call": deque(), "expressions": deque()}
        self._takers: dict[str, deque[asyncio.Future[Child]]] = {"call": deque(), "expressions": deque()}
        self._coming = {"call": 0, "expressions": 0}
        self._children: dict[str, Child] = {}
        self._hello: asyncio.Future[dict[str, Any]] | None = None
        self._starting = asyncio.Lock()
        self.facts: dict[str, Any] = {}

    @property
    def pid(self) -> int | None:
        """The process, when it runs."""
        return self._process.pid if self._process is not None and self._control is not None else None

    async def ready(self) -> None:
        """Start it, and have a process for a function made ready, which is not waited for."""
        async with self._starting:
            if self._control is None:
                await self._start()
        self._top_up("call")

    async def take(self, kind: str) -> Child:
        """A fresh child of a kind; the next one is made ready meanwhile."""
        async with self._starting:
            if self._control is None:
                await self._start()
        child = self._ready[kind].popleft() if self._ready[kind] else await self._awaited(kind)
        self._top_up(kind)
        return child

    async def _awaited(self, kind: str) -> Child:
        taker: asyncio.Future[Child] = asyncio.get_running_loop().create_future()
        self._takers[kind].append(taker)
        self._top_up(kind)
        try:
            async with asyncio.timeout(START_S):
                return await taker
        except TimeoutError:
            self._lost()
            raise Fault("The sandbox did not start a process in time") from None
        except asyncio.CancelledError:
            if taker.done() and not taker.cancelled() and taker.exception() is None:
                self._keep(taker.result(), kind)
            raise

    def order(self, message: dict[str, Any]) -> None:
        """Tell the zygote something."""
        if self._control is None:
            return
        try:
            self._control.sendall(json.dumps(message).encode() + b"\n")
        except OSError:
            self._lost()

    async def close(self) -> None:
        """End the zygote, which ends its children and removes what they wrote."""
        process = self._process
        self._lost()
        if process is not None:
            try:
                await asyncio.to_thread(process.wait, 5)
            except subprocess.TimeoutExpired:
                process.kill()
                await asyncio.to_thread(process.wait)
        if self._scratch is not None:
            self._scratch.remove()
            self._scratch = None

    def _top_up(self, kind: str) -> None:
        """One function process is kept ready; those for expressions live on and need no spare."""
        waiting = sum(not taker.done() for taker in self._takers[kind])
        wanted = waiting + (kind == "call")
        while len(self._ready[kind]) + self._coming[kind] < wanted:
            self._coming[kind] += 1
            self.order({"want": kind})

    async def _start(self) -> None:
        if self._process is not None:
            await self.close()
        packages = importable(self._packages)
        uid = _other_user(self._fenced, packages)
        self._scratch = Scratch.made(self._place, uid)
        ours, theirs = socket.socketpair()
        root = str(Path(__file__).parent)
        with theirs:
            command = [sys.executable, "-I", "-S", "-B", "-X", "utf8", "-c", _BOOT, str(theirs.fileno()), root]
            self._process = subprocess.Popen(
                command,
                env=_ENVIRONMENT,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        self._control = ours
        # Orders are a few bytes each: a full pipe means a zygote that hangs, and the timeout turns it into an error.
        ours.settimeout(1)
        loop = asyncio.get_running_loop()
        self._hello = loop.create_future()
        self.order(self._setup(uid, packages))
        loop.add_reader(ours.fileno(), self._readable)
        try:
            async with asyncio.timeout(START_S):
                self.facts = await self._hello
        except TimeoutError:
            self._lost()
            raise Fault("The sandbox did not start in time") from None

    def _setup(self, uid: int | None, packages: Importable) -> dict[str, Any]:
        limits = self._limits
        quickjs = find_spec("_quickjs")
        assert self._scratch is not None and quickjs is not None
        return {
            "folder": str(self._scratch.folder),
            "fenced": self._fenced,
            "uid": uid,
            "quickjs": quickjs.origin,
            "modules": packages.modules,
            "readable": packages.readable,
            "preload": [name for name in self._preload if name in packages.modules],
            "stdout_bytes": limits.stdout_bytes,
            "result_bytes": limits.result_bytes,
            "file_bytes": limits.file_bytes,
            "disk_bytes": limits.disk_bytes,
            "disk_files": limits.disk_files,
            "expression_bytes": limits.expression_mb << 20,
        }

    def _readable(self) -> None:
        if self._control is None:
            return
        try:
            piece, fds, _, _ = socket.recv_fds(self._control, 65536, 8)
        except (BlockingIOError, TimeoutError):
            return
        except OSError:
            piece, fds = b"", []
        self._pipes.extend(socket.socket(fileno=fd) for fd in fds)
        if not piece:
            self._lost()
            return
        *lines, self._buffer = (self._buffer + piece).split(b"\n")
        for line in lines:
            self._told(json.loads(line))

    def _told(self, message: dict[str, Any]) -> None:
        if "ready" in message:
            self._arrived(Child(self, message["ready"], self._pipes.popleft()), message["kind"])
        elif "ended" in message:
            self._gone(message["ended"], Ended(message["reason"], message["signal"], message["code"], message["rss"]))
        elif self._hello is not None and not self._hello.done():
            if "fault" in message:
                self._hello.set_exception(Unfenced(f"The sandbox cannot start: {message['fault']}"))
            else:
                self._hello.set_result(message)

    def _arrived(self, child: Child, kind: str) -> None:
        self._children[child.name] = child
        self._coming[kind] -= 1
        takers = self._takers[kind]
        while takers:
            taker = takers.popleft()
            if not taker.done():
                taker.set_result(child)
                return
        self._keep(child, kind)

    def _keep(self, child: Child, kind: str) -> None:
        """Let a child wait for the next call, unless enough wait already."""
        if len(self._ready[kind]) < SPARES:
            self._ready[kind].append(child)
        else:
            child.stop()

    def _gone(self, name: str, ended: Ended) -> None:
        child = self._children.pop(name, None)
        if child is None:
            return
        if not child.ended.done():
            child.ended.set_result(ended)
        for ready in self._ready.values():
            if child in ready:
                ready.remove(child)
                child.hang_up()

    def _lost(self) -> None:
        """The zygote is gone, or is to go: all of its children end with it."""
        control, self._control = self._control, None
        if control is not None:
            asyncio.get_running_loop().remove_reader(control.fileno())
            control.close()
        for pipe in self._pipes:
            pipe.close()
        self._pipes.clear()
        self._buffer = b""
        gone = Fault("The sandbox process ended; try again")
        for child in self._children.values():
            child.hang_up()
            if not child.ended.done():
                child.ended.set_result(Ended("lost"))
        self._children.clear()
        for kind in self._ready:
            self._ready[kind].clear()
            self._coming[kind] = 0
            while self._takers[kind]:
                taker = self._takers[kind].popleft()
                if not taker.done():
                    taker.set_exception(gone)
        if self._hello is not None and not self._hello.done():
            self._hello.set_exception(Unfenced("The sandbox process ended while it started"))


def _other_user(fenced: bool, modules: Importable) -> int | None:
    """Whom user code runs as when we are root: nobody, if the interpreter's files are readable for nobody."""
    if not fenced or os.geteuid() != 0:
        return None
    return fence.NOBODY if fence.reachable(fence.NOBODY, [os.__file__, *modules.readable]) else None
