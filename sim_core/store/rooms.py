"""What rooms ask the database: whose a room is, who is in it, what a client has sent, and what to tell others."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import msgspec
from msgspec import Struct

from sim_core.store.pool import Store, told_plainly
from sim_core.store.wire import BEAT_S, DOWN, Connection, DatabaseError, connect, keep_alive

TAKE = """
WITH lock AS MATERIALIZED (SELECT pg_try_advisory_lock(hashtextextended($1, 7)) AS mine),
own AS (
  INSERT INTO room_owner (workflow_id, owner, url, since) SELECT $1, $2, $3, now() FROM lock WHERE mine
  ON CONFLICT (workflow_id) DO UPDATE SET owner = excluded.owner, url = excluded.url, since = now())
SELECT mine, (SELECT url FROM room_owner WHERE workflow_id = $1) AS url FROM lock
"""
UNLOCK = "SELECT pg_advisory_unlock(hashtextextended($1, 7))"
DISOWN = "DELETE FROM room_owner WHERE workflow_id = $1 AND owner = $2"
PLACE = "SELECT workspace_id FROM workflow WHERE id = $1 AND deleted_at IS NULL"
SENT = """
SELECT max(cseq) AS last, coalesce(bool_or(actor <> $3), false) AS is_foreign
FROM workflow_operation WHERE workflow_id = $1 AND client_id = $2
"""
SENT_ONE = "SELECT seq FROM workflow_operation WHERE workflow_id = $1 AND client_id = $2 AND cseq = $3"
NAME = 'SELECT name FROM "user" WHERE id = $1'
LEASE_S = 3 * BEAT_S
"""Seconds without a sign of life after which the database lets go of a process's rooms."""
UNHEARD = {
    "idle_session_timeout": f"{LEASE_S * 1000:.0f}",
    "tcp_keepalives_idle": f"{BEAT_S:.0f}",
    "tcp_keepalives_interval": f"{BEAT_S:.0f}",
    "tcp_keepalives_count": "2",
}
"""How Postgres finds out that a process hangs, or that its machine is gone."""
NOTICE = "SELECT pg_notify('sim_notice', $1)"


class SentBefore(Struct, frozen=True):
    """What is known of a client: its last number, and whether somebody else has used its name."""

    last: int
    is_foreign: bool


async def place_of(store: Store, workflow_id: str) -> str | None:
    """The workspace of a workflow."""
    return await store.value(PLACE, workflow_id)


async def sent_before(store: Store, workflow_id: str, client_id: str, actor: str) -> SentBefore:
    """What a client has sent to a workflow before."""
    row = await store.row(SENT, workflow_id, client_id, actor)
    return SentBefore(0, False) if row is None else SentBefore(row["last"] or 0, row["is_foreign"])


async def seq_of(store: Store, workflow_id: str, client_id: str, cseq: int) -> int | None:
    """Where an operation of a client stands in the history."""
    return await store.value(SENT_ONE, workflow_id, client_id, cseq)


async def name_of(store: Store, user_id: str) -> str:
    """What a person is called."""
    return await store.value(NAME, user_id) or ""


async def tell(store: Store, workflow_id: str, kind: str, facts: Any = None) -> None:
    """Tell everybody in a workflow's room that something happened; lost when nobody listens."""
    text = msgspec.json.encode({"r": workflow_id, "kind": kind, "facts": facts}).decode()
    await store.execute(NOTICE, text)


class Ownership:
    """The rooms of this process: each is held by an advisory lock, which the database lets go when the process dies.

    One that hangs, or that the network has cut off, is taken for dead as well.
    """

    def __init__(self, url: str, *, owner: str, address: str) -> None:
        self._url = url
        self._owner = owner
        self._address = address
        self._connection: Connection | None = None
        self._turn = asyncio.Lock()
        self._beating: asyncio.Task[None] | None = None
        self.held: set[str] = set()
        self.on_lost: Callable[[], None] = lambda: None
        """Told when the database has let go of all rooms, because it went away: they have to be taken again."""

    async def claim(self, workflow_id: str) -> str | None:
        """Take a room; `None` when it is ours, else the address of the process that has it."""
        async with self._turn:
            with told_plainly():
                return await self._claim(workflow_id)

    async def _claim(self, workflow_id: str) -> str | None:
        connection = await self._connected()
        if workflow_id in self.held:
            return None
        row = await connection.fetchrow(TAKE, workflow_id, self._owner, self._address)
        if row is None or not row["mine"]:
            return "" if row is None else row["url"] or ""
        self.held.add(workflow_id)
        return None

    async def release(self, workflow_id: str) -> None:
        """Let go of a room that nobody is in; a database that is away has let go of it already."""
        async with self._turn:
            connection = self._connection
            if workflow_id not in self.held or connection is None or connection.is_closed():
                return
            self.held.discard(workflow_id)
            with suppress(*DOWN, DatabaseError):
                await connection.execute(DISOWN, workflow_id, self._owner)
                await connection.fetchval(UNLOCK, workflow_id)

    async def close(self) -> None:
        """Let go of everything."""
        self.on_lost = lambda: None
        if self._beating is not None:
            self._beating.cancel()
        async with self._turn:
            if self._connection is not None:
                with suppress(*DOWN, DatabaseError):
                    await self._connection.execute("DELETE FROM room_owner WHERE owner = $1", self._owner)
                    await self._connection.close()

    async def _connected(self) -> Connection:
        if self._connection is None or self._connection.is_closed():
            # The locks went with the connection that held them.
            self.held.clear()
            self._connection = await connect(self._url, settings=UNHEARD)
            self._connection.add_termination_listener(lambda _: self.on_lost())
            if self._beating is not None:
                self._beating.cancel()
            self._beating = asyncio.create_task(keep_alive(self._connection, self._turn))
        return self._connection
