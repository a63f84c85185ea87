"""Human in the loop: wait for a person to answer."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from sim_core.plugin import (
    Advanced,
    BlockType,
    Code,
    Doc,
    Input,
    InputField,
    Invalid,
    Pause,
    Problem,
    Step,
    ValueRow,
    Widget,
    block,
    from_json,
    hookimpl,
    http_status,
    pairs,
)

JSON = {"Content-Type": "application/json"}


class Human(Input):
    """What the person is shown and asked."""

    operation: Annotated[Literal["human", "api"], Doc("Whether a person or a program answers.")] = "human"
    builder_data: Annotated[tuple[ValueRow, ...] | None, Doc("What is shown."), Widget("response_schema")] = ()
    input_format: Annotated[tuple[InputField, ...] | None, Doc("What is asked."), Widget("input_schema")] = ()
    data: Annotated[Any, Doc("What a program is shown, as JSON."), Code("json"), Advanced()] = None
    status: Annotated[int | str | None, Doc("HTTP status that a waiting caller gets."), Advanced()] = 200
    headers: Annotated[Any, Doc("Headers that a waiting caller gets."), Advanced()] = None


@block(
    title="Human in the loop",
    color="#db2777",
    icon="user-check",
    retryable=False,
    aliases=("hitl",),
    output=dict[str, Any],
)
async def human_in_the_loop(inputs: Human, step: Step) -> Any:
    """Put the run to sleep until a person has answered."""
    asked = [row for row in inputs.input_format or () if row.name]
    output = {**dict.fromkeys((row.name for row in asked), None), "response": _response(inputs, asked)}
    output |= {"url": f"/resume/{step.run_id}", "resume_endpoint": f"/api/v1/runs/{step.run_id}/resume"}
    if step.resumed is None:
        form = tuple(_question(row) for row in asked)
        return Pause(kind="human", form=form, value=output)
    answer = checked(asked, step.resumed)
    return {**output, "submission": answer, **answer}


def checked(asked: Iterable[InputField], answer: Mapping[str, Any]) -> dict[str, Any]:
    """The answer; raises `Invalid` with every value that is missing."""
    lacking = [row.name for row in asked if row.required and answer.get(row.name) in (None, "")]
    if lacking:
        problems = [
            Problem(code="required", message=f"the answer lacks {name!r}", pointer=f"/{name}", field=name)
            for name in lacking
        ]
        raise Invalid(f"the answer lacks {', '.join(lacking)}", problems=problems)
    return dict(answer)


def _question(row: InputField) -> dict[str, Any]:
    said = {"description": row.description, "value": row.value}
    return {
        "id": row.id,
        "name": row.name,
        "label": row.label or row.name,
        "type": row.type,
        "required": row.required,
        **{name: value for name, value in said.items() if value not in (None, "")},
    }


def _response(inputs: Human, asked: Iterable[InputField]) -> dict[str, Any]:
    if inputs.operation == "api":
        return {
            "data": from_json(inputs.data),
            "status": http_status(inputs.status),
            "headers": {**JSON, **pairs(inputs.headers)},
        }
    shown = [{"name": row.name, "type": row.type, "value": row.value} for row in inputs.builder_data or () if row.name]
    asking = {
        "operation": "human",
        "response_structure": shown,
        "input_format": [_question(row) for row in asked],
        "submission": None,
    }
    return {"data": asking, "status": 200, "headers": JSON, **asking}


@hookimpl
def register_blocks() -> Iterable[BlockType]:
    """Human in the loop."""
    return [human_in_the_loop]
