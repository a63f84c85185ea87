"""JSON Schema of structs: whole, in our own words, without references that a reader has to follow."""

import re
from typing import Any, cast

import msgspec
from msgspec import Struct

from sim_core.spec.fields import OnlyUser
from sim_core.spec.kinds import is_struct, item_type, json_type, peel, plain

_PREFIX = "#/$defs/"


def schema(kind: Any, *, for_model: bool = False) -> dict[str, Any]:
    """The JSON Schema of a type; a type that holds itself keeps its place under `$defs`.

    `for_model` leaves out what only a person fills in.
    """
    (root,), parts = msgspec.json.schema_components([kind], ref_template=_PREFIX + "{name}")
    if for_model:
        _hide(kind, parts)
    kept: dict[str, Any] = {}
    whole = _inline(root, parts, (), kept)
    return {**whole, "$defs": kept} if kept else whole


def _inline(node: Any, parts: dict[str, Any], above: tuple[str, ...], kept: dict[str, Any]) -> Any:
    if isinstance(node, list | tuple):
        return [_inline(item, parts, above, kept) for item in cast("list[Any]", node)]
    if not isinstance(node, dict):
        return node
    given = cast("dict[str, Any]", node)
    name = str(given.get("$ref", "")).removeprefix(_PREFIX)
    if not name:
        return {key: _value(key, value, parts, above, kept) for key, value in given.items()}
    if name in above:
        kept.setdefault(name, {})
        return {"$ref": _PREFIX + name}
    whole = _inline(parts[name], parts, (*above, name), kept)
    whole.pop("title", None)
    if name in kept:
        kept[name] = whole
    return {**whole, **{key: value for key, value in given.items() if key != "$ref"}}


def _value(key: str, value: Any, parts: dict[str, Any], above: tuple[str, ...], kept: dict[str, Any]) -> Any:
    # A default is data: it may look like a schema and is none.
    if key in ("default", "const", "enum", "examples"):
        return plain(value)
    if key == "properties":
        return {name: _inline(part, parts, above, kept) for name, part in value.items()}
    return _inline(value, parts, above, kept)


def _hide(kind: Any, parts: dict[str, Any], seen: tuple[Any, ...] = ()) -> None:
    """Take the fields that only a person fills in out of every struct below a type."""
    for struct in _structs(kind):
        if struct in seen:
            continue
        described = parts.get(struct.__name__) or parts.get(_long_name(struct), {})
        for info in msgspec.structs.fields(struct):
            if any(isinstance(mark, OnlyUser) for mark in peel(info.type).marks):
                described.get("properties", {}).pop(info.encode_name, None)
                if info.encode_name in described.get("required", ()):
                    described["required"] = [n for n in described["required"] if n != info.encode_name]
            _hide(info.type, parts, (*seen, struct))


def _structs(kind: Any) -> list[type[Struct]]:
    found: list[type[Struct]] = []
    for part in peel(kind).types:
        if is_struct(part):
            found.append(part)
        elif json_type(part) == "array":
            found.extend(_structs(item_type(part)))
    return found


def _long_name(struct: type[Struct]) -> str:
    # What msgspec calls a struct when two have the same short name.
    return re.sub(r"[^a-zA-Z0-9.\-_]", "_", f"{struct.__module__}.{struct.__qualname__}")
