"""The fields of inputs and outputs: how they are described, checked and shown."""

from collections.abc import Mapping
from typing import Any, dataclass_transform

from msgspec import Meta, Struct, field


def Doc(text: str, **limits: Any) -> Meta:
    """Say what a field is, to the person filling it in and to the model."""
    return Meta(description=text, **limits)


class Keywords(type(Struct)):
    """Makes the fields of every descendant keywords, so that an optional one may stand before a required one."""

    def __new__(mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **facts: Any) -> "Keywords":  # noqa: D102
        # msgspec does not inherit kw_only: https://jcristharif.com/msgspec/structs.html#keyword-only-fields
        facts.setdefault("kw_only", True)
        return super().__new__(mcs, name, bases, namespace, **facts)


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
class Input(Struct, metaclass=Keywords, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Base of what a tool takes and of what a block is configured with; refuses unknown fields."""


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
class Output(Struct, metaclass=Keywords, frozen=True, kw_only=True):
    """Base of what a tool gives back; fields not named here are dropped."""


class Mark(Struct, frozen=True):
    """Base of the annotations that tell the canvas how a field is shown; the validator does not read them."""


class Title(Mark, frozen=True):
    """The label of a field, where its name does not make a good one."""

    text: str


class Placeholder(Mark, frozen=True):
    """What an empty field shows."""

    text: str


class LongText(Mark, frozen=True):
    """Text of several lines."""

    rows: int = 4


class Code(Mark, frozen=True):
    """Source code; references in it become names of the code, never text.

    `language` is one of python, javascript, json, sql, or the name of a sibling field that holds it, after a `$`.
    """

    language: str = "python"


class Expression(Mark, frozen=True):
    """One expression; references in it become names, never text."""

    language: str = "$language"


class Secret(Mark, frozen=True):
    """A value that is shown as dots and masked everywhere."""


class Prompted(Mark, frozen=True):
    """Text that reaches a model: a secret in it is refused before the run."""


class Verbatim(Mark, frozen=True):
    """A value in which references are left as they are written."""


class Choice(Mark, frozen=True):
    """A fixed list to choose from, with labels; `free` lets a person type something else."""

    options: tuple[str | tuple[str, str], ...]
    free: bool = False


class Options(Mark, frozen=True):
    """A list to choose from that a tool brings: one of the same integration by its name, or any by its whole id.

    Paths are dotted names. Where `inputs` or `only` say `$owner`, the form's field `owner` is meant: it has to be
    filled in first, and this field depends on it.
    """

    tool: str
    value: str = "id"
    """Path of the value in an item; empty where the item itself is the value."""
    label: str = "name"
    detail: str = ""
    """Path of what is shown beside the label."""
    items: str = ""
    """Path of the list in what the tool gives back; empty where that is the list."""
    inputs: Mapping[str, Any] = {}
    """What the tool is given: values, or `$field`."""
    only: Mapping[str, str] = {}
    """Only items that hold at a path what `$field` says."""
    search: str = ""
    """The tool's field that takes what a person types; without one the list is narrowed here."""
    cursor: str = ""
    """The tool's field that says which page; without `next`, pages are counted from 1 until one is empty."""
    next: str = ""
    """Path of the next page's cursor in what the tool gives back."""

    def __hash__(self) -> int:
        """Annotations are kept in sets, which a mapping would keep it from."""
        return hash((self.tool, self.value, self.label, self.items))

    @property
    def fields(self) -> tuple[str, ...]:
        """The form's fields that it depends on, each once."""
        said = (*self.inputs.values(), *self.only.values())
        return tuple(dict.fromkeys(one[1:] for one in said if isinstance(one, str) and one.startswith("$")))


class Slider(Mark, frozen=True):
    """A number set by dragging."""

    least: float
    most: float
    step: float = 1


class Table(Mark, frozen=True):
    """Rows of named columns; a column may say of which type its cells are: `("count", "number")`.

    Types are string, number, boolean, date and json.
    """

    columns: tuple[str | tuple[str, str], ...] = ("key", "value")


class FileRef(Mark, frozen=True):
    """A file, given by its reference."""

    accept: str = "*/*"
    """Media types and endings, as `image/*, .pdf`."""


class Assisted(Mark, frozen=True):
    """A model may write this from a person's words; `about` tells it what belongs here, where the doc does not."""

    about: str = ""


class Widget(Mark, frozen=True):
    """One of the platform's own field kinds.

    messages, conditions, routes, metrics, variables, input_schema, response_schema, tools, schedule, time,
    credential, knowledge_base, table, workflow, mcp_server, mcp_tool, model, json.
    """

    kind: str


class DependsOn(Mark, frozen=True):
    """This field is cleared and asked for again when another changes."""

    field: str


class ShownIf(Mark, frozen=True):
    """This field is shown only while another holds one of these values."""

    field: str
    values: tuple[Any, ...]


class Advanced(Mark, frozen=True):
    """Folded away until somebody asks for it."""


class OnlyUser(Mark, frozen=True):
    """Filled in by a person, never by a model."""


class OnlyModel(Mark, frozen=True):
    """Filled in by a model, never shown on the canvas."""
