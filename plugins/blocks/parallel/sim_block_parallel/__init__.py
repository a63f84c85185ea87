"""Parallel: run the blocks inside side by side."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from sim_core.plugin import Advanced, Assisted, BlockType, Choice, Code, Doc, Input, Output, ShownIf, Slider, hookimpl


class Parallel(Input):
    """How the branches come about."""

    parallel_type: Annotated[
        Literal["count", "collection"],
        Doc("What makes a branch."),
        Choice((("count", "A number of times"), ("collection", "For each item"))),
    ] = "count"
    count: Annotated[
        int | str | None, Doc("How many branches, or a reference to a number."), ShownIf("parallel_type", ("count",))
    ] = None
    collection: Annotated[
        Any,
        Doc("List or object whose items make the branches, or a reference to one."),
        Code("json"),
        Assisted(),
        ShownIf("parallel_type", ("collection",)),
    ] = None
    batch_size: Annotated[
        int, Doc("How many branches may be under way at once.", ge=1, le=20), Slider(1, 20), Advanced()
    ] = 20


class Branches(Output):
    """What every branch brought."""

    results: Annotated[list[Any], Doc("For each branch the outputs of its blocks, in the order of the branches.")] = []


parallel = BlockType(
    id="parallel",
    title="Parallel",
    doc="Run the blocks inside once for each branch, side by side.",
    input=Parallel,
    output=Branches,
    ports=lambda inputs: ("parallel-start-source", "parallel-end-source"),
    category="container",
    container="parallel",
    retryable=False,
    color="#8b5cf6",
    icon="columns",
)


@hookimpl
def register_blocks() -> Iterable[BlockType]:
    """Parallel."""
    return [parallel]
