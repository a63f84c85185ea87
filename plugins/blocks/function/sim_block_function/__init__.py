"""Function: Python or JavaScript of your own, fenced in."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from msgspec import Meta

from sim_core.plugin import Advanced, Assisted, BlockType, Choice, Code, Doc, Input, Output, Step, block, hookimpl


class Piece(Input):
    """A piece of code, as older documents keep it."""

    content: Annotated[str, Doc("The code.")]
    id: Annotated[str, Doc("Id of the piece.")] = ""


class Function(Input):
    """The code and the language it is written in."""

    language: Annotated[
        Literal["python", "javascript"],
        Doc("Language of the code."),
        Choice((("python", "Python"), ("javascript", "JavaScript"))),
    ] = "python"
    code: Annotated[
        str | tuple[Piece, ...],
        Doc("Body of the function; `return` gives the result, references are values."),
        Code("$language"),
        Assisted(),
    ]
    timeout_s: Annotated[Annotated[float, Meta(gt=0, le=900)] | None, Doc("Seconds it may take."), Advanced()] = None


class Returned(Output):
    """What the function gave back."""

    result: Annotated[Any, Doc("What it returned.")] = None
    stdout: Annotated[str, Doc("What it printed.")] = ""


@block(
    title="Function",
    color="#d97706",
    icon="code",
    renames={"timeout": ""},
    defaults={"language": "javascript"},
)
async def function(inputs: Function, step: Step) -> Returned:
    """Run Python or JavaScript of your own, fenced in."""
    code = inputs.code if isinstance(inputs.code, str) else "\n".join(piece.content for piece in inputs.code)
    done = await step.execute(inputs.language, code, timeout_s=inputs.timeout_s)
    return Returned(result=done.result, stdout=done.stdout)


@hookimpl
def register_blocks() -> Iterable[BlockType]:
    """Function."""
    return [function]
