"""Workflow variables: what they hold at the start, and how a new value becomes one of their type."""

import math
from typing import Any, cast

import msgspec

from sim_core.document.workflow import Variable
from sim_core.errors import Invalid


def initial(variable: Variable) -> Any:
    """The value a run begins with; what does not fit the type becomes the nearest empty value."""
    value = variable.value
    match variable.type:
        case "number":
            found = _number(value)
            return 0 if found is None else found
        case "boolean":
            return value if isinstance(value, bool) else str(value).lower() == "true"
        case "object":
            parsed = _json(value)
            return cast("Any", parsed) if isinstance(parsed, dict) else {}
        case "array":
            parsed = _json(value)
            if isinstance(parsed, list):
                return cast("Any", parsed)
            return [] if isinstance(value, str) or value is None else [value]
        case "string" | "plain":
            return value


def assigned(variable: Variable, value: Any) -> Any:
    """A new value in the variable's type; raises `Invalid` where it is none."""
    match variable.type:
        case "number":
            found = _number(value)
            if found is None:
                raise _wrong(variable, value, "a valid number")
            return found
        case "boolean":
            if isinstance(value, bool):
                return value
            if str(value).lower() not in ("true", "false"):
                raise _wrong(variable, value, "true or false")
            return str(value).lower() == "true"
        case "object" | "array":
            parsed = _json(value)
            if not isinstance(parsed, dict if variable.type == "object" else list):
                raise _wrong(variable, value, f"a valid JSON {variable.type}")
            return cast("Any", parsed)
        case _:
            return value


def _number(value: Any) -> float | int | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value if math.isfinite(value) else None
    if isinstance(value, bool):
        return None
    text = "" if value is None else str(value).strip()
    try:
        found = float(text or 0)
    except ValueError:
        return None
    if not math.isfinite(found):
        return None
    return int(found) if found.is_integer() and abs(found) < 1 << 53 else found


def _json(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return msgspec.json.decode(value)
    except msgspec.DecodeError:
        return None


def _wrong(variable: Variable, value: Any, expected: str) -> Invalid:
    said = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return Invalid(
        f'Invalid {variable.type} value for variable "{variable.name}": "{said}". Expected {expected}.',
        code="variable_type",
    )
