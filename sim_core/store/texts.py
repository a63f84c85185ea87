"""Texts that several people edit at once: their Yjs documents, beside the plain text in the blocks."""

from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import Struct

from sim_core.store.chains import TextRow
from sim_core.store.pool import Store

READ = """
SELECT w.seq, t.tseq, t.state, (b.values -> $3)::text AS value
FROM workflow w
JOIN workflow_blocks b ON b.workflow_id = w.id AND b.id = $2
LEFT JOIN workflow_text t ON t.workflow_id = w.id AND t.block_id = $2 AND t.field = $3
WHERE w.id = $1 AND w.deleted_at IS NULL
"""
WRITE = """
INSERT INTO workflow_text (workflow_id, block_id, field, tseq, state, updated_at) VALUES ($1, $2, $3, $4, $5, now())
ON CONFLICT (workflow_id, block_id, field) DO UPDATE
  SET tseq = excluded.tseq, state = excluded.state, updated_at = now()
  WHERE workflow_text.tseq < excluded.tseq
    OR (workflow_text.tseq = excluded.tseq AND workflow_text.state = excluded.state)
"""
STANDING = """
SELECT block_id, field, tseq FROM workflow_text
JOIN unnest($2::text[], $3::text[]) AS t(block_id, field) USING (block_id, field) WHERE workflow_id = $1
"""


class Standing(Struct, frozen=True):
    """What there is of a field at one moment: its value, its text if it was ever edited together, and the history."""

    value: Any
    text: TextRow | None
    seq: int


async def read_text(store: Store, workflow_id: str, block_id: str, field: str) -> Standing | None:
    """What stands in a field now; `None` when its block is not there any more."""
    row = await store.row(READ, workflow_id, block_id, field)
    if row is None:
        return None
    text = None if row["tseq"] is None else TextRow(block_id, field, row["tseq"], bytes(row["state"]))
    return Standing(None if row["value"] is None else msgspec.json.decode(row["value"]), text, row["seq"])


async def write_text(store: Store, workflow_id: str, text: TextRow) -> bool:
    """Make a text durable whose plain text is unchanged; false when somebody else was faster."""
    values = (workflow_id, text.block_id, text.field, text.tseq, text.state)
    return await store.execute(WRITE, *values) == 1


async def standing_texts(store: Store, workflow_id: str, texts: Iterable[TextRow]) -> dict[tuple[str, str], int]:
    """How often each of these fields was made durable, by block and field."""
    keys = [(text.block_id, text.field) for text in texts]
    rows = await store.rows(STANDING, workflow_id, [key[0] for key in keys], [key[1] for key in keys])
    return {(row["block_id"], row["field"]): row["tseq"] for row in rows}
