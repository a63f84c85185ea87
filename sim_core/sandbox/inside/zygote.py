"""The process that user code is forked from: one thread, no environment, nothing open but a pipe to the server.

server → zygote   `start {id, seconds}` · `stop {id}` · `want {kind}`; the end of the pipe ends everything
zygote → server   `hello {…}` · `ready {id, kind}` with the call's pipe · `ended {id, reason, signal, code, rss}`
"""

import contextlib
import gc
import json
import os
import resource
import select
import signal
import socket
import sys
import time
from dataclasses import dataclass, field
from importlib.machinery import ExtensionFileLoader, ModuleSpec
from importlib.util import module_from_spec
from typing import Any, NoReturn

from . import fence, frames, removal, worker
from .finder import Finder

DISK_CHECK = 0.1


@dataclass
class Child:
    """A process that waits for code or runs it."""

    pid: int
    folder: str
    kind: str
    deadline: float | None = None
    reason: str = ""


@dataclass
class Zygote:
    """Forks children, ends them in time, and cleans up after them."""

    control: socket.socket
    setup: dict[str, Any]
    folder: str
    quickjs: Any
    javascript: Any
    fence: fence.Fence | None
    pid: int = field(default_factory=os.getpid)
    children: dict[str, Child] = field(default_factory=dict[str, Child])
    count: int = 0
    checked: float = 0.0
    buffer: bytes = b""

    def serve(self, wake: int) -> None:
        """Work until the server is gone."""
        poll = select.poll()
        poll.register(self.control, select.POLLIN)
        poll.register(wake, select.POLLIN)
        while True:
            poll.poll(self._patience())
            self._drain(wake)
            self._reap()
            self._enforce()
            if not self._commands():
                return

    def fork(self, kind: str) -> None:
        """Start a child and give the server its pipe."""
        self.count += 1
        name = f"{kind}-{self.count}"
        folder = os.path.join(self.folder, name)
        os.mkdir(folder, 0o700)
        ours, theirs = socket.socketpair()
        pid = os.fork()
        if pid == 0:
            self._child(kind, folder, theirs.detach())
        theirs.close()
        self.children[name] = Child(pid, folder, kind)
        socket.send_fds(self.control, [_line({"ready": name, "kind": kind})], [ours.fileno()])
        ours.close()

    def end(self) -> None:
        """Kill what is left and remove what it wrote."""
        for child in self.children.values():
            _kill(child.pid)
        for child in self.children.values():
            os.waitpid(child.pid, 0)
        removal.remove(self.folder)

    def _child(self, kind: str, folder: str, fd: int) -> NoReturn:
        try:
            self._become(kind, folder, fd, self.pid)
        except BaseException as error:
            told = {"kind": "fault", "message": f"{type(error).__name__}: {error}"}
            with contextlib.suppress(OSError):
                frames.send(worker.PIPE, {"failed": told})
        finally:
            os._exit(70)

    def _become(self, kind: str, folder: str, fd: int, parent: int) -> None:
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        fd = worker.keep_only(fd, self.fence.readable if self.fence else None)
        kept = fence.Fence(worker.RULES, self.fence.coarse, self.fence.filter) if self.fence else None
        fence.die_with_parent(parent)
        os.chdir(folder)
        if kind == "expressions":
            worker.expressions(self.quickjs, fd, kept, self.setup)
        else:
            worker.call(self.javascript, fd, kept, self.setup, folder)
        os._exit(0)

    def _commands(self) -> bool:
        try:
            piece = self.control.recv(65536, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return True
        if not piece:
            return False
        *lines, self.buffer = (self.buffer + piece).split(b"\n")
        for line in lines:
            self._command(json.loads(line))
        return True

    def _command(self, order: dict[str, Any]) -> None:
        if "want" in order:
            self.fork(order["want"])
        elif child := self.children.get(order["id"]):
            if "stop" in order:
                child.reason = child.reason or "stopped"
                _kill(child.pid)
            else:
                child.deadline = time.monotonic() + order["seconds"]

    def _patience(self) -> int | None:
        deadlines = [child.deadline for child in self.children.values() if child.deadline is not None]
        if not deadlines:
            return None
        return max(0, int(1000 * min(min(deadlines) - time.monotonic(), DISK_CHECK))) + 1

    def _drain(self, wake: int) -> None:
        try:
            os.read(wake, 4096)
        except BlockingIOError:
            return

    def _reap(self) -> None:
        for name, child in list(self.children.items()):
            pid, status, used = os.wait4(child.pid, os.WNOHANG)
            if pid == 0:
                continue
            del self.children[name]
            removal.remove(child.folder)
            number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
            code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else 0
            told = {"ended": name, "reason": child.reason, "signal": number, "code": code, "rss": used.ru_maxrss}
            self.control.sendall(_line(told))

    def _enforce(self) -> None:
        now = time.monotonic()
        look = now - self.checked > DISK_CHECK
        self.checked = now if look else self.checked
        for child in self.children.values():
            if child.deadline is None or child.reason:
                continue
            if now >= child.deadline:
                child.reason = "timeout"
            elif look and (_written(child.pid) > self.setup["disk_bytes"] or self._is_full(child)):
                child.reason = "disk"
            if child.reason:
                _kill(child.pid)

    def _is_full(self, child: Child) -> bool:
        return _is_over(child.folder, self.setup["disk_bytes"], self.setup["disk_files"])


def main() -> None:
    """Start from the setup that the server sends first."""
    control = socket.socket(fileno=int(sys.argv[1]))
    setup = json.loads(_first_line(control))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    read, write = os.pipe()
    os.set_blocking(read, False)
    os.set_blocking(write, False)
    signal.signal(signal.SIGCHLD, _noticed)
    signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    try:
        zygote = _prepared(control, setup)
    except Exception as error:
        control.sendall(_line({"fault": f"{type(error).__name__}: {error}"}))
        raise
    facts = {"hello": os.getpid(), "uid": os.getuid(), "fenced": zygote.fence is not None}
    control.sendall(_line(facts))
    try:
        zygote.serve(read)
    finally:
        zygote.end()


def _prepared(control: socket.socket, setup: dict[str, Any]) -> Zygote:
    folder = setup["folder"]
    if setup["uid"] is not None:
        os.chown(folder, setup["uid"], setup["uid"])
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    quickjs = _quickjs(setup["quickjs"])
    javascript = worker.warm(quickjs)
    sys.meta_path.append(Finder(setup["modules"]))
    for name in setup["preload"]:
        __import__(name)
    made = None
    if setup["fenced"]:
        made = fence.prepared(folder, setup["readable"])
        fence.drop_privileges(setup["uid"])
        fence.no_new_privileges()
    gc.collect()
    gc.freeze()
    return Zygote(control, setup, folder, quickjs, javascript, made)


def _quickjs(path: str) -> Any:
    """The extension alone: its package starts a thread."""
    loader = ExtensionFileLoader("_quickjs", path)
    module = module_from_spec(ModuleSpec("_quickjs", loader, origin=path))
    loader.exec_module(module)
    return module


def _noticed(_number: int, _frame: Any) -> None:
    """A handler must exist for the wake-up pipe to be written."""


def _first_line(control: socket.socket) -> bytes:
    line = b""
    while not line.endswith(b"\n"):
        piece = control.recv(1)
        if not piece:
            sys.exit(0)
        line += piece
    return line


def _line(message: dict[str, Any]) -> bytes:
    return json.dumps(message).encode() + b"\n"


def _kill(pid: int) -> None:
    # A child is only reaped here, so its number cannot have been given to another process.
    os.kill(pid, signal.SIGKILL)


def _written(pid: int) -> int:
    """Bytes that a process has written, to files that have a name and to those that have none any more."""
    try:
        with open(f"/proc/{pid}/io") as file:
            counts = dict(line.split(": ") for line in file.read().splitlines())
    except (OSError, ValueError):
        return 0
    return max(int(counts.get("wchar", 0)), int(counts.get("write_bytes", 0)))


def _is_over(folder: str, most_bytes: int, most_files: int) -> bool:
    """Whether a folder holds more than it may; looks at no more files than that."""
    used = files = 0
    places = [folder]
    while places:
        try:
            entries = list(os.scandir(places.pop()))
        except OSError:
            continue
        for entry in entries:
            files += 1
            if entry.is_dir(follow_symlinks=False):
                places.append(entry.path)
                continue
            try:
                used += entry.stat(follow_symlinks=False).st_blocks * 512
            except OSError:
                continue
        if used > most_bytes or files > most_files:
            return True
    return False
