"""Rows that forms of several blocks share, and how what people type into them is read."""

import json
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeAlias, cast

from sim_core.errors import Invalid
from sim_core.spec.fields import Doc, Input

_SECRET_NAME = re.compile(r"\{\{\s*([\w.-]+)\s*\}\}|([A-Z][A-Z0-9_]*)")

ValueType: TypeAlias = Literal["string", "number", "boolean", "object", "array", "file", "file[]", "files"]


class InputField(Input):
    """One value that somebody is asked for."""

    id: Annotated[str, Doc("Id of the row.")] = ""
    name: Annotated[str, Doc("What later blocks call it.")] = ""
    label: Annotated[str | None, Doc("What a form calls it.")] = None
    type: Annotated[ValueType, Doc("Kind of value.")] = "string"
    value: Annotated[Any, Doc("What it is when nothing is given.")] = None
    description: Annotated[str | None, Doc("What it means, for people and for models.")] = None
    required: Annotated[bool, Doc("Whether going on without it is refused.")] = False
    collapsed: Annotated[bool, Doc("Whether the canvas folds the row.")] = False


class ValueRow(Input):
    """One named value; an object's value is a list of such rows."""

    id: Annotated[str, Doc("Id of the row.")] = ""
    name: Annotated[str, Doc("What the value is called.")] = ""
    type: Annotated[ValueType, Doc("Kind of value.")] = "string"
    value: Annotated[Any, Doc("The value, or the rows of an object.")] = None
    collapsed: Annotated[bool, Doc("Whether the canvas folds the row.")] = False


def from_json(value: Any) -> Any:
    """What a text holds when it is JSON; anything else as it came."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def number(value: Any) -> Any:
    """A whole or broken number where a text is one; anything else as it came."""
    if not isinstance(value, str):
        return value
    try:
        found = float(value)
    except ValueError:
        return value
    if found.is_integer() and not {".", "e", "E"} & set(value):
        return int(value.strip())
    return found


def secret_name(text: str) -> str:
    """The name of a secret, as it is or as `{{NAME}}`; empty for what cannot be a name, such as a key itself."""
    found = _SECRET_NAME.fullmatch(text.strip())
    return (found[1] or found[2]) if found else ""


def http_status(value: Any) -> int:
    """An HTTP status; 200 for what is none."""
    try:
        status = int(value)
    except (TypeError, ValueError):
        return 200
    return status if 100 <= status <= 599 else 200


def pairs(table: Any) -> dict[str, str]:
    """A table's rows, or an object, as names and values; rows without a name are left out."""
    table = from_json(table)
    if not table:
        return {}
    if isinstance(table, Mapping):
        return {str(name): _text(value) for name, value in cast("Mapping[str, Any]", table).items()}
    if not isinstance(table, list | tuple):
        raise Invalid(f"{table!r} is neither rows nor an object", code="bad_table")
    found: dict[str, str] = {}
    for row in cast("list[dict[str, Any]]", table):
        cells = {name.lower(): value for name, value in cast("dict[str, Any]", row.get("cells", row)).items()}
        if cells.get("key"):
            found[str(cells["key"])] = _text(cells.get("value"))
    return found


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else json.dumps(value)
