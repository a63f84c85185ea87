"""Note: words on the canvas that never run."""

from collections.abc import Iterable
from typing import Annotated

from sim_core.plugin import BlockType, Choice, Doc, Input, LongText, Verbatim, hookimpl

COLORS = tuple((color, color.title()) for color in ("yellow", "blue", "green", "red", "purple", "grey"))


class Note(Input):
    """The words, and the paper they are on."""

    content: Annotated[str | None, Doc("Text, in Markdown."), LongText(), Verbatim()] = ""
    color: Annotated[str, Doc("Colour of the paper."), Choice(COLORS)] = "yellow"


note = BlockType(
    id="note",
    title="Note",
    doc="Leave a note on the canvas; it never runs.",
    input=Note,
    ports=lambda inputs: (),
    category="note",
    retryable=False,
    color="#eab308",
    icon="sticky-note",
)


@hookimpl
def register_blocks() -> Iterable[BlockType]:
    """Note."""
    return [note]
