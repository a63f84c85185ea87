"""Texts that several people edit at once: their Yjs documents, beside the plain text in the blocks."""

from sim_core.store.chains import TextRow
from sim_core.store.pool import Store

READ = "SELECT tseq, state FROM workflow_text WHERE workflow_id = $1 AND block_id = $2 AND field = $3"
WRITE = """
INSERT INTO workflow_text (workflow_id, block_id, field, tseq, state, updated_at) VALUES ($1, $2, $3, $4, $5, now())
ON CONFLICT (workflow_id, block_id, field) DO UPDATE
  SET tseq = excluded.tseq, state = excluded.state, updated_at = now()
  WHERE workflow_text.tseq < excluded.tseq OR workflow_text.state = excluded.state
"""


async def read_text(store: Store, workflow_id: str, block_id: str, field: str) -> TextRow | None:
    """A field's text as it was last made durable; `None` when it was never edited together."""
    row = await store.row(READ, workflow_id, block_id, field)
    return None if row is None else TextRow(block_id, field, row["tseq"], bytes(row["state"]))


async def write_text(store: Store, workflow_id: str, text: TextRow) -> bool:
    """Make a text durable whose plain text is unchanged; false when somebody else was faster."""
    values = (workflow_id, text.block_id, text.field, text.tseq, text.state)
    return await store.execute(WRITE, *values) == 1
