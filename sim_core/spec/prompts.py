"""What a model is asked, and the pieces its answer comes in."""

from typing import Any, Literal, TypeAlias

from msgspec import Struct

Effort: TypeAlias = Literal["", "none", "minimal", "low", "medium", "high", "xhigh", "max"]


class TextPart(Struct, frozen=True, tag="text", tag_field="kind"):
    """Words."""

    text: str


class ImagePart(Struct, frozen=True, tag="image", tag_field="kind"):
    """A picture, by URL or as base64 with its media type."""

    url: str = ""
    data: str = ""
    media_type: str = "image/png"


class FilePart(Struct, frozen=True, tag="file", tag_field="kind"):
    """A document, as base64 with its media type."""

    name: str
    data: str
    media_type: str = "application/pdf"


class ThinkingPart(Struct, frozen=True, tag="thinking", tag_field="kind"):
    """What a model thought; the signature must be sent back unchanged in a tool loop."""

    text: str
    signature: str = ""
    redacted: str = ""


class CallPart(Struct, frozen=True, tag="call", tag_field="kind"):
    """A model's wish to use a tool; `arguments` is JSON text."""

    id: str
    name: str
    arguments: str = "{}"


class ResultPart(Struct, frozen=True, tag="result", tag_field="kind"):
    """What a tool gave back for a call."""

    id: str
    text: str
    failed: bool = False


TurnPart: TypeAlias = TextPart | ImagePart | FilePart | ThinkingPart | CallPart | ResultPart


class Turn(Struct, frozen=True):
    """One message of a conversation."""

    role: Literal["user", "assistant", "tool"]
    parts: tuple[TurnPart, ...]

    @property
    def text(self) -> str:
        """All its words."""
        return "".join(part.text for part in self.parts if isinstance(part, TextPart))


class Offer(Struct, frozen=True):
    """A tool that a model may use; `schema` is the JSON Schema of its arguments."""

    name: str
    doc: str
    schema: dict[str, Any]


class Prompt(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything that is asked of a model at once."""

    turns: tuple[Turn, ...]
    system: str = ""
    tools: tuple[Offer, ...] = ()
    tool_choice: str = "auto"
    """`auto`, `none`, `required`, or the name of the one tool that must be used."""
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    effort: Effort = ""
    """How much to think; empty leaves it to the vendor."""
    verbosity: Literal["", "low", "medium", "high"] = ""
    """How much to say; empty leaves it to the vendor."""
    cache: bool = True
    """Whether the vendor may be asked to keep the beginning of the prompt at hand."""
    schema: dict[str, Any] | None = None
    """JSON Schema the answer must follow."""
    schema_name: str = "answer"
    fallbacks: tuple[str, ...] = ()
    """Models that take over, in order, when one refuses or does not answer."""
    rounds: int = 20
    """How often it may use tools before it must answer."""
    secret: str = ""
    """Name of the secret that holds the key, where it is not the vendor's usual one."""


class Text(Struct, frozen=True, tag="text", tag_field="kind"):
    """Words of the answer."""

    text: str


class Thinking(Struct, frozen=True, tag="thinking", tag_field="kind"):
    """Words of thought; a signature comes with the last piece."""

    text: str
    signature: str = ""
    redacted: str = ""


class CallStart(Struct, frozen=True, tag="call_start", tag_field="kind"):
    """The model begins to ask for a tool."""

    index: int
    id: str
    name: str


class CallArguments(Struct, frozen=True, tag="call_arguments", tag_field="kind"):
    """A fragment of the JSON arguments of the call with that index."""

    index: int
    fragment: str


class Citation(Struct, frozen=True, tag="citation", tag_field="kind"):
    """Where words came from."""

    url: str
    title: str = ""
    text: str = ""


class Usage(Struct, frozen=True, tag="usage", tag_field="kind"):
    """Tokens of one request; `input` counts the cached ones too, `output` the thinking ones."""

    input: int = 0
    output: int = 0
    cached: int = 0
    cache_write: int = 0
    thinking: int = 0


class Stop(Struct, frozen=True, tag="stop", tag_field="kind"):
    """Why the answer ended: `stop`, `length`, `tool_calls`, `content_filter`, or the vendor's own word."""

    reason: str


class Reset(Struct, frozen=True, tag="reset", tag_field="kind"):
    """The text so far was not the answer: a tool turn follows, or a fallback model starts over."""


Delta: TypeAlias = Text | Thinking | CallStart | CallArguments | Citation | Usage | Stop | Reset


class ToolUse(Struct, frozen=True, kw_only=True):
    """One tool call that a model made and what came of it."""

    id: str
    name: str
    arguments: dict[str, Any]
    result: Any = None
    error: str | None = None
    ms: float = 0.0


class Cost(Struct, frozen=True, kw_only=True):
    """USD."""

    input: float = 0.0
    output: float = 0.0
    total: float = 0.0


class Answer(Struct, frozen=True, kw_only=True):
    """A whole answer, tools used and all."""

    text: str
    model: str
    provider: str = ""
    thinking: str = ""
    value: Any = None
    """The answer as a value when the prompt had a schema."""
    uses: tuple[ToolUse, ...] = ()
    citations: tuple[Citation, ...] = ()
    usage: Usage = Usage()
    cost: Cost = Cost()
    stop: str = "stop"
    rounds: int = 1
    first_token_ms: float | None = None
    ms: float = 0.0
    turns: tuple[Turn, ...] = ()
    """The turns that the loop added: calls, results and the answer."""

    @property
    def took(self) -> dict[str, Any]:
        """What it took, as blocks put it into their outputs: the model, tokens and cost."""
        usage, cost = self.usage, self.cost
        return {
            "model": self.model,
            "tokens": {"input": usage.input, "output": usage.output, "total": usage.input + usage.output},
            "cost": {"input": cost.input, "output": cost.output, "total": cost.total},
        }
