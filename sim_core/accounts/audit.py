"""The audit log: who did what to what, from where, and how it stood before and after."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from sim_core.accounts.actors import Actor
from sim_core.ids import new_id
from sim_core.store.pool import Store
from sim_core.store.wire import Row

ADD = """
INSERT INTO audit_log (id, organization_id, workspace_id, actor_id, actor, key_id, action, thing, thing_id, address,
  before, after, created_at)
SELECT $1, coalesce($2, (SELECT organization_id FROM workspace WHERE id = $3)), $3, $4, $5, $6, $7, $8, $9, $10, $11,
  $12, now()
"""
COLUMNS = """id, organization_id, workspace_id, actor_id, actor, key_id, action, thing, thing_id, address, before,
after, created_at"""
LIST = f"""
SELECT {COLUMNS} FROM audit_log
WHERE ($1::text IS NULL OR organization_id = $1) AND ($2::text IS NULL OR workspace_id = $2)
  AND ($3::text IS NULL OR actor_id = $3) AND ($4::text IS NULL OR action LIKE $4 || '%')
  AND ($5::timestamptz IS NULL OR created_at >= $5) AND ($6::timestamptz IS NULL OR created_at < $6)
  AND ($7::text IS NULL OR id < $7)
ORDER BY id DESC LIMIT $8
"""
PAGE = 500


class Source(Struct, frozen=True, kw_only=True):
    """Who does something, and from where."""

    actor_id: str | None = None
    actor: str = ""
    key_id: str | None = None
    address: str = ""
    agent: str = ""


class Act(Struct, frozen=True, kw_only=True):
    """Something that was done."""

    id: str
    organization_id: str | None
    workspace_id: str | None
    actor_id: str | None
    actor: str
    """The address of whoever did it, as it was then."""
    key_id: str | None
    action: str
    """`member.role`, `key.create`, `session.sign_in`, …"""
    thing: str
    thing_id: str
    address: str
    before: Any
    after: Any
    created_at: datetime


class Acts(Struct, frozen=True, kw_only=True):
    """Which acts are wanted."""

    organization_id: str | None = None
    workspace_id: str | None = None
    actor_id: str | None = None
    action: str | None = None
    """The act, or how it begins: `member.`."""
    since: datetime | None = None
    until: datetime | None = None


def source_of(actor: Actor, *, address: str = "", agent: str = "") -> Source:
    """Where an actor's acts come from."""
    return Source(actor_id=actor.user_id, actor=actor.email, key_id=actor.key_id, address=address, agent=agent)


async def record(
    store: Store,
    source: Source,
    action: str,
    thing: tuple[str, str],
    *,
    organization_id: str | None = None,
    workspace_id: str | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Write down an act, in the transaction that does it where there is one."""
    await store.execute(
        ADD,
        new_id(),
        organization_id,
        workspace_id,
        source.actor_id,
        source.actor,
        source.key_id,
        action,
        thing[0],
        thing[1],
        source.address,
        _text(before),
        _text(after),
    )


async def list_acts(store: Store, wanted: Acts, *, after: str | None = None, limit: int = 50) -> tuple[Act, ...]:
    """What was done, newest first; `after` is the id of the last one that was seen."""
    rows = await store.rows(
        LIST,
        wanted.organization_id,
        wanted.workspace_id,
        wanted.actor_id,
        wanted.action,
        wanted.since,
        wanted.until,
        after,
        limit,
    )
    return tuple(_act(row) for row in rows)


async def every_act(store: Store, wanted: Acts) -> AsyncIterator[Act]:
    """All of them, page by page."""
    after: str | None = None
    while page := await list_acts(store, wanted, after=after, limit=PAGE):
        for act in page:
            yield act
        after = page[-1].id


def _act(row: Row) -> Act:
    facts: dict[str, Any] = {name: row[name] for name in Act.__struct_fields__ if name not in ("before", "after")}
    before, after = (msgspec.json.decode(row[name]) if row[name] else None for name in ("before", "after"))
    return Act(before=before, after=after, **facts)


def _text(value: Mapping[str, Any] | None) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()
