"""Where a run begins, and which blocks it can reach from there."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Literal, TypeAlias

from sim_core.document.workflow import Block, Workflow
from sim_core.errors import Invalid, Problem
from sim_core.spec.blocks import BlockType

Surface: TypeAlias = Literal["api", "manual", "chat", "child", "external"]
Find: TypeAlias = Callable[[str], BlockType | None]


def choose_start(workflow: Workflow, types: Mapping[str, BlockType], wanted: str | None, surface: Surface) -> Block:
    """The block that a run begins at: the one asked for, else a start block, else one that nothing leads to."""
    if wanted is not None:
        return _wanted(workflow, types, wanted)
    triggers = [block for block in workflow.blocks.values() if block.enabled and _starts(block, types)]
    starts = [block for block in triggers if types[block.id].id == "start"]
    others = [block for block in triggers if types[block.id].id != "start"]
    if surface == "child" and len(starts) > 1:
        raise _refused("A workflow that others run has one start block; keep one of them.", "several_starts")
    order = [*others, *starts] if surface == "external" else [*starts, *others]
    if order:
        return order[0]
    targets = {edge.target for edge in workflow.edges.values()}
    free = [b for b in workflow.blocks.values() if b.enabled and b.parent is None and types[b.id].category != "note"]
    if not free:
        raise _refused("The workflow has no block that could run. Add a start block.", "no_start")
    return next((block for block in free if block.id not in targets), free[0])


def _starts(block: Block, types: Mapping[str, BlockType]) -> bool:
    return block.trigger or types[block.id].category == "trigger"


def _wanted(workflow: Workflow, types: Mapping[str, BlockType], wanted: str) -> Block:
    block = workflow.blocks.get(wanted)
    if block is None:
        raise _refused(f"The workflow has no block {wanted!r} to start at.", "no_such_start")
    if block.enabled:
        return block
    others = [other for other in workflow.blocks.values() if other.enabled and _starts(other, types)]
    if not others:
        message = f"{block.name or wanted!r} is disabled, and there is no other block to start at."
        raise _refused(message, "disabled_start", block.id)
    return others[0]


def _refused(message: str, code: str, block: str | None = None) -> Invalid:
    return Invalid(message, code=code, problems=[Problem(code=code, message=message, block=block)])


def reach(workflow: Workflow, start: str | None, runs: Callable[[Block], bool]) -> set[str]:
    """Ids of the blocks that can be reached over enabled ones, each in a container that is reached too.

    Without a start it is every block that runs.
    """
    able = {block.id for block in workflow.blocks.values() if block.enabled and runs(block)}
    if start is None:
        return _whole(workflow.blocks, able)
    following: dict[str, list[str]] = {}
    for edge in workflow.edges.values():
        following.setdefault(edge.source, []).append(edge.target)
    reached = {start}
    waiting = deque(reached)
    while waiting:
        for target in following.get(waiting.popleft(), ()):
            if target in able and target not in reached:
                reached.add(target)
                waiting.append(target)
    return _whole(workflow.blocks, reached)


def _whole(blocks: Mapping[str, Block], ids: Iterable[str]) -> set[str]:
    """Those of the ids whose containers are all among them."""
    kept = set(ids)

    def stands(id: str) -> bool:
        seen: set[str] = set()
        parent = blocks[id].parent
        while parent is not None and parent not in seen:
            if parent not in kept:
                return False
            seen.add(parent)
            parent = blocks[parent].parent if parent in blocks else None
        return parent is None

    return {id for id in kept if stands(id)}
