"""What conversations remember: turns, added once however often a step is tried."""

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from sim_core.ids import new_id
from sim_core.spec.prompts import Turn
from sim_core.store.pool import Store

ADD = """
INSERT INTO memory (id, workspace_id, conversation, key, turns, created_at) VALUES ($1, $2, $3, $4, $5, now())
ON CONFLICT (workspace_id, conversation, key) WHERE key IS NOT NULL DO NOTHING
"""
LATEST = """
SELECT turns FROM memory WHERE workspace_id = $1 AND conversation = $2 ORDER BY id DESC LIMIT $3
"""
LIST = """
SELECT conversation, count(*) AS additions, max(created_at) AS latest FROM memory
WHERE workspace_id = $1 AND ($2::text IS NULL OR conversation > $2) GROUP BY conversation ORDER BY conversation LIMIT $3
"""
FORGET = "DELETE FROM memory WHERE workspace_id = $1 AND conversation = $2"
_turns = msgspec.json.Decoder(list[Turn])


class Conversation(Struct, frozen=True, kw_only=True):
    """A conversation's name, and how often something was added."""

    name: str
    additions: int


async def remember(
    store: Store, workspace_id: str, conversation: str, turns: Sequence[Turn], *, key: str | None = None
) -> None:
    """Add turns to a conversation; with the same key only once."""
    text = msgspec.json.encode(list(turns)).decode()
    await store.execute(ADD, new_id(), workspace_id, conversation, key, text)


async def recall(store: Store, workspace_id: str, conversation: str, *, limit: int = 200) -> tuple[Turn, ...]:
    """The turns of a conversation in order, of its last `limit` additions."""
    rows = await store.rows(LATEST, workspace_id, conversation, limit)
    return tuple(turn for row in reversed(rows) for turn in _turns.decode(row["turns"]))


async def conversations(
    store: Store, workspace_id: str, *, after: str | None = None, limit: int = 100
) -> tuple[Conversation, ...]:
    """A workspace's conversations by name, after one."""
    rows = await store.rows(LIST, workspace_id, after, limit)
    return tuple(Conversation(name=row["conversation"], additions=row["additions"]) for row in rows)


async def forget(store: Store, workspace_id: str, conversation: str) -> int:
    """Forget a conversation; how many additions it had."""
    return await store.execute(FORGET, workspace_id, conversation)
