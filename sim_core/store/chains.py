"""Operations on one workflow, checked one after the other, and the one statement that commits several such chains."""

import time
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from sim_core.document.operations import Operation
from sim_core.document.reduce import apply
from sim_core.document.workflow import Workflow
from sim_core.errors import Conflict, SimError
from sim_core.store.pool import Store
from sim_core.store.rows import Arguments, Touched, collect, text
from sim_core.store.sql.commit import PARTS, statement
from sim_core.store.stamps import OLD_MS, Register, Stamp, Stamps, admitted, author, clamp, is_value, written
from sim_core.store.states import Stored

Outcome: TypeAlias = Literal["applied", "dup", "noop", "refused", "superseded"]


class AppliedOp(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One operation as it took effect: `index` is its place among those sent, `seq` its place in the history."""

    index: int
    seq: int
    effective: Operation
    ts: int | None = None
    """When it was written by its writer's clock, in milliseconds."""
    again: bool = False
    """It was sent and applied before; this is what came of it then."""


class RefusedOp(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why one operation was not applied, and what stands there now."""

    index: int
    code: str
    message: str
    pointer: str = ""
    item: int = 0
    now: Any = None


class Appended(Struct, frozen=True, kw_only=True):
    """What came of a list of operations; those neither applied nor refused changed nothing."""

    seq: int
    applied: tuple[AppliedOp, ...] = ()
    outcome: Outcome = "applied"
    refusals: tuple[RefusedOp, ...] = ()


class Batch(Struct, frozen=True, kw_only=True):
    """Operations that one client sends to one workflow; they are numbered `cseq`, `cseq + 1`, …"""

    workflow_id: str
    workspace_id: str
    ops: tuple[Operation, ...]
    actor: str
    client_id: str = ""
    cseq: int | None = None
    base: int | None = None
    """The last operation that the client had seen."""
    expected_seq: int | None = None
    """Where the document must stand, or the batch is a `Conflict`."""
    whole: bool = False
    """All of the operations or none."""
    ts: int | None = None
    """The writer's clock in milliseconds: a register that has a later stamp is left as it is."""
    undo: bool = False
    """What others have written since is left as it is."""
    texts: tuple["TextRow", ...] = ()
    """Texts that become durable with the operations."""

    @property
    def is_stamped(self) -> bool:
        """Whether stamps decide what of it takes effect."""
        return self.ts is not None or self.undo


class TextRow(Struct, frozen=True):
    """A field's text as a Yjs document, after it was made durable `tseq` times: it goes on top of `tseq - 1`."""

    block_id: str
    field: str
    tseq: int
    state: bytes


class Logged(Struct, frozen=True):
    """An operation of the past: where it stands in the history, and what it changed."""

    seq: int
    effective: Operation


class Chain:
    """Batches of one workflow on top of each other."""

    def __init__(
        self, start: Stored, stamps: Stamps | None = None, tseqs: Mapping[tuple[str, str], int] | None = None
    ) -> None:
        self.start = start
        self.tseqs = tseqs or {}
        """How often texts are known to have been made durable, by block and field."""
        self.workflow = start.workflow
        self.seq = start.seq
        self.stamps = stamps
        self.texts: list[TextRow] = []
        self.touched = Touched()
        self.log: list[tuple[Any, ...]] = []
        self.results: dict[int, Appended | SimError] = {}

    def add(self, index: int, batch: Batch, known: Mapping[int, Logged]) -> None:
        """Check a batch against the document so far; `known` are the operations of it that were applied before."""
        if batch.expected_seq is not None and batch.expected_seq != self.seq and not known:
            self.results[index] = Conflict(f"The workflow is at {self.seq}, not at {batch.expected_seq}", code="stale")
            return
        if not known and overtaken(batch, self.tseqs):
            why = RefusedOp(index=0, code="overtaken", message="another process has written this text")
            self.results[index] = Appended(seq=self.seq, outcome="refused", refusals=(why,))
            return
        link = _Link(self, batch, known)
        for place in range(len(batch.ops)):
            link.step(place)
        if link.refusals and batch.whole:
            self.results[index] = Appended(seq=self.seq, outcome="refused", refusals=tuple(link.refusals))
            return
        for before, after, one in link.steps:
            self.touched.note(before, after, one.effective, one.seq)
        self.workflow, self.seq = link.workflow, link.seq
        self.log += link.log
        if link.steps and not link.refusals:
            self.texts += batch.texts
        self.results[index] = link.result()


class _Link:
    def __init__(self, chain: Chain, batch: Batch, known: Mapping[int, Logged]) -> None:
        self.workflow = chain.workflow
        self.seq = chain.seq
        self.stamps = chain.stamps
        self.batch = batch
        self.known = known
        self.steps: list[tuple[Workflow, Workflow, AppliedOp]] = []
        self.past: list[AppliedOp] = []
        self.refusals: list[RefusedOp] = []
        self.log: list[tuple[Any, ...]] = []
        self.superseded = False
        self.now = time.time_ns() // 1_000_000

    def step(self, place: int) -> None:
        batch, asked = self.batch, self.batch.ops[place]
        cseq = None if batch.cseq is None else batch.cseq + place
        if cseq is not None and (before := self.known.get(cseq)):
            self.past.append(AppliedOp(index=place, seq=before.seq, effective=before.effective, again=True))
            return
        op = self._admitted(place, asked)
        if op is None:
            return
        done = apply(self.workflow, op)
        for why in done.refusals:
            refused = RefusedOp(
                index=place, code=why.code, message=why.message, pointer=why.pointer, item=why.index, now=why.now
            )
            self.refusals.append(refused)
        effective = done.effective
        if effective is None or done.refusals:
            return
        self.seq += 1
        ts = self._stamp(effective)
        sent = None if effective == asked else text(asked)
        self.log.append((self.seq, batch.client_id, cseq, batch.base, ts, batch.actor, sent, text(effective)))
        one = AppliedOp(index=place, seq=self.seq, effective=effective, ts=ts)
        self.steps.append((self.workflow, done.workflow, one))
        self.workflow = done.workflow

    def _admitted(self, place: int, op: Operation) -> Operation | None:
        """What of an operation the stamps allow; `None` when it comes too late altogether."""
        stamps, batch = self.stamps, self.batch
        if stamps is None or not batch.is_stamped:
            return op
        ts = clamp(batch.ts or 0, self.now)
        if not batch.undo and batch.base is not None and ts and self.now - ts > OLD_MS:
            late = [one for one in written(op) if is_value(one) and _is_foreign(stamps.of(one), batch, batch.base)]
            if late:
                words = f"{late[0][2].removeprefix('values.')!r} was changed while this was written"
                now = _standing(self.workflow, late[0])
                self.refusals.append(RefusedOp(index=place, code="conflict", message=words, now=now))
                return None
        left = admitted(op, lambda register: self._holds(stamps, register, ts))
        self.superseded = self.superseded or left is None
        return left

    def _holds(self, stamps: Stamps, register: Register, ts: int) -> bool:
        stamp, batch = stamps.of(register), self.batch
        if stamp is None:
            return True
        if batch.undo and author(stamp.client_id) != batch.client_id:
            return False
        return batch.ts is None or is_value(register) or (ts, batch.client_id) > (stamp.ts, stamp.client_id)

    def _stamp(self, effective: Operation) -> int | None:
        batch, stamps = self.batch, self.stamps
        if stamps is None:
            return None if batch.ts is None else clamp(batch.ts, self.now)
        ts = stamps.next_ts(self.now) if batch.ts is None else clamp(batch.ts, self.now)
        stamps.note(effective, Stamp(ts, batch.client_id, self.seq))
        return ts

    def result(self) -> Appended:
        fresh = [one for _, _, one in self.steps]
        applied = tuple(sorted((*self.past, *fresh), key=lambda one: one.index))
        outcome: Outcome = "superseded" if self.superseded else "noop"
        if fresh:
            outcome = "applied"
        elif self.refusals:
            outcome = "refused"
        elif self.past:
            outcome = "dup"
        return Appended(seq=self.seq, applied=applied, outcome=outcome, refusals=tuple(self.refusals))


def overtaken(batch: Batch, tseqs: Mapping[tuple[str, str], int]) -> bool:
    """Whether a text was made durable by somebody else since it was read: what a room that was lost still writes."""
    return any(tseqs.get((text.block_id, text.field), 0) >= text.tseq for text in batch.texts)


def _is_foreign(stamp: Stamp | None, batch: Batch, base: int) -> bool:
    return stamp is not None and stamp.seq > base and author(stamp.client_id) != batch.client_id


def _standing(workflow: Workflow, register: Register) -> Any:
    """What a value holds now."""
    kind, id, fact = register
    if kind == "variable":
        return workflow.variables[id].value if id in workflow.variables else None
    block = workflow.blocks.get(id)
    return block.values.get(fact.removeprefix("values.")) if block else None


async def commit(store: Store, chains: Sequence[Chain]) -> set[str]:
    """Write what the chains changed, in one statement; the ids of the workflows whose state was current."""
    arguments: Arguments = {}
    claims: list[tuple[Any, ...]] = []
    sent: list[tuple[Any, ...]] = []
    for chain in chains:
        workflow, id = chain.workflow, chain.start.id
        head = (workflow.name, workflow.description) if chain.touched.head else (None, None)
        claims.append((id, chain.start.seq, chain.seq, *head))
        sent += [(id, row[1], row[2]) for row in chain.log if row[2] is not None]
        _gather(arguments, chain)
    first = [list(column) for column in zip(*claims, strict=True)]
    if sent:
        first += [list(column) for column in zip(*sent, strict=True)]
    rows = await _run(store, "update+guard" if sent else "update", first, arguments)
    for chain in chains:
        if chain.start.id in rows:
            store.states.keep(replace(chain.start, workflow=chain.workflow, seq=chain.seq))
            if chain.stamps:
                chain.stamps.keep(chain.seq)
    return rows


async def make(store: Store, chain: Chain) -> None:
    """Write a workflow that was not there before, with what the chain put into it."""
    arguments: Arguments = {}
    _gather(arguments, chain)
    start, workflow = chain.start, chain.workflow
    first = [start.id, start.workspace_id, start.folder_id, workflow.name, workflow.description, chain.seq]
    await _run(store, "make", [*first, start.created_by], arguments)


def _gather(arguments: Arguments, chain: Chain) -> None:
    id = chain.start.id
    if chain.log:
        columns = arguments.setdefault("log", [[] for _ in range(9)])
        for row in chain.log:
            for column, value in zip(columns, (id, *row), strict=True):
                column.append(value)
    for row in chain.texts:
        columns = arguments.setdefault("texts", [[] for _ in range(5)])
        for column, value in zip(columns, (id, row.block_id, row.field, row.tseq, row.state), strict=True):
            column.append(value)
    collect(arguments, id, chain.workflow, chain.touched)


async def _run(store: Store, kind: str, first: Sequence[Any], arguments: Arguments) -> set[str]:
    parts = tuple(part for part in PARTS if part in arguments)
    values = [*first, *(column for part in parts for column in arguments[part])]
    rows = await store.rows(statement(kind, parts), *values)
    return {row["id"] for row in rows}
