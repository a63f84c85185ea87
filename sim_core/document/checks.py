"""Whether single facts of a document are fit to be kept: ids, names, places, values."""

from typing import Any

import msgspec

from sim_core.document.letters import is_visible, normalise
from sim_core.document.limits import MAX_COORDINATE, MAX_ID, MAX_NAME, MAX_TIMEOUT_S, MAX_VALUE
from sim_core.document.references import RESERVED

Trouble = tuple[str, str]
"""A code and words."""

_encoder = msgspec.json.Encoder()


def id_trouble(id: str) -> Trouble | None:
    """What is wrong with an id."""
    if not id or len(id) > MAX_ID or not is_visible(id):
        return "invalid", f"{id[:50]!r} is no id: it has 1 to {MAX_ID} printable characters"
    return None


def name_trouble(name: str) -> Trouble | None:
    """What is wrong with the name of a block."""
    key = normalise(name)
    if not key or not is_visible(name):
        return "invalid", f"{name[:50]!r} is no name: it stands on one line, and its signs can be seen"
    if len(name) > MAX_NAME:
        return "too_large", f"a name has at most {MAX_NAME} characters"
    if key in RESERVED:
        return "name_conflict", f"{name!r} is reserved: references use it for something else"
    return None


def place_trouble(x: float, y: float) -> Trouble | None:
    """What is wrong with a position."""
    if abs(x) <= MAX_COORDINATE and abs(y) <= MAX_COORDINATE:
        return None
    return "invalid", f"({x}, {y}) is not on the canvas"


def timeout_trouble(seconds: float | None) -> Trouble | None:
    """What is wrong with the time that a block may take."""
    if seconds is None or 0 < seconds <= MAX_TIMEOUT_S:
        return None
    return "invalid", f"a block may take more than 0 and up to {MAX_TIMEOUT_S:,.0f} seconds, not {seconds:g}"


def value_trouble(value: Any) -> Trouble | None:
    """What is wrong with a value: too large, or not JSON."""
    if value is None or isinstance(value, bool | int):
        return None
    try:
        size = len(_encoder.encode(value))
    except (TypeError, ValueError, OverflowError, RecursionError, UnicodeError) as error:
        return "invalid", f"the value cannot be written as JSON: {error}"
    if size > MAX_VALUE:
        return "too_large", f"the value has {size:,} bytes; {MAX_VALUE:,} are allowed"
    return None


def values_trouble(values: dict[str, Any]) -> Trouble | None:
    """What is wrong with the values of a block."""
    bad = next((field for field in values if not field or len(field) > MAX_NAME), None)
    if bad is not None:
        return "invalid", f"{bad[:50]!r} is no field name"
    return value_trouble(values)


def convert(value: Any, kind: Any) -> Any:
    """A value as the type of a fact; raises `msgspec.ValidationError` with words for a person."""
    return msgspec.convert(value, kind)
