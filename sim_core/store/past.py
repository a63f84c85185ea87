"""The past of a workflow: its document at any sequence number, from snapshots and the history between."""

import msgspec

from sim_core.document.difference import diff
from sim_core.document.reduce import apply
from sim_core.document.workflow import Workflow
from sim_core.errors import Conflict, Missing
from sim_core.store.chains import Appended
from sim_core.store.documents import load
from sim_core.store.operations import append_ops
from sim_core.store.pool import Store
from sim_core.store.reading import decode_operation
from sim_core.store.rooms import sent_before, tell
from sim_core.store.rows import text
from sim_core.store.stamps import RESTORE
from sim_core.store.states import Stored

NEAREST = """
SELECT seq, document FROM workflow_snapshot WHERE workflow_id = $1 AND seq <= $2 ORDER BY seq DESC LIMIT 1
"""
BETWEEN = """
SELECT seq, effective FROM workflow_operation WHERE workflow_id = $1 AND seq > $2 AND seq <= $3 ORDER BY seq
"""
KEEP = """
INSERT INTO workflow_snapshot (workflow_id, seq, document, at) VALUES ($1, $2, $3, now()) ON CONFLICT DO NOTHING
"""
_document = msgspec.json.Decoder(Workflow).decode


async def document_at(store: Store, workflow_id: str, workspace_id: str, seq: int) -> Workflow:
    """The document as it was after an operation; raises `Missing` for one that was not made yet."""
    stored = await load(store, workflow_id, workspace_id)
    if seq == stored.seq:
        return stored.workflow
    if not 0 <= seq < stored.seq:
        raise Missing(f"The workflow has {stored.seq} operations, not {seq}")
    row = await store.row(NEAREST, workflow_id, seq)
    named = Workflow(name=stored.workflow.name, description=stored.workflow.description)
    at, workflow = (row["seq"], _document(row["document"])) if row else (0, named)
    for late in await store.rows(BETWEEN, workflow_id, at, seq):
        workflow = apply(workflow, decode_operation(late["effective"])).workflow
    return workflow


async def keep_snapshot(store: Store, stored: Stored) -> None:
    """Keep the document as it is, so that the history is read on from there."""
    await store.execute(KEEP, stored.id, stored.seq, text(stored.workflow))


async def restore(
    store: Store, workflow_id: str, workspace_id: str, *, to: int, actor: str, client_id: str = ""
) -> Appended:
    """Make the document what it was after an operation, by the fewest operations that lead there, all or none.

    Restoring to the sequence number before takes it back. With a `client_id` of the realtime service the changes count
    as that client's, which may take them back as its own.
    """
    if client_id and (await sent_before(store, workflow_id, client_id, actor)).is_foreign:
        raise Conflict("This client id belongs to somebody else", code="client_taken")
    wanted = await document_at(store, workflow_id, workspace_id, to)
    stored = await load(store, workflow_id, workspace_id)
    await keep_snapshot(store, stored)
    ops = diff(stored.workflow, wanted)
    if not ops:
        return Appended(seq=stored.seq, outcome="noop")
    done = await append_ops(
        store,
        workflow_id,
        ops,
        workspace_id=workspace_id,
        actor=actor,
        client_id=f"{RESTORE}:{client_id}" if client_id else RESTORE,
        expected_seq=stored.seq,
        whole=True,
    )
    await tell(store, workflow_id, "restored", {"to": to, "from": stored.seq, "by": actor})
    return done
