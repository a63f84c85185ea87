"""Condition: continue along the first branch that holds."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from sim_core.plugin import (
    Assisted,
    BlockType,
    Choice,
    Doc,
    Expired,
    Expression,
    Goto,
    Input,
    Invalid,
    Output,
    Problem,
    Step,
    Widget,
    block,
    hookimpl,
)

BRANCHES = "Branches in their order: `if`, then any `else if`, at the end an `else` without an expression."


class Row(Input):
    """One branch."""

    id: Annotated[str, Doc("Id of the branch; its port is `condition-<id>`.")]
    title: Annotated[str, Doc("`if`, `else if` or `else`.")] = "if"
    value: Annotated[str | None, Doc("Expression that must hold; nothing for `else`.")] = ""


class Condition(Input):
    """The branches, tried in order."""

    language: Annotated[
        Literal["python", "javascript"],
        Doc("Language of the expressions."),
        Choice((("python", "Python"), ("javascript", "JavaScript"))),
    ] = "python"
    conditions: Annotated[
        tuple[Row, ...],
        Doc("The branches, tried in order."),
        Expression("$language"),
        Widget("conditions"),
        Assisted(BRANCHES),
    ] = ()


class Decision(Output):
    """Which way was taken."""

    condition_result: Annotated[bool, Doc("Whether a branch was found.")]
    selected_path: Annotated[Mapping[str, str] | None, Doc("The block it leads to.")] = None
    selected_option: Annotated[str | None, Doc("Id of the branch.")] = None


def ports(inputs: Condition) -> Iterable[str]:
    """One port for each branch."""
    return tuple(f"condition-{row.id}" for row in inputs.conditions)


@block(
    title="Condition",
    color="#ea580c",
    icon="split",
    ports=ports,
    output=Decision,
    lends=True,
    defaults={"language": "javascript"},
)
async def condition(inputs: Condition, step: Step) -> Goto:
    """Continue along the first branch whose expression holds."""
    for number, row in enumerate(inputs.conditions, 1):
        if row.title.strip().lower() == "else" or await _holds(row, number, inputs.language, step):
            return _leave(row, step)
    return Goto(None, Decision(condition_result=False))


async def _holds(row: Row, number: int, language: Literal["python", "javascript"], step: Step) -> bool:
    expression = (row.value or "").strip()
    if not expression:
        return False
    try:
        return truth(await step.evaluate(language, expression), language)
    except (Expired, Invalid) as error:
        raise _bad(row, number, step, error) from error


def _bad(row: Row, number: int, step: Step, error: Expired | Invalid) -> Expired | Invalid:
    """Which row failed, and at which line of it."""
    message = f'Evaluation error in condition "{row.title}" (row {number}): {error.message}'
    if isinstance(error, Expired):
        return Expired(message)
    problem = Problem(
        code="condition_error",
        message=message,
        pointer=f"/blocks/{step.block_id}/values/conditions/{number - 1}/value",
        block=step.block_id,
        field="conditions",
        line=error.problems[0].line if error.problems else None,
    )
    return Invalid(message, code="condition_error", problems=[problem])


def truth(value: Any, language: str) -> bool:
    """Whether a value counts as true in its language: an empty list does in JavaScript, not in Python."""
    if language == "javascript" and isinstance(value, list | dict):
        return True
    return bool(value) and value == value


def _leave(row: Row, step: Step) -> Goto:
    port = f"condition-{row.id}"
    found = next(iter(step.targets(port)), None)
    return Goto(port, Decision(condition_result=True, selected_path=found, selected_option=row.id))


@hookimpl
def register_blocks() -> Iterable[BlockType]:
    """Condition."""
    return [condition]
