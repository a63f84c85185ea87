"""Fields whose text several people edit at once: typing is relayed at once and made durable every two seconds."""

import asyncio
from collections.abc import Callable
from typing import Any

from pycrdt import Doc

from sim_core.document.operations import UpdateValues, ValueChange
from sim_core.errors import Missing, SimError
from sim_core.ids import new_id
from sim_core.store.chains import Appended, Batch, TextRow
from sim_core.store.texts import Standing
from sim_realtime import protocol
from sim_realtime.committer import Committer, Entry
from sim_realtime.ledger import Ledger
from sim_realtime.patience import AGAIN_S
from sim_realtime.session import Session
from sim_realtime.shapes import TEXT, Shape

FLUSH_S = 2.2
"""Seconds between two commits of one field while somebody types."""
UPDATE = 128 * 1024
"""Bytes of one update."""
LONGEST = 2 * 1024 * 1024
"""Bytes of a Yjs document."""

AGAIN = ("conflict", "overtaken")
"""Refusals of a text that is written once more, on top of what stands there now."""


class Field:
    """One field's text, its Yjs document, and what of it is not durable yet.

    What is durable is written on top of what was read, by one process after the other. Who finds that another was there
    first takes over what it wrote, letter by letter, and writes again: so nothing that two processes took at once is
    lost, and nothing is there twice.
    """

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
        self.tseq = 0
        self._stored: Any = None
        """The value as the document of the workflow holds it."""
        self._state = b""
        self._seq = -1
        """Where the history was when that was so; before everything when it is not known."""
        self._told = 0
        self._waiting: dict[Session, int] = {}
        self._awaiting: set[Session] = set()
        """Who reads, and has not got the text yet."""
        self._is_due = False
        self._flights = 0
        self._timer: asyncio.TimerHandle | None = None
        self._turn = asyncio.Lock()
        self._idle = asyncio.Event()
        self._idle.set()
        self._actor = ""

    async def open(self, session: Session, vector: bytes | None) -> None:
        """Let somebody edit: it gets what it has not, and is told what the server lacks."""
        self.readers.add(session)
        self._awaiting.add(session)
        try:
            async with self._turn:
                if not self._state:
                    self._actor = session.actor.user_id if session.actor else ""
                    await self._follow()
        finally:
            self._awaiting.discard(session)
        self.changed(self._told)
        if self.is_gone or session not in self.readers:
            return
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
        self._arm()

    def changed(self, seq: int) -> None:
        """Somebody else wrote the field: as a whole, or another process that has the room."""
        self._told = max(self._told, seq)
        if self._is_behind and self._state:
            self._wake()

    async def flush(self) -> None:
        """Make durable what is not."""
        while not self.is_idle_but_for_readers:
            self._due()
            await self._idle.wait()

    def drop(self, code: str, message: str) -> None:
        """The text is no more: whoever edits it is told, and reads it anew."""
        self.is_gone = True
        self._disarm()
        for reader in self.readers:
            self._reject(reader, self._waiting.get(reader, 0), code, message)
        self.readers.clear()
        self._idle.set()

    @property
    def is_idle(self) -> bool:
        """Whether nobody edits it and everything is durable."""
        return not self.readers and self.is_idle_but_for_readers

    @property
    def is_idle_but_for_readers(self) -> bool:
        """Whether everything is durable."""
        return self.is_gone or (self._idle.is_set() and not self._waiting)

    @property
    def _is_behind(self) -> bool:
        return self._told > self._seq

    def _arm(self) -> None:
        if self._timer is None and not self.is_gone:
            self._timer = asyncio.get_running_loop().call_later(FLUSH_S, self._due)

    def _disarm(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _due(self) -> None:
        """What was typed becomes durable now."""
        self._disarm()
        self._is_due = bool(self._waiting)
        self._wake()

    def _wake(self) -> None:
        if self._idle.is_set() and not self.is_gone:
            self._idle.clear()
            self.place.spawn(self._work)

    async def _work(self) -> None:
        """First what others wrote, then what was typed here, until both are done and however long it takes."""
        try:
            while not self.is_gone and (self._is_behind or self._is_due):
                try:
                    await (self._catch_up() if self._is_behind else self._commit())
                except SimError:
                    await asyncio.sleep(AGAIN_S)
        finally:
            self._idle.set()
        if self._waiting:
            self._arm()

    async def _catch_up(self) -> None:
        try:
            async with self._turn:
                await self._follow()
        except Missing as error:
            self.drop(error.reason, error.message)

    async def _follow(self) -> None:
        """Take over what stands in the database; raises `Missing` for a block that is gone, and for what is no text."""
        while True:
            standing = await self.place.ledger.read_text(self.place.workflow_id, self.block_id, self.field)
            if standing is None:
                raise Missing(f"there is no block {self.block_id[:80]!r}")
            row = await self._written(standing)
            if row is not None:
                break
        before = self.doc.get_state()
        self.doc.apply_update(row.state)
        if self._state and row.state != self._state:
            self._relay(self.doc.get_update(before), None)
        self._stands(row, standing.value, standing.seq)

    async def _written(self, standing: Standing) -> TextRow | None:
        """The text that stands for a value: a whole write becomes the smallest edit; `None` when others were faster.

        It is stored before anybody sees it. Whoever makes it anew, another process or this one after a kill, would make
        other letters of it, and who has both would read them twice.
        """
        base: Doc[Any] = Doc()
        row = standing.text
        if row is not None:
            base.apply_update(row.state)
        wanted = self.shape.normal(standing.value, base)
        if wanted is None:
            raise Missing(f"{self.field[:80]!r} holds no text", code="not_text")
        if row is not None and self.shape.read(base) == wanted:
            return row
        self.shape.write(base, wanted)
        tseq = 1 if row is None else row.tseq + 1
        fresh = TextRow(self.block_id, self.field, tseq, base.get_update())
        return fresh if await self.place.ledger.write_text(self.place.workflow_id, fresh) else None

    def _stands(self, row: TextRow, value: Any, seq: int) -> None:
        """This is durable, as of a place in the history."""
        self.tseq, self._state, self._stored, self._seq = row.tseq, row.state, value, max(self._seq, seq)

    async def _commit(self) -> None:
        """Write the plain text and the Yjs document together; when somebody was faster, what they wrote comes first."""
        waiting, self._waiting, self._is_due = self._waiting, {}, False
        try:
            is_through = await self._write(waiting)
        except SimError:
            is_through = False
        if not is_through and not self.is_gone:
            self._waiting = waiting | self._waiting
            self._seq, self._is_due = -1, True

    async def _write(self, waiting: dict[Session, int]) -> bool:
        held = self.shape.read(self.doc)
        row = TextRow(self.block_id, self.field, self.tseq + 1, self.doc.get_update())
        value = None if self._stored is None and self.shape.empty(held) else held
        result = await self.place.commit(self._batch(row, value))
        if self.is_gone:
            return False
        if isinstance(result, SimError):
            self._refused(waiting, result.reason, result.message)
            return False
        if result.refusals:
            why = result.refusals[0]
            if why.code not in AGAIN:
                self._refused(waiting, why.code, why.message)
            return False
        # The plain text may be as it was, while the Yjs document is not.
        if result.outcome == "noop" and not await self.place.ledger.write_text(self.place.workflow_id, row):
            return False
        seq = result.applied[0].seq if result.applied else 0
        self._stands(row, value, seq or result.seq)
        self._durable(waiting, row, seq)
        return True

    def _batch(self, row: TextRow, value: Any) -> Batch:
        self._flights += 1
        change = ValueChange(block_id=self.block_id, field=self.field, value=value, expected=self._stored)
        return Batch(
            workflow_id=self.place.workflow_id, workspace_id=self.place.workspace_id,
            ops=(UpdateValues(items=(change,)),), actor=self._actor,
            client_id=self.writer, cseq=self._flights, texts=(row,),
        )  # fmt: skip

    def _durable(self, waiting: dict[Session, int], row: TextRow, seq: int) -> None:
        for session, n in waiting.items():
            ack = protocol.TextAck(
                r=self.place.workflow_id, block_id=self.block_id, field=self.field, n=n, tseq=row.tseq, seq=seq
            )
            session.send(ack)

    def _refused(self, waiting: dict[Session, int], code: str, message: str) -> None:
        self._waiting = waiting | self._waiting
        self.drop(code, message)

    def _relay(self, update: bytes, sender: Session | None) -> None:
        typed = protocol.Typed(
            r=self.place.workflow_id, block_id=self.block_id, field=self.field, sid=sender.sid if sender else "",
            update=update,
        )  # fmt: skip
        text = protocol.encode(typed)
        for reader in self.readers - self._awaiting:
            if reader is not sender:
                reader.connection.send(text)

    def _reject(self, session: Session, n: int, code: str, message: str) -> None:
        refusal = protocol.TextReject(
            r=self.place.workflow_id, block_id=self.block_id, field=self.field, code=code, message=message, n=n
        )
        session.send(refusal)


class Place:
    """What fields ask of their room."""

    def __init__(self, ledger: Ledger, committer: Committer, workflow_id: str, workspace_id: str) -> None:
        self.ledger = ledger
        self.workflow_id = workflow_id
        self.workspace_id = workspace_id
        self.spawn: Callable[[Callable[[], Any]], None] = lambda work: None
        self._committer = committer

    async def commit(self, batch: Batch) -> Appended | SimError:
        """Commit with everything else of the process; what came of it."""
        result: asyncio.Future[Appended | SimError] = asyncio.get_running_loop().create_future()

        def settle(told: Appended | SimError) -> None:
            if not result.done():
                result.set_result(told)

        self._committer.submit(Entry(batch, settle))
        return await result
