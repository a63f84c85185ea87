"""The operations that lead from one document to another, so that imports and restores use the one door too."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from sim_core.document.graph import ancestors, container_kind, name_key, relation, with_descendants
from sim_core.document.operations import (
    AddBlocks,
    AddEdges,
    AddVariables,
    BlockChange,
    Move,
    MoveBlocks,
    Operation,
    RemoveBlocks,
    RemoveEdges,
    RemoveVariables,
    Reparent,
    ReparentBlocks,
    UpdateBlocks,
    UpdateSubflow,
    UpdateValues,
    UpdateVariable,
    UpdateWorkflow,
    ValueChange,
)
from sim_core.document.sameness import same
from sim_core.document.workflow import Block, Edge, Workflow

Ops: TypeAlias = list[Operation]

_FACTS = (
    "name", "type", "enabled", "advanced", "trigger", "error_port", "retry", "timeout_s", "pinned", "size", "modes",
    "extra",
)  # fmt: skip


def diff(before: Workflow, after: Workflow) -> tuple[Operation, ...]:
    """The fewest operations that make `after` of `before`, in an order in which each of them can be done."""
    return tuple(_Passage(before, after).operations())


class _Passage(Struct):
    """Two documents, and which blocks go, come and stay."""

    before: Workflow
    after: Workflow
    gone: set[str] = msgspec.field(default_factory=set[str])
    fresh: set[str] = msgspec.field(default_factory=set[str])
    edges_gone: set[str] = msgspec.field(default_factory=set[str])

    def __post_init__(self) -> None:
        before, after = self.before.blocks, self.after.blocks
        swapped = {id for id in before.keys() & after.keys() if _other_kind(before[id], after[id])}
        self.gone = (before.keys() - after.keys()) | swapped
        self.fresh = (after.keys() - before.keys()) | swapped
        self.edges_gone = {edge.id for edge in self.before.edges.values() if self.after.edges.get(edge.id) != edge}
        for id, edge in self.before.edges.items():
            if edge.source in self.gone or edge.target in self.gone or self._moves_apart(edge):
                self.edges_gone.add(id)

    def operations(self) -> Ops:
        ops = [
            *self._facts_of_workflow(),
            *self._cut_edges(),
            *self._leave_containers(),
            *self._remove(),
            *self._change_facts(),
            *self._place(),
            *self._enter_containers(),
            *self._move(),
            *self._change_values(),
            *self._change_subflows(),
            *self._variables(),
        ]
        edges = self._join_edges()
        unlock, lock = self._locks([*ops, *edges])
        return [*unlock, *ops, *edges, *lock] if ops or edges or unlock or lock else []

    def _staying(self) -> Iterable[tuple[Block, Block]]:
        for id, block in self.before.blocks.items():
            if id not in self.gone:
                yield block, self.after.blocks[id]

    def _moves_apart(self, edge: Edge) -> bool:
        """Whether the ends lie differently to each other afterwards."""
        return relation(self.before.blocks, edge) != relation(self.after.blocks, edge)

    def _facts_of_workflow(self) -> Ops:
        facts = _changed(self.before, self.after, ("name", "description"))
        return [UpdateWorkflow(set=facts)] if facts else []

    def _cut_edges(self) -> Ops:
        with_blocks = {
            edge.id for edge in self.before.edges.values() if edge.source in self.gone or edge.target in self.gone
        }
        ids = tuple(id for id in self.before.edges if id in self.edges_gone - with_blocks)
        return [RemoveEdges(ids=ids)] if ids else []

    def _leave_containers(self) -> Ops:
        """Blocks that stay leave the containers that go; those whose new container stands already go there at once."""
        items: list[Reparent] = []
        for old, new in self._staying():
            if old.parent == new.parent and old.parent not in self.gone:
                continue
            ready = new.parent not in self.fresh
            items.append(_reparent(new if ready else old, new.parent if ready else None))
        return [ReparentBlocks(items=tuple(items))] if items else []

    def _remove(self) -> Ops:
        ids = tuple(
            id for id in self.before.blocks if id in self.gone and self.before.blocks[id].parent not in self.gone
        )
        return [RemoveBlocks(ids=ids)] if ids else []

    def _change_facts(self) -> Ops:
        items: list[BlockChange] = []
        for old, new in self._staying():
            facts = _changed(old, new, _FACTS)
            if facts:
                items.append(BlockChange(old.id, facts))
        return [UpdateBlocks(items=tuple(items))] if items else []

    def _place(self) -> Ops:
        if not self.fresh:
            return []
        late = self._locked_late()
        blocks = tuple(
            replace(block, locked=False) if id in late else block
            for id, block in self.after.blocks.items()
            if id in self.fresh
        )
        subflows = tuple(subflow for id, subflow in self.after.subflows.items() if id in self.fresh)
        edges = tuple(edge for edge in self._edges_fresh() if self._placed_with(edge))
        return [AddBlocks(blocks=blocks, edges=edges, subflows=subflows)]

    def _locked_late(self) -> set[str]:
        """New blocks that are locked, when something has yet to be put into them or joined to them."""
        waited_for = any(new.parent in self.fresh for _, new in self._staying()) or any(
            edge.target in self.fresh and not self._placed_with(edge) for edge in self._edges_fresh()
        )
        return {id for id in self.fresh if self.after.blocks[id].locked} if waited_for else set()

    def _edges_fresh(self) -> Iterable[Edge]:
        for id, edge in self.after.edges.items():
            if id not in self.before.edges or id in self.edges_gone:
                yield edge

    def _placed_with(self, edge: Edge) -> bool:
        return edge.source in self.fresh and edge.target in self.fresh

    def _enter_containers(self) -> Ops:
        items = tuple(_reparent(new, new.parent) for _, new in self._staying() if new.parent in self.fresh)
        return [ReparentBlocks(items=items)] if items else []

    def _move(self) -> Ops:
        items = tuple(
            Move(new.id, new.position.x, new.position.y)
            for old, new in self._staying()
            if old.position != new.position and old.parent == new.parent and old.parent not in self.gone
        )
        return [MoveBlocks(items=items)] if items else []

    def _change_values(self) -> Ops:
        items: list[ValueChange] = []
        for old, new in self._staying():
            if old.values is new.values:
                continue
            for field in old.values.keys() | new.values.keys():
                value = new.values.get(field)
                if not same(old.values.get(field), value):
                    items.append(ValueChange(block_id=old.id, field=field, value=value))
        items.sort(key=lambda item: (item.block_id, item.field))
        return [UpdateValues(items=tuple(items))] if items else []

    def _change_subflows(self) -> Ops:
        ops: Ops = []
        for id, new in self.after.subflows.items():
            old = self.before.subflows.get(id)
            if old is None or id in self.fresh or same(old, new):
                continue
            ops.append(UpdateSubflow(id=id, set=_changed(old, new, old.__struct_fields__)))
        return ops

    def _join_edges(self) -> Ops:
        edges = tuple(edge for edge in self._edges_fresh() if not self._placed_with(edge))
        return [AddEdges(edges=edges)] if edges else []

    def _variables(self) -> Ops:
        before, after = self.before.variables, self.after.variables
        taken = {name_key(variable.name): id for id, variable in before.items()}
        again = {
            id
            for id in before.keys() & after.keys()
            if not same(before[id], after[id]) and taken.get(name_key(after[id].name), id) != id
        }
        ops: Ops = []
        if gone := tuple(id for id in before if id not in after or id in again):
            ops.append(RemoveVariables(ids=gone))
        for id in before:
            if id in after and id not in again and not same(before[id], after[id]):
                ops.append(UpdateVariable(id=id, set=_changed(before[id], after[id], ("name", "type", "value"))))
        if fresh := tuple(variable for id, variable in after.items() if id not in before or id in again):
            ops.append(AddVariables(variables=fresh))
        return ops

    def _locks(self, ops: Ops) -> tuple[Ops, Ops]:
        """What is unlocked first and locked last: locks that change, and locks on what changes."""
        held = {id for id, block in self.before.blocks.items() if block.locked}
        wanted = {id for id, block in self.after.blocks.items() if block.locked and id not in self.fresh}
        wanted |= self._locked_late()
        opened = (held - wanted - self.gone) | (self._in_the_way(ops, held) if held else set[str]())
        closed = wanted - (held - opened)
        return _set_lock(self.before.blocks, opened, False), _set_lock(self.after.blocks, closed, True)

    def _in_the_way(self, ops: Ops, held: set[str]) -> set[str]:
        """Locks that protect what the operations touch."""
        blocks = self.before.blocks
        touched = {id for op in ops for id in self._touched(op) if id in blocks}
        found: set[str] = set()
        for id in touched:
            found |= held.intersection((id, *ancestors(blocks, id)))
        return found

    def _touched(self, op: Operation) -> Iterable[str]:
        match op:
            case AddBlocks():
                yield from (block.parent for block in op.blocks if block.parent)
            case RemoveBlocks():
                yield from with_descendants(self.before.blocks, op.ids)
            case MoveBlocks() | UpdateBlocks():
                yield from (item.id for item in op.items)
            case ReparentBlocks():
                yield from (id for item in op.items for id in (item.id, item.parent) if id)
            case UpdateValues():
                yield from (item.block_id for item in op.items)
            case AddEdges():
                yield from (edge.target for edge in op.edges)
            case RemoveEdges():
                yield from (self.before.edges[id].target for id in op.ids)
            case UpdateSubflow():
                yield op.id
            case _:
                return


def _other_kind(old: Block, new: Block) -> bool:
    return container_kind(old.type) is not container_kind(new.type)


def _reparent(block: Block, parent: str | None) -> Reparent:
    return Reparent(id=block.id, parent=parent, x=block.position.x, y=block.position.y)


def _changed(old: Any, new: Any, keys: Iterable[str]) -> dict[str, Any]:
    return {
        key: msgspec.to_builtins(getattr(new, key)) for key in keys if not same(getattr(old, key), getattr(new, key))
    }


def _set_lock(blocks: Mapping[str, Block], ids: set[str], locked: bool) -> Ops:
    items = tuple(BlockChange(id, {"locked": locked}) for id in blocks if id in ids)
    return [UpdateBlocks(items=items)] if items else []
