"""Whether two values are the same JSON: Python takes `true` and `1` for equal, a document does not."""

from typing import Any, cast

from msgspec import Struct


def same(one: Any, other: Any) -> bool:
    """Whether two values, or facts of a document, are the same; `1` and `1.0` are one number."""
    if one is other:
        return True
    return bool(one == other) and _alike(one, other)


def _alike(one: Any, other: Any) -> bool:
    """Whether what is equal has the same truth values in the same places."""
    if isinstance(one, bool) or isinstance(other, bool):
        return isinstance(one, bool) and isinstance(other, bool)
    if isinstance(one, Struct):
        return all(_alike(getattr(one, name), getattr(other, name)) for name in one.__struct_fields__)
    if isinstance(one, dict):
        return all(_alike(inner, other[key]) for key, inner in cast("dict[str, Any]", one).items())
    if isinstance(one, list | tuple):
        return all(map(_alike, cast("list[Any]", one), cast("list[Any]", other)))
    return True
