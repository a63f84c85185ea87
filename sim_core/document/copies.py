"""The same document under new ids."""

from typing import Any, cast

from msgspec.structs import replace

from sim_core.document.workflow import Block, Edge, Workflow
from sim_core.ids import new_id

_ROWS = ("condition-", "router-")


def with_fresh_ids(workflow: Workflow) -> Workflow:
    """A document whose blocks and edges have new ids; variables keep theirs, since values name them."""
    ids = {id: new_id() for id in workflow.blocks}
    blocks = {ids[id]: _block(block, ids) for id, block in workflow.blocks.items()}
    edges = [_edge(edge, ids) for edge in workflow.edges.values()]
    return replace(
        workflow,
        blocks=blocks,
        edges={edge.id: edge for edge in edges},
        subflows={ids[id]: replace(subflow, id=ids[id]) for id, subflow in workflow.subflows.items() if id in ids},
    )


def _block(block: Block, ids: dict[str, str]) -> Block:
    values = {field: _rows(value, block.id, ids[block.id]) for field, value in block.values.items()}
    parent = ids.get(block.parent) if block.parent else None
    return replace(block, id=ids[block.id], parent=parent, values=values)


def _rows(value: Any, old: str, new: str) -> Any:
    """Rows of a form whose ids begin with the block's, as those of conditions do."""
    if not isinstance(value, list):
        return value
    return [_row(row, old, new) for row in cast("list[Any]", value)]


def _row(row: Any, old: str, new: str) -> Any:
    if not isinstance(row, dict):
        return row
    given = cast("dict[str, Any]", row)
    id = given.get("id")
    return {**given, "id": new + id[len(old) :]} if isinstance(id, str) and id.startswith(old) else given


def _edge(edge: Edge, ids: dict[str, str]) -> Edge:
    handle = edge.source_handle
    for prefix in _ROWS:
        row = handle.removeprefix(prefix)
        if row == handle:
            continue
        if row in ids:
            handle = prefix + ids[row]
        elif row.startswith(edge.source):
            handle = prefix + ids.get(edge.source, edge.source) + row[len(edge.source) :]
        break
    return replace(
        edge,
        id=new_id(),
        source=ids.get(edge.source, edge.source),
        target=ids.get(edge.target, edge.target),
        source_handle=handle,
    )
