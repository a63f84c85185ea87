"""What people say about a workflow: threads that hang on a block, an edge or a spot, with those they mention."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

import msgspec
from msgspec import Struct

from sim_core.errors import Denied, Invalid, Missing
from sim_core.ids import new_id
from sim_core.store.pool import Store
from sim_core.store.rooms import tell
from sim_core.store.rows import text
from sim_core.store.wire import Row

MOST = 500
Role = Literal["read", "write", "admin"]
COLUMNS = """c.id, c.thread_id, c.anchor, c.body, c.mentions, c.created_by, c.created_at, c.edited_at, c.resolved_at,
  c.resolved_by"""
HERE = "JOIN workflow w ON w.id = c.workflow_id AND w.deleted_at IS NULL AND w.workspace_id = $2"
LIST = f"""
SELECT {COLUMNS} FROM workflow_comment c {HERE}
WHERE c.workflow_id = $1 AND c.deleted_at IS NULL ORDER BY c.thread_id, c.id LIMIT {MOST}
"""
ONE = f"SELECT {COLUMNS} FROM workflow_comment c {HERE} WHERE c.workflow_id = $1 AND c.id = $3 AND c.deleted_at IS NULL"
ADD = """
INSERT INTO workflow_comment (id, workflow_id, thread_id, anchor, body, mentions, created_by, created_at)
SELECT $1, w.id, $3, $4, $5, $6, $7, now() FROM workflow w
WHERE w.id = $2 AND w.workspace_id = $8 AND w.deleted_at IS NULL
"""
EDIT = "UPDATE workflow_comment SET body = $2, mentions = $3, edited_at = now() WHERE id = $1"
RESOLVE = """
UPDATE workflow_comment SET resolved_at = CASE WHEN $2 THEN now() END, resolved_by = CASE WHEN $2 THEN $3 END
WHERE id = $1
"""
DELETE = "UPDATE workflow_comment SET deleted_at = now() WHERE id = $1 OR thread_id = $1"
PEOPLE = """
SELECT u.id, u.name, CASE WHEN m.role IN ('owner', 'admin') THEN 'admin' ELSE p.role END AS role
FROM workspace w JOIN "user" u ON u.disabled_at IS NULL
LEFT JOIN permission p ON p.workspace_id = w.id AND p.user_id = u.id
LEFT JOIN member m ON m.organization_id = w.organization_id AND m.user_id = u.id
WHERE w.id = $1 AND (p.role IS NOT NULL OR m.role IN ('owner', 'admin')) ORDER BY lower(u.name), u.id
"""
NAMES = 'SELECT id, name FROM "user" WHERE id = ANY($1::text[])'
UNREAD = f"""
SELECT c.id FROM workflow_comment c {HERE}
LEFT JOIN workflow_comment_read r ON r.thread_id = c.thread_id AND r.user_id = $3
WHERE c.workflow_id = $1 AND c.deleted_at IS NULL AND c.created_by <> $3 AND (r.up_to IS NULL OR c.id > r.up_to)
ORDER BY c.id LIMIT {MOST}
"""
READ = """
INSERT INTO workflow_comment_read (workflow_id, thread_id, user_id, up_to) VALUES ($1, $2, $3, $4)
ON CONFLICT (thread_id, user_id) DO UPDATE SET up_to = greatest(workflow_comment_read.up_to, excluded.up_to)
"""


class Anchor(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a thread is about: a block, an edge or a spot on the canvas; none of them is the workflow as a whole."""

    block_id: str | None = None
    edge_id: str | None = None
    x: float | None = None
    y: float | None = None


class Comment(Struct, frozen=True, kw_only=True):
    """One remark; the first of a thread carries the thread's id and its anchor."""

    id: str
    thread_id: str
    anchor: Anchor | None
    body: str
    mentions: tuple[str, ...]
    """Ids of the people who are meant."""
    created_by: str
    created_at: datetime
    edited_at: datetime | None
    resolved_at: datetime | None
    resolved_by: str | None


class Colleague(Struct, frozen=True, kw_only=True):
    """Somebody who may open a workflow."""

    id: str
    name: str
    role: Role


class Place(Struct, frozen=True):
    """Where comments are: a workflow, in the workspace of whoever asks."""

    workflow_id: str
    workspace_id: str


async def list_comments(store: Store, place: Place) -> tuple[Comment, ...]:
    """Every comment of a workflow, thread by thread, the oldest first."""
    rows = await store.rows(LIST, place.workflow_id, place.workspace_id)
    return tuple(_comment(row) for row in rows)


async def unread(store: Store, place: Place, user_id: str) -> tuple[str, ...]:
    """Ids of what others have said that somebody has not read."""
    return tuple(row["id"] for row in await store.rows(UNREAD, place.workflow_id, place.workspace_id, user_id))


async def mark_read(store: Store, place: Place, comment_id: str, *, by: str) -> None:
    """Somebody has read a thread up to a comment."""
    comment = await read_comment(store, place, comment_id)
    await store.execute(READ, place.workflow_id, comment.thread_id, by, comment_id)


async def colleagues(store: Store, workspace_id: str) -> tuple[Colleague, ...]:
    """Everybody who may open the workflows of a workspace, by name."""
    rows = await store.rows(PEOPLE, workspace_id)
    return tuple(Colleague(id=row["id"], name=row["name"], role=row["role"]) for row in rows)


async def names(store: Store, ids: Iterable[str]) -> dict[str, str]:
    """What people are called, also those who are gone; who never was a person is left out."""
    rows = await store.rows(NAMES, sorted(set(ids)))
    return {row["id"]: row["name"] for row in rows}


async def read_comment(store: Store, place: Place, comment_id: str) -> Comment:
    """One comment; raises `Missing`."""
    row = await store.row(ONE, place.workflow_id, place.workspace_id, comment_id)
    if row is None:
        raise Missing(f"There is no comment {comment_id!r}")
    return _comment(row)


async def add_comment(
    store: Store,
    place: Place,
    *,
    by: str,
    body: str,
    mentions: tuple[str, ...] = (),
    anchor: Anchor | None = None,
    thread_id: str | None = None,
) -> Comment:
    """Say something, in a new thread or in one there is; the room is told."""
    if thread_id is not None and (await read_comment(store, place, thread_id)).thread_id != thread_id:
        raise Invalid("A thread is named by its first comment", code="not_a_thread")
    await _check_mentions(store, place, mentions)
    id = new_id()
    where = None if anchor is None or thread_id else text(anchor)
    values = (id, place.workflow_id, thread_id or id, where, body, text(mentions), by, place.workspace_id)
    if not await store.execute(ADD, *values):
        raise Missing(f"There is no workflow {place.workflow_id!r}")
    return await _told(store, place, id, "added")


async def edit_comment(
    store: Store, place: Place, comment_id: str, *, by: str, body: str, mentions: tuple[str, ...] = ()
) -> Comment:
    """Say it differently; only who said it may."""
    comment = await read_comment(store, place, comment_id)
    if comment.created_by != by:
        raise Denied("Only its author may change a comment", code="not_author")
    await _check_mentions(store, place, mentions)
    await store.execute(EDIT, comment_id, body, text(mentions))
    return await _told(store, place, comment_id, "edited")


async def resolve_thread(store: Store, place: Place, thread_id: str, *, by: str, resolved: bool) -> Comment:
    """Mark a thread as settled, or open it again."""
    if (await read_comment(store, place, thread_id)).thread_id != thread_id:
        raise Invalid("A thread is named by its first comment", code="not_a_thread")
    await store.execute(RESOLVE, thread_id, resolved, by)
    return await _told(store, place, thread_id, "resolved" if resolved else "reopened")


async def delete_comment(store: Store, place: Place, comment_id: str, *, by: str, is_admin: bool) -> None:
    """Take a comment away, with its answers when it began a thread."""
    comment = await read_comment(store, place, comment_id)
    if comment.created_by != by and not is_admin:
        raise Denied("Only its author or an admin may delete a comment", code="not_author")
    await store.execute(DELETE, comment_id)
    facts = {"id": comment_id, "thread_id": comment.thread_id, "what": "deleted", "by": by}
    await tell(store, place.workflow_id, "comment", facts)


async def _told(store: Store, place: Place, id: str, what: str) -> Comment:
    comment = await read_comment(store, place, id)
    facts: dict[str, Any] = {"id": id, "thread_id": comment.thread_id, "what": what, "by": comment.created_by}
    await tell(store, place.workflow_id, "comment", {**facts, "mentions": comment.mentions[:100]})
    return comment


async def _check_mentions(store: Store, place: Place, mentions: tuple[str, ...]) -> None:
    if not mentions:
        return
    known = {one.id for one in await colleagues(store, place.workspace_id)}
    if strangers := sorted(set(mentions) - known):
        raise Invalid(f"{strangers[0]!r} is not in this workspace", code="unknown_person")


def _comment(row: Row) -> Comment:
    return Comment(
        id=row["id"],
        thread_id=row["thread_id"],
        anchor=None if row["anchor"] is None else msgspec.json.decode(row["anchor"], type=Anchor),
        body=row["body"],
        mentions=msgspec.json.decode(row["mentions"], type=tuple[str, ...]),
        created_by=row["created_by"],
        created_at=row["created_at"],
        edited_at=row["edited_at"],
        resolved_at=row["resolved_at"],
        resolved_by=row["resolved_by"],
    )
