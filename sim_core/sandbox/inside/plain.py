"""A function's result as JSON text: plain data, and what numpy, pandas and the standard library make of it."""

import base64
import dataclasses
import datetime
import decimal
import enum
import math
import pathlib
import uuid
from collections.abc import Mapping
from json import dumps
from typing import Any, cast

DEPTH = 200


class NotPlain(TypeError):
    """The result is no JSON data."""


def text(value: Any) -> str:
    """JSON text of a value; raises `NotPlain` that names what it cannot be said for."""
    try:
        return dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_converted)
    except (ValueError, TypeError, RecursionError):
        # NaN, keys that are no text, circles: the slow way that handles or names them.
        return dumps(_plain(value, "result", 0), ensure_ascii=False, separators=(",", ":"))


def _plain(value: Any, place: str, depth: int) -> Any:
    if value is None or isinstance(value, (bool, str, int)):
        return value
    if depth > DEPTH:
        raise NotPlain(f"the result is nested deeper than {DEPTH} levels, or contains itself")
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        pairs = cast("Mapping[Any, Any]", value).items()
        return {_key(key, place): _plain(item, f"{place}[{key!r}]", depth + 1) for key, item in pairs}
    if isinstance(value, (list, tuple)):
        items = cast("list[Any]", value)
        return [_plain(item, f"{place}[{at}]", depth + 1) for at, item in enumerate(items)]
    try:
        return _plain(_converted(value), place, depth + 1)
    except NotPlain as refusal:
        raise NotPlain(str(refusal).replace("the result", place, 1)) from None


def _key(key: Any, place: str) -> str:
    match key:
        case str():
            return key
        case bool():
            return "true" if key else "false"
        case None:
            return "null"
        case int() | float():
            return repr(key)
        case _ if hasattr(key, "isoformat") or hasattr(key, "item") or isinstance(key, (enum.Enum, uuid.UUID)):
            return str(_converted(key))
        case _:
            raise NotPlain(f"{place} has the key {key!r}; keys are text")


def _converted(value: Any) -> Any:
    """One step towards plain data."""
    match value:
        case set() | frozenset():
            return list(cast("set[Any]", value))
        case enum.Enum():
            return value.value
        case datetime.datetime() | datetime.date() | datetime.time():
            return value.isoformat()
        case datetime.timedelta():
            return value.total_seconds()
        case decimal.Decimal() | uuid.UUID() | pathlib.PurePath():
            return str(value)
        case bytes() | bytearray() | memoryview():
            return base64.b64encode(bytes(cast("bytes", value))).decode()
        case Mapping():
            return dict(cast("Mapping[Any, Any]", value))
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return dataclasses.asdict(value)
        case _:
            return _foreign(value)


def _foreign(value: Any) -> Any:
    package = (type(value).__module__ or "").partition(".")[0]
    if package == "pandas":
        if hasattr(value, "columns"):
            return value.to_dict(orient="records")
        if hasattr(value, "tolist"):
            return value.tolist()
        return None if value != value else str(value)
    if package == "numpy" and hasattr(value, "tolist"):
        return value.tolist()
    if hasattr(value, "__iter__") and type(value).__module__ in ("builtins", "itertools", "collections"):
        return list(value)
    raise NotPlain(f"the result is {_named(value)}, which is not JSON data")


def _named(value: Any) -> str:
    if isinstance(value, type):
        return f"the class {value.__name__}"
    return f"a {type(value).__name__}"
