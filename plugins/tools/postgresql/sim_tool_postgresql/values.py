"""Values between JSON and PostgreSQL, by the types that the database itself names."""

import math
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from typing import Any, cast

from sim_core.plugin import Invalid

WHOLE = frozenset(("int2", "int4", "int8", "oid"))
TEXT = frozenset(("text", "varchar", "bpchar", "name", "char", "citext", "xml", "unknown"))


def bound(value: Any, type_name: str, place: str) -> Any:
    """A JSON value as the driver wants it for a parameter of that type; raises `Invalid` that names the parameter."""
    if value is None:
        return None
    if type_name in ("json", "jsonb"):
        return _json(value)
    if type_name.endswith("[]") and isinstance(value, list | tuple):
        return [bound(one, type_name[:-2], place) for one in cast("Sequence[Any]", value)]
    try:
        return _converted(value, type_name)
    except (ValueError, TypeError, ArithmeticError):
        raise Invalid(f"{place} is {value!r}, which is no {type_name}", code="invalid_input") from None


def plain(value: Any, type_name: str = "") -> Any:
    """A value of a row as JSON knows it: times as RFC 3339, exact numbers and identifiers as text, bytes as base64."""
    match value:
        case None | bool() | int():
            return value
        case str():
            return _parsed(value) if type_name in ("json", "jsonb") else value
        case float():
            return value if math.isfinite(value) else str(value)
        case bytes():
            return b64encode(value).decode()
        case list():
            return [plain(one, type_name.removesuffix("[]")) for one in cast("list[Any]", value)]
        case _:
            return _plain_object(value)


def _converted(value: Any, type_name: str) -> Any:
    if type_name in TEXT:
        return value if isinstance(value, str) else _json(value)
    if type_name in WHOLE:
        return _whole(value)
    if type_name in ("float4", "float8"):
        return float(value)
    if type_name == "bool":
        return value if isinstance(value, bool) else {"true": True, "false": False}[str(value).lower()]
    if type_name == "bytea":
        return b64decode(value, validate=True)
    if type_name in ("numeric", "money", "date", "time", "timetz", "timestamp", "timestamptz", "interval"):
        return _exact(value, type_name)
    return value


def _whole(value: Any) -> int:
    if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
        raise ValueError
    return int(value)


def _exact(value: Any, type_name: str) -> Any:
    from datetime import UTC, date, datetime, time, timedelta
    from decimal import Decimal

    match type_name:
        case "numeric":
            return Decimal(str(value))
        case "money":
            return str(value)
        case "date":
            return datetime.fromisoformat(value).date() if "T" in value else date.fromisoformat(value)
        case "time" | "timetz":
            return time.fromisoformat(value)
        case "timestamp":
            return datetime.fromisoformat(value).replace(tzinfo=None)
        case "timestamptz":
            moment = datetime.fromisoformat(value)
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        case _:
            return timedelta(seconds=float(value))


def _plain_object(value: Any) -> Any:
    from datetime import date, datetime, time, timedelta

    if isinstance(value, datetime | date | time):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in cast("Mapping[Any, Any]", value).items()}
    if hasattr(value, "keys"):
        return {name: plain(value[name]) for name in value.keys()}  # noqa: SIM118 - a record iterates over its values
    if hasattr(value, "lower_inc"):
        return {"lower": plain(value.lower), "upper": plain(value.upper), "empty": value.isempty}
    return str(value)


def _json(value: Any) -> str:
    import json

    return json.dumps(value, ensure_ascii=False)


def _parsed(text: str) -> Any:
    import json

    return json.loads(text)
