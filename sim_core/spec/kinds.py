"""What a type looks like to a person: which kind of field asks for it, and what its JSON is called."""

import datetime
import enum
import types
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Annotated, Any, Literal, TypeAlias, Union, get_args, get_origin

import msgspec
from msgspec import Meta, Struct, UnsetType

from sim_core.spec.fields import Mark

JsonType: TypeAlias = Literal["string", "integer", "number", "boolean", "object", "array", "any"]

_PLAIN: dict[Any, JsonType] = {str: "string", int: "integer", float: "number", bool: "boolean", bytes: "string"}
_TIMES = (datetime.datetime, datetime.date, datetime.time, datetime.timedelta)


class Peeled(Struct, frozen=True):
    """A type without its annotations, and those; `None` and `Unset` are taken off a union."""

    types: tuple[Any, ...]
    metas: tuple[Meta, ...] = ()
    marks: tuple[Mark, ...] = ()

    @property
    def type(self) -> Any:
        """The one type there is, or `Any` where there are several."""
        return self.types[0] if len(self.types) == 1 else Any


def peel(kind: Any) -> Peeled:
    """Take annotations, `None` and `Unset` off a type, however they are nested."""
    if get_origin(kind) is Annotated:
        inner, *extras = get_args(kind)
        below = peel(inner)
        metas = (*(extra for extra in extras if isinstance(extra, Meta)), *below.metas)
        marks = (*(extra for extra in extras if isinstance(extra, Mark)), *below.marks)
        return Peeled(below.types, metas, marks)
    if get_origin(kind) in (Union, types.UnionType):
        parts = [peel(part) for part in get_args(kind) if part not in (type(None), UnsetType)]
        return Peeled(
            tuple(dict.fromkeys(kind for part in parts for kind in part.types)),
            tuple(meta for part in parts for meta in part.metas),
            tuple(mark for part in parts for mark in part.marks),
        )
    return Peeled((kind,))


def json_type(kind: Any) -> JsonType:
    """What JSON calls a peeled type."""
    if kind in _PLAIN:
        return _PLAIN[kind]
    origin = get_origin(kind)
    if origin is Literal:
        return _common([_PLAIN.get(type(value), "any") for value in get_args(kind)])
    if is_struct(kind):
        return "array" if kind.__struct_config__.array_like else "object"
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return _common([_PLAIN.get(type(member.value), "any") for member in kind])
    if kind in _TIMES:
        return "string"
    return _container(origin or kind)


def item_type(kind: Any) -> Any:
    """What a sequence holds; `Any` where it does not say."""
    arguments = [part for part in get_args(kind) if part is not Ellipsis]
    return arguments[0] if arguments else Any


def is_struct(kind: Any) -> bool:
    """Whether a type is a struct of ours."""
    return isinstance(kind, type) and issubclass(kind, Struct)


def choices(kind: Any) -> tuple[Any, ...]:
    """The values that a `Literal` or an enumeration allows; none for any other type."""
    if get_origin(kind) is Literal:
        return get_args(kind)
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return tuple(member.value for member in kind)
    return ()


def plain(value: Any) -> Any:
    """A default as plain data; what has no plain form is left out as `None`."""
    try:
        return msgspec.json.decode(msgspec.json.encode(value))
    except TypeError:
        return None


def _container(kind: Any) -> JsonType:
    if not isinstance(kind, type):
        return "any"
    if issubclass(kind, Mapping):
        return "object"
    return "array" if issubclass(kind, Sequence | AbstractSet) else "any"


def _common(found: list[JsonType]) -> JsonType:
    return found[0] if len(set(found)) == 1 else "any"
