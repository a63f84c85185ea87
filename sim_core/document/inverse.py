"""What takes an operation back."""

from typing import Any

import msgspec

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
from sim_core.document.reduce import apply
from sim_core.document.workflow import Block, Workflow


def inverse(workflow: Workflow, op: Operation) -> tuple[Operation, ...]:
    """Operations that, after `op` was done to `workflow`, restore it; none when `op` changes nothing."""
    effective = apply(workflow, op).effective
    if effective is None:
        return ()
    return tuple(inner for inner in _taken_back(workflow, effective) if inner is not None)


def _taken_back(workflow: Workflow, op: Operation) -> tuple[Operation | None, ...]:
    match op:
        case AddBlocks():
            return _unplace(workflow, op)
        case RemoveBlocks():
            return (_replace(workflow, op),)
        case MoveBlocks():
            return (MoveBlocks(items=tuple(_old_place(workflow.blocks[item.id]) for item in op.items)),)
        case ReparentBlocks():
            dropped = tuple(workflow.edges[id] for item in op.items for id in item.drop_edges)
            back = ReparentBlocks(items=tuple(_old_container(workflow.blocks[item.id]) for item in op.items))
            return (back, AddEdges(edges=dropped) if dropped else None)
        case UpdateBlocks():
            items = tuple(_old_facts(workflow.blocks[item.id], item) for item in reversed(op.items))
            return (UpdateBlocks(items=items),)
        case UpdateValues():
            return (UpdateValues(items=tuple(_old_value(workflow, item) for item in op.items)),)
        case AddEdges():
            return (RemoveEdges(ids=tuple(edge.id for edge in op.edges)),)
        case RemoveEdges():
            return (AddEdges(edges=tuple(workflow.edges[id] for id in op.ids)),)
        case UpdateSubflow():
            return (UpdateSubflow(id=op.id, set=_old(workflow.subflows[op.id], op.set)),)
        case AddVariables():
            return (RemoveVariables(ids=tuple(variable.id for variable in op.variables)),)
        case RemoveVariables():
            return (AddVariables(variables=tuple(workflow.variables[id] for id in op.ids)),)
        case UpdateVariable():
            return (UpdateVariable(id=op.id, set=_old(workflow.variables[op.id], op.set)),)
        case UpdateWorkflow():
            return (UpdateWorkflow(set=_old(workflow, op.set)),)


def _unplace(workflow: Workflow, op: AddBlocks) -> tuple[Operation | None, ...]:
    """Unlock what came locked, cut what was joined, and take the blocks away."""
    fresh = {block.id for block in op.blocks}
    joined = tuple(edge.id for edge in op.edges if edge.source not in fresh and edge.target not in fresh)
    locked = tuple(BlockChange(block.id, {"locked": False}) for block in op.blocks if block.locked)
    return (
        UpdateBlocks(items=locked) if locked else None,
        RemoveEdges(ids=joined) if joined else None,
        RemoveBlocks(ids=tuple(fresh)) if fresh else None,
    )


def _replace(workflow: Workflow, op: RemoveBlocks) -> AddBlocks:
    return AddBlocks(
        blocks=tuple(workflow.blocks[id] for id in op.ids),
        edges=tuple(workflow.edges[id] for id in op.edges),
        subflows=tuple(workflow.subflows[id] for id in op.ids if id in workflow.subflows),
    )


def _old_place(block: Block) -> Move:
    return Move(block.id, block.position.x, block.position.y)


def _old_container(block: Block) -> Reparent:
    return Reparent(id=block.id, parent=block.parent, x=block.position.x, y=block.position.y)


def _old_facts(block: Block, item: BlockChange) -> BlockChange:
    facts: dict[str, Any] = {}
    for key in item.set:
        if key.startswith("modes."):
            facts[key] = block.modes.get(key.removeprefix("modes."))
        else:
            facts[key] = msgspec.to_builtins(getattr(block, key))
    return BlockChange(block.id, facts)


def _old_value(workflow: Workflow, item: ValueChange) -> ValueChange:
    now = workflow.blocks[item.block_id].values.get(item.field)
    return ValueChange(block_id=item.block_id, field=item.field, value=now)


def _old(thing: Any, facts: dict[str, Any]) -> dict[str, Any]:
    return {key: getattr(thing, key) for key in facts}
