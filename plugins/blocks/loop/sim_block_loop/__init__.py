"""Loop: repeat the blocks inside."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from sim_core.plugin import Assisted, BlockType, Choice, Code, Doc, Expression, Input, Output, ShownIf, hookimpl

WHILE = ("while", "do_while")


class Loop(Input):
    """What is repeated over."""

    loop_type: Annotated[
        Literal["for", "for_each", "while", "do_while"],
        Doc("What ends the loop."),
        Choice((
            ("for", "A number of times"),
            ("for_each", "For each item"),
            ("while", "While a condition holds"),
            ("do_while", "At least once, then while a condition holds"),
        )),
    ] = "for"  # fmt: skip
    iterations: Annotated[
        int | str | None, Doc("How many times, or a reference to a number."), ShownIf("loop_type", ("for", "do_while"))
    ] = None
    collection: Annotated[
        Any,
        Doc("List or object to go through, or a reference to one."),
        Code("json"),
        Assisted(),
        ShownIf("loop_type", ("for_each",)),
    ] = None
    condition: Annotated[
        str,
        Doc("Expression that must hold for another iteration."),
        Expression("$language"),
        Assisted(),
        ShownIf("loop_type", WHILE),
    ] = ""
    language: Annotated[
        Literal["python", "javascript"], Doc("Language of the condition."), ShownIf("loop_type", WHILE)
    ] = "python"


class Iterations(Output):
    """What every iteration brought."""

    results: Annotated[list[Any], Doc("For each iteration the outputs of its blocks, in order.")] = []


loop = BlockType(
    id="loop",
    title="Loop",
    doc="Repeat the blocks inside a number of times, for each item, or while a condition holds.",
    input=Loop,
    output=Iterations,
    ports=lambda inputs: ("loop-start-source", "loop-end-source"),
    category="container",
    container="loop",
    retryable=False,
    color="#0ea5e9",
    icon="repeat",
    defaults={"language": "javascript"},
)


@hookimpl
def register_blocks() -> Iterable[BlockType]:
    """Loop."""
    return [loop]
