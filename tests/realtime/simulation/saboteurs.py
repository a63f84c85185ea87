"""The mistakes of others, put back one by one: each must turn the simulation red."""

from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import Any
from unittest.mock import patch

from msgspec.structs import replace

from sim_core.document.operations import MoveBlocks, RemoveBlocks, UpdateBlocks, UpdateValues
from sim_core.errors import Refused
from sim_core.store import chains
from sim_core.store.chains import Appended, TextRow, _Link
from sim_core.store.texts import Standing
from sim_realtime import limits, protocol
from sim_realtime.client import Replica
from sim_realtime.doors import Doors
from sim_realtime.rooms import Room
from sim_realtime.texts import Field
from tests.realtime.simulation.disk import MemoryLedger
from tests.realtime.simulation.people import Person

Saboteur = Callable[[ExitStack], None]


def _swap(stack: ExitStack, owner: Any, name: str, make: Callable[[Any], Any]) -> None:
    stack.enter_context(patch.object(owner, name, make(getattr(owner, name))))


def d1(stack: ExitStack) -> None:
    """Who comes back with unsent work is not told what it has missed."""

    def make(real: Any) -> Any:
        def joined(self: Replica, message: protocol.Joined) -> None:
            if self.pending and self.seq is not None and message.mode == "delta":
                self.seq = max(self.seq, message.seq + 1)
            real(self, message)

        return joined

    _swap(stack, Replica, "_joined", make)


def d2(stack: ExitStack) -> None:
    """The authors of a value are not told which value won."""

    def make(real: Any) -> Any:
        def cry(self: Room, text: bytes, but: Any = None) -> None:
            message = protocol.decode_server.decode(text)
            if isinstance(message, protocol.Committed) and isinstance(message.ops[0].op, UpdateValues):
                author = message.ops[0].client_id
                mine = [m.session for m in self.members.values() if m.session.client_id == author]
                but = mine[0] if mine else but
            real(self, text, but)

        return cry

    _swap(stack, Room, "_cry", make)


def d3(stack: ExitStack) -> None:
    """A value is acknowledged before it is written."""

    def make(real: Any) -> Any:
        def change(self: Room, member: Any, sent: protocol.Sent, now: float) -> None:
            real(self, member, sent, now)
            if isinstance(sent.op, UpdateValues):
                member.session.send(self._ack(sent.cseq, "coalesced", self.seq + 1))
                self.clients[member.session.client_id].flying.discard(sent.cseq)

        return change

    _swap(stack, Room, "change", make)


def d4(stack: ExitStack) -> None:
    """A field is written together with the fields beside it, as they were some time ago."""

    def make(real: Any) -> Any:
        def change(self: Replica, op: Any, *, undo_of: int | None = None) -> int:
            if isinstance(op, UpdateValues):
                stale = self.confirmed.blocks.get(op.items[0].block_id)
                beside = [] if stale is None else [
                    replace(op.items[0], field=field, value=value)
                    for field, value in stale.values.items() if field != op.items[0].field
                ]  # fmt: skip
                op = replace(op, items=(*beside, *op.items))
            return real(self, op, undo_of=undo_of)

        return change

    _swap(stack, Replica, "change", make)


def d5(stack: ExitStack) -> None:
    """A change back to what was sent a moment ago is taken for a double and forgotten."""

    def make(real: Any) -> Any:
        def send(self: Replica) -> None:
            waiting = [cseq for cseq in self.pending if cseq not in self._sent]
            flying = [self.pending[cseq].op for cseq in self._sent if cseq in self.pending]
            for cseq in waiting:
                if any(type(op) is type(self.pending[cseq].op) for op in flying):
                    del self.pending[cseq]
            real(self)

        return send

    _swap(stack, Replica, "send", make)


def d6(stack: ExitStack) -> None:
    """The second operation of one kind on one block is dropped while the first waits."""

    def make(real: Any) -> Any:
        def change(self: Replica, op: Any, *, undo_of: int | None = None) -> int:
            def key(one: Any) -> Any:
                return [item.id for item in one.items] if isinstance(one, UpdateBlocks | MoveBlocks) else None

            if key(op) and any(key(sent.op) == key(op) for sent in self.pending.values()):
                self.cseq += 1
                return self.cseq
            return real(self, op, undo_of=undo_of)

        return change

    _swap(stack, Replica, "change", make)


def d7(stack: ExitStack) -> None:
    """A batch on its way is given up as a whole when somebody removes one of its blocks."""

    def make(real: Any) -> Any:
        def apply(self: Replica, done: protocol.Done) -> None:
            if isinstance(done.op, RemoveBlocks) and done.client_id != self.client_id:
                gone = set(done.op.ids)
                for cseq, sent in tuple(self.pending.items()):
                    if isinstance(sent.op, RemoveBlocks) and gone & set(sent.op.ids) and cseq not in self._sent:
                        del self.pending[cseq]
            real(self, done)

        return apply

    stack.enter_context(patch.object(limits, "IN_FLIGHT", 1))
    _swap(stack, Replica, "_apply", make)


def d8(stack: ExitStack) -> None:
    """Taking something back names its parts in a way that the service does not know."""

    def make(real: Any) -> Any:
        def encode(message: Any) -> bytes:
            text = real(message)
            return text.replace(b'"items"', b'"updates"') if b'"undo_of"' in text else text

        return encode

    _swap(stack, protocol, "encode", make)


def d9(stack: ExitStack) -> None:
    """What was asked is sent to everybody, rather than what took effect."""

    def make(real: Any) -> Any:
        def settle(self: Room, pairs: Any) -> None:
            fake: list[Any] = []
            for entry, result in pairs:
                if isinstance(result, Appended) and result.applied and entry.batch.client_id.startswith("tab"):
                    applied = tuple(replace(one, effective=entry.batch.ops[one.index]) for one in result.applied)
                    result = replace(result, applied=applied)
                fake.append((entry, result))
            real(self, fake)

        return settle

    _swap(stack, Room, "settle", make)


def d10(stack: ExitStack) -> None:
    """An operation that is sent again is done again."""

    def make(real: Any) -> Any:
        def change(self: Room, member: Any, sent: protocol.Sent, now: float) -> None:
            client = self.clients[member.session.client_id]
            client.last = min(client.last, sent.cseq - 1)
            real(self, member, sent, now)

        return change

    def step(real: Any) -> Any:
        def careless(self: _Link, place: int) -> None:
            self.known = {}
            real(self, place)

        return careless

    _swap(stack, Room, "change", make)
    _swap(stack, _Link, "step", step)


def d11(stack: ExitStack) -> None:
    """Everybody who hears of a rename answers with changes of their own."""

    def make(real: Any) -> Any:
        def apply(self: Replica, done: protocol.Done) -> None:
            real(self, done)
            if isinstance(done.op, UpdateBlocks) and done.client_id != self.client_id and self.seq == done.seq:
                self.confirmed = replace(self.confirmed, description=self.client_id)

        return apply

    _swap(stack, Replica, "_apply", make)


def d12(stack: ExitStack) -> None:
    """Whose workflow it is is not asked: somebody whose access ended goes on."""

    async def nothing(self: Doors, session: Any) -> None:
        return None

    stack.enter_context(patch.object(Doors, "recheck", nothing))


def d13(stack: ExitStack) -> None:
    """Positions are told before they are written."""

    def make(real: Any) -> Any:
        def change(self: Room, member: Any, sent: protocol.Sent, now: float) -> None:
            if isinstance(sent.op, MoveBlocks):
                client = member.session.client_id
                done = protocol.Done(seq=self.seq + 1, client_id=client, actor="", op=sent.op, cseq=sent.cseq)
                self._tell([done])
            real(self, member, sent, now)

        return change

    _swap(stack, Room, "change", make)


def d14(stack: ExitStack) -> None:
    """Commits are told in another order than they were made in."""

    def make(real: Any) -> Any:
        def tell(self: Room, dones: Any) -> None:
            places = [done.seq for done in dones]
            real(self, [replace(done, seq=seq) for done, seq in zip(reversed(dones), places, strict=True)])

        return tell

    _swap(stack, Room, "_tell", make)


def d15(stack: ExitStack) -> None:
    """Taking something back puts back what was there, whoever has changed it since."""

    def make(real: Any) -> Any:
        def submit(self: Room, held: Any) -> None:
            held.sent = replace(held.sent, undo_of=None)
            real(self, held)

        return submit

    _swap(stack, Room, "_submit", make)


def d16(stack: ExitStack) -> None:
    """A refusal is not told to whom it concerns."""

    def make(real: Any) -> Any:
        def reply(self: Room, client_id: str, message: protocol.FromServer) -> None:
            if not isinstance(message, protocol.Reject):
                real(self, client_id, message)

        return reply

    _swap(stack, Room, "_reply", make)


def d17(stack: ExitStack) -> None:
    """Nobody counts how much and how fast somebody sends."""
    stack.enter_context(patch.object(limits.Bucket, "take", lambda self, amount, now: 0.0))
    stack.enter_context(patch.object(limits, "PATIENCE", 10**9))
    stack.enter_context(patch.object(limits, "ITEMS", 10**9))


def d18(stack: ExitStack) -> None:
    """What was not sent goes with its tab."""
    stack.enter_context(patch.object(Person, "outbox", lambda self: {}))


def hold(stack: ExitStack) -> None:
    """A process that lost its hold on a room goes on as if it had it."""

    async def nothing(self: Doors) -> None:
        return None

    stack.enter_context(patch.object(Doors, "recover", nothing))


def overtaken(stack: ExitStack) -> None:
    """An answer about a role that was overtaken by a later one counts."""

    def make(real: Any) -> Any:
        def act(self: Doors, session: Any) -> None:
            session.decided = 0
            real(self, session)

        return act

    _swap(stack, Doors, "_act_on_roles", make)


def impatient(stack: ExitStack) -> None:
    """A role is not asked again when the database did not answer."""

    async def once(self: Doors, session: Any) -> None:
        with suppress(Refused):
            await self._recheck(session)

    stack.enter_context(patch.object(Doors, "recheck", once))


def ghosts(stack: ExitStack) -> None:
    """Who leaves is not told to the others."""

    def make(real: Any) -> Any:
        def say(self: Room, message: protocol.FromServer, *, but: Any = None) -> None:
            if not (isinstance(message, protocol.Roster) and message.left):
                real(self, message, but=but)

        return say

    _swap(stack, Room, "say", make)


def fence(stack: ExitStack) -> None:
    """A text is written over what another process has written since it was read."""

    async def write(self: MemoryLedger, workflow_id: str, text: TextRow) -> bool:
        await self._wait()
        self.disk.texts[text.block_id, text.field] = text
        return await self._told(True)

    stack.enter_context(patch.object(chains, "overtaken", lambda batch, tseqs: False))
    stack.enter_context(patch.object(MemoryLedger, "write_text", write))


def letters(stack: ExitStack) -> None:
    """What another process has taken down is typed anew, rather than taken over."""

    def make(real: Any) -> Any:
        async def written(self: Field, standing: Standing) -> Any:
            if self._state and standing.text:
                standing = replace(standing, text=replace(standing.text, state=self._state))
            return await real(self, standing)

        return written

    _swap(stack, Field, "_written", make)


def early(stack: ExitStack) -> None:
    """A whole write is shown as an edit that a killed process makes once more."""

    async def write(self: MemoryLedger, workflow_id: str, text: TextRow) -> bool:
        await self._wait()
        return await self._told(True)

    stack.enter_context(patch.object(MemoryLedger, "write_text", write))


def open_door(stack: ExitStack) -> None:
    """People come into a room that is another process' by now."""
    never = property(lambda room: False, lambda room, is_elsewhere: None)
    stack.enter_context(patch.object(Room, "is_elsewhere", never, create=True))


SABOTEURS: dict[str, Saboteur] = {
    "D1": d1, "D2": d2, "D3": d3, "D4": d4, "D5": d5, "D6": d6, "D7": d7, "D8": d8, "D9": d9, "D10": d10, "D11": d11,
    "D12": d12, "D13": d13, "D14": d14, "D15": d15, "D16": d16, "D17": d17, "D18": d18,
    "hold": hold, "overtaken": overtaken, "impatient": impatient, "ghosts": ghosts,
    "letters": letters, "early": early,
}  # fmt: skip
OF_TWO_OWNERS: dict[str, Saboteur] = {"fence": fence, "letters": letters, "open door": open_door}
"""Those that show when two processes take themselves for the one that has the room."""
