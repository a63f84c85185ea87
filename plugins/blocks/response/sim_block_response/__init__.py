"""Response: answer the caller and end the run."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal, cast

from sim_core.plugin import (
    Assisted,
    BlockType,
    Choice,
    Code,
    Doc,
    End,
    Input,
    ShownIf,
    Step,
    Table,
    ValueRow,
    Widget,
    block,
    from_json,
    hookimpl,
    http_status,
    number,
    pairs,
)


class Response(Input):
    """What the caller gets."""

    data_mode: Annotated[
        Literal["json", "structured"],
        Doc("How the answer is written."),
        Choice((("structured", "Built from values"), ("json", "As JSON"))),
    ] = "structured"
    builder_data: Annotated[
        tuple[ValueRow, ...] | None,
        Doc("The values of the answer."),
        Widget("response_schema"),
        Assisted(),
        ShownIf("data_mode", ("structured",)),
    ] = ()
    data: Annotated[Any, Doc("The answer."), Code("json"), Assisted(), ShownIf("data_mode", ("json",))] = None
    status: Annotated[int | str | None, Doc("HTTP status, 100 to 599.")] = 200
    headers: Annotated[Any, Doc("HTTP headers."), Table(("Key", "Value"))] = None


@block(title="Response", color="#2f55ff", icon="reply", retryable=False)
async def response(inputs: Response, step: Step) -> End:
    """Answer the caller and end the run."""
    built = inputs.data_mode == "structured"
    data = build(inputs.builder_data or ()) if built else from_json(inputs.data)
    status, headers = http_status(inputs.status), {"Content-Type": "application/json", **pairs(inputs.headers)}
    return End(value={"data": data, "status": status, "headers": headers}, status=status, headers=headers)


def build(parts: Iterable[ValueRow]) -> dict[str, Any]:
    """The named values as an object."""
    return {part.name: _built(part) for part in parts if part.name}


def _built(part: ValueRow) -> Any:
    value = part.value
    match part.type:
        case "object" if isinstance(value, list):
            return build(_part(item) for item in cast("list[Any]", value))
        case "object" | "array" | "files" | "file[]":
            return _items(value)
        case "number":
            return number(value)
        case "boolean" if not isinstance(value, bool):
            return value == "true"
        case _:
            return value


def _items(value: Any) -> Any:
    if isinstance(value, list):
        items = cast("list[Any]", value)
        if items and all(isinstance(item, dict) and "type" in item and "value" in item for item in items):
            return [_built(_part(item)) for item in items]
        return items
    return from_json(value)


def _part(item: Any) -> ValueRow:
    if isinstance(item, ValueRow):
        return item
    given = cast("dict[str, Any]", item)
    known = {name: given[name] for name in ValueRow.__struct_fields__ if name in given}
    return ValueRow(**known)


@hookimpl
def register_blocks() -> Iterable[BlockType]:
    """Response."""
    return [response]
