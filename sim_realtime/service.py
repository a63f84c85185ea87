"""The service: who is connected, which rooms are open, and what each message does."""

import asyncio
import time
from collections.abc import Coroutine, Sequence
from typing import Any

import msgspec

from sim_core.errors import Refused, SimError
from sim_core.store.chains import Appended
from sim_realtime import limits, protocol
from sim_realtime.committer import Committer, Entry
from sim_realtime.doors import Doors
from sim_realtime.hub import Connection, Crier, Handlers
from sim_realtime.ledger import Ledger
from sim_realtime.rooms import Room
from sim_realtime.session import Session
from sim_realtime.verbs import Verbs

SWEEP_S = 30.0
"""Seconds between two looks at everybody's permissions, and at rooms that are still."""


class Service:
    """Rooms over one ledger; `handlers` is what a hub calls."""

    def __init__(self, ledger: Ledger, *, crier: Crier, version: str) -> None:
        self.handlers = Handlers(self._opened, self._received, self._closed, self._health)
        self.ledger = ledger
        self.committer = Committer(ledger, self._settled)
        self.sessions: set[Session] = set()
        self.doors = Doors(ledger, self.committer, crier)
        self._verbs = Verbs(self.doors, self.sessions)
        self._facts = {"status": "ok", "hub": crier.kind, "version": version}
        self._work: set[asyncio.Task[Any]] = set()
        self._sweeper: asyncio.TimerHandle | None = None
        self._changes = 0

    @property
    def rooms(self) -> dict[str, Room]:
        """The open rooms by workflow."""
        return self.doors.rooms

    def heard_ops(self, told: str | None) -> None:
        """A workflow changed somewhere; nothing told after an outage means that any may have."""
        if told is None:
            for room in tuple(self.rooms.values()):
                room.heard(None)
            self._spawn(self.doors.recover())
            return
        workflow_id, _, seq = told.partition(" ")
        if room := self.rooms.get(workflow_id):
            room.heard(int(seq))

    def lost_rooms(self) -> None:
        """The database has let go of the rooms of this process."""
        self._spawn(self.doors.recover())

    def heard_permission(self, user_id: str | None) -> None:
        """What somebody may do has changed."""
        self._changes += 1
        for session in tuple(self.sessions):
            if session.actor and user_id in (None, session.actor.user_id):
                self._spawn(self.doors.recheck(session))

    def heard_notice(self, told: str | None) -> None:
        """Something happened to a workflow besides its operations."""
        if told is None:
            return
        facts = msgspec.json.decode(told, type=dict[str, Any])
        room = self.rooms.get(str(facts.get("r")))
        if room is None:
            return
        kind = str(facts.get("kind"))
        if kind == "deleted":
            self.doors.evict_all(room, "deleted")
        else:
            room.say(protocol.Notice(r=room.workflow_id, kind=kind, facts=facts.get("facts")))

    async def start(self) -> None:
        """Begin to look after rooms that are still and permissions that changed unheard."""
        self._sweeper = asyncio.get_running_loop().call_later(SWEEP_S, self._sweep)

    async def close(self) -> None:
        """Make everything durable, for as long as the database answers, and stop."""
        if self._sweeper:
            self._sweeper.cancel()
        for session in tuple(self.sessions):
            if session.task:
                session.task.cancel()
        try:
            async with asyncio.timeout(5):
                await self.doors.flush()
        except TimeoutError:
            pass
        await self.doors.close()
        await self.committer.close()
        for task in tuple(self._work):
            task.cancel()
        await asyncio.gather(*self._work, return_exceptions=True)

    def _opened(self, connection: Connection) -> None:
        loop = asyncio.get_running_loop()
        session = connection.session = Session(connection, loop.time())
        self.sessions.add(session)
        session.deadline = loop.call_later(limits.HELLO_S, _say_hello_first, session)

    def _received(self, connection: Connection, text: bytes) -> None:
        session: Session = connection.session
        wait = session.frames.take(1, asyncio.get_running_loop().time())
        if wait and not _is_patient(session, wait):
            return
        if session.task is not None:
            is_new = session.actor is None
            if len(session.inbox) >= (limits.WAITING_FIRST if is_new else limits.WAITING):
                connection.close(4029, "too many messages wait")
            elif is_new and len(text) > limits.FIRST_FRAME:
                connection.close(4029, "wait for the welcome with large messages")
            else:
                session.inbox.append(text)
            return
        self._handle(session, text)

    def _handle(self, session: Session, text: bytes) -> None:
        """Do what a message says; what takes longer holds up the next messages of this connection only."""
        work: Coroutine[Any, Any, None] | None = None
        try:
            if session.actor is None:
                work = self._hello(session, text)
            else:
                _check_size(text)
                work = self._verbs.follow(session, protocol.decode.decode(text), asyncio.get_running_loop().time())
        except (SimError, msgspec.DecodeError, RecursionError) as error:
            session.refuse(*_words(error))
        if work is not None:
            session.task = asyncio.get_running_loop().create_task(self._finish(session, work))

    async def _finish(self, session: Session, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except (SimError, msgspec.DecodeError, RecursionError) as error:
            session.refuse(*_words(error))
        finally:
            session.task = None
        while session.inbox and session.task is None and session.connection.is_open:
            self._handle(session, session.inbox.popleft())

    async def _hello(self, session: Session, text: bytes) -> None:
        before = self._changes
        try:
            await self._verbs.hello(session, text)
            if self._changes != before:  # perhaps theirs, while nobody knew yet who they are
                await self.doors.recheck(session)
        except Refused as error:  # it is not for this that anybody may not come in
            session.refuse(*_words(error))
            session.connection.close(1013, "try again later")
        except (SimError, msgspec.DecodeError, RecursionError) as error:
            session.refuse(*_words(error))
            session.connection.close(4401, "hello was refused")
        if session.deadline:
            session.deadline.cancel()

    def _closed(self, connection: Connection) -> None:
        session: Session | None = connection.session
        if session is None:
            return
        self.sessions.discard(session)
        if session.deadline:
            session.deadline.cancel()
        if session.task:
            session.task.cancel()
        for workflow_id in tuple(session.rooms):
            self.doors.leave(session, workflow_id)

    def _settled(self, pairs: Sequence[tuple[Entry, Appended | SimError]]) -> None:
        by_room: dict[str, list[tuple[Entry, Appended | SimError]]] = {}
        for pair in pairs:
            by_room.setdefault(pair[0].batch.workflow_id, []).append(pair)
        for workflow_id, settled in by_room.items():
            if room := self.rooms.get(workflow_id):
                room.settle(settled)
            else:
                for entry, result in settled:
                    entry.settle(result)

    def _health(self) -> bytes:
        facts = {"connections": len(self.sessions), "rooms": len(self.rooms), "waiting": self.committer.waiting}
        counts = {"commits": self.committer.commits, "committed": self.committer.committed}
        return msgspec.json.encode({**self._facts, **facts, **counts, "cpu_s": time.process_time()})

    def _sweep(self) -> None:
        self.heard_permission(None)
        for room in tuple(self.rooms.values()):
            if room.hashed != room.seq:
                room.tell_hash()
        self._sweeper = asyncio.get_running_loop().call_later(SWEEP_S, self._sweep)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._work.add(task)
        task.add_done_callback(self._work.discard)


def _say_hello_first(session: Session) -> None:
    if session.actor is None:
        session.connection.close(4408, "say hello first")


def _is_patient(session: Session, wait: float) -> bool:
    """Tell who sends too fast to slow down; false when it was shown out."""
    if wait > limits.HELLO_S:
        session.refuse("rate", "too many messages")
        session.connection.close(4029, "too many messages")
        return False
    session.send(protocol.Slow(ms=int(wait * 1000) + 1))
    return True


def _check_size(text: bytes) -> None:
    if len(text) > limits.FRAME and b'"block.add"' not in text[:4096]:
        raise msgspec.DecodeError(f"a message has at most {limits.FRAME:,} bytes")


def _words(error: Exception) -> tuple[str, str]:
    if isinstance(error, SimError):
        return error.reason, error.message
    return "invalid", str(error)[:500]
