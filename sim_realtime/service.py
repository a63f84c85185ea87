"""The service: who is connected, which rooms are open, and what each message does."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

import msgspec

from sim_core.accounts.actors import Actor, may
from sim_core.errors import Denied, Invalid, Missing, SimError
from sim_core.ids import new_id
from sim_core.store.documents import load
from sim_core.store.pool import Store
from sim_realtime import protocol
from sim_realtime.hub import Connection, Handlers
from sim_realtime.rooms import Room

Authenticate = Callable[[str], Awaitable[Actor]]
HELLO_S = 5.0
"""Seconds a connection may take to say who it is."""
WAITING = 256
"""Messages of one connection that may wait for their turn."""
OPS = 500


class Session:
    """One connection: who it is and what it follows; its messages are handled one after the other."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.sid = new_id()
        self.actor: Actor | None = None
        self.key = ""
        self.client_id = ""
        self.rooms: dict[str, Room] = {}
        self.inbox: asyncio.Queue[bytes] = asyncio.Queue(WAITING)
        self.task: asyncio.Task[None] | None = None

    def send(self, message: protocol.FromServer) -> None:
        """Say something, if anybody still listens."""
        self.connection.send(protocol.encode(message))


class Service:
    """Rooms over one store; `handlers` is what a hub calls."""

    def __init__(self, store: Store, authenticate: Authenticate, *, hub: str, version: str) -> None:
        self.rooms: dict[str, Room] = {}
        self.handlers = Handlers(self._opened, self._received, self._closed, self._health)
        self._store = store
        self._authenticate = authenticate
        self._sessions: set[Session] = set()
        self._facts = {"status": "ok", "hub": hub, "version": version}
        self._work: set[asyncio.Task[Any]] = set()

    def heard(self, told: str | None) -> None:
        """A workflow changed somewhere; nothing told after an outage means that any may have."""
        if told is None:
            rooms = list(self.rooms.values())
        else:
            workflow_id, _, seq = told.partition(" ")
            room = self.rooms.get(workflow_id)
            rooms = [room] if room and int(seq) > room.seq else []
        for room in rooms:
            self._spawn(self._advance(room))

    def rights_changed(self, user_id: str | None) -> None:
        """Somebody's rights changed; `None` or `*` means that anybody's may have."""
        for session in self._sessions:
            if session.actor is not None and user_id in (None, "*", session.actor.user_id):
                self._spawn(self._look_again(session))

    async def close(self) -> None:
        """Stop what is under way."""
        for task in (*self._work, *(session.task for session in self._sessions if session.task)):
            task.cancel()
        await asyncio.sleep(0)

    def _opened(self, connection: Connection) -> None:
        session = connection.session = Session(connection)
        self._sessions.add(session)
        session.task = asyncio.get_running_loop().create_task(self._converse(session))

    def _received(self, connection: Connection, text: bytes) -> None:
        session: Session = connection.session
        try:
            session.inbox.put_nowait(text)
        except asyncio.QueueFull:
            connection.close(4029, "too many messages wait")

    def _closed(self, connection: Connection) -> None:
        session: Session | None = connection.session
        if session is None:
            return
        self._sessions.discard(session)
        if session.task:
            session.task.cancel()
        for room in session.rooms.values():
            self._leave(room, connection)

    def _health(self) -> bytes:
        return msgspec.json.encode({**self._facts, "connections": len(self._sessions), "rooms": len(self.rooms)})

    async def _converse(self, session: Session) -> None:
        try:
            async with asyncio.timeout(HELLO_S):
                await self._hello(session, await session.inbox.get())
        except TimeoutError:
            session.connection.close(4408, "say hello first")
            return
        except (SimError, msgspec.DecodeError) as error:
            session.send(_refusal(error))
            session.connection.close(4401, "hello was refused")
            return
        while session.connection.is_open:
            text = await session.inbox.get()
            try:
                await self._follow(session, protocol.decode.decode(text))
            except (SimError, msgspec.DecodeError) as error:
                session.send(_refusal(error))

    async def _hello(self, session: Session, text: bytes) -> None:
        hello = protocol.decode.decode(text)
        if not isinstance(hello, protocol.Hello):
            raise Invalid("the first message is a hello", code="hello_first")
        if hello.v != protocol.VERSION:
            raise Invalid(f"version {protocol.VERSION} is spoken here, not {hello.v}", code="stale_schema")
        if not 0 < len(hello.client_id) <= 64:
            raise Invalid("a client id has 1 to 64 characters", code="invalid")
        session.actor, session.key = await self._authenticate(hello.key), hello.key
        session.client_id = hello.client_id
        session.send(protocol.Welcome(v=protocol.VERSION, sid=session.sid, now=time.time()))

    async def _follow(self, session: Session, message: protocol.FromClient) -> None:
        match message:
            case protocol.Ping():
                session.send(protocol.Pong())
            case protocol.Join(r=workflow_id, since=since):
                room, role = await self._room(session, workflow_id)
                session.rooms[workflow_id] = room
                await room.join(session.connection, since, role)
            case protocol.Leave(r=workflow_id):
                room = session.rooms.pop(workflow_id, None)
                if room:
                    self._leave(room, session.connection)
            case protocol.Ops(r=workflow_id, ops=sent):
                await self._change(session, workflow_id, sent)
            case protocol.Hello():
                raise Invalid("hello was said already", code="hello_twice")

    async def _change(self, session: Session, workflow_id: str, sent: tuple[protocol.Sent, ...]) -> None:
        room = session.rooms.get(workflow_id)
        if room is None or session.actor is None:
            raise Missing("join the workflow first", code="not_joined")
        if len(sent) > OPS:
            raise Invalid(f"at most {OPS} operations at once", code="too_large")
        if not may(session.actor, room.workspace_id, "write"):
            for item in sent:
                refused = protocol.Reject(
                    r=workflow_id, cseq=item.cseq, code="forbidden", message="this key may not change workflows"
                )
                session.send(refused)
            return
        await room.change(session.connection, sent, actor=session.actor, client=session.client_id)

    async def _room(self, session: Session, workflow_id: str) -> tuple[Room, str]:
        actor = session.actor
        readable = [id for id in actor.workspace_ids if may(actor, id, "read")] if actor else []
        room = self.rooms.get(workflow_id)
        if room is None or room.workspace_id not in readable:
            room = await self._open(workflow_id, readable)
        writes = actor is not None and may(actor, room.workspace_id, "write")
        return room, "write" if writes else "read"

    async def _open(self, workflow_id: str, workspace_ids: Sequence[str]) -> Room:
        for workspace_id in workspace_ids:
            try:
                stored = await load(self._store, workflow_id, workspace_id)
            except Missing:
                continue
            return self.rooms.setdefault(workflow_id, Room(self._store, workflow_id, workspace_id, stored.seq))
        raise Missing(f"there is no workflow {workflow_id[:80]!r}")

    async def _look_again(self, session: Session) -> None:
        """Let a connection stay only where its person still may be."""
        try:
            session.actor = await self._authenticate(session.key)
        except Denied:
            session.connection.close(4401, "the session or key has ended")
            return
        for workflow_id, room in tuple(session.rooms.items()):
            if not may(session.actor, room.workspace_id, "read"):
                del session.rooms[workflow_id]
                self._leave(room, session.connection)
                session.send(protocol.Refusal(code="not_joined", message="you may no longer read this workflow"))

    def _leave(self, room: Room, connection: Connection) -> None:
        room.members.discard(connection)
        if not room.members and not any(room in session.rooms.values() for session in self._sessions):
            self.rooms.pop(room.workflow_id, None)

    async def _advance(self, room: Room) -> None:
        for _ in range(20):
            try:
                await room.advance()
                return
            except Missing:
                return
            except SimError:
                await asyncio.sleep(0.25)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._work.add(task)
        task.add_done_callback(self._work.discard)


def _refusal(error: SimError | msgspec.DecodeError) -> protocol.Refusal:
    if isinstance(error, SimError):
        return protocol.Refusal(code=error.reason, message=error.message)
    return protocol.Refusal(code="invalid", message=str(error))
