"""The shapes in which the reference product writes a workflow, all read into one."""

from collections.abc import Mapping
from typing import Any, TypeAlias, cast

from msgspec import Struct

from sim_core.document import checks
from sim_core.errors import Invalid, Problem

Facts: TypeAlias = dict[str, Any]


_SAID_ELSEWHERE = ("id", "config", "metadata", "canonicalModes", "inputs")
"""Facts of the executor's form that the values, the type or its declaration say."""


class RawBlock(Struct, kw_only=True):
    """A block as it stands in a foreign document, its values laid flat."""

    id: str
    type: str
    name: str
    facts: Facts
    values: Facts
    data: Facts
    pointer: str


class Raw(Struct, kw_only=True):
    """A foreign document: its parts, wherever they stood."""

    form: str
    """`state` is what the editor saves, `serialized` is what the executor is given."""
    blocks: list[RawBlock]
    edges: list[Facts]
    loops: Facts
    parallels: Facts
    variables: list[Facts]
    metadata: Facts


def is_foreign(thing: Any) -> bool:
    """Whether decoded JSON looks like a workflow of the reference product."""
    return _state(thing) is not None


def read_raw(thing: Any) -> Raw:
    """The parts of a foreign document; raises `Invalid` that names each part that cannot be read."""
    found = _state(thing)
    if found is None:
        raise Invalid("this is no workflow: it has neither `blocks` nor `state`", code="bad_document")
    state, at, above = found
    problems: list[Problem] = []
    serialized = isinstance(state.get("blocks"), list)
    blocks = _blocks(state.get("blocks"), f"{at}/blocks", problems)
    edges = _edges(state.get("connections" if "connections" in state else "edges"), at, problems)
    if problems:
        raise Invalid(f"this workflow cannot be read: {problems[0].message}", code="bad_document", problems=problems)
    return Raw(
        form="serialized" if serialized else "state",
        blocks=blocks,
        edges=edges,
        loops=facts(state.get("loops")),
        parallels=facts(state.get("parallels")),
        variables=_variables(state.get("variables", above.get("variables"))),
        metadata={**facts(above.get("workflow")), **facts(above.get("metadata")), **facts(state.get("metadata"))},
    )


def facts(thing: Any) -> Facts:
    """An object, or an empty one for anything else."""
    return cast("Facts", thing) if isinstance(thing, dict) else {}


def _state(thing: Any, at: str = "", depth: int = 0) -> tuple[Facts, str, Facts] | None:
    """The object that holds `blocks`, where it stands, and the object around it."""
    outer = facts(thing)
    if isinstance(outer.get("blocks"), dict | list) and "sim" not in outer:
        return outer, at, outer
    for key in ("state", "data", "workflow"):
        inner = outer.get(key)
        if isinstance(inner, dict) and depth < 3 and "sim" not in outer:
            found = _state(inner, f"{at}/{key}", depth + 1)
            if found is not None:
                return found[0], found[1], {**found[2], **{k: v for k, v in outer.items() if k != key}}
    return None


def _blocks(given: Any, at: str, problems: list[Problem]) -> list[RawBlock]:
    entries: list[tuple[str, Any]]
    if isinstance(given, dict):
        entries = list(cast("Facts", given).items())
    else:
        entries = [(str(index), one) for index, one in enumerate(cast("list[Any]", given))]
    found: list[RawBlock] = []
    for key, one in entries:
        here = f"{at}/{key}"
        if not isinstance(one, dict):
            problems.append(Problem(code="bad_block", message="a block is no object", pointer=here))
            continue
        block = _block(cast("Facts", one), key, here)
        for what, id in (("id", block.id), ("type", block.type)):
            if trouble := checks.id_trouble(id):
                words = f"a block has no {what}" if not id else trouble[1]
                problems.append(Problem(code="bad_block", message=words, pointer=here))
        found.append(block)
    return found


def _block(one: Facts, key: str, at: str) -> RawBlock:
    if isinstance(one.get("config"), dict):
        return _serialized_block(one, at)
    values = {name: _sub_value(sub) for name, sub in facts(one.get("subBlocks")).items()}
    rest = {name: value for name, value in one.items() if name not in ("id", "type", "name", "subBlocks", "data")}
    return RawBlock(
        id=_text(one.get("id")) or ("" if key.isdigit() else key),
        type=_text(one.get("type")),
        name=_text(one.get("name")),
        facts=rest,
        values=values,
        data=dict(facts(one.get("data"))),
        pointer=at,
    )


def _serialized_block(one: Facts, at: str) -> RawBlock:
    config, metadata = facts(one.get("config")), facts(one.get("metadata"))
    params = dict(facts(config.get("params")))
    type = _text(metadata.get("id"))
    rest = {name: value for name, value in one.items() if name not in _SAID_ELSEWHERE}
    rest["triggerMode"] = params.pop("triggerMode", None)
    if tool := config.get("tool"):
        rest["tool"] = tool
    is_container = type in ("loop", "parallel")
    data = params if is_container else {}
    if modes := one.get("canonicalModes"):
        data = {**data, "canonicalModes": modes}
    return RawBlock(
        id=_text(one.get("id")), type=type, name=_text(metadata.get("name")) or type, facts=rest,
        values={} if is_container else params, data=data, pointer=at,
    )  # fmt: skip


def _sub_value(sub: Any) -> Any:
    return cast("Facts", sub).get("value") if isinstance(sub, dict) else sub


def _edges(given: Any, at: str, problems: list[Problem]) -> list[Facts]:
    if given is None:
        return []
    here = f"{at}/edges"
    if not isinstance(given, list):
        problems.append(Problem(code="bad_edges", message="`edges` is no list", pointer=here))
        return []
    found: list[Facts] = []
    for index, edge in enumerate(cast("list[Any]", given)):
        one = facts(edge)
        if isinstance(one.get("source"), str) and isinstance(one.get("target"), str):
            found.append(one)
        else:
            words = "an edge needs a source and a target"
            problems.append(Problem(code="bad_edge", message=words, pointer=f"{here}/{index}"))
    return found


def _variables(given: Any) -> list[Facts]:
    if isinstance(given, Mapping):
        entries = cast("Mapping[str, Any]", given).items()
        return [{"id": id, **facts(one)} for id, one in entries if isinstance(one, dict)]
    return [facts(one) for one in cast("list[Any]", given)] if isinstance(given, list) else []


def _text(thing: Any) -> str:
    return thing if isinstance(thing, str) else ""
