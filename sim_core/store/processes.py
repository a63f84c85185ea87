"""Processes that own runs: they show that they live, and the runs of those that died are told so."""

import asyncio
import os
import socket
import sys
from pathlib import Path

from sim_core.errors import Unreachable
from sim_core.flow.events import RunFailed
from sim_core.ids import new_id
from sim_core.store.entries import Failure, to_json
from sim_core.store.pool import Store
from sim_core.store.sql import runs as sql
from sim_core.store.wire import Row

BEAT = 5.0
"""Seconds between two signs of life."""
SILENCE = 30.0
"""Seconds without one after which a process counts as dead; one on this machine is looked up at once."""
INTERRUPTED = "The process that ran this stopped before the run had ended."


async def register(store: Store, kind: str) -> str:
    """Enter this process into the database; its id is the owner of the runs it claims."""
    process_id = new_id()
    await _enter(store, process_id, kind)
    return process_id


async def beat_forever(store: Store, process_id: str, *, kind: str = "serve") -> None:
    """Show that this process lives, until cancelled."""
    while True:
        await asyncio.sleep(BEAT)
        try:
            if not await store.execute(sql.BEAT, process_id):
                await _enter(store, process_id, kind)  # others took it for dead while it slept
        except Unreachable:
            continue


async def leave(store: Store, process_id: str) -> None:
    """Take this process out again."""
    await store.execute(sql.LEAVE, process_id)


async def interrupt_orphans(store: Store, *, alone: bool = False) -> tuple[str, ...]:
    """Mark the running runs of dead processes as failed (`interrupted`), in row and journal; which runs those were.

    A process elsewhere is dead when it was silent for half a minute, or at once with `alone`: nobody elsewhere can use
    the database, as with an embedded one.
    """
    here = _host()
    owners = await store.rows(sql.OWNERS, SILENCE)
    dead = [
        row["owner"]
        for row in owners
        if row["host"] is None or row["silent"] or (_has_died(row) if row["host"] == here else alone)
    ]
    failure = Failure(code="interrupted", message=INTERRUPTED)
    event = RunFailed(code="interrupted", message=INTERRUPTED)
    rows = await store.rows(sql.INTERRUPT, dead, to_json(failure), to_json(event))
    await store.execute(sql.BURY, dead)
    return tuple(row["id"] for row in rows)


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
