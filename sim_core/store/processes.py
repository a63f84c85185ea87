"""Processes that own runs: they show that they live, and the runs of those that died are freed for others."""

import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from sim_core.flow.events import RunFailed
from sim_core.ids import new_id
from sim_core.store.entries import Failure, to_json
from sim_core.store.pool import Store
from sim_core.store.sql import processes as sql
from sim_core.store.wire import Row

SILENCE = 6.0
"""Seconds without a sign of life after which a process counts as dead; one on this machine is looked up at once."""
TAKEN_OVER = 100
"""Priority of runs that lost their process, and that nobody's limit holds back."""
TAKEOVERS = 25
"""How often a run may lose its process; then it counts as the cause, and is failed."""
INTERRUPTED = "The process that ran this stopped before the run had ended."


async def register(store: Store, kind: str) -> str:
    """Enter this process into the database; its id is the owner of the runs it claims."""
    process_id = new_id()
    await _enter(store, process_id, kind)
    return process_id


class Standing(Struct, frozen=True):
    """How the database has a run that a process performs."""

    id: str
    epoch: int
    cancel_asked: bool


class Held(Struct, frozen=True):
    """A run that is a process' own, as the database has it."""

    id: str
    epoch: int
    durable: bool
    seq: int
    """Its last event."""


class Reaped(Struct, frozen=True, kw_only=True):
    """What became of the runs of dead processes."""

    freed: tuple[str, ...] = ()
    """Durable ones: they wait for a worker."""
    interrupted: tuple[str, ...] = ()
    """Light ones: they have failed."""


async def beat(store: Store, process_id: str, *, kind: str) -> bool:
    """Show that this process lives; `False` when others took it for dead meanwhile."""
    if await store.execute(sql.BEAT, process_id):
        return True
    await _enter(store, process_id, kind)
    return False


async def standings(store: Store, run_ids: Sequence[str]) -> tuple[Standing, ...]:
    """How the database has these runs: another epoch means that somebody else performs them."""
    rows = await store.rows(sql.STANDING, list(run_ids)) if run_ids else ()
    return tuple(Standing(row["id"], row["epoch"], row["cancel_asked"]) for row in rows)


async def held(store: Store, owner: str, *, besides: Sequence[str]) -> tuple[Held, ...]:
    """The runs that a process is to perform, besides those it knows of."""
    rows = await store.rows(sql.HELD, owner, list(besides))
    return tuple(Held(row["id"], row["epoch"], row["durable"], row["seq"]) for row in rows)


async def release(store: Store, run_id: str, epoch: int, *, owner: str) -> bool:
    """Give a durable run back, so that another process goes on with it; `False` when it was taken already."""
    return await store.row(sql.RELEASE, run_id, epoch, owner, TAKEN_OVER) is not None


async def ask_to_cancel(store: Store, run_id: str) -> None:
    """Have whoever performs a run stop it, now or when it takes it up."""
    await store.execute(sql.CANCEL_ASKED, run_id)


async def leave(store: Store, process_id: str) -> None:
    """Take this process out again."""
    await store.execute(sql.LEAVE, process_id)


async def reap(store: Store, *, patient: bool = False) -> Reaped:
    """Free the durable runs of dead processes for others, and mark their light ones as failed (`interrupted`).

    A process is dead when it was silent for some seconds; one of this machine, at once when it is gone. With `patient`,
    silence proves nothing: the database was away, or whoever asks has not watched for long enough to know.
    """
    here = _host()
    owners = await store.rows(sql.OWNERS, SILENCE)
    dead = [
        row["owner"]
        for row in owners
        if row["host"] is None or (row["silent"] and not patient) or (row["host"] == here and _has_died(row))
    ]
    if not dead:
        return Reaped()
    failure = to_json(Failure(code="interrupted", message=INTERRUPTED))
    event = to_json(RunFailed(code="interrupted", message=INTERRUPTED))
    rows = await store.rows(sql.REAP, dead, failure, event, TAKEN_OVER, TAKEN_OVER + TAKEOVERS)
    await store.execute(sql.BURY, dead)
    return Reaped(
        freed=tuple(row["id"] for row in rows if row["freed"]),
        interrupted=tuple(row["id"] for row in rows if not row["freed"]),
    )


async def _enter(store: Store, process_id: str, kind: str) -> None:
    await store.execute(sql.REGISTER, process_id, kind, _host(), os.getpid(), _born(os.getpid()))


def _has_died(row: Row) -> bool:
    return _born(row["pid"]) != row["born"]


def _host() -> str:
    """Where process ids mean what they mean here: this machine since it was switched on, or this container on it."""
    name = socket.gethostname()
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{name} {boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return name


def _born(pid: int) -> str:
    """When a process began, so that a number given again is not mistaken for it; empty when there is none."""
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
        except OSError:
            return ""
    try:
        os.kill(pid, 0)
    except OSError:
        return ""
    return str(pid)
