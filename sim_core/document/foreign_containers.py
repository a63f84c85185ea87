"""What imported loops and parallels repeat over, wherever the import says it."""

from typing import Any, Literal

from sim_core.document.foreign_shapes import Facts, Raw, RawBlock, facts
from sim_core.document.workflow import Loop, Parallel, Subflow

LOOP_TYPES: dict[str, Literal["for", "for_each", "while", "do_while"]] = {
    "for": "for",
    "forEach": "for_each",
    "while": "while",
    "doWhile": "do_while",
}
DERIVED = frozenset((
    "id", "nodes", "parentId", "extent", "width", "height", "canonicalModes", "count", "iterations", "collection",
    "forEachItems", "distribution", "loopType", "parallelType", "batchSize", "whileCondition", "doWhileCondition",
    "enabled",
))  # fmt: skip
"""Facts of a container that its subflow, its size or its children say."""
_EDITOR_ITEMS = ("collection", "forEachItems")
_DEFAULT_COUNT = 5
_DEFAULT_BATCH = 20


def read_subflow(raw: Raw, block: RawBlock) -> Subflow | None:
    """The subflow of a container, from its own facts first, then from the document's maps."""
    if block.type == "loop":
        return _loop(block, facts(raw.loops.get(block.id)), in_editor=raw.form == "state")
    if block.type == "parallel":
        return _parallel(block, facts(raw.parallels.get(block.id)), in_editor=raw.form == "state")
    return None


def _loop(block: RawBlock, entry: Facts, *, in_editor: bool) -> Loop:
    given = {**entry, **{key: value for key, value in block.data.items() if value is not None}}
    if not in_editor:
        given = {**block.data, **entry}
    kind = LOOP_TYPES.get(str(given.get("loopType")), "for")
    count = _count(_first(block.data.get("count") if in_editor else None, entry.get("iterations"), given.get("count")))
    condition = {"while": given.get("whileCondition"), "do_while": given.get("doWhileCondition")}.get(kind)
    if count is None and in_editor:
        count = _DEFAULT_COUNT
    return Loop(
        id=block.id,
        loop_type=kind,
        iterations=count,
        collection=_items(given, *(_EDITOR_ITEMS if in_editor else reversed(_EDITOR_ITEMS)), wanted=kind == "for_each"),
        condition=condition if isinstance(condition, str) else "",
        language="javascript",
    )


def _items(given: Facts, *names: str, wanted: bool) -> Any:
    """The collection; an empty text counts only where a collection is wanted."""
    found = _first(*(given.get(name) for name in names))
    return None if found == "" and not wanted else found


def _parallel(block: RawBlock, entry: Facts, *, in_editor: bool) -> Parallel:
    given = {**entry, **block.data} if in_editor else {**block.data, **entry}
    kind = given.get("parallelType")
    counted = kind == "count" or (kind is None and in_editor)
    count = _count(given.get("count"))
    if count is None and counted and in_editor:
        count = _DEFAULT_COUNT
    names = ("collection", "distribution") if in_editor else ("distribution", "collection")
    return Parallel(
        id=block.id,
        parallel_type="count" if counted else "collection",
        count=count,
        collection=_items(given, *names, wanted=not counted),
        batch_size=_batch(given.get("batchSize")),
    )


def _first(*values: Any) -> Any:
    """The first that says something; an empty text only when nothing else does."""
    empty = next((value for value in values if value == ""), None)
    return next((value for value in values if value is not None and value != ""), empty)


def _count(value: Any) -> int | str | None:
    if isinstance(value, bool) or value is None or value == "":
        return None
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    if isinstance(value, str):
        text = value.strip()
        return int(text) if text.isdecimal() and len(text) < 10 else value
    return value if isinstance(value, int) else None


def _batch(value: Any) -> int:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return _DEFAULT_BATCH
    if number != number:
        return _DEFAULT_BATCH
    return int(min(max(number, 1), _DEFAULT_BATCH))


def write_loop(loop: Loop, nodes: list[str]) -> tuple[Facts, Facts]:
    """A loop as its block's data and as an entry of the document's map."""
    kind = next(foreign for foreign, ours in LOOP_TYPES.items() if ours == loop.loop_type)
    conditions = {
        "whileCondition": loop.condition if loop.loop_type == "while" else "",
        "doWhileCondition": loop.condition if loop.loop_type == "do_while" else "",
    }
    collection = {} if loop.collection is None else {"collection": loop.collection}
    count = _DEFAULT_COUNT if loop.iterations is None else loop.iterations
    data = {"loopType": kind, "count": count, **collection, **conditions}
    entry = {"id": loop.id, "nodes": nodes, "iterations": count, "loopType": kind, "enabled": True}
    return data, {**entry, "forEachItems": loop.collection or "", **conditions}


def write_parallel(parallel: Parallel, nodes: list[str]) -> tuple[Facts, Facts]:
    """A parallel as its block's data and as an entry of the document's map."""
    collection = {} if parallel.collection is None else {"collection": parallel.collection}
    said: Facts = {"parallelType": parallel.parallel_type, "batchSize": parallel.batch_size}
    if parallel.count is not None:
        said["count"] = parallel.count
    spread = {} if parallel.collection is None else {"distribution": parallel.collection}
    entry = {"id": parallel.id, "nodes": nodes, **spread, "enabled": True}
    return {**said, **collection}, {**entry, **said}
