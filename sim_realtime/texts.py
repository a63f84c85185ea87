"""Fields whose text several people edit at once: typing is relayed at once and made durable every two seconds."""

import asyncio
from collections.abc import Callable
from typing import Any

from pycrdt import Doc

from sim_core.document.operations import UpdateValues, ValueChange
from sim_core.errors import Missing, SimError
from sim_core.ids import new_id
from sim_core.store.chains import Appended, Batch, TextRow
from sim_realtime import protocol
from sim_realtime.committer import Committer, Entry
from sim_realtime.ledger import Ledger
from sim_realtime.session import Session
from sim_realtime.shapes import TEXT, Shape

FLUSH_S = 2.2
"""Seconds between two commits of one field while somebody types."""
UPDATE = 128 * 1024
"""Bytes of one update."""
LONGEST = 2 * 1024 * 1024
"""Bytes of a Yjs document."""

Say = Callable[[protocol.FromServer, Session | None], None]


class Field:
    """One field's text, its Yjs document, and what of it is not durable yet."""

    def __init__(self, place: "Place", block_id: str, field: str, shape: Shape) -> None:
        self.place = place
        self.block_id = block_id
        self.field = field
        self.shape = shape
        self.readers: set[Session] = set()
        self.is_gone = False
        self.writer = f"{TEXT}:{new_id()}"
        """Its client id in the history."""
        self.doc: Doc[Any] = Doc()
        self._stored: Any = None
        """The value as the document of the workflow holds it."""
        self.tseq = 0
        self._state = b""
        self._waiting: dict[Session, int] = {}
        self._is_dirty = False
        self._flying: asyncio.Future[None] | None = None
        self._flight: tuple[TextRow, Any] | None = None
        self._flights = 0
        self._timer: asyncio.TimerHandle | None = None
        self._turn = asyncio.Lock()
        self._is_loaded = False
        self._actor = ""

    async def open(self, session: Session, vector: bytes | None) -> None:
        """Let somebody edit: it gets what it has not, and is told what the server lacks."""
        self.readers.add(session)
        async with self._turn:
            if not self._is_loaded:
                await self._load(session)
        try:
            update = self.doc.get_update(vector) if vector else self.doc.get_update()
        except ValueError:
            update = self.doc.get_update()
        state = protocol.TextState(
            r=self.place.workflow_id, block_id=self.block_id, field=self.field, tseq=self.tseq, update=update,
            vector=self.doc.get_state(), since=vector,
        )  # fmt: skip
        session.send(state)

    def type(self, session: Session, message: protocol.Text) -> None:
        """Take an update: everybody sees it at once, and it is durable soon."""
        if len(message.update) > UPDATE or len(self._state) > LONGEST:
            self._reject(session, message.n, "too_large", "this is more text than can be edited together")
            return
        try:
            self.doc.apply_update(message.update)
        except ValueError:
            self._reject(session, message.n, "invalid", "this is no update of a text")
            return
        self._actor = session.actor.user_id if session.actor else self._actor
        self._waiting[session] = message.n
        self._relay(message.update, session)
        self._arm(FLUSH_S)

    def changed(self, value: Any) -> None:
        """Somebody else wrote the field as a whole: the difference becomes an edit like any other."""
        if value == self._stored or not self._is_loaded:
            return
        base: Doc[Any] = Doc()
        base.apply_update(self._state)
        before = base.get_state()
        wanted = self.shape.normal(value, base)
        if wanted is None:
            self.drop("not_text", "somebody wrote something else here")
            return
        self.shape.write(base, wanted)
        update = base.get_update(before)
        self.doc.apply_update(update)
        self._state, self._stored = base.get_update(), value
        self._relay(update, None)
        self._is_dirty = True
        self._arm(FLUSH_S)

    def landed(self) -> None:
        """Its own commit has taken its place in the history."""
        if self._flight is not None:
            row, self._stored = self._flight
            self.tseq, self._state, self._flight = row.tseq, row.state, None

    async def flush(self) -> None:
        """Make durable what is not."""
        while not self.is_gone and (self._flying or self._waiting or self._is_dirty):
            self._begin()
            flying = self._flying
            if flying is None:
                return
            await asyncio.shield(flying)

    def drop(self, code: str, message: str) -> None:
        """The text is no more: whoever edits it is told, and reads it anew."""
        self.is_gone = True
        self._disarm()
        for reader in self.readers:
            self._reject(reader, self._waiting.get(reader, 0), code, message)
        self.readers.clear()

    @property
    def is_idle(self) -> bool:
        """Whether nobody edits it and everything is durable."""
        return not (self.readers or self._waiting or self._is_dirty or self._flying)

    def _arm(self, seconds: float) -> None:
        if self._timer is None and not self.is_gone:
            self._timer = asyncio.get_running_loop().call_later(seconds, self._begin)

    def _disarm(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _begin(self) -> None:
        """Commit the plain text and the Yjs document together."""
        self._disarm()
        if self._flying or self.is_gone or not (self._waiting or self._is_dirty):
            return
        held = self.shape.read(self.doc)
        row = TextRow(self.block_id, self.field, self.tseq + 1, self.doc.get_update())
        value = None if self._stored is None and self.shape.empty(held) else held
        waiting, self._waiting, self._is_dirty = self._waiting, {}, False
        self._flying = asyncio.get_running_loop().create_future()
        self._flight = (row, value)
        self._flights += 1
        change = ValueChange(block_id=self.block_id, field=self.field, value=value, expected=self._stored)
        batch = Batch(
            workflow_id=self.place.workflow_id, workspace_id=self.place.workspace_id,
            ops=(UpdateValues(items=(change,)),), actor=self._actor,
            client_id=self.writer, cseq=self._flights, texts=(row,),
        )  # fmt: skip
        self.place.committer.submit(Entry(batch, lambda result: self._committed(result, waiting, row)))

    def _committed(self, result: Appended | SimError, waiting: dict[Session, int], row: TextRow) -> None:
        if isinstance(result, SimError):
            self._refused(waiting, result.reason, result.message)
        elif result.refusals and result.refusals[0].code == "conflict":
            self._flight = None
            for session, n in waiting.items():
                self._waiting.setdefault(session, n)
            self._land()
            self.changed(result.refusals[0].now)
            self._begin()
        elif result.refusals:
            self._refused(waiting, result.refusals[0].code, result.refusals[0].message)
        elif result.outcome == "noop":
            self.place.spawn(lambda: self._write(waiting, row))
        else:
            self._durable(waiting, row, result.seq)

    async def _write(self, waiting: dict[Session, int], row: TextRow) -> None:
        """The plain text is as it was, the Yjs document is not."""
        if await self.place.ledger.write_text(self.place.workflow_id, row):
            self._durable(waiting, row, 0)
        else:
            self._refused(waiting, "stale", "another process has this text")

    def _durable(self, waiting: dict[Session, int], row: TextRow, seq: int) -> None:
        self.landed()
        for session, n in waiting.items():
            ack = protocol.TextAck(
                r=self.place.workflow_id, block_id=self.block_id, field=self.field, n=n, tseq=row.tseq, seq=seq
            )
            session.send(ack)
        self._land()
        if self._waiting or self._is_dirty:
            self._arm(FLUSH_S)

    def _refused(self, waiting: dict[Session, int], code: str, message: str) -> None:
        self._waiting = waiting | self._waiting
        self._land()
        self.drop(code, message)

    def _land(self) -> None:
        flying, self._flying = self._flying, None
        if flying and not flying.done():
            flying.set_result(None)

    def _relay(self, update: bytes, sender: Session | None) -> None:
        typed = protocol.Typed(
            r=self.place.workflow_id, block_id=self.block_id, field=self.field, sid=sender.sid if sender else "",
            update=update,
        )  # fmt: skip
        text = protocol.encode(typed)
        for reader in self.readers:
            if reader is not sender:
                reader.connection.send(text)

    def _reject(self, session: Session, n: int, code: str, message: str) -> None:
        refusal = protocol.TextReject(
            r=self.place.workflow_id, block_id=self.block_id, field=self.field, code=code, message=message, n=n
        )
        session.send(refusal)

    async def _load(self, session: Session) -> None:
        place = self.place
        row = await place.ledger.read_text(place.workflow_id, self.block_id, self.field)
        self._stored = value = await place.value(self.block_id, self.field)
        self._actor = session.actor.user_id if session.actor else ""
        if row is not None:
            self.tseq = row.tseq
            self.doc.apply_update(row.state)
        wanted = self.shape.normal(value, self.doc)
        if wanted is None:
            raise Missing(f"{self.field[:80]!r} holds no text", code="not_text")
        if row is None or self.shape.read(self.doc) != wanted:
            # Stored before anybody sees it: a room that begins anew must begin with the same letters.
            self.shape.write(self.doc, wanted)
            self.tseq += 1
            fresh = TextRow(self.block_id, self.field, self.tseq, self.doc.get_update())
            await place.ledger.write_text(place.workflow_id, fresh)
        self._state = self.doc.get_update()
        self._is_loaded = True


class Place:
    """What fields ask of their room."""

    def __init__(self, ledger: Ledger, committer: Committer, workflow_id: str, workspace_id: str) -> None:
        self.ledger = ledger
        self.committer = committer
        self.workflow_id = workflow_id
        self.workspace_id = workspace_id
        self.spawn: Callable[[Callable[[], Any]], None] = lambda work: None

    async def value(self, block_id: str, field: str) -> Any:
        """What the document holds in a field."""
        stored = self.ledger.known(self.workflow_id) or await self.ledger.load(self.workflow_id)
        block = stored.workflow.blocks.get(block_id)
        return block.values.get(field) if block else None
