"""Groups of runs' news on their way to the database: what one run tells, and the statement that writes a group."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zlib import crc32

from msgspec import Struct

from sim_core.store.entries import Ended, Entry, Spent, Totals, split_large, to_json
from sim_core.store.pool import Store
from sim_core.store.sql.journal import PARTS, statement

ROUND = 64
"""Run ids that one notification names; its payload is limited to 8,000 bytes."""

WRITERS = 16
"""Rows that the books of usage have at most for one thing: processes that write at once seldom share one."""


class NewRun(Struct, frozen=True, kw_only=True):
    """A run that is to begin, or to wait for a worker when its status is `pending`."""

    id: str
    workspace_id: str
    workflow_id: str
    trigger: str
    input: Any = None
    version: int | None = None
    workflow_seq: int | None = None
    snapshot: str | None = None
    """Digest of the document that it runs."""
    status: str = "running"
    actor: str | None = None
    parent_id: str | None = None
    idempotency_key: str | None = None
    durable: bool = False
    """Whether another process takes it over when its own dies."""
    priority: int = 0
    """The higher goes first among those of its workspace that wait."""
    facts: Any = None
    """What else is needed to start it again."""


class News(Struct, kw_only=True):
    """What one run has to tell in one commit."""

    run_id: str
    epoch: int
    make: NewRun | None = None
    lines: list[Entry]
    ended: Ended | None = None
    totals: Totals | None = None
    at: datetime | None = None
    size: int = 0


async def write(store: Store, batch: Sequence[News], *, owner: str, tell: bool, again: bool) -> set[str]:
    """Commit a group; the ids of the runs that took it. `again` when an earlier try may have gone through."""
    columns: dict[str, list[tuple[Any, ...]]] = {}
    blobs: dict[str, str] = {}
    for news in batch:
        if news.make is not None:
            columns.setdefault("made", []).append(_made(news.make, owner, blobs))
        if news.make is None or again:
            columns.setdefault("held", []).append((news.run_id, news.epoch))
        if news.lines:
            events = columns.setdefault("events", [])
            events += [(news.run_id, line.seq, line.at, *_placed(line.text, blobs)) for line in news.lines]
        if news.ended is not None:
            columns.setdefault("states", []).append(_state(news, news.ended, owner, blobs))
    if blobs:
        columns["blobs"] = list(blobs.items())
    if tell:
        ids = [news.run_id for news in batch if news.lines]
        columns["told"] = [(" ".join((owner, *ids[at : at + ROUND])),) for at in range(0, len(ids), ROUND)]
    parts = tuple(part for part in PARTS if columns.get(part))
    values = [list(column) for part in parts for column in zip(*columns[part], strict=True)]
    row = await store.row(statement(parts), *values)
    return set() if row is None else {*row["made"], *row["held"]}


def _made(run: NewRun, owner: str, blobs: dict[str, str]) -> tuple[Any, ...]:
    facts = None if run.facts is None else to_json(run.facts)
    return (
        run.id,
        run.workspace_id,
        run.workflow_id,
        run.version,
        run.workflow_seq,
        run.snapshot,
        run.status,
        run.trigger,
        run.actor,
        run.parent_id,
        run.idempotency_key,
        run.durable,
        facts,
        *_placed(to_json(run.input), blobs),
        owner if run.status == "running" else None,
        run.priority,
    )


def _state(news: News, ended: Ended, owner: str, blobs: dict[str, str]) -> tuple[Any, ...]:
    totals = news.totals or Totals({})
    return (
        news.run_id,
        ended.status,
        *_placed(ended.output, blobs),
        ended.error,
        ended.http_status,
        totals.wake_at if ended.status == "paused" else None,
        ended.ms,
        news.at,
        totals.tokens_input,
        totals.tokens_output,
        totals.cost,
        to_json([_spent(*one) for one in totals.models.items()]) if totals.models else None,
        news.lines[-1].seq,
        crc32(owner.encode()) % WRITERS,
    )


def _spent(model: str, spent: Spent) -> dict[str, Any]:
    tokens = {"tokens_input": spent.tokens_input, "tokens_output": spent.tokens_output}
    return {"model": model.replace("\x00", ""), **tokens, "cost": spent.cost}


def _placed(text: str, blobs: dict[str, str]) -> tuple[str | None, str | None]:
    value, digest = split_large(text)
    if digest is not None:
        blobs[digest] = text
    return value, digest
