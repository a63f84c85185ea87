"""A database in memory that does what the real one does, and fails when it is told to."""

import asyncio
import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from msgspec.structs import replace

from sim_core.accounts.actors import Actor, Role
from sim_core.document.difference import diff
from sim_core.document.operations import Operation
from sim_core.document.reduce import apply, digest
from sim_core.document.workflow import Workflow
from sim_core.errors import Anonymous, Missing, SimError, Unreachable
from sim_core.store.chains import Appended, Batch, Chain, Logged, TextRow
from sim_core.store.documents import Change
from sim_core.store.rooms import SentBefore
from sim_core.store.stamps import Stamps
from sim_core.store.states import Stored
from sim_core.store.texts import Standing

Answer = TypeVar("Answer")


class Disk:
    """What survives."""

    def __init__(self, workflow: Workflow, rng: random.Random) -> None:
        self.id = "w"
        self.rng = rng
        self.start = workflow
        self.stored = Stored(id="w", workspace_id="ws", workflow=workflow, seq=0)
        self.log: list[Change] = []
        self.texts: dict[tuple[str, str], TextRow] = {}
        self.stamps = Stamps()
        self.roles: dict[str, Role] = {}
        self.hear: Callable[[str], None] = lambda told: None
        self.owner: MemoryLedger | None = None
        """The process that has the room."""
        self.faults = 0.0
        self.delay = 0.004
        self.commits = 0
        self.text_commits = 0

    def commit(self, batches: Sequence[Batch]) -> list[Appended | SimError]:
        """All of it at once, as one statement does."""
        chain = Chain(self.stored, self.stamps, {key: row.tseq for key, row in self.texts.items()})
        for index, batch in enumerate(batches):
            known = {
                change.cseq: Logged(change.seq, change.effective)
                for change in self.log
                if batch.cseq is not None and change.client_id == batch.client_id and change.cseq is not None
            }
            chain.add(index, batch, known)
        who = {row[0]: row for row in chain.log}
        for index, batch in enumerate(batches):
            result = chain.results[index]
            if not isinstance(result, Appended):
                continue
            for one in result.applied:
                if not one.again:
                    cseq = None if batch.cseq is None else batch.cseq + one.index
                    assert one.seq in who
                    at = datetime.fromtimestamp(0, UTC)
                    change = Change(
                        seq=one.seq, effective=one.effective, actor=batch.actor, client_id=batch.client_id, at=at,
                        cseq=cseq, ts=one.ts, op=batch.ops[one.index],
                    )  # fmt: skip
                    self.log.append(change)
        self.log.sort(key=lambda change: change.seq)
        if chain.log:
            self.commits += 1
            self.stored = replace(self.stored, workflow=chain.workflow, seq=chain.seq)
            for row in chain.texts:
                self.texts[row.block_id, row.field] = row
                self.text_commits += 1
            told = f"w {chain.seq}"
            asyncio.get_running_loop().call_later(self.rng.random() * 0.02, lambda: self.hear(told))
        self.stamps.keep(chain.seq)
        return [chain.results[index] for index in range(len(batches))]

    def write(self, op: Operation, actor: str) -> None:
        """Somebody writes by another door."""
        self.commit([Batch(workflow_id="w", workspace_id="ws", ops=(op,), actor=actor, client_id="rest")])

    def restore(self, seq: int) -> None:
        """Somebody makes the document what it was: all of it or nothing."""
        wanted = self.start
        for change in self.log[:seq]:
            wanted = apply(wanted, change.effective).workflow
        if ops := diff(self.stored.workflow, wanted):
            batch = Batch(
                workflow_id="w", workspace_id="ws", ops=tuple(ops), actor="rest", client_id="restore", whole=True
            )
            (result,) = self.commit([batch])
            assert isinstance(result, Appended)
            assert not result.refusals, "a restore was refused"
            assert digest(self.stored.workflow) == digest(wanted), "a restore did not lead there"


class MemoryLedger:
    """One process's door to the disk; `dead` once the process was killed."""

    def __init__(self, disk: Disk, address: str = "") -> None:
        self.disk = disk
        self.address = address
        self.seen: Stored = disk.stored
        self.dead = False

    async def enter(self, ticket: str, key: str) -> Actor:
        await self._wait()
        return await self._told(self._actor(key))

    async def recheck(self, actor: Actor) -> Actor:
        await self._wait()
        return await self._told(self._actor(actor.user_id))

    def _actor(self, user: str) -> Actor:
        if user not in self.disk.roles:
            raise Anonymous
        return Actor(user_id=user, roles={"ws": self.disk.roles[user]})

    async def name_of(self, user_id: str) -> str:
        return user_id

    async def place_of(self, workflow_id: str) -> str | None:
        await self._wait()
        return "ws" if workflow_id == "w" else None

    async def claim(self, workflow_id: str) -> str | None:
        await self._wait()
        self.disk.owner = self.disk.owner or self
        return await self._told(None if self.disk.owner is self else self.disk.owner.address)

    async def release(self, workflow_id: str) -> None:
        if self.disk.owner is self:
            self.disk.owner = None

    def known(self, workflow_id: str) -> Stored | None:
        return self.seen

    async def load(self, workflow_id: str) -> Stored:
        await self._wait()
        if workflow_id != "w":
            raise Missing
        return self._see(await self._told(self.disk.stored))

    async def history(self, workflow_id: str, workspace_id: str, after: int, limit: int) -> Sequence[Change]:
        await self._wait()
        stored = self.disk.stored
        late = await self._told([change for change in self.disk.log if change.seq > after][:limit])
        self._see(stored)
        return late

    async def append(self, batches: Sequence[Batch]) -> Sequence[Appended | SimError]:
        rng = self.disk.rng
        await self._wait()
        results = self.disk.commit(batches)
        self._see(self.disk.stored)
        if rng.random() < self.disk.faults:
            raise Unreachable("connection lost after the commit")
        await self._pause()
        return results

    async def sent_before(self, workflow_id: str, client_id: str, actor: str) -> SentBefore:
        await self._wait()
        mine = [change for change in self.disk.log if change.client_id == client_id]
        last = max((change.cseq or 0 for change in mine), default=0)
        return await self._told(SentBefore(last, any(change.actor != actor for change in mine)))

    async def seq_of(self, workflow_id: str, client_id: str, cseq: int) -> int | None:
        await self._wait()
        found = [change.seq for change in self.disk.log if (change.client_id, change.cseq) == (client_id, cseq)]
        return await self._told(found[0] if found else None)

    async def read_text(self, workflow_id: str, block_id: str, field: str) -> Standing | None:
        await self._wait()
        block = self.disk.stored.workflow.blocks.get(block_id)
        if block is None:
            return await self._told(None)
        text = self.disk.texts.get((block_id, field))
        return await self._told(Standing(block.values.get(field), text, self.disk.stored.seq))

    async def write_text(self, workflow_id: str, text: TextRow) -> bool:
        await self._wait()
        standing = self.disk.texts.get((text.block_id, text.field))
        is_again = standing is not None and (standing.tseq, standing.state) == (text.tseq, text.state)
        if standing is not None and standing.tseq >= text.tseq and not is_again:
            return await self._told(False)
        self.disk.texts[text.block_id, text.field] = text
        self.disk.text_commits += 1
        return await self._told(True)

    async def keep_snapshot(self, stored: Stored) -> None:
        await self._wait()

    async def _told(self, answer: Answer) -> Answer:
        """What the database said was so when it said it; it is heard a little later."""
        await self._pause()
        return answer

    def _see(self, stored: Stored) -> Stored:
        """A later document is not forgotten for an earlier one."""
        if stored.seq >= self.seen.seq:
            self.seen = stored
        return self.seen

    async def _wait(self) -> None:
        """Every question takes its time, and may find nobody there."""
        await self._pause()
        if self.disk.rng.random() < self.disk.faults:
            raise Unreachable("connection lost before anything was done")

    async def _pause(self) -> None:
        await asyncio.sleep(self.disk.rng.random() * self.disk.delay)
        if self.dead:
            await asyncio.get_running_loop().create_future()
