"""A room for each workflow that somebody follows: what is committed reaches everybody in it, in order."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from sim_core.document.reduce import digest
from sim_core.errors import Missing, SimError
from sim_core.store.chains import Appended, Batch
from sim_realtime import entering, protocol
from sim_realtime.committer import Committer, Entry
from sim_realtime.holding import Held, Holding, Sender, may_wait
from sim_realtime.hub import Crier
from sim_realtime.ledger import Ledger
from sim_realtime.outcomes import OUTCOMES, effect, effects, known_before, refusal_of
from sim_realtime.patience import forgiving
from sim_realtime.presence import Presences
from sim_realtime.recent import RING, Recent, Told, frames, told
from sim_realtime.session import Session

PAGE = 500
PIECE = 48 * 1024
"""Characters of a piece of a snapshot: 64 KB in most documents."""
HASH_EVERY = 256
SNAPSHOT_EVERY = 500
REMEMBERED = 64
"""Refusals that are remembered for a client that asks again."""


class Client(Struct):
    """What is known of one client in this room."""

    actor: str
    last: int
    """Its highest number so far."""
    flying: set[int] = msgspec.field(default_factory=set[int])
    """What is being committed."""
    asked_again: set[int] = msgspec.field(default_factory=set[int])
    """What came again while it was: who came back meanwhile has the effect in its document, and was never told."""
    refused: dict[int, protocol.Reject] = msgspec.field(default_factory=dict[int, protocol.Reject])


class Member(Struct, eq=False):
    """Somebody in the room."""

    session: Session
    role: protocol.Role


class Room:
    """One workflow and the connections that follow it."""

    def __init__(
        self, ledger: Ledger, committer: Committer, crier: Crier, *, workflow_id: str, workspace_id: str, seq: int
    ) -> None:
        self.workflow_id = workflow_id
        self.workspace_id = workspace_id
        self.seq = seq
        self.members: dict[str, Member] = {}
        self.entering = 0
        """How many are being let in."""
        self.is_elsewhere = False
        """Another process has it: nobody comes in here any more."""
        self.clients: dict[str, Client] = {}
        self.presences = Presences(workflow_id, lambda: [member.session for member in self.members.values()])
        self.on_told: Callable[[Sequence[protocol.Done]], None] = lambda dones: None
        """Told of every operation before the members are."""
        self._ledger = ledger
        self._committer = committer
        self._crier = crier
        self._recent = Recent()
        self._holding = Holding()
        self._timer: asyncio.TimerHandle | None = None
        self._turn = asyncio.Lock()
        self._work: set[asyncio.Task[None]] = set()
        self._snapshot: tuple[int, list[bytes]] = (-1, [])
        self.hashed = seq
        self._kept = seq
        self._heard = seq

    def change(self, member: Member, sent: protocol.Sent, now: float) -> None:
        """Take an operation: it comes back to everybody once it is committed, or a refusal to who sent it."""
        client_id, actor = member.session.client_id, member.session.actor
        client = self.clients[client_id]
        if sent.cseq <= client.last:
            if sent.cseq in client.flying:
                client.asked_again.add(sent.cseq)
            else:
                self._spawn(lambda: self._again(client_id, sent.cseq))
            return
        client.last = sent.cseq
        client.flying.add(sent.cseq)
        sender = Sender(client_id, actor.user_id if actor else "", sent.cseq)
        if may_wait(sent):
            if not self._holding.put(sender, sent, now):
                self.flush()
                self._holding.put(sender, sent, now)
            self._arm(now)
        else:
            self.flush()
            self._submit(Held(sender, sent))

    def flush(self) -> None:
        """Commit the values that wait."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        for held in self._holding.take():
            self._submit(held)

    def refuse(self, member: Member, reject: protocol.Reject) -> None:
        """Refuse an operation before it went anywhere; its number is used up."""
        client = self.clients[member.session.client_id]
        client.last = max(client.last, reject.cseq)
        self._refused(client, reject)
        member.session.send(reject)

    def settle(self, pairs: Sequence[tuple[Entry, Appended | SimError]]) -> None:
        """Tell what came of a commit: effects to everybody, everything else to who sent it."""
        dones = [
            done for entry, result in pairs if isinstance(result, Appended) for done in effects(entry.batch, result)
        ]
        is_known = all(seq <= self.seq for _, result in pairs for seq in known_before(result))
        is_next = all(done.seq == self.seq + place for place, done in enumerate(dones, 1))
        if is_known and is_next and not self._turn.locked() and self._heard <= self.seq + len(dones):
            self._tell(dones)
            self._answer(pairs)
        else:
            self._spawn(lambda: self._catch_up_and_answer(pairs))

    def heard(self, seq: int | None) -> None:
        """The workflow changed somewhere; after an outage nobody knows how far."""
        self._heard = max(self._heard, seq or 0)
        if seq is None or (seq > self.seq and self.workflow_id not in self._committer.in_commit):
            self._spawn(self.advance)

    async def advance(self) -> None:
        """Tell everybody what was committed since the last time."""
        async with self._turn:
            while True:
                changes = await self._ledger.history(self.workflow_id, self.workspace_id, self.seq, PAGE)
                fresh = [effect(change) for change in changes if change.seq > self.seq]
                if not fresh:
                    return
                self._tell(fresh)

    async def admit(self, session: Session, since: int | None, role: protocol.Role, now: float) -> Member:
        """Let a connection in: it gets the document or what it has missed, then everything that is committed."""
        await self._know(session)
        self.flush()
        delta = await self._since(since)
        stored = self._ledger.known(self.workflow_id)
        if delta is None and (stored is None or stored.seq < self.seq):
            stored = await self._ledger.load(self.workflow_id)
        # What is handed over is as of now; what is told while a slow line takes it is handed over after it.
        member = Member(session, role)
        roster = tuple(self.person(other, now) for other in self.members.values())
        cseq = self.clients[session.client_id].last
        joined = protocol.Joined(r=self.workflow_id, role=role, mode="delta", seq=since or 0, cseq=cseq, roster=roster)
        if delta is not None:
            missed = [*delta, *self._recent.after(delta[-1][0] if delta else since or 0)]
            session.send(joined)
            upto, texts = missed[-1][0] if missed else since or 0, frames(self.workflow_id, missed)
        else:
            assert stored is not None  # it was loaded above
            parts = self._parts(stored.seq, stored.workflow)
            session.send(msgspec.structs.replace(joined, mode="snapshot", seq=stored.seq, parts=len(parts)))
            upto, texts = stored.seq, iter(parts)
        waited = await entering.hand(session, texts)
        # From here on nothing waits, so nothing is told between what it gets now and what everybody gets next.
        self._catch_up(session, upto)
        if waited:
            self._tell_who_came(session, roster, now)
        self.members[session.sid] = member
        session.connection.follow(self.workflow_id)
        self.presences.follow(session)
        self.say(protocol.Roster(r=self.workflow_id, joined=(self.person(member, now),)), but=session)
        return member

    def _catch_up(self, session: Session, upto: int) -> None:
        """Hand over what was told meanwhile; who took so long that it is no longer at hand begins again."""
        if self.seq > upto and not self._recent.reaches(upto):
            session.connection.close(1013, "too slow")
            return
        for text in frames(self.workflow_id, self._recent.after(upto)):
            session.connection.send(text)

    def _tell_who_came(self, session: Session, known: Sequence[protocol.Person], now: float) -> None:
        """The same for people who came and went meanwhile."""
        before, here = {person.sid for person in known}, self.members.values()
        came = tuple(self.person(other, now) for other in here if other.session.sid not in before)
        left = tuple(before - set(self.members))
        if came or left:
            session.send(protocol.Roster(r=self.workflow_id, joined=came, left=left))

    def leave(self, session: Session) -> None:
        """Let somebody go."""
        if self.members.pop(session.sid, None) is not None:
            session.connection.unfollow(self.workflow_id)
            self.presences.gone(session)
            self.say(protocol.Roster(r=self.workflow_id, left=(session.sid,)))

    def say(self, message: protocol.FromServer, *, but: Session | None = None) -> None:
        """Tell everybody."""
        self._cry(protocol.encode(message), but)

    def _cry(self, text: bytes, but: Session | None = None) -> None:
        if but is None:
            self._crier.tell(self.workflow_id, text)
        else:
            but.connection.tell(self.workflow_id, text)

    def person(self, member: Member, now: float) -> protocol.Person:
        """Somebody in the room, as the others see it."""
        session = member.session
        return protocol.Person(
            sid=session.sid, user_id=session.actor.user_id if session.actor else "", name=session.name,
            client_id=session.client_id, role=member.role, presence=self.presences.of(session.sid, now),
        )  # fmt: skip

    def tell_hash(self) -> None:
        """Tell everybody the document's digest, when it is known at this very point."""
        stored = self._ledger.known(self.workflow_id)
        if stored is not None and stored.seq == self.seq:
            self.hashed = self.seq
            self.say(protocol.Hash(r=self.workflow_id, seq=self.seq, h=digest(stored.workflow)))

    async def close(self) -> None:
        """Give up what is under way."""
        if self._timer:
            self._timer.cancel()
        for task in tuple(self._work):
            task.cancel()
        await asyncio.gather(*self._work, return_exceptions=True)

    async def _know(self, session: Session) -> None:
        """Find out what this client has sent before; raises when its id belongs to somebody else."""
        actor = session.actor.user_id if session.actor else ""
        client = self.clients.get(session.client_id)
        if client is None:
            before = await self._ledger.sent_before(self.workflow_id, session.client_id, actor)
            if before.is_foreign:
                raise Missing("this client id belongs to somebody else", code="client_taken")
            client = self.clients.setdefault(session.client_id, Client(actor, before.last))
        if client.actor != actor:
            raise Missing("this client id belongs to somebody else", code="client_taken")

    async def _since(self, since: int | None) -> list[Told] | None:
        """What came after a sequence number, when it is not too much."""
        if since is None or not 0 <= self.seq - since <= RING:
            return None
        if since == self.seq or self._recent.reaches(since):
            return self._recent.after(since)
        missed: list[Told] = []
        while (after := missed[-1][0] if missed else since) < self.seq:
            changes = await self._ledger.history(self.workflow_id, self.workspace_id, after, PAGE)
            if not changes:
                break
            missed += [told(effect(change)) for change in changes if change.seq <= self.seq]
        return missed

    def _parts(self, seq: int, workflow: object) -> list[bytes]:
        if self._snapshot[0] != seq:
            text = protocol.encode(workflow).decode()
            pieces = [text[at : at + PIECE] for at in range(0, len(text), PIECE)]
            parts = [protocol.Part(r=self.workflow_id, i=i, data=piece) for i, piece in enumerate(pieces)]
            self._snapshot = (seq, [protocol.encode(part) for part in parts])
        return self._snapshot[1]

    def _tell(self, dones: Sequence[protocol.Done]) -> None:
        if not dones:
            return
        self.seq = dones[-1].seq
        fresh = self._recent.add(dones)
        self.on_told(dones)
        for text in frames(self.workflow_id, fresh):
            self._cry(text)
        if self.seq - self.hashed >= HASH_EVERY:
            self.tell_hash()
        if self.seq - self._kept >= SNAPSHOT_EVERY and (stored := self._ledger.known(self.workflow_id)):
            self._kept = self.seq
            self._spawn(lambda: self._ledger.keep_snapshot(stored))

    def _submit(self, held: Held) -> None:
        sender, sent = held.sender, held.sent
        batch = Batch(
            workflow_id=self.workflow_id, workspace_id=self.workspace_id, ops=(sent.op,), actor=sender.actor,
            client_id=sender.client_id, cseq=sent.cseq, base=sent.base, ts=sent.ts, undo=sent.undo_of is not None,
        )  # fmt: skip
        self._committer.submit(Entry(batch, lambda result: self._settled(held, result)))

    def _answer(self, pairs: Iterable[tuple[Entry, Appended | SimError]]) -> None:
        for entry, result in pairs:
            entry.settle(result)

    def _settled(self, held: Held, result: Appended | SimError) -> None:
        """Acknowledge or refuse an operation and those that went into it."""
        everyone = (held.sender, *held.into)
        is_awaited = held.sender.cseq in self.clients[held.sender.client_id].asked_again
        for sender in everyone:
            client = self.clients[sender.client_id]
            client.flying.discard(sender.cseq)
            client.asked_again.discard(sender.cseq)
        refusal = refusal_of(self.workflow_id, result)
        for sender in everyone:
            if refusal is not None:
                reject = msgspec.structs.replace(refusal, cseq=sender.cseq)
                self._refused(self.clients[sender.client_id], reject)
                self._reply(sender.client_id, reject)
        if refusal is not None or not isinstance(result, Appended):
            return
        seq = result.applied[0].seq if result.applied else None
        if result.outcome != "applied" or is_awaited:
            outcome = OUTCOMES[result.outcome]
            self._reply(held.sender.client_id, self._ack(held.sender.cseq, outcome, seq))
        for sender in held.into:
            self._reply(sender.client_id, self._ack(sender.cseq, "coalesced", seq))

    def _ack(self, cseq: int, outcome: protocol.Outcome, seq: int | None) -> protocol.Ack:
        return protocol.Ack(r=self.workflow_id, items=(protocol.Acked(cseq=cseq, outcome=outcome, seq=seq),))

    def _refused(self, client: Client, reject: protocol.Reject) -> None:
        client.refused[reject.cseq] = reject
        while len(client.refused) > REMEMBERED:
            del client.refused[min(client.refused)]

    def _reply(self, client_id: str, message: protocol.FromServer) -> None:
        """Tell a client, on whichever connection it is now."""
        for member in self.members.values():
            if member.session.client_id == client_id:
                member.session.send(message)

    async def _again(self, client_id: str, cseq: int) -> None:
        """It was sent before: say what came of it then."""
        client = self.clients[client_id]
        if cseq in client.refused:
            self._reply(client_id, client.refused[cseq])
            return
        seq = await self._ledger.seq_of(self.workflow_id, client_id, cseq)
        self._reply(client_id, self._ack(cseq, "dup", seq))

    async def _catch_up_and_answer(self, pairs: Sequence[tuple[Entry, Appended | SimError]]) -> None:
        await self.advance()
        self._answer(pairs)

    def _arm(self, now: float) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(max(0.0, self._holding.due - now), self.flush)

    def _spawn(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        task = asyncio.get_running_loop().create_task(forgiving(work))
        self._work.add(task)
        task.add_done_callback(self._work.discard)
