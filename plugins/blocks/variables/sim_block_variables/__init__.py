"""Variables: set workflow variables."""

import json
import math
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from sim_core.plugin import Assign, BlockType, Doc, Input, Invalid, Step, Widget, block, hookimpl


class Assignment(Input):
    """One variable and its new value."""

    id: Annotated[str, Doc("Id of the row.")] = ""
    variable_id: Annotated[str | None, Doc("Id of the variable.")] = None
    variable_name: Annotated[str, Doc("Name of the variable.")] = ""
    type: Annotated[Literal["string", "number", "boolean", "object", "array", "plain"], Doc("Kind of value.")] = (
        "string"
    )
    value: Annotated[Any, Doc("The new value.")] = None
    is_existing: Annotated[bool, Doc("Whether the variable was there when the row was made.")] = False


class Variables(Input):
    """The assignments; all are worked out before any is made."""

    variables: Annotated[
        tuple[Assignment, ...] | None, Doc("Which variables get which values."), Widget("variables")
    ] = ()


@block(title="Variables", color="#0d9488", icon="variable", output=dict[str, Any])
async def variables(inputs: Variables, step: Step) -> Assign:
    """Set workflow variables, all at once."""
    named = [row for row in inputs.variables or () if row.variable_name]
    values = {row.variable_name: typed(row.value, row.type, row.variable_name) for row in named}
    ids = {row.variable_name: row.variable_id for row in named if row.variable_id}
    return Assign(values, value=values, ids=ids)


def typed(value: Any, kind: str, name: str) -> Any:
    """The value as that kind; raises `Invalid` that names the variable."""
    match kind:
        case "number":
            return _number(value, name)
        case "boolean":
            return _boolean(value, name)
        case "object" | "array":
            return _parsed(value, kind, name)
        case "string":
            return value if isinstance(value, str) else "" if value is None else json.dumps(value)
        case _:
            return value


def _number(value: Any, name: str) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    text = str(value if value is not None else "").strip()
    try:
        found = float(text or 0)
    except ValueError:
        found = math.nan
    if math.isnan(found):
        raise _wrong("number", name, value, "a valid number")
    return int(found) if found.is_integer() else found


def _boolean(value: Any, name: str) -> bool:
    text = str(value).lower()
    if text not in ("true", "false"):
        raise _wrong("boolean", name, value, "true or false")
    return text == "true"


def _parsed(value: Any, kind: str, name: str) -> Any:
    if isinstance(value, str):
        try:
            value = json.loads(value) if value.strip() else ({} if kind == "object" else [])
        except ValueError as error:
            raise _wrong(kind, name, value, f"a valid JSON {kind}") from error
    wanted = dict if kind == "object" else list
    if not isinstance(value, wanted):
        raise _wrong(kind, name, value, f"a valid JSON {kind}")
    return value  # pyright: ignore[reportUnknownVariableType] - JSON is anything


def _wrong(kind: str, name: str, value: Any, expected: str) -> Invalid:
    said = value if isinstance(value, str) else json.dumps(value, default=str)
    return Invalid(
        f'Variables block execution failed: Invalid {kind} value for variable "{name}": "{said}". Expected {expected}.',
        code="variable_type",
    )


@hookimpl
def register_blocks() -> Iterable[BlockType]:
    """Variables."""
    return [variables]
