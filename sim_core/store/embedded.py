"""The embedded Postgres: one process owns it, starts it, and takes it down; every other process only connects."""

import asyncio
import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from sim_core.errors import Conflict, Fault
from sim_core.store.places import Place, make_private

SUPERUSER = "sim"
DATABASE = "sim"
SMALL: Mapping[str, str] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "32MB",
    "work_mem": "4MB",
    "maintenance_work_mem": "32MB",
    "autovacuum_work_mem": "16MB",
    "autovacuum_max_workers": "2",
    "autovacuum_worker_slots": "4",
    "max_worker_processes": "4",
    "max_parallel_workers": "2",
    "max_logical_replication_workers": "0",
    "io_method": "sync",  # Postgres 18 would otherwise keep three I/O workers
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "512MB",
    "min_wal_size": "48MB",
    "checkpoint_timeout": "15min",
    "jit": "off",
    "random_page_cost": "1.1",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "password_encryption": "scram-sha-256",
}
PATIENCE = 5.0
"""Seconds that who must own the database waits for a short command to give it back."""
BIG_LOG = 10 * 1024 * 1024
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


class Embedded:
    """A running embedded Postgres, or a connection to the one another process runs."""

    def __init__(self, place: Place, settings: Mapping[str, str] | None = None) -> None:
        self.place = place
        self.settings = {**SMALL, **(settings or {})}
        self._lock: int | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def owns(self) -> bool:
        """Whether this process started Postgres and will stop it."""
        return self._lock is not None

    @property
    def pid(self) -> int | None:
        """The postmaster's process id."""
        return self._process.pid if self._process else _postmaster(self.place)[0]

    def uri(self, database: str = DATABASE) -> str:
        """Where to connect."""
        return f"postgresql://{SUPERUSER}@/{database}?host={urllib.parse.quote(str(self.place.sockets), safe='/')}"

    async def start(self, *, within: float = 60.0, must_own: bool = False) -> None:
        """Start Postgres, or wait for the one that another process is starting.

        With `must_own` a Postgres of another process is a `Conflict`, after a wait that lets short commands end.
        """
        deadline = time.monotonic() + within
        self.place.home.mkdir(parents=True, exist_ok=True)
        patience = time.monotonic() + PATIENCE
        while not self._take():
            if not must_own and _postmaster(self.place)[1]:
                return
            if must_own and time.monotonic() > patience:
                raise Conflict(f"Already running on {str(self.place.home)!r} ({self._holder()})", code="running")
            if time.monotonic() > deadline:
                raise Fault("Another process holds the database and does not start it", code="postgres")
            await asyncio.sleep(0.02)
        try:
            await self._start(deadline)
        except BaseException:
            await self.stop()
            raise

    async def stop(self, *, within: float = 4.0) -> None:
        """Stop Postgres if this process owns it: fast first, at once when it does not listen."""
        process = self._process
        if process and process.poll() is None:
            process.send_signal(signal.SIGINT)
            deadline = time.monotonic() + within
            while process.poll() is None:
                await asyncio.sleep(0.005)
                if time.monotonic() > deadline:
                    process.send_signal(signal.SIGQUIT)
                    deadline += within
        self._process = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    async def ended(self) -> int:
        """The exit code of the Postgres that this process started, once it has gone."""
        process = self._process
        while process and process.poll() is None:
            await asyncio.sleep(0.5)
        return process.returncode if process else 0

    async def restart(self, *, within: float = 60.0) -> None:
        """Start Postgres again after it has gone; only for its owner."""
        if self.owns:
            await self._start(time.monotonic() + within)

    def _take(self) -> bool:
        lock = os.open(self.place.home / "owner", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            return False
        os.truncate(lock, 0)
        os.write(lock, f"{os.getpid()}\n".encode())
        self._lock = lock
        return True

    def _holder(self) -> str:
        with suppress(OSError, ValueError):
            return f"process {int((self.place.home / 'owner').read_text())}"
        return "by another process"

    async def _start(self, deadline: float) -> None:
        make_private(self.place.data, self.place.owner)
        make_private(self.place.sockets, self.place.owner)
        await _end_abandoned(self.place)
        for left in self.place.sockets.glob(".s.PGSQL.*"):
            left.unlink()  # its lock may name a zombie, which Postgres takes for a living rival
        if not (self.place.data / "PG_VERSION").exists():
            await _initdb(self.place)
        while True:
            self._process = self._launch()
            while self._process.poll() is None:
                pid, ready = _postmaster(self.place)
                if ready and pid == self._process.pid:
                    return
                if time.monotonic() > deadline:
                    raise Fault(f"Postgres did not start in time: {_tail(self.place.log)}", code="postgres")
                await asyncio.sleep(0.005)
            # After kill -9 of the postmaster its children hold the shared memory for a moment longer.
            if "still in use" not in _tail(self.place.log) or time.monotonic() > deadline:
                raise Fault(f"Postgres ended at once: {_tail(self.place.log)}", code="postgres")
            await asyncio.sleep(0.1)

    def _launch(self) -> subprocess.Popen[bytes]:
        place = self.place
        command = [place.program("postgres"), "-D", str(place.data), "-k", str(place.sockets)]
        for name, value in self.settings.items():
            command += ["-c", f"{name}={value}"]
        if place.log.exists() and place.log.stat().st_size > BIG_LOG:
            place.log.replace(place.log.with_suffix(".log.old"))
        parent = os.getpid()
        log = os.open(place.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            return subprocess.Popen[bytes](
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=lambda: _die_with(parent),
                **_as_owner(place),
            )
        finally:
            os.close(log)


def _die_with(parent: int) -> None:
    """In the child: a fast shutdown when the owner is gone, however it went."""
    if sys.platform == "linux":
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGINT)
        if os.getppid() != parent:
            os._exit(1)


def _as_owner(place: Place) -> dict[str, Any]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    dropped: dict[str, Any] = (
        {"user": place.owner.uid, "group": place.owner.gid, "extra_groups": []} if place.owner else {}
    )
    return {"cwd": "/", "env": environment, **dropped}


async def _initdb(place: Place) -> None:
    """Make the cluster beside its place and move it there whole: a killed start leaves nothing half made."""
    for left in place.home.glob("fresh-*"):
        await asyncio.to_thread(_remove, left)
    fresh = place.home / f"fresh-{os.getpid()}"
    make_private(fresh, place.owner)
    options = ["-U", SUPERUSER, "--auth=trust", "-E", "UTF8", "--locale-provider=builtin", "--locale=C.UTF-8"]
    process = await asyncio.create_subprocess_exec(
        place.program("initdb"),
        "-D",
        str(fresh),
        *options,
        "--no-instructions",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        **_as_owner(place),
    )
    told, _ = await process.communicate()
    if process.returncode:
        raise Fault(f"initdb failed: {told.decode(errors='replace')[-800:]}", code="postgres")
    place.data.rmdir()
    fresh.rename(place.data)


def _remove(folder: Path) -> None:
    import shutil

    shutil.rmtree(folder)


async def _end_abandoned(place: Place) -> None:
    """Clear what a killed owner left: a postmaster that nobody watches is stopped, a stale pid file removed."""
    file = place.data / "postmaster.pid"
    pid, _ = _postmaster(place)
    if pid is None:
        file.unlink(missing_ok=True)
        return
    if not _is_ours(pid, place):
        file.unlink(missing_ok=True)
        return
    # A fast shutdown that arrives while Postgres recovers from a killed backend can be lost; an immediate one is not,
    # and costs a replay of the log.
    for how, patience in ((signal.SIGINT, 2.0), (signal.SIGQUIT, 5.0)):
        with suppress(ProcessLookupError):
            os.kill(pid, how)
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if not _is_ours(pid, place):
                return
            await asyncio.sleep(0.01)
    raise Fault(f"A Postgres that nobody owns (process {pid}) does not stop", code="postgres")


def _postmaster(place: Place) -> tuple[int | None, bool]:
    """Process id and readiness, as Postgres writes them into its pid file."""
    try:
        lines = (place.data / "postmaster.pid").read_text().splitlines()
        pid = int(lines[0])
    except (OSError, ValueError, IndexError):
        return None, False
    return pid, len(lines) >= 8 and lines[7].strip() == "ready" and _is_ours(pid, place)


def _is_ours(pid: int, place: Place) -> bool:
    """Whether the process is a living postmaster of this cluster, not somebody who was given its number."""
    try:
        if sys.platform == "linux":
            parts = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            return os.fsencode(place.data) in parts and b"postgres" in parts[0]
        told = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    except OSError:
        return False
    return str(place.data) in told.stdout


def _tail(log: Path) -> str:
    with suppress(OSError):
        return log.read_text(errors="replace")[-600:].strip()
    return ""
