"""What rooms need of the database, behind one door: the real one here, one in memory in the simulation."""

from collections.abc import Sequence
from typing import Protocol

from sim_core.accounts.actors import Actor
from sim_core.accounts.doors import authenticate
from sim_core.accounts.tickets import recheck, redeem
from sim_core.errors import Missing, SimError
from sim_core.store import rooms, texts
from sim_core.store.chains import Appended, Batch, TextRow
from sim_core.store.documents import Change, history
from sim_core.store.operations import append_many
from sim_core.store.past import keep_snapshot
from sim_core.store.pool import Store
from sim_core.store.reading import fresh_state
from sim_core.store.rooms import Ownership, SentBefore
from sim_core.store.states import Stored
from sim_core.store.texts import Standing


class Ledger(Protocol):
    """The database as rooms see it."""

    async def enter(self, ticket: str, key: str) -> Actor:
        """Who a ticket or a key speaks for; raises `Anonymous`."""
        ...

    async def recheck(self, actor: Actor) -> Actor:
        """What somebody who is in may do now; raises `Anonymous`."""
        ...

    async def name_of(self, user_id: str) -> str:
        """What a person is called."""
        ...

    async def place_of(self, workflow_id: str) -> str | None:
        """The workspace of a workflow."""
        ...

    async def claim(self, workflow_id: str) -> str | None:
        """Take a room; `None` when it is ours, else where it is."""
        ...

    async def release(self, workflow_id: str) -> None:
        """Let go of a room."""
        ...

    def known(self, workflow_id: str) -> Stored | None:
        """The document as this process last saw it, without asking."""
        ...

    async def load(self, workflow_id: str) -> Stored:
        """The document as it stands; raises `Missing`."""
        ...

    async def history(self, workflow_id: str, workspace_id: str, after: int, limit: int) -> Sequence[Change]:
        """Operations after a sequence number, in order."""
        ...

    async def append(self, batches: Sequence[Batch]) -> Sequence[Appended | SimError]:
        """Commit batches of several workflows in one statement."""
        ...

    async def sent_before(self, workflow_id: str, client_id: str, actor: str) -> SentBefore:
        """What a client has sent before."""
        ...

    async def seq_of(self, workflow_id: str, client_id: str, cseq: int) -> int | None:
        """Where an operation of a client stands in the history."""
        ...

    async def read_text(self, workflow_id: str, block_id: str, field: str) -> Standing | None:
        """What stands in a field now; `None` when its block is not there any more."""
        ...

    async def write_text(self, workflow_id: str, text: TextRow) -> bool:
        """Make a text durable whose plain text is unchanged; false when somebody else was faster."""
        ...

    async def keep_snapshot(self, stored: Stored) -> None:
        """Keep a document of the past."""
        ...


class StoreLedger:
    """The database itself."""

    def __init__(self, store: Store, ownership: Ownership) -> None:
        self.store = store
        self.ownership = ownership

    async def enter(self, ticket: str, key: str) -> Actor:
        """Who a ticket or a key speaks for; raises `Anonymous`."""
        return await (redeem(self.store, ticket) if ticket else authenticate(self.store, key))

    async def recheck(self, actor: Actor) -> Actor:
        """What somebody who is in may do now; raises `Anonymous`."""
        return await recheck(self.store, actor)

    async def name_of(self, user_id: str) -> str:
        """What a person is called."""
        return await rooms.name_of(self.store, user_id)

    async def place_of(self, workflow_id: str) -> str | None:
        """The workspace of a workflow."""
        return await rooms.place_of(self.store, workflow_id)

    async def claim(self, workflow_id: str) -> str | None:
        """Take a room; `None` when it is ours, else where it is."""
        return await self.ownership.claim(workflow_id)

    async def release(self, workflow_id: str) -> None:
        """Let go of a room."""
        await self.ownership.release(workflow_id)

    def known(self, workflow_id: str) -> Stored | None:
        """The document as this process last saw it, without asking."""
        return self.store.states.get(workflow_id)

    async def load(self, workflow_id: str) -> Stored:
        """The document as it stands; raises `Missing`."""
        stored = await fresh_state(self.store, workflow_id)
        if stored is None:
            raise Missing(f"There is no workflow {workflow_id!r}")
        return stored

    async def history(self, workflow_id: str, workspace_id: str, after: int, limit: int) -> Sequence[Change]:
        """Operations after a sequence number, in order."""
        return await history(self.store, workflow_id, workspace_id, after=after, limit=limit)

    async def append(self, batches: Sequence[Batch]) -> Sequence[Appended | SimError]:
        """Commit batches of several workflows in one statement."""
        return await append_many(self.store, batches)

    async def sent_before(self, workflow_id: str, client_id: str, actor: str) -> SentBefore:
        """What a client has sent before."""
        return await rooms.sent_before(self.store, workflow_id, client_id, actor)

    async def seq_of(self, workflow_id: str, client_id: str, cseq: int) -> int | None:
        """Where an operation of a client stands in the history."""
        return await rooms.seq_of(self.store, workflow_id, client_id, cseq)

    async def read_text(self, workflow_id: str, block_id: str, field: str) -> Standing | None:
        """What stands in a field now; `None` when its block is not there any more."""
        return await texts.read_text(self.store, workflow_id, block_id, field)

    async def write_text(self, workflow_id: str, text: TextRow) -> bool:
        """Make a text durable whose plain text is unchanged; false when somebody else was faster."""
        return await texts.write_text(self.store, workflow_id, text)

    async def keep_snapshot(self, stored: Stored) -> None:
        """Keep a document of the past."""
        await keep_snapshot(self.store, stored)
