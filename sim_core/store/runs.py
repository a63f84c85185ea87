"""Runs: begin, claim, read, list, and the documents they ran. Ends are written by the journal, with the last event."""

import time
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

import msgspec
from msgspec import Struct

from sim_core.document.reduce import digest
from sim_core.document.workflow import Workflow
from sim_core.errors import Conflict, Invalid, Missing
from sim_core.flow.events import BlockPaused, BlockResumed
from sim_core.store.batches import NewRun
from sim_core.store.entries import Failure
from sim_core.store.journal import Journal
from sim_core.store.pool import Store
from sim_core.store.sql import purge as purging
from sim_core.store.sql import runs as sql
from sim_core.store.wire import Row

__all__ = ["Claim", "NewRun", "Page", "Pause", "Run", "claim", "create_run", "get_run", "list_runs", "pauses"]

STATUSES = ("pending", "running", "paused", "finished", "failed", "cancelled")
_failure = msgspec.json.Decoder(Failure)
_document = msgspec.json.Decoder(Workflow)
_known: WeakKeyDictionary[Store, OrderedDict[str, float]] = WeakKeyDictionary()
KNOWN = 1024
"""Digests of stored documents that a process remembers, so that a run of the same version stores nothing."""
KNOWN_S = 6 * 3600.0
"""How long: retention leaves documents alone that somebody asked for within a day."""


class Run(Struct, frozen=True, kw_only=True):
    """A run as its row tells; lists leave out input, output and facts."""

    id: str
    workspace_id: str
    workflow_id: str
    status: str
    trigger: str
    created_at: datetime
    epoch: int
    version: int | None = None
    workflow_seq: int | None = None
    snapshot: str | None = None
    actor: str | None = None
    actor_name: str | None = None
    """What the person who started it is called."""
    parent_id: str | None = None
    idempotency_key: str | None = None
    durable: bool = False
    owner: str | None = None
    priority: int = 0
    cancel_asked: bool = False
    facts: Any = None
    input: Any = None
    output: Any = None
    error: Failure | None = None
    http_status: int | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    wake_at: datetime | None = None
    ms: float = 0.0
    tokens_input: int = 0
    tokens_output: int = 0
    cost: float = 0.0


class Page(Struct, frozen=True, kw_only=True):
    """Some runs, and where the next ones begin."""

    items: tuple[Run, ...]
    next: str | None = None


class Claim(Struct, frozen=True, kw_only=True):
    """The right to write a run: its epoch, the place of its last event, and the time it has."""

    epoch: int
    seq: int
    left_s: float | None = None
    """Seconds until it is to be stopped."""


class Pause(Struct, frozen=True, kw_only=True):
    """A step that waits for an answer, or for its time."""

    id: str
    event: BlockPaused
    since: datetime | None


async def create_run(store: Store, journal: Journal, run: NewRun) -> Run | None:
    """Record a run and wait for the commit; the run that its idempotency key already has, or `None` when it is new."""
    if await journal.create(run):
        return None
    earlier: str | None = await store.value(sql.BY_KEY, run.workspace_id, run.workflow_id, run.idempotency_key)
    if earlier is None:
        raise Conflict(f"There is a run {run.id!r} already", code="run_exists")
    return await get_run(store, earlier, run.workspace_id)


async def get_run(store: Store, run_id: str, workspace_id: str | None) -> Run:
    """A run with its input and output; raises `Missing`. `None` as the workspace is for the platform itself."""
    row = await store.row(sql.GET, run_id, workspace_id)
    if row is None:
        raise Missing(f"There is no run {run_id!r}")
    return run_of(row)


async def status(store: Store, run_id: str) -> str | None:
    """A run's status; `None` when there is no such run."""
    return await store.value(sql.STATUS, run_id)


async def list_runs(
    store: Store,
    *,
    workspace_id: str,
    after: str | None = None,
    limit: int = 50,
    workflow_id: str | None = None,
    statuses: Sequence[str] = (),
    trigger: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    parent_id: str | None = None,
    text: str | None = None,
) -> Page:
    """A workspace's runs, newest first; `after` is the `next` of the page before, `text` an id or part of a name."""
    if unknown := sorted(set(statuses).difference(STATUSES)):
        raise Invalid(f"There is no status {unknown[0]!r}; there are {', '.join(STATUSES)}", code="bad_status")
    wanted = list(statuses) or None
    rows = await store.rows(
        sql.LIST, workspace_id, after, workflow_id, wanted, trigger, since, until, parent_id, text, limit + 1
    )
    items = tuple(run_of(row) for row in rows[:limit])
    return Page(items=items, next=items[-1].id if len(rows) > limit else None)


async def claim(
    store: Store, run_id: str, *, owner: str, statuses: Sequence[str] = ("pending", "paused")
) -> Claim | None:
    """Become the one who writes a run that waits; `None` when somebody else was faster."""
    row = await store.row(sql.CLAIM, run_id, owner, list(statuses))
    return None if row is None else Claim(epoch=row["epoch"], seq=row["seq"], left_s=row["left_s"])


async def delete_run(store: Store, run_id: str, workspace_id: str) -> None:
    """Delete a run that has ended, with its journal; raises `Conflict` when others are built on it."""
    if await store.value(purging.IS_NEEDED, run_id):
        raise Conflict(f"Other runs are built on the run {run_id!r}", code="run_needed")
    if await store.row(sql.DELETE_RUN, run_id, workspace_id) is None:
        raise Missing(f"There is no run {run_id!r} that has ended")


async def pauses(journal: Journal, run_id: str) -> tuple[Pause, ...]:
    """The steps of a run that wait, in the order in which they began to."""
    waiting: dict[str, Pause] = {}
    after = 0
    while page := await journal.events(run_id, after=after):
        for entry in page:
            after = entry.seq or after
            match entry.event:
                case BlockPaused() as paused:
                    waiting[paused.pause] = Pause(id=paused.pause, event=paused, since=entry.at)
                case BlockResumed(pause=pause):
                    waiting.pop(pause, None)
                case _:
                    pass
    return tuple(waiting.values())


async def next_due(store: Store) -> datetime | None:
    """When the next sleeping run is to wake."""
    return await store.value(sql.NEXT_DUE)


async def due(store: Store, *, limit: int = 100) -> tuple[tuple[str, str, str], ...]:
    """Sleeping runs whose time has come: id, workspace and workflow."""
    return tuple((row["id"], row["workspace_id"], row["workflow_id"]) for row in await store.rows(sql.DUE, limit))


async def keep_document(store: Store, workflow: Workflow, *, name: str | None = None) -> str:
    """Keep the document that a run is about to run; its digest, which may be given."""
    name = name or digest(workflow)
    known = _known.setdefault(store, OrderedDict[str, float]())
    if time.monotonic() - known.get(name, -KNOWN_S) >= KNOWN_S:
        await store.execute(sql.SNAPSHOT, name, msgspec.json.encode(workflow).decode())
        known[name] = time.monotonic()
        if len(known) > KNOWN:
            known.popitem(last=False)
    known.move_to_end(name)
    return name


async def kept_document(store: Store, name: str) -> Workflow:
    """The document with a digest; raises `Missing`."""
    text: str | None = await store.value(sql.DOCUMENT, name)
    if text is None:
        raise Missing(f"There is no document {name!r}")
    return _document.decode(text)


def run_of(row: Row) -> Run:
    """A run as a row of `COLUMNS` tells it."""
    facts = {name: row[name] for name in Run.__struct_fields__}
    for name in ("facts", "input", "output"):
        facts[name] = None if facts[name] is None else msgspec.json.decode(facts[name])
    facts["error"] = None if facts["error"] is None else _failure.decode(facts["error"])
    return Run(**facts)
