"""Questions about how blocks lie in containers and how edges join them."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Literal, TypeAlias

from sim_core.document.grammar import normalise
from sim_core.document.workflow import Block, Edge, Loop, Parallel, Subflow

Relation: TypeAlias = Literal["siblings", "inward", "outward"]
Key: TypeAlias = tuple[str, str, str, str]

name_key = lru_cache(maxsize=16384)(normalise)
"""`normalise`, remembered."""

_FEW = 4
"""So many edges are cheaper to follow one by one than the whole graph is to sort."""
_CONTAINERS: dict[str, type[Loop] | type[Parallel]] = {"loop": Loop, "parallel": Parallel}


def base_type(type: str) -> str:
    """A block type without its major version."""
    return type.partition("@")[0]


def container_kind(type: str) -> "type[Loop] | type[Parallel] | None":
    """The subflow that a block of this type owns."""
    return _CONTAINERS.get(base_type(type))


def fits(block: Block, subflow: Subflow) -> bool:
    """Whether a subflow is of the kind that the block's type owns."""
    kind = container_kind(block.type)
    return kind is not None and isinstance(subflow, kind)


def is_entry(block: Block) -> bool:
    """Whether a run can only begin at this block, so that nothing may lead to it."""
    return block.trigger or base_type(block.type) == "start"


def is_note(block: Block) -> bool:
    """Whether the block is a remark on the canvas."""
    return base_type(block.type) == "note"


def ancestors(blocks: Mapping[str, Block], id: str) -> Iterable[str]:
    """Ids of the containers around a block, innermost first; a ring ends where it closes."""
    seen = {id}
    parent = blocks[id].parent
    while parent is not None and parent in blocks and parent not in seen:
        seen.add(parent)
        yield parent
        parent = blocks[parent].parent


def lock_on(blocks: Mapping[str, Block], id: str) -> Block | None:
    """The block whose lock protects this one: itself or a container around it."""
    block = blocks[id]
    if block.locked:
        return block
    if block.parent is None:
        return None
    return next((blocks[a] for a in ancestors(blocks, id) if blocks[a].locked), None)


def children(blocks: Mapping[str, Block]) -> dict[str | None, list[str]]:
    """Ids of the blocks by the container they lie in."""
    inside: dict[str | None, list[str]] = {}
    for block in blocks.values():
        inside.setdefault(block.parent, []).append(block.id)
    return inside


def with_descendants(blocks: Mapping[str, Block], ids: Iterable[str]) -> list[str]:
    """The ids that are there and everything inside them, each once, containers before what they hold."""
    chosen = [id for id in dict.fromkeys(ids) if id in blocks]
    if not any(container_kind(blocks[id].type) for id in chosen):
        return chosen
    inside = children(blocks)
    found: dict[str, None] = {}
    waiting = list(reversed(chosen))
    while waiting:
        id = waiting.pop()
        if id not in found:
            found[id] = None
            waiting.extend(reversed(inside.get(id, [])))
    return list(found)


def relation(blocks: Mapping[str, Block], edge: Edge) -> Relation | None:
    """How the ends of an edge lie to each other, or `None` when a container's wall is between them."""
    source, target = blocks[edge.source], blocks[edge.target]
    if source.parent == target.parent:
        return "siblings"
    if target.parent == source.id:
        return "inward"
    return "outward" if source.parent == target.id else None


def same_way(edge: Edge) -> Key:
    """What two edges share that say the same."""
    return (edge.source, edge.source_handle or "source", edge.target, edge.target_handle or "target")


def misfit(blocks: Mapping[str, Block], edge: Edge) -> tuple[str, str] | None:
    """Code and words for an edge whose ends cannot be joined, both of them being there."""
    source, target = blocks[edge.source], blocks[edge.target]
    if edge.source == edge.target:
        return "edge_cycle", f"{source.name!r} cannot lead to itself"
    if is_note(source) or is_note(target):
        return "edge_target", "a note cannot be connected"
    if is_entry(target):
        return "edge_target", f"{target.name!r} starts the workflow, so nothing can lead to it"
    if relation(blocks, edge) is None:
        return "edge_scope", f"{source.name!r} and {target.name!r} do not lie in the same container"
    return None


def successors(blocks: Mapping[str, Block], edges: Iterable[Edge]) -> dict[str, list[str]]:
    """Which blocks follow which, within their containers."""
    after: dict[str, list[str]] = {}
    for edge in edges:
        source, target = blocks.get(edge.source), blocks.get(edge.target)
        if source is not None and target is not None and source.parent == target.parent:
            after.setdefault(edge.source, []).append(edge.target)
    return after


def reaches(after: Mapping[str, list[str]], start: str, goal: str) -> bool:
    """Whether `goal` follows `start`, however far."""
    seen = {start}
    waiting = [start]
    while waiting:
        here = waiting.pop()
        if here == goal:
            return True
        for there in after.get(here, ()):
            if there not in seen:
                seen.add(there)
                waiting.append(there)
    return False


def in_rings(after: Mapping[str, list[str]]) -> set[str]:
    """Blocks that no order can satisfy: those on a ring, and those that only follow one."""
    waits: dict[str, int] = dict.fromkeys(after, 0)
    for targets in after.values():
        for target in targets:
            waits[target] = waits.get(target, 0) + 1
    ready = [id for id, count in waits.items() if not count]
    while ready:
        here = ready.pop()
        del waits[here]
        for target in after.get(here, ()):
            waits[target] -= 1
            if not waits[target]:
                ready.append(target)
    return set(waits)


def closing_edges(blocks: Mapping[str, Block], standing: Iterable[Edge], fresh: Iterable[Edge]) -> list[Edge]:
    """Those of the fresh edges that would close a ring, taken one after the other."""
    standing, fresh = list(standing), list(fresh)
    if len(fresh) > _FEW and not in_rings(successors(blocks, [*standing, *fresh])):
        return []
    after = successors(blocks, standing)
    closing: list[Edge] = []
    for edge in fresh:
        if relation(blocks, edge) != "siblings":
            continue
        if reaches(after, edge.target, edge.source):
            closing.append(edge)
        else:
            after.setdefault(edge.source, []).append(edge.target)
    return closing


def subflow_for(block: Block) -> Subflow | None:
    """The empty subflow of a container that came without one."""
    kind = container_kind(block.type)
    return kind(id=block.id) if kind else None
