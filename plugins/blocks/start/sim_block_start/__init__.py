"""Start: where a workflow begins, and what it takes."""

import json
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, cast

from sim_core.plugin import (
    Assisted,
    BlockType,
    Doc,
    Input,
    InputField,
    Invalid,
    Problem,
    Step,
    Widget,
    block,
    hookimpl,
    number,
)

RESERVED = ("error", "selected_option", "selected_route", "selectedOption", "selectedRoute", "_pauseMetadata")


class Start(Input):
    """What a workflow takes."""

    input_format: Annotated[
        tuple[InputField, ...] | None, Doc("The values that the workflow takes."), Widget("input_schema"), Assisted()
    ] = ()


@block(
    title="Start",
    category="trigger",
    color="#2563eb",
    icon="play",
    retryable=False,
    aliases=("start_trigger", "starter", "input_trigger", "api_trigger", "chat_trigger", "manual_trigger"),
)
async def start(inputs: Start, step: Step) -> dict[str, Any]:
    """Begin a workflow and hand on what it was given."""
    fields = [field for field in inputs.input_format or () if field.name.strip()]
    given = _given(step.input)
    nested = given.get("input")
    _refuse_reserved(fields, given)
    output: dict[str, Any] = {}
    missing: list[Problem] = []
    for field in fields:
        value = _pick(field.name, given, nested)
        if value is None:
            value = field.value
        if field.required and value in (None, ""):
            missing.append(_lacks(field))
            continue
        if value is not None:
            output[field.name] = coerce(value, field.type)
    if missing:
        raise Invalid("; ".join(problem.message for problem in missing), problems=missing)
    declared = {field.name for field in fields}
    for name, value in given.items():
        if name not in declared and not (name == "input" and value == ""):
            output[name] = value
    return output


def coerce(value: Any, kind: str) -> Any:
    """The value in the declared kind where it can be read as one, else as it came."""
    match kind:
        case "number" if isinstance(value, str):
            return number(value)
        case "boolean" if not isinstance(value, bool):
            return value in (1, "1") or (isinstance(value, str) and value.lower() == "true")
        case "object" | "array" | "file" | "file[]" | "files" if isinstance(value, str):
            try:
                return json.loads(value)
            except ValueError:
                return [] if value == "" and kind != "object" else value
        case _:
            return value


def _given(value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    if isinstance(value, Mapping):
        return dict(cast("Mapping[str, Any]", value))
    return {"input": value}


def _pick(name: str, given: Mapping[str, Any], nested: Any) -> Any:
    if isinstance(nested, Mapping) and name in nested:
        return cast("Mapping[str, Any]", nested)[name]
    return given.get(name)


def _refuse_reserved(fields: Iterable[InputField], given: Mapping[str, Any]) -> None:
    taken = sorted({*(field.name for field in fields), *given} & set(RESERVED))
    if taken:
        raise Invalid(f"the input uses the reserved name {taken[0]!r}; call it something else", code="reserved_name")


def _lacks(field: InputField) -> Problem:
    return Problem(
        code="required",
        message=f"the input {field.name!r} is required",
        pointer=f"/input/{field.name}",
        field=field.name,
        expected=field.type,
    )


@hookimpl
def register_blocks() -> Iterable[BlockType]:
    """Start."""
    return [start]
