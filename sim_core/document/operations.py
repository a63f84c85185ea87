"""Every change a document can undergo: absolute, idempotent, many items at once."""

from typing import Any, TypeAlias

from msgspec import UNSET, Struct, UnsetType

from sim_core.document.workflow import Block, Edge, Subflow, Variable


class Move(Struct, frozen=True):
    """A block's new position."""

    id: str
    x: float
    y: float


class Reparent(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A block's new container and its position in it."""

    id: str
    parent: str | None
    x: float
    y: float
    drop_edges: tuple[str, ...] = ()


class BlockChange(Struct, frozen=True):
    """New facts of a block.

    They are name, type, enabled, locked, advanced, trigger, error_port, retry, timeout_s, pinned, size, modes, extra.
    """

    id: str
    set: dict[str, Any]


class ValueChange(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One field's new value; `UNSET` as JSON null clears it, `expected` refuses when another value stands there."""

    block_id: str
    field: str
    value: Any = None
    expected: Any | UnsetType = UNSET


class AddBlocks(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="block.add", tag_field="op"):
    """Place blocks, with their edges and subflows."""

    blocks: tuple[Block, ...]
    edges: tuple[Edge, ...] = ()
    subflows: tuple[Subflow, ...] = ()


class RemoveBlocks(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="block.remove", tag_field="op"):
    """Remove blocks with everything inside them and their edges."""

    ids: tuple[str, ...]
    edges: tuple[str, ...] = ()
    """The edges that went with them, in an effective operation; not read from a request."""


class MoveBlocks(Struct, frozen=True, kw_only=True, tag="block.move", tag_field="op"):
    """Move blocks; touches positions only."""

    items: tuple[Move, ...]


class ReparentBlocks(Struct, frozen=True, kw_only=True, tag="block.parent", tag_field="op"):
    """Drag blocks into or out of a container."""

    items: tuple[Reparent, ...]


class UpdateBlocks(Struct, frozen=True, kw_only=True, tag="block.update", tag_field="op"):
    """Change facts of blocks."""

    items: tuple[BlockChange, ...]


class UpdateValues(Struct, frozen=True, kw_only=True, tag="value.update", tag_field="op"):
    """Change fields of blocks."""

    items: tuple[ValueChange, ...]


class AddEdges(Struct, frozen=True, kw_only=True, tag="edge.add", tag_field="op"):
    """Connect blocks."""

    edges: tuple[Edge, ...]


class RemoveEdges(Struct, frozen=True, kw_only=True, tag="edge.remove", tag_field="op"):
    """Disconnect blocks."""

    ids: tuple[str, ...]


class UpdateSubflow(Struct, frozen=True, kw_only=True, tag="subflow.update", tag_field="op"):
    """Change what a container repeats over."""

    id: str
    set: dict[str, Any]


class AddVariables(Struct, frozen=True, kw_only=True, tag="variable.add", tag_field="op"):
    """Add variables."""

    variables: tuple[Variable, ...]


class RemoveVariables(Struct, frozen=True, kw_only=True, tag="variable.remove", tag_field="op"):
    """Remove variables."""

    ids: tuple[str, ...]


class UpdateVariable(Struct, frozen=True, kw_only=True, tag="variable.update", tag_field="op"):
    """Change a variable's name, type or value."""

    id: str
    set: dict[str, Any]


class UpdateWorkflow(Struct, frozen=True, kw_only=True, tag="workflow.update", tag_field="op"):
    """Change the workflow's name or description."""

    set: dict[str, Any]


Operation: TypeAlias = (
    AddBlocks
    | RemoveBlocks
    | MoveBlocks
    | ReparentBlocks
    | UpdateBlocks
    | UpdateValues
    | AddEdges
    | RemoveEdges
    | UpdateSubflow
    | AddVariables
    | RemoveVariables
    | UpdateVariable
    | UpdateWorkflow
)
