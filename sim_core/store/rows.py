"""The document in rows: which rows an operation touches, and how parts of the document become columns and back."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal, TypeAlias, TypeVar

import msgspec
from msgspec import Struct

from sim_core.document.operations import MoveBlocks, Operation, UpdateValues, UpdateWorkflow
from sim_core.document.workflow import Block, Edge, Position, Subflow, Variable, Workflow

Change: TypeAlias = Literal["add", "set", "move", "drop"]
Kept = TypeVar("Kept", Block, Edge, Subflow, Variable)
RANKS = 1 << 20
"""Items that one operation adds are ranked within its sequence number."""
COLUMNS = frozenset({"id", "type", "name", "position", "parent", "enabled", "values"})

encode = msgspec.json.Encoder().encode
_edge_rows = msgspec.json.Decoder(list[tuple[str, str, str, str, str]])
_subflow_rows = msgspec.json.Decoder(list[Subflow])
_variable_rows = msgspec.json.Decoder(list[tuple[str, str, str, Any]])


class BlockRow(Struct, array_like=True):
    """A block's columns, as one JSON array."""

    id: str
    type: str
    name: str
    x: float
    y: float
    parent: str | None
    enabled: bool
    values: dict[str, Any]
    facts: dict[str, Any]


_block_rows = msgspec.json.Decoder(list[BlockRow])


class Touched:
    """The rows that a chain of operations touches; what they hold in the end is read from the last document."""

    def __init__(self) -> None:
        self.blocks: dict[str, Change] = {}
        self.edges: dict[str, Change] = {}
        self.subflows: dict[str, Change] = {}
        self.variables: dict[str, Change] = {}
        self.head = False
        self.ranks: dict[tuple[str, str], int] = {}

    def note(self, before: Workflow, after: Workflow, effective: Operation, seq: int) -> None:
        """Add what one operation touched."""
        match effective:
            case MoveBlocks(items=items):
                for move in items:
                    self.blocks[move.id] = self.blocks.get(move.id) or "move"
            case UpdateValues(items=items):
                for change in items:
                    if self.blocks.get(change.block_id) != "add":
                        self.blocks[change.block_id] = "set"
            case UpdateWorkflow():
                self.head = True
            case _:
                self._compare("blocks", self.blocks, before.blocks, after.blocks, seq)
                self._compare("edges", self.edges, before.edges, after.edges, seq)
                self._compare("subflows", self.subflows, before.subflows, after.subflows, seq)
                self._compare("variables", self.variables, before.variables, after.variables, seq)

    def _compare(
        self, kind: str, changes: dict[str, Change], before: Mapping[str, Kept], after: Mapping[str, Kept], seq: int
    ) -> None:
        if before is after:
            return
        added = 0
        for id, item in after.items():
            old = before.get(id)
            if old is item:
                continue
            if old is None:
                self.ranks[kind, id] = seq * RANKS + added
                added += 1
                changes[id] = "add"
            elif changes.get(id) != "add":
                changes[id] = "set"
        if len(before) + added != len(after):
            for id in before:
                if id not in after:
                    changes[id] = "drop"


Arguments: TypeAlias = dict[str, list[list[Any]]]
"""Columns of each part of the commit, as the arrays that the statement unnests."""


def collect(arguments: Arguments, workflow_id: str, workflow: Workflow, touched: Touched) -> None:
    """Append the rows that were touched to the columns of the parts that write them."""
    for id, change in touched.blocks.items():
        _append(arguments, f"blocks_{change}", _block(workflow_id, id, change, workflow, touched))
    for id, change in touched.edges.items():
        row = (id,) if change == "drop" else _edge(workflow.edges[id])
        _append(arguments, f"edges_{change}", _ranked(workflow_id, row, change, touched, "edges"))
    for id, change in touched.subflows.items():
        row = (id,) if change == "drop" else _subflow(workflow.subflows[id])
        _append(arguments, f"subflows_{change}", _ranked(workflow_id, row, change, touched, "subflows"))
    for id, change in touched.variables.items():
        row = (id,) if change == "drop" else _variable(workflow.variables[id])
        _append(arguments, f"variables_{change}", _ranked(workflow_id, row, change, touched, "variables"))


def _append(arguments: Arguments, part: str, row: tuple[Any, ...]) -> None:
    columns = arguments.get(part)
    if columns is None:
        arguments[part] = [[value] for value in row]
        return
    for column, value in zip(columns, row, strict=True):
        column.append(value)


def _ranked(workflow_id: str, row: tuple[Any, ...], change: Change, touched: Touched, kind: str) -> tuple[Any, ...]:
    if change == "add":
        return (workflow_id, *row, touched.ranks[kind, row[0]])
    return (workflow_id, *row)


def _block(workflow_id: str, id: str, change: Change, workflow: Workflow, touched: Touched) -> tuple[Any, ...]:
    if change == "drop":
        return (workflow_id, id)
    block = workflow.blocks[id]
    x, y = block.position.x, block.position.y
    if change == "move":
        return (workflow_id, id, x, y)
    facts = msgspec.to_builtins(block)
    kept = {name: value for name, value in facts.items() if name not in COLUMNS}
    row = (id, block.type, block.name, x, y, block.parent, block.enabled, text(block.values), text(kept))
    return _ranked(workflow_id, row, change, touched, "blocks")


def _edge(edge: Edge) -> tuple[Any, ...]:
    return (edge.id, edge.source, edge.target, edge.source_handle, edge.target_handle)


def _subflow(subflow: Subflow) -> tuple[Any, ...]:
    return (subflow.id, subflow.__struct_config__.tag, text(subflow))


def _variable(variable: Variable) -> tuple[Any, ...]:
    return (variable.id, variable.name, variable.type, text(variable.value))


def text(value: Any) -> str:
    """A value as JSON text."""
    return encode(value).decode()


def assemble(name: str, description: str, rows: Mapping[str, str | None]) -> Workflow:
    """The document that rows of blocks, edges, subflows and variables (JSON arrays, in order) make."""
    blocks = _block_rows.decode(rows["blocks"] or "[]")
    edges = _edge_rows.decode(rows["edges"] or "[]")
    subflows = _subflow_rows.decode(rows["subflows"] or "[]")
    variables = _variable_rows.decode(rows["variables"] or "[]")
    return Workflow(
        name=name,
        description=description,
        blocks={row.id: _to_block(row) for row in blocks},
        edges={
            row[0]: Edge(id=row[0], source=row[1], target=row[2], source_handle=row[3], target_handle=row[4])
            for row in edges
        },
        subflows={subflow.id: subflow for subflow in subflows},
        variables=_to_variables(variables),
    )


def _to_block(row: BlockRow) -> Block:
    facts = row.facts
    if not facts:
        return Block(
            id=row.id,
            type=row.type,
            name=row.name,
            position=Position(row.x, row.y),
            parent=row.parent,
            enabled=row.enabled,
            values=row.values,
        )
    columns = {
        "id": row.id,
        "type": row.type,
        "name": row.name,
        "position": {"x": row.x, "y": row.y},
        "parent": row.parent,
        "enabled": row.enabled,
        "values": row.values,
    }
    return msgspec.convert(facts | columns, Block)


def _to_variables(rows: Iterable[tuple[str, str, str, Any]]) -> dict[str, Variable]:
    return {
        row[0]: msgspec.convert({"id": row[0], "name": row[1], "type": row[2], "value": row[3]}, Variable)
        for row in rows
    }
