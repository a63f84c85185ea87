"""Names between our snake_case and a vendor's camelCase, guided by the declared types so that data keeps its own."""

import types
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Annotated, Any, Literal, TypeAlias, TypeGuard, Union, cast, get_args, get_origin, get_type_hints

import msgspec
from msgspec import NODEFAULT, Struct

Spelling: TypeAlias = Literal["same", "camel"]


def spelled(name: str, spelling: Spelling) -> str:
    """A field's name as the vendor writes it."""
    if spelling == "same":
        return name
    first, *rest = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)


def to_wire(value: Any, spelling: Spelling) -> Any:
    """A declared value as plain data under the vendor's names; fields left at their default are left out."""
    if spelling == "same":
        return msgspec.to_builtins(value, builtin_types=(bytes,))
    if isinstance(value, Struct):
        kept = {f.name: getattr(value, f.name) for f in msgspec.structs.fields(value) if not _is_default(value, f)}
        return {spelled(name, spelling): to_wire(one, spelling) for name, one in kept.items()}
    if isinstance(value, list | tuple):
        return [to_wire(one, spelling) for one in cast("Sequence[Any]", value)]
    if isinstance(value, Mapping):
        return {str(key): to_wire(one, spelling) for key, one in cast("Mapping[Any, Any]", value).items()}
    return msgspec.to_builtins(value, builtin_types=(bytes,))


def from_wire(kind: Any, raw: Any) -> Any:
    """A vendor's camelCase answer under our names, where the type names fields; what it does not name stays."""
    kind = _peel(kind)
    if get_origin(kind) in (Union, types.UnionType):
        kind = _fitting(kind, raw)
    if isinstance(raw, dict):
        return _from_object(kind, cast("dict[str, Any]", raw))
    if isinstance(raw, list):
        item = get_args(kind)[0] if get_origin(kind) in (list, tuple, Sequence) else Any
        return [from_wire(item, one) for one in cast("list[Any]", raw)]
    return raw


def _from_object(kind: Any, raw: dict[str, Any]) -> dict[str, Any]:
    if _is_struct(kind):
        return {ours: from_wire(hint, raw[theirs]) for ours, theirs, hint in _fields(kind) if theirs in raw}
    if get_origin(kind) is dict:
        return {key: from_wire(get_args(kind)[1], value) for key, value in raw.items()}
    return raw


def _is_struct(kind: Any) -> TypeGuard[type[Struct]]:
    return isinstance(kind, type) and issubclass(kind, Struct)


def _is_default(value: Struct, field: msgspec.structs.FieldInfo) -> bool:
    if field.default is not NODEFAULT:
        return getattr(value, field.name) == field.default
    return field.default_factory is not NODEFAULT and getattr(value, field.name) == field.default_factory()


@cache
def _fields(kind: type[Struct]) -> tuple[tuple[str, str, Any], ...]:
    hints = get_type_hints(kind)
    return tuple((f.name, spelled(f.name, "camel"), hints[f.name]) for f in msgspec.structs.fields(kind))


def _peel(kind: Any) -> Any:
    while get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    return kind


def _fitting(kind: Any, raw: Any) -> Any:
    """The part of a union that an answer can be."""
    for part in map(_peel, get_args(kind)):
        if isinstance(raw, dict) and (_is_struct(part) or get_origin(part) is dict):
            return part
        if isinstance(raw, list) and get_origin(part) in (list, tuple, Sequence):
            return part
    return Any
