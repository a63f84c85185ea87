"""The one door for documents from files: ours, or a workflow of the reference product in any shape it writes."""

from collections.abc import Callable
from typing import Any, Literal, TypeAlias, cast

from msgspec import Struct

from sim_core.document.copies import with_fresh_ids
from sim_core.document.foreign_containers import DERIVED, read_subflow
from sim_core.document.foreign_edges import read_edges
from sim_core.document.foreign_shapes import Facts, Raw, RawBlock, facts, is_foreign, read_raw
from sim_core.document.foreign_values import read_values
from sim_core.document.foreign_write import write_foreign
from sim_core.document.graph import container_kind
from sim_core.document.limits import MAX_COORDINATE
from sim_core.document.repair import mend_edges, mend_names, mend_parents, mend_variables, warn
from sim_core.document.text import decode, is_ours, read_ours
from sim_core.document.workflow import Block, Position, Retry, Subflow, Variable, VariableType, Workflow
from sim_core.errors import Invalid, Problem
from sim_core.spec.blocks import BlockType

__all__ = ["Find", "Imported", "is_foreign", "open_document", "read_foreign", "write_foreign"]

Find: TypeAlias = Callable[[str], BlockType | None]
Form: TypeAlias = Literal["sim", "state", "serialized"]

_KNOWN_FACTS = frozenset((
    "position", "enabled", "locked", "advancedMode", "triggerMode", "errorEnabled", "retry",
))  # fmt: skip
_VARIABLE_TYPES = ("string", "number", "boolean", "object", "array", "plain")


class Imported(Struct, frozen=True, kw_only=True):
    """A document that came from a file, and what is to be said about it."""

    workflow: Workflow
    problems: tuple[Problem, ...] = ()
    """Warnings: what was mended, left out, or is of a type that is not installed."""
    unknown_types: tuple[str, ...] = ()
    form: Form = "sim"


def open_document(data: bytes | str, name: str, find: Find) -> Imported:
    """The document in a file, whatever form it has; raises `Invalid` with places and words.

    `find` knows block types by the names that imports use, too.
    """
    decoded = decode(data, "yaml" if name.lower().endswith((".yaml", ".yml")) else None)
    if is_ours(decoded.value):
        return Imported(workflow=read_ours(decoded))
    if is_foreign(decoded.value):
        return read_foreign(decoded.value, find)
    words = "this is no workflow: it needs `sim: 1` and `workflow`, or to be an export of Sim Studio"
    raise Invalid(words, code="bad_document", problems=[Problem(code="bad_document", message=words)])


def read_foreign(data: Any, find: Find, *, fresh_ids: bool = False) -> Imported:
    """A workflow of the reference product as a document of ours; raises `Invalid` when it cannot be read at all.

    Nothing is lost: what has no place here goes to `Block.extra` and out again with an export.
    """
    raw = read_raw(data)
    problems: list[Problem] = []
    types = {type: find(type) for type in dict.fromkeys(block.type for block in raw.blocks)}
    parents = _parents(raw)
    blocks = {one.id: _block(one, types[one.type], raw.form, parents.get(one.id)) for one in raw.blocks}
    blocks = mend_parents(mend_names(blocks, problems), problems)
    edges = mend_edges(blocks, read_edges(raw, blocks), problems)
    workflow = Workflow(
        name=_text(raw.metadata.get("name")),
        description=_text(raw.metadata.get("description")),
        blocks=blocks,
        edges=edges,
        subflows=_subflows(raw),
        variables=mend_variables([_variable(one) for one in raw.variables], problems),
    )
    unknown = tuple(type for type, known in types.items() if known is None and container_kind(type) is None)
    problems.extend(_unknown(block) for block in blocks.values() if block.type in unknown)
    return Imported(
        workflow=with_fresh_ids(workflow) if fresh_ids else workflow,
        problems=tuple(problems),
        unknown_types=unknown,
        form="serialized" if raw.form == "serialized" else "state",
    )


def _unknown(block: Block) -> Problem:
    words = f"{block.name!r} is of type {block.type!r}, which is not installed; it is kept as it came"
    return warn("unknown_type", words, f"/blocks/{block.id}/type", block)


def _parents(raw: Raw) -> dict[str, str]:
    """Which container a block lies in: as blocks say, and in the executor's form as the containers say."""
    said = {one.id: _text(one.data.get("parentId")) for one in raw.blocks}
    found = {id: parent for id, parent in said.items() if parent}
    if raw.form == "serialized" or not found:
        for id, entry in {**raw.loops, **raw.parallels}.items():
            for node in cast("list[Any]", facts(entry).get("nodes") or []):
                if isinstance(node, str):
                    found.setdefault(node, id)
    return found


def _subflows(raw: Raw) -> dict[str, Subflow]:
    found = {one.id: read_subflow(raw, one) for one in raw.blocks if container_kind(one.type)}
    return {id: subflow for id, subflow in found.items() if subflow is not None}


def _block(one: RawBlock, type: BlockType | None, form: str, parent: str | None) -> Block:
    values, extra = read_values(one.values, one.type, type)
    kept = {key: value for key, value in one.facts.items() if key not in _KNOWN_FACTS and value not in (None, {}, [])}
    rest = {key: value for key, value in one.data.items() if key not in DERIVED and value not in (None, {}, [])}
    if container_kind(one.type):
        rest |= _other_condition(one.data)
    if rest:
        kept["data"] = rest
    retry, kept_retry = _retry(one.facts.get("retry"))
    modes = {key: mode for key, mode in facts(one.data.get("canonicalModes")).items() if isinstance(mode, str)}
    starts = type is not None and type.category == "trigger"
    return Block(
        id=one.id,
        type=one.type if type is None else _stored(type),
        name=one.name or one.type,
        position=_position(one.facts.get("position")),
        values=values,
        enabled=one.facts.get("enabled") is not False,
        locked=one.facts.get("locked") is True,
        advanced=one.facts.get("advancedMode") is True,
        trigger=one.facts.get("triggerMode") is True and not starts,
        error_port=one.facts.get("errorEnabled") is True,
        retry=retry,
        parent=parent,
        size=_size(one.data),
        modes=modes,
        extra={**kept, **kept_retry, **extra, **_origin(one, type)},
    )


def _stored(type: BlockType) -> str:
    return type.id if type.version == 1 else f"{type.id}@{type.version}"


def _origin(one: RawBlock, type: BlockType | None) -> Facts:
    """The name that the import had for the type, when ours is another."""
    return {"type": one.type} if type is not None and type.id != one.type else {}


def _other_condition(data: Facts) -> Facts:
    """The condition of the kind of loop that this one is not now."""
    unused = {"whileCondition": "while", "doWhileCondition": "doWhile"}
    return {key: data[key] for key, kind in unused.items() if data.get(key) and data.get("loopType") != kind}


def _retry(given: Any) -> tuple[Retry | None, Facts]:
    retry = facts(given)
    if not retry:
        return None, {}
    tries = _bounded(retry.get("maxTries"), 2, 5, 3)
    wait = _bounded(retry.get("waitBetweenTriesMs"), 0, 5000, 1000)
    if retry.get("enabled") is not True:
        return None, {"retry": retry}
    return Retry(tries, wait), {}


def _bounded(value: Any, least: int, most: int, default: int) -> int:
    if value is None or value == "" or isinstance(value, bool):
        return default
    try:
        number = float(value)
    except (TypeError, ValueError):
        return default
    return default if number != number else int(min(max(number, least), most))


def _position(given: Any) -> Position:
    place = facts(given)
    return Position(_coordinate(place.get("x")), _coordinate(place.get("y")))


def _coordinate(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= MAX_COORDINATE:
        return 0.0
    return float(value)


def _size(data: Facts) -> tuple[float, float] | None:
    width, height = data.get("width"), data.get("height")
    if isinstance(width, int | float) and isinstance(height, int | float):
        return (float(width), float(height))
    return None


def _variable(one: Facts) -> Variable:
    type = one.get("type")
    kind: VariableType = type if type in _VARIABLE_TYPES else "plain"
    name = _text(one.get("name"))
    return Variable(id=_text(one.get("id")).strip() or name, name=name, type=kind, value=one.get("value"))


def _text(thing: Any) -> str:
    return thing if isinstance(thing, str) else ""
