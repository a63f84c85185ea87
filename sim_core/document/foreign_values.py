"""What the fields of imported blocks hold: ours where it fits, the rest kept for the way back."""

from typing import Any, cast

from msgspec import UNSET

from sim_core.document.fitting import Rest, camel, fields_of, fit, unfit
from sim_core.document.foreign_shapes import Facts
from sim_core.document.graph import container_kind
from sim_core.document.limits import MAX_NAME
from sim_core.document.workflow import Block
from sim_core.spec.blocks import BlockType
from sim_core.spec.tools import snake


def read_values(given: Facts, foreign_type: str, type: BlockType | None) -> tuple[Facts, Facts]:
    """The values that fit fields, and what is left for `Block.extra`.

    There `values` holds fields that we do not have, `rows` parts of rows that we do not have, and `adopted` what the
    block type rewrote, as it was.
    """
    given = {name: value for name, value in given.items() if value is not None}
    odd = {name: given.pop(name) for name in [*given] if not 0 < len(name) <= MAX_NAME}
    if type is None:
        return given, {"values": odd} if odd else {}
    if container_kind(foreign_type):
        return {}, {"values": {**given, **odd}} if given or odd else {}
    named, left = _renamed(given, type)
    left |= odd
    values, rest, idle = _fitted({field: given[name] for field, name in named.items()}, type)
    kinds = _kinds(type, given)
    left |= {name: given[name] for field, name in named.items() if field not in kinds or field in idle}
    adopted = _adopted(given, named, type)
    for field, value in type.defaults.items():
        if field in kinds:
            values.setdefault(field, value)
    kept = {"values": left, "rows": rest, "adopted": adopted}
    return values, {name: facts for name, facts in kept.items() if facts}


def _renamed(given: Facts, type: BlockType) -> tuple[dict[str, str], Facts]:
    """Our names for theirs, and what has no name here or whose name is taken."""
    named: dict[str, str] = {}
    left: Facts = {}
    for name, value in given.items():
        field = type.renames.get(name, snake(name))
        if field and field not in named:
            named[field] = name
        else:
            left[name] = value
    return named, left


def _kinds(type: BlockType, values: Facts) -> dict[str, Any]:
    return fields_of(type.input) | fields_of(type.input_for(values))


def _fitted(renamed: Facts, type: BlockType) -> tuple[Facts, Rest, set[str]]:
    """The values that fit, what fitted nowhere in them, and the fields whose values say nothing."""
    adopted = type.adopt(dict(renamed)) if type.adopt else renamed
    kinds = _kinds(type, adopted)
    rest = Rest()
    fitted = {field: fit(value, kinds[field], f"/{field}", rest) for field, value in adopted.items() if field in kinds}
    idle = {field for field, value in fitted.items() if value is UNSET}
    return {field: value for field, value in fitted.items() if field not in idle}, rest, idle


def _adopted(given: Facts, named: dict[str, str], type: BlockType) -> Facts:
    """What the block type rewrote, under its own names; what it took away stays away, as it may be a typed-in key."""
    if type.adopt is None:
        return {}
    renamed = {field: given[name] for field, name in named.items()}
    made = type.adopt(dict(renamed))
    return {named[field]: value for field, value in renamed.items() if field in made and made[field] != value}


def write_values(block: Block, type: BlockType | None) -> Facts:
    """The values under their foreign names, with what the import left over."""
    left = cast("Facts", block.extra.get("values", {}))
    if type is None or container_kind(block.type):
        return {**block.values, **left}
    kinds = _kinds(type, block.values)
    names = {ours: theirs for theirs, ours in type.renames.items() if ours}
    before, done = _as_it_was(block, type)
    written: Facts = {}
    for field, value in block.values.items():
        if field not in done:
            name = names.get(field, camel(field) if field in kinds else field)
            written[name] = unfit(value, kinds.get(field, Any))
    foreign = {field: names.get(field, camel(field)) for field in block.values}
    for at, value in cast("Facts", block.extra.get("rows", {})).items():
        field, _, inside = at[1:].partition("/")
        if field not in done:
            _put(written, (foreign.get(field, field), *inside.split("/")), value)
    return {**written, **before, **left}


def _as_it_was(block: Block, type: BlockType) -> tuple[Facts, set[str]]:
    """What the block type rewrote, as it was, when nobody has changed it since; and the fields that this says."""
    before = cast("Facts", block.extra.get("adopted", {}))
    if not before or type.adopt is None:
        return {}, set()
    named, _ = _renamed(before, type)
    made, _, _ = _fitted({field: before[name] for field, name in named.items()}, type)
    unchanged = all(block.values.get(field) == value for field, value in made.items())
    return (before, set(made)) if unchanged else ({}, set())


def _put(values: Facts, keys: tuple[str, ...], value: Any) -> None:
    """Write back what fitted no field of a row, where the row still stands."""
    path = [key.replace("~1", "/").replace("~0", "~") for key in keys]
    place: Any = values
    for key in path[:-1]:
        if isinstance(place, dict) and key in place:
            place = cast("Facts", place)[key]
        elif isinstance(place, list) and key.isdecimal() and int(key) < len(cast("list[Any]", place)):
            place = cast("list[Any]", place)[int(key)]
        else:
            return
    if isinstance(place, dict):
        place[path[-1]] = value
