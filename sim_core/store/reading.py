"""Reading a document: whole, or the last step from the one this process knows."""

from typing import Any

import msgspec

from sim_core.document.operations import Operation
from sim_core.document.reduce import apply
from sim_core.store.pool import Store
from sim_core.store.rows import assemble
from sim_core.store.sql import documents as sql
from sim_core.store.stamps import Stamp, Stamps
from sim_core.store.states import Stored
from sim_core.store.wire import Row

FAR = 500
"""Operations behind which a document is read anew rather than caught up."""
STAMPED = 2048
"""Operations back to which it is known who wrote what."""
HEAD = ("id", "workspace_id", "folder_id", "seq", "created_by", "created_at", "updated_at", "archived_at")
PARTS = ("blocks", "edges", "subflows", "variables")

decode_operation = msgspec.json.Decoder[Operation](Operation).decode


async def load_state(store: Store, workflow_id: str) -> Stored | None:
    """The document as it stands in the database, and from now on in this process' memory."""
    row = await store.row(sql.LOAD, workflow_id)
    if row is None:
        store.states.drop(workflow_id)
        return None
    parts = {part: row[part] for part in PARTS}
    stored = Stored(workflow=assemble(row["name"], row["description"], parts), **head(row))
    store.states.keep(stored)
    return stored


async def fresh_state(store: Store, workflow_id: str) -> Stored | None:
    """The document as it stands in the database, by way of the operations this process has missed."""
    known = store.states.get(workflow_id)
    if known is None:
        return await load_state(store, workflow_id)
    row = await store.row(sql.STANDING, workflow_id)
    if row is None or row["seq"] < known.seq or row["seq"] - known.seq > FAR:
        store.states.drop(workflow_id)
        return await load_state(store, workflow_id)
    if row["seq"] == known.seq:
        current = Stored(workflow=known.workflow, **head(row))
        store.states.keep(current)
        return current
    workflow = known.workflow
    tail = await store.rows(sql.TAIL, workflow_id, known.seq)
    for number, late in enumerate(tail, known.seq + 1):
        done = apply(workflow, decode_operation(late["effective"]))
        if late["seq"] != number or done.refusals:
            return await load_state(store, workflow_id)
        workflow = done.workflow
    caught_up = Stored(workflow=workflow, **head(row))
    caught_up = msgspec.structs.replace(caught_up, seq=known.seq + len(tail))
    store.states.keep(caught_up)
    return caught_up


async def current_stamps(store: Store, state: Stored) -> Stamps:
    """Who wrote what last in a document, from the last operations of its history."""
    known = store.states.stamps.get(state.id)
    if known is not None and known.seq == state.seq:
        return known
    if known is None or known.seq > state.seq or state.seq - known.seq > STAMPED:
        known = Stamps(seq=max(0, state.seq - STAMPED))
    for row in await store.rows(sql.STAMPS, state.id, known.seq, state.seq):
        known.note(decode_operation(row["effective"]), Stamp(row["ts"], row["client_id"], row["seq"]))
    known.keep(state.seq)
    store.states.stamps[state.id] = known
    return known


def head(row: Row) -> dict[str, Any]:
    """What is known of a workflow besides its document."""
    return {name: row[name] for name in HEAD}
