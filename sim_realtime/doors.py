"""Coming in and leaving: rooms are opened, owned and closed, and people are let in for as long as they may."""

import asyncio
from collections.abc import Sequence
from typing import Any

from pycrdt import Doc

from sim_core.accounts.actors import Actor, may
from sim_core.document.operations import RemoveBlocks, UpdateValues
from sim_core.errors import Anonymous, Missing
from sim_realtime import limits, protocol
from sim_realtime.committer import Committer
from sim_realtime.hub import Crier
from sim_realtime.ledger import Ledger
from sim_realtime.limits import Bucket
from sim_realtime.patience import patiently
from sim_realtime.rooms import Room
from sim_realtime.session import Session
from sim_realtime.shapes import Rows, shape_of
from sim_realtime.texts import Field, Place


class Doors:
    """The rooms of this process and their fields."""

    def __init__(self, ledger: Ledger, committer: Committer, crier: Crier) -> None:
        self.rooms: dict[str, Room] = {}
        self.fields: dict[tuple[str, str, str], Field] = {}
        self.ledger = ledger
        self._committer = committer
        self._crier = crier
        self._opening: dict[str, asyncio.Lock] = {}
        self._joins: Bucket | None = None
        self._closing: set[asyncio.Task[None]] = set()

    async def join(self, session: Session, workflow_id: str, since: int | None) -> None:
        """Let a connection into a room; raises `Missing` for a workflow that there is not, for this actor."""
        loop = asyncio.get_running_loop()
        self._joins = self._joins or Bucket(limits.JOINS_PER_SECOND, limits.JOINS_BURST, loop.time())
        if wait := self._joins.take(1, loop.time()):
            session.send(protocol.Slow(ms=int(wait * 1000) + 1))
            await asyncio.sleep(wait)
        # Who waits for a database that is away is let in when it is back.
        await patiently(lambda: self._enter(session, workflow_id, since), lambda: session.connection.is_open)

    async def _enter(self, session: Session, workflow_id: str, since: int | None) -> None:
        loop = asyncio.get_running_loop()
        room = await self._open(session, workflow_id)
        if room is None:
            return
        role = role_in(session.actor, room.workspace_id)
        if role is None:
            self._close_if_empty(room)
            raise Missing(f"there is no workflow {workflow_id[:80]!r}")
        if len(room.members) >= limits.ROOM and session.sid not in room.members:
            session.send(protocol.Evict(r=workflow_id, code="room_full"))
            return
        self._replace(room, session)
        room.entering += 1
        try:
            await room.admit(session, since, role, loop.time())
        finally:
            room.entering -= 1
            self._close_if_empty(room)
        if session.connection.is_open:
            session.rooms.add(workflow_id)
            self._act_on_roles(session)  # it may have changed on the way in
        else:
            room.leave(session)
            self._close_if_empty(room)

    def leave(self, session: Session, workflow_id: str) -> None:
        """Let go of a room; what was typed becomes durable at once."""
        session.rooms.discard(workflow_id)
        room = self.rooms.get(workflow_id)
        if room is None:
            return
        for key, field in tuple(self.fields.items()):
            if key[0] == workflow_id and session in field.readers:
                field.readers.discard(session)
                self._spawn(self._let_go(key, field))
        room.flush()
        room.leave(session)
        self._close_if_empty(room)

    def evict(self, session: Session, room: Room, code: str) -> None:
        """Show somebody out of a room."""
        session.send(protocol.Evict(r=room.workflow_id, code=code))
        self.leave(session, room.workflow_id)

    def evict_all(self, room: Room, code: str) -> None:
        """Show everybody out."""
        for member in tuple(room.members.values()):
            self.evict(member.session, room, code)

    async def recheck(self, session: Session) -> None:
        """Ask again what somebody may do, until the database answers, and act on it."""
        await patiently(lambda: self._recheck(session), lambda: session.connection.is_open)

    async def _recheck(self, session: Session) -> None:
        if session.actor is None:
            return
        session.asked += 1
        asked = session.asked
        try:
            actor = await self.ledger.recheck(session.actor)
        except Anonymous:
            for room in [room for id in tuple(session.rooms) if (room := self.rooms.get(id))]:
                self.evict(session, room, "access")
            session.connection.close(4401, "no longer valid")
            return
        if asked > session.decided:  # an answer that was overtaken by a later one does not count
            session.decided, session.actor = asked, actor
            self._act_on_roles(session)

    def _act_on_roles(self, session: Session) -> None:
        """Tell somebody, and everybody, what they may do now."""
        for workflow_id in tuple(session.rooms):
            room = self.rooms.get(workflow_id)
            member = room.members.get(session.sid) if room else None
            if room is None or member is None:
                continue
            role = role_in(session.actor, room.workspace_id)
            if role is None:
                self.evict(session, room, "access")
            elif role != member.role:
                member.role = role
                if role == "read":
                    self._flush_texts(session, room)
                session.send(protocol.RoleChanged(r=workflow_id, role=role))
                now = asyncio.get_running_loop().time()
                room.say(protocol.Roster(r=workflow_id, joined=(room.person(member, now),)), but=session)

    def _flush_texts(self, session: Session, room: Room) -> None:
        """What somebody typed while they might becomes durable now, not when they may not any more."""
        for key, field in tuple(self.fields.items()):
            if key[0] == room.workflow_id and session in field.readers:
                self._spawn(field.flush())

    async def field(self, room: Room, block_id: str, name: str, texts: tuple[str, ...] | None = None) -> Field:
        """A field whose text is edited together; raises `Missing` when there is none."""
        key = (room.workflow_id, block_id, name)
        found = self.fields.get(key)
        if found is None or found.is_gone:
            stored = self.ledger.known(room.workflow_id) or await self.ledger.load(room.workflow_id)
            block = stored.workflow.blocks.get(block_id)
            if block is None:
                raise Missing(f"there is no block {block_id[:80]!r}")
            shape = shape_of(texts)
            if shape.normal(block.values.get(name), Doc()) is None:
                raise Missing(f"{name[:80]!r} holds no text", code="not_text")
            place = Place(self.ledger, self._committer, room.workflow_id, room.workspace_id)
            place.spawn = lambda work: self._spawn(work())
            standing = self.fields.get(key)
            if standing is None or standing.is_gone:
                self.fields[key] = Field(place, block_id, name, shape)
            found = self.fields[key]
        if isinstance(found.shape, Rows) is (texts is None):
            raise Missing(f"{name[:80]!r} is shared in another shape", code="not_text")
        return found

    async def flush(self, workflow_id: str = "") -> None:
        """Make everything durable that was sent to a room, or to all of them."""
        for room in tuple(self.rooms.values()):
            if workflow_id in ("", room.workflow_id):
                room.flush()
        fields = [field for key, field in self.fields.items() if workflow_id in ("", key[0])]
        await asyncio.gather(*(field.flush() for field in fields))
        await self._committer.drained()

    async def recover(self) -> None:
        """After an outage: rooms that another process has taken meanwhile are shown the way there."""
        for workflow_id in tuple(self.rooms):
            await patiently(lambda id=workflow_id: self._reclaim(id))

    async def _reclaim(self, workflow_id: str) -> None:
        # Not while it is being opened: what is claimed for that must not be let go of here.
        async with self._opening.setdefault(workflow_id, asyncio.Lock()):
            room = self.rooms.get(workflow_id)
            elsewhere = None if room is None else await self.ledger.claim(workflow_id)
            if room is not None:
                room.is_elsewhere = elsewhere is not None
        if room is not None and elsewhere is not None:
            for member in tuple(room.members.values()):
                member.session.send(protocol.Moved(r=workflow_id, url=elsewhere))
                self.leave(member.session, workflow_id)

    async def close(self) -> None:
        """Leave all rooms."""
        for room in tuple(self.rooms.values()):
            await room.close()
        for task in tuple(self._closing):
            task.cancel()
        await asyncio.gather(*self._closing, return_exceptions=True)

    async def _open(self, session: Session, workflow_id: str) -> Room | None:
        """The room, ours from now on; `None` when another process has it and the client was sent there."""
        lock = self._opening.setdefault(workflow_id, asyncio.Lock())
        async with lock:
            room = self.rooms.get(workflow_id)
            if room is not None and not room.is_elsewhere:
                return room
            workspace_id = await self.ledger.place_of(workflow_id)
            if workspace_id is None or role_in(session.actor, workspace_id) is None:
                self._opening.pop(workflow_id, None)
                raise Missing(f"there is no workflow {workflow_id[:80]!r}")
            elsewhere = await self.ledger.claim(workflow_id)
            if elsewhere is not None:
                session.send(protocol.Moved(r=workflow_id, url=elsewhere))
                return None
            if room is not None:  # it comes back while it was being closed
                room.is_elsewhere = False
                room.heard(None)
                return room
            stored = await self.ledger.load(workflow_id)
            room = Room(
                self.ledger, self._committer, self._crier, workflow_id=workflow_id, workspace_id=workspace_id,
                seq=stored.seq,
            )  # fmt: skip
            room.on_told = lambda dones: self._told(workflow_id, dones)
            self.rooms[workflow_id] = room
            return room

    def _replace(self, room: Room, session: Session) -> None:
        """A client that comes back takes the place of its earlier connection."""
        for member in tuple(room.members.values()):
            if member.session is session:
                room.leave(session)
            elif member.session.client_id == session.client_id and _same(member.session, session):
                self.evict(member.session, room, "replaced")

    def _told(self, workflow_id: str, dones: Sequence[protocol.Done]) -> None:
        """Texts follow what others do to their fields and blocks."""
        if not self.fields:
            return
        for done in dones:
            match done.op:
                case UpdateValues(items=items):
                    for item in items:
                        field = self.fields.get((workflow_id, item.block_id, item.field))
                        if field and field.writer != done.client_id:
                            field.changed(done.seq)
                case RemoveBlocks(ids=ids):
                    for key in [key for key in self.fields if key[0] == workflow_id and key[1] in ids]:
                        self.fields.pop(key).drop("not_found", "the block was removed")
                case _:
                    pass

    async def _let_go(self, key: tuple[str, str, str], field: Field) -> None:
        await field.flush()
        if field.is_idle and self.fields.get(key) is field:
            del self.fields[key]

    def _close_if_empty(self, room: Room) -> None:
        if not (room.members or room.entering) and self.rooms.get(room.workflow_id) is room:
            self._spawn(self._close(room))

    async def _close(self, room: Room) -> None:
        """Close a room in which nobody is, once everything in it is durable."""
        await self.flush(room.workflow_id)
        lock = self._opening.setdefault(room.workflow_id, asyncio.Lock())
        async with lock:
            if room.members or room.entering or self.rooms.get(room.workflow_id) is not room:
                return
            del self.rooms[room.workflow_id]
            for key in [key for key in self.fields if key[0] == room.workflow_id]:
                self.fields.pop(key).is_gone = True
            await self.ledger.release(room.workflow_id)
        await room.close()
        if not lock.locked():
            self._opening.pop(room.workflow_id, None)

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


def role_in(actor: Actor | None, workspace_id: str) -> protocol.Role | None:
    """What somebody may do in a workspace's rooms; `None` when there are none for them."""
    if actor is None:
        return None
    roles: tuple[protocol.Role, ...] = ("admin", "write", "read")
    return next((role for role in roles if may(actor, workspace_id, role)), None)


def _same(one: Session, other: Session) -> bool:
    return one.actor is not None and other.actor is not None and one.actor.user_id == other.actor.user_id
