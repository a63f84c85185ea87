"""How blocks are placed, removed, moved, put into containers and changed."""

from collections.abc import Iterable
from typing import Any, get_type_hints

import msgspec
from msgspec.structs import replace

from sim_core.document import checks, limits
from sim_core.document.change_edges import check_edges, place_edges
from sim_core.document.graph import (
    ancestors,
    container_kind,
    fits,
    lock_on,
    name_key,
    relation,
    subflow_for,
    with_descendants,
)
from sim_core.document.operations import (
    AddBlocks,
    BlockChange,
    Move,
    MoveBlocks,
    RemoveBlocks,
    Reparent,
    ReparentBlocks,
    UpdateBlocks,
)
from sim_core.document.outcome import Applied, Draft, twice
from sim_core.document.references import pointer
from sim_core.document.sameness import same
from sim_core.document.workflow import Block, Position, Subflow, Workflow

_FACTS = (
    "name", "type", "enabled", "locked", "advanced", "trigger", "error_port", "retry", "timeout_s", "pinned", "size",
    "modes", "extra",
)  # fmt: skip
_KINDS: dict[str, Any] = {key: kind for key, kind in get_type_hints(Block).items() if key in _FACTS}


def add_blocks(workflow: Workflow, op: AddBlocks) -> Applied:
    """Place blocks with their subflows and edges."""
    draft = Draft(workflow)
    if len(workflow.blocks) + len(op.blocks) > limits.MAX_BLOCKS:
        draft.refuse("too_large", f"a workflow has at most {limits.MAX_BLOCKS:,} blocks", "/blocks")
        return draft.applied(None)
    fresh = _fresh_blocks(draft, op.blocks)
    if fresh:
        draft.own_blocks().update({block.id: block for block in fresh})
    check_nesting(draft, [(block.id, f"/blocks/{index}/parent", index) for index, block in enumerate(op.blocks)])
    _check_names(draft, {block.id: f"/blocks/{index}/name" for index, block in enumerate(op.blocks)})
    subflows = _fresh_subflows(draft, op.subflows, fresh)
    edges = check_edges(draft, op.edges, "/edges") if not draft.refusals else []
    place_edges(draft, edges)
    if not (fresh or subflows or edges):
        return draft.applied(None)
    return draft.applied(AddBlocks(blocks=tuple(fresh), edges=tuple(edges), subflows=tuple(subflows)))


def _fresh_blocks(draft: Draft, blocks: tuple[Block, ...]) -> list[Block]:
    doubles = twice(block.id for block in blocks)
    fresh: list[Block] = []
    for index, given in enumerate(blocks):
        at = f"/blocks/{index}"
        block = _without_nulls(given)
        standing = draft.blocks.get(block.id)
        if block.id in doubles:
            draft.refuse("id_conflict", f"the id {block.id!r} is given twice", f"{at}/id", index=index)
        elif standing is not None:
            if not same(standing, block):
                draft.refuse("id_conflict", f"the id {block.id!r} is taken", f"{at}/id", index=index, now=standing)
        else:
            _check_block(draft, block, at, index)
            fresh.append(block)
    return fresh


def _without_nulls(block: Block) -> Block:
    if None not in block.values.values():
        return block
    return replace(block, values={field: value for field, value in block.values.items() if value is not None})


def _check_block(draft: Draft, block: Block, at: str, index: int) -> None:
    troubles = {
        "id": checks.id_trouble(block.id),
        "type": checks.id_trouble(block.type),
        "name": checks.name_trouble(block.name),
        "position": checks.place_trouble(block.position.x, block.position.y),
        "values": checks.values_trouble(block.values),
        "extra": checks.value_trouble(block.extra),
        "timeout_s": checks.timeout_trouble(block.timeout_s),
        "pinned": checks.value_trouble(block.pinned.output) if block.pinned else None,
    }
    for fact, trouble in troubles.items():
        if trouble:
            draft.refuse(*trouble, f"{at}/{fact}", index=index)
    if block.parent in draft.blocks:
        draft.refuse_locked(block.parent, f"{at}/parent", index)


def check_nesting(draft: Draft, places: Iterable[tuple[str, str, int]]) -> None:
    """Refuse blocks whose parent is no container, lies inside them, or is nested too deep."""
    for id, at, index in places:
        parent = draft.blocks[id].parent if id in draft.blocks else None
        if parent is None:
            continue
        holder = draft.blocks.get(parent)
        if holder is None:
            draft.missing("container", parent, at, index)
        elif container_kind(holder.type) is None:
            draft.refuse("invalid", f"{holder.name!r} cannot hold other blocks", at, index=index)
        else:
            around = list(ancestors(draft.blocks, id)) or [id]
            last = draft.blocks[around[-1]].parent
            if last is not None and (last == id or last in around):
                draft.refuse("parent_cycle", f"{draft.blocks[id].name!r} would lie inside itself", at, index=index)
            elif len(around) > limits.MAX_NESTING:
                words = f"containers nest at most {limits.MAX_NESTING} deep"
                draft.refuse("too_deep", words, at, index=index)


def _check_names(draft: Draft, changed: dict[str, str]) -> None:
    """Refuse names that are the same to references; `changed` says where each new name was given."""
    owners: dict[str, str] = {}
    for block in draft.blocks.values():
        key = name_key(block.name)
        other = owners.setdefault(key, block.id)
        if other == block.id or not (block.id in changed or other in changed):
            continue
        blamed = block.id if block.id in changed else other
        index = list(changed).index(blamed)
        words = f"there is already a block named {draft.blocks[other].name!r}"
        draft.refuse("name_conflict", words, changed[blamed], index=index)


def _fresh_subflows(draft: Draft, subflows: tuple[Subflow, ...], fresh: list[Block]) -> list[Subflow]:
    added: dict[str, Subflow] = {}
    for index, subflow in enumerate(subflows):
        at, block = f"/subflows/{index}", draft.blocks.get(subflow.id)
        standing = draft.subflows.get(subflow.id) or added.get(subflow.id)
        if block is None:
            draft.missing("container", subflow.id, at, index)
        elif not fits(block, subflow):
            draft.refuse("invalid", f"{block.name!r} is no {subflow.__struct_config__.tag}", at, index=index)
        elif trouble := checks.value_trouble(msgspec.to_builtins(subflow)):
            draft.refuse(*trouble, at, index=index)
        elif standing is None:
            added[subflow.id] = subflow
        elif not same(standing, subflow):
            draft.refuse("id_conflict", f"{block.name!r} has its settings already", at, index=index, now=standing)
    for block in fresh:
        implied = subflow_for(block)
        if implied is not None and block.id not in added:
            added[block.id] = implied
    if added:
        draft.own_subflows().update(added)
    return list(added.values())


def remove_blocks(workflow: Workflow, op: RemoveBlocks) -> Applied:
    """Remove blocks, everything inside them and every edge at them."""
    draft = Draft(workflow)
    gone = dict.fromkeys(with_descendants(workflow.blocks, op.ids))
    asked = {id: index for index, id in enumerate(op.ids)}
    for id in gone:
        draft.refuse_locked(id, f"/ids/{asked[id]}" if id in asked else "/ids", asked.get(id, 0))
    if not gone or draft.refusals:
        return draft.applied(None)
    edges = [edge.id for edge in workflow.edges.values() if edge.source in gone or edge.target in gone]
    draft.blocks = {id: block for id, block in workflow.blocks.items() if id not in gone}
    place_edges(draft, (), gone=edges)
    if not gone.keys().isdisjoint(workflow.subflows):
        draft.subflows = {id: subflow for id, subflow in workflow.subflows.items() if id not in gone}
    return draft.applied(RemoveBlocks(ids=tuple(gone), edges=tuple(edges)))


def move_blocks(workflow: Workflow, op: MoveBlocks) -> Applied:
    """Put blocks elsewhere; touches positions only."""
    draft = Draft(workflow)
    moved: dict[str, Move] = {}
    for index, item in enumerate(op.items):
        block = draft.blocks.get(item.id)
        if block is None:
            draft.missing("block", item.id, f"/items/{index}/id", index)
        elif trouble := checks.place_trouble(item.x, item.y):
            draft.refuse(*trouble, f"/items/{index}", index=index)
        elif not draft.refuse_locked(item.id, f"/items/{index}", index):
            moved[item.id] = item
    moved = {id: item for id, item in moved.items() if draft.blocks[id].position != Position(item.x, item.y)}
    if not moved or draft.refusals:
        return draft.applied(None)
    blocks = draft.own_blocks()
    for id, item in moved.items():
        blocks[id] = replace(blocks[id], position=Position(item.x, item.y))
    return draft.applied(MoveBlocks(items=tuple(moved.values())))


def reparent_blocks(workflow: Workflow, op: ReparentBlocks) -> Applied:
    """Put blocks into or out of containers; edges that would cross a wall are dropped."""
    draft = Draft(workflow)
    last = {item.id: (index, item) for index, item in enumerate(op.items)}
    for index, item in last.values():
        _check_reparent(draft, item, f"/items/{index}", index)
    if draft.refusals:
        return draft.applied(None)
    moved = [item for _, item in last.values() if _lies_elsewhere(workflow.blocks[item.id], item)]
    if moved:
        blocks = draft.own_blocks()
        blocks.update({item.id: _put(blocks[item.id], item) for item in moved})
    for id, (index, _) in last.items():
        inside = with_descendants(draft.blocks, (id,))
        check_nesting(draft, [(inner, f"/items/{index}/parent", index) for inner in inside])
    if draft.refusals:
        return draft.applied(None)
    dropped = _dropped(draft, [item for _, item in last.values()])
    place_edges(draft, (), gone=[id for ids in dropped.values() for id in ids])
    changed = {item.id for item in moved} | dropped.keys()
    kept = [item for id, (_, item) in last.items() if id in changed]
    items = tuple(replace(item, drop_edges=tuple(dropped.get(item.id, ()))) for item in kept)
    return draft.applied(ReparentBlocks(items=items) if items else None)


def _check_reparent(draft: Draft, item: Reparent, at: str, index: int) -> None:
    if item.id not in draft.blocks:
        draft.missing("block", item.id, f"{at}/id", index)
        return
    if trouble := checks.place_trouble(item.x, item.y):
        draft.refuse(*trouble, at, index=index)
    locked = draft.refuse_locked(item.id, at, index)
    if item.parent in draft.blocks and not locked:
        draft.refuse_locked(item.parent, f"{at}/parent", index)


def _lies_elsewhere(block: Block, item: Reparent) -> bool:
    return block.parent != item.parent or block.position != Position(item.x, item.y)


def _put(block: Block, item: Reparent) -> Block:
    return replace(block, parent=item.parent, position=Position(item.x, item.y))


def _dropped(draft: Draft, items: list[Reparent]) -> dict[str, list[str]]:
    """Edges that go, by the item that takes them along: those asked for, and those that lie differently now."""
    asked = {id: item.id for item in items for id in item.drop_edges}
    movers = {item.id for item in items}
    gone: dict[str, list[str]] = {}
    for edge in draft.edges.values():
        owner = asked.get(edge.id) or next((id for id in (edge.source, edge.target) if id in movers), None)
        if owner is None:
            continue
        if edge.id in asked or relation(draft.blocks, edge) != relation(draft.before.blocks, edge):
            gone.setdefault(owner, []).append(edge.id)
            lock = lock_on(draft.before.blocks, edge.target)
            if lock is not None:
                draft.refuse("locked", f"{lock.name!r} is locked, and an edge to it would go", "/items")
    return gone


def update_blocks(workflow: Workflow, op: UpdateBlocks) -> Applied:
    """Change facts of blocks, one item after the other; names are compared when all are done."""
    draft = Draft(workflow)
    renamed: dict[str, str] = {}
    for index, item in enumerate(op.items):
        at = f"/items/{index}"
        block = draft.blocks.get(item.id)
        if block is None:
            draft.missing("block", item.id, f"{at}/id", index)
            continue
        if _protected(draft, block, item):
            draft.refuse_locked(item.id, at, index)
            continue
        changed = _changed(draft, block, item, at, index)
        if not same(changed, block):
            draft.own_blocks()[item.id] = changed
        if changed.name != block.name:
            renamed[item.id] = f"{at}/set/name"
    if renamed:
        _check_names(draft, renamed)
    items = _differences(draft, op)
    return draft.applied(UpdateBlocks(items=items) if items else None)


def _protected(draft: Draft, block: Block, item: BlockChange) -> bool:
    """Whether a lock stands against a change; unlocking a block goes together with changing it."""
    if set(item.set) == {"locked"}:
        return False
    lock = lock_on(draft.blocks, block.id)
    return lock is not None and not (lock.id == block.id and item.set.get("locked") is False)


def _changed(draft: Draft, block: Block, item: BlockChange, at: str, index: int) -> Block:
    facts: dict[str, Any] = {}
    modes = dict(block.modes)
    for key, given in item.set.items():
        here = f"{at}/set/{pointer(key)}"
        try:
            if key.startswith("modes."):
                _set_mode(modes, key.removeprefix("modes."), checks.convert(given, str | None))
                facts["modes"] = modes
            elif key in _KINDS:
                facts[key] = checks.convert(given, _KINDS[key])
            else:
                words = f"a block has no fact {key!r}; there are {', '.join(_FACTS)}"
                draft.refuse("invalid", words, here, index=index)
        except msgspec.ValidationError as error:
            draft.refuse("invalid", str(error), here, index=index, now=getattr(block, key, None))
    _check_facts(draft, block, facts, f"{at}/set", index)
    return replace(block, **facts)


def _set_mode(modes: dict[str, str], pair: str, mode: str | None) -> None:
    if mode is None:
        modes.pop(pair, None)
    else:
        modes[pair] = mode


def _check_facts(draft: Draft, block: Block, facts: dict[str, Any], at: str, index: int) -> None:
    if "name" in facts and (trouble := checks.name_trouble(facts["name"])):
        draft.refuse(*trouble, f"{at}/name", index=index, now=block.name)
    if "extra" in facts and (trouble := checks.value_trouble(facts["extra"])):
        draft.refuse(*trouble, f"{at}/extra", index=index)
    if "timeout_s" in facts and (trouble := checks.timeout_trouble(facts["timeout_s"])):
        draft.refuse(*trouble, f"{at}/timeout_s", index=index, now=block.timeout_s)
    if facts.get("pinned") is not None and (trouble := checks.value_trouble(facts["pinned"].output)):
        draft.refuse(*trouble, f"{at}/pinned", index=index)
    if "type" in facts:
        if trouble := checks.id_trouble(facts["type"]):
            draft.refuse(*trouble, f"{at}/type", index=index, now=block.type)
        elif container_kind(facts["type"]) is not container_kind(block.type):
            words = f"a {block.type} cannot become a {facts['type']}: only one of them holds other blocks"
            draft.refuse("invalid", words, f"{at}/type", index=index, now=block.type)


def _differences(draft: Draft, op: UpdateBlocks) -> tuple[BlockChange, ...]:
    """One item a block, with the facts that are different now; unlocking comes before locking, as it was asked for."""
    asked: dict[str, dict[str, None]] = {}
    for item in op.items:
        asked.setdefault(item.id, {}).update(dict.fromkeys(item.set))
    found: list[BlockChange] = []
    for id, keys in asked.items():
        before, after = draft.before.blocks.get(id), draft.blocks.get(id)
        if before is None or after is None:
            continue
        if "locked" in keys and before.locked and after.locked and draft.blocks is not draft.before.blocks:
            return op.items  # It was unlocked in between, for the sake of what else changed.
        if same(before, after):
            continue
        facts = {key: _fact(after, key) for key in keys if not same(_fact(after, key), _fact(before, key))}
        found.append(BlockChange(id, facts))
    return tuple(found)


def _fact(block: Block, key: str) -> Any:
    if key.startswith("modes."):
        return block.modes.get(key.removeprefix("modes."))
    value = getattr(block, key, None)
    return msgspec.to_builtins(value) if key in ("retry", "pinned", "size") else value
