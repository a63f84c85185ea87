"""A room for each workflow that somebody follows: what is committed reaches everybody in it, in order."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from sim_core.accounts.actors import Actor
from sim_core.errors import SimError
from sim_core.store.documents import Change, history, load
from sim_core.store.operations import append_ops
from sim_core.store.pool import Store
from sim_realtime import protocol
from sim_realtime.hub import Connection

FAR = 2000
"""Operations that a client may have missed and still be told one by one; past that it gets the document."""
PAGE = 500


class Room:
    """One workflow and the connections that follow it."""

    def __init__(self, store: Store, workflow_id: str, workspace_id: str, seq: int) -> None:
        self.workflow_id = workflow_id
        self.workspace_id = workspace_id
        self.seq = seq
        self.members: set[Connection] = set()
        self._store = store
        self._turn = asyncio.Lock()

    async def join(self, connection: Connection, since: int | None, role: str) -> None:
        """Let a connection in: it gets the document or what it has missed, then everything that is committed."""
        async with self._turn:
            await self._catch_up()
            if since is not None and 0 <= self.seq - since <= FAR:
                _send(connection, protocol.Joined(r=self.workflow_id, seq=since, role=role))
                for changes in [page async for page in self._pages(since, self.seq)]:
                    _send(connection, self._committed(changes))
            else:
                stored = await load(self._store, self.workflow_id, self.workspace_id)
                joined = protocol.Joined(r=self.workflow_id, seq=stored.seq, role=role, workflow=stored.workflow)
                _send(connection, joined)
                await self._tell(stored.seq)
            self.members.add(connection)

    async def change(self, connection: Connection, sent: Sequence[protocol.Sent], *, actor: Actor, client: str) -> None:
        """Commit a client's operations one after the other; what they changed comes back to everybody."""
        for item in sent:
            try:
                result = await append_ops(
                    self._store, self.workflow_id, (item.op,), workspace_id=self.workspace_id,
                    actor=actor.user_id, client_id=client, cseq=item.cseq,
                )  # fmt: skip
            except SimError as error:
                retryable = error.status >= 500
                refusal = protocol.Reject(
                    r=self.workflow_id, cseq=item.cseq, code=error.reason, message=error.message, retryable=retryable
                )
                _send(connection, refusal)
                if retryable:
                    return
                continue
            for why in result.refusals:
                refusal = protocol.Reject(
                    r=self.workflow_id, cseq=item.cseq, code=why.code, message=why.message, now=why.now
                )
                _send(connection, refusal)
            if result.outcome in ("dup", "noop"):
                ack = protocol.Ack(r=self.workflow_id, cseq=item.cseq, outcome=result.outcome, seq=result.seq)
                _send(connection, ack)
        await self.advance()

    async def advance(self) -> None:
        """Tell everybody what was committed since the last time."""
        async with self._turn:
            await self._catch_up()

    async def _catch_up(self) -> None:
        async for changes in self._pages(self.seq, None):
            self.seq = changes[-1].seq
            text = protocol.encode(self._committed(changes))
            for member in tuple(self.members):
                member.send(text)

    async def _tell(self, seq: int) -> None:
        if seq > self.seq:
            await self._catch_up()

    async def _pages(self, after: int, until: int | None) -> AsyncIterator[tuple[Change, ...]]:
        while until is None or after < until:
            changes = await history(self._store, self.workflow_id, self.workspace_id, after=after, limit=PAGE)
            if until is not None:
                changes = tuple(change for change in changes if change.seq <= until)
            if not changes:
                return
            yield changes
            after = changes[-1].seq

    def _committed(self, changes: Sequence[Change]) -> protocol.Committed:
        done = tuple(
            protocol.Done(
                seq=change.seq, client_id=change.client_id, cseq=change.cseq, actor=change.actor, op=change.effective
            )
            for change in changes
        )
        return protocol.Committed(r=self.workflow_id, ops=done)


def _send(connection: Connection, message: protocol.FromServer) -> None:
    connection.send(protocol.encode(message))
