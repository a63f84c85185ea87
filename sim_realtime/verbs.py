"""What each message of a client does, after it was asked whether it may."""

import time
from collections.abc import Coroutine
from typing import Any

from sim_core.document.operations import UpdateBlocks
from sim_core.errors import Invalid, Missing
from sim_realtime import limits, protocol
from sim_realtime.doors import Doors
from sim_realtime.holding import items_of
from sim_realtime.patience import patiently
from sim_realtime.rooms import Member, Room
from sim_realtime.session import Session

RESERVED = ("text:", "restore", "rest", "key:")
"""How client ids begin under which the platform itself writes."""
Work = Coroutine[Any, Any, None]


class Verbs:
    """The messages, one method each."""

    def __init__(self, doors: Doors, sessions: set[Session]) -> None:
        self._doors = doors
        self._sessions = sessions

    async def hello(self, session: Session, text: bytes) -> None:
        """Find out who is there; raises for a hello that is none, and for a key or ticket that is not valid."""
        if len(text) > limits.FIRST_FRAME:
            raise Invalid(f"a hello has at most {limits.FIRST_FRAME:,} bytes", code="too_large")
        hello = protocol.decode.decode(text)
        if not isinstance(hello, protocol.Hello):
            raise Invalid("the first message is a hello", code="hello_first")
        if hello.v != protocol.VERSION:
            raise Invalid(f"version {protocol.VERSION} is spoken here, not {hello.v}", code="stale_schema")
        name = hello.client_id
        if not 0 < len(name) <= 64 or not name.isprintable() or name.startswith(RESERVED):
            raise Invalid("a client id has 1 to 64 characters, and none of the platform's own", code="invalid")
        actor = await self._doors.ledger.enter(hello.ticket, hello.key)
        session.name = await self._doors.ledger.name_of(actor.user_id)
        session.client_id = name
        session.actor = actor
        now = time.time_ns() // 1_000_000
        session.send(protocol.Welcome(v=protocol.VERSION, sid=session.sid, now=now, limits=limits.LIMITS))

    def follow(self, session: Session, message: protocol.FromClient, now: float) -> Work | None:
        """Do what a message says; what it returns has to be awaited before the next message."""
        match message:
            case protocol.Ops():
                self._ops(session, message, now)
            case protocol.Pres():
                self._presence(session, message, now)
            case protocol.Text():
                self._text(session, message)
            case protocol.AppliedUpTo(r=workflow_id):
                self._here(session, workflow_id)
            case protocol.Ping():
                session.send(protocol.Pong())
            case protocol.Join(r=workflow_id, since=since):
                return self._doors.join(session, workflow_id, since)
            case protocol.Leave(r=workflow_id):
                self._doors.leave(session, workflow_id)
            case protocol.TextOpen():
                return self._text_open(session, message)
            case protocol.TextClose():
                return self._text_close(session, message)
            case protocol.Flush(r=workflow_id):
                return self._flush(session, workflow_id)
            case protocol.Hello():
                raise Invalid("hello was said already", code="hello_twice")
        return None

    def _here(self, session: Session, workflow_id: str) -> tuple[Room, Member]:
        """The room that a message is about; raises `Missing` for one that was not joined."""
        room = self._doors.rooms.get(workflow_id)
        member = room.members.get(session.sid) if room else None
        if room is None or member is None:
            raise Missing("join the workflow first", code="not_joined")
        return room, member

    def _ops(self, session: Session, message: protocol.Ops, now: float) -> None:
        room, member = self._here(session, message.r)
        flying = len(room.clients[session.client_id].flying) + len(message.ops)
        wait = session.ops.take(len(message.ops), now)
        if flying > limits.PATIENCE or wait > limits.HELLO_S:
            code = "in_flight" if flying > limits.PATIENCE else "rate"
            session.refuse(code, "more operations are on the way than are allowed", message.r)
            session.connection.close(4029, code)
            return
        if wait or flying > limits.IN_FLIGHT:
            session.send(protocol.Slow(ms=int(wait * 1000) or 100))
        for sent in message.ops:
            if reject := self._trouble(message.r, member, sent):
                room.refuse(member, reject)
            else:
                room.change(member, sent, now)

    def _trouble(self, workflow_id: str, member: Member, sent: protocol.Sent) -> protocol.Reject | None:
        """Why an operation is refused before it is tried."""
        code, words = "", ""
        if member.role == "read":
            code, words = "forbidden", "you may read this workflow, not change it"
        elif member.role != "admin" and _locks(sent):
            code, words = "forbidden", "only an admin may lock and unlock"
        elif sent.cseq < 1 or sent.cseq > 2**53:
            code, words = "invalid", "operations are numbered from 1"
        elif items_of(sent.op) > limits.ITEMS:
            code, words = "too_large", f"an operation has at most {limits.ITEMS} items"
        return protocol.Reject(r=workflow_id, cseq=sent.cseq, code=code, message=words) if code else None

    def _presence(self, session: Session, message: protocol.Pres, now: float) -> None:
        room, _ = self._here(session, message.r)
        if session.presence.take(1, now):
            session.presence.give_back(1)  # the next one is as good
            return
        room.presences.tell(session, message.d, now)

    async def _text_open(self, session: Session, message: protocol.TextOpen) -> None:
        room, _ = self._here(session, message.r)
        try:
            field = await self._doors.field(room, message.block_id, message.field, message.texts)
            await patiently(lambda: field.open(session, message.vector), lambda: session.connection.is_open)
        except Missing as error:
            session.send(_text_reject(message, error.reason, error.message))

    def _text(self, session: Session, message: protocol.Text) -> None:
        _, member = self._here(session, message.r)
        field = self._doors.fields.get((message.r, message.block_id, message.field))
        if member.role == "read":
            session.send(_text_reject(message, "forbidden", "you may read this workflow, not change it", message.n))
        elif field is None or field.is_gone or session not in field.readers:
            session.send(_text_reject(message, "not_open", "open the text first", message.n))
        else:
            field.type(session, message)

    async def _text_close(self, session: Session, message: protocol.TextClose) -> None:
        self._here(session, message.r)
        field = self._doors.fields.get((message.r, message.block_id, message.field))
        if field is not None and session in field.readers:
            field.readers.discard(session)
            await field.flush()
            if field.is_idle:
                self._doors.fields.pop((message.r, message.block_id, message.field), None)

    async def _flush(self, session: Session, workflow_id: str) -> None:
        room, _ = self._here(session, workflow_id)
        await self._doors.flush(workflow_id)
        session.send(protocol.Flushed(r=workflow_id, seq=room.seq))


def _text_reject(message: protocol.TextOpen | protocol.Text, code: str, words: str, n: int = 0) -> protocol.TextReject:
    return protocol.TextReject(
        r=message.r, block_id=message.block_id, field=message.field, code=code, message=words, n=n
    )


def _locks(sent: protocol.Sent) -> bool:
    return isinstance(sent.op, UpdateBlocks) and any("locked" in item.set for item in sent.op.items)
