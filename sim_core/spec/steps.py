"""What a block may return besides a value, and what it may ask of the run it is part of."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol, TypeAlias

from msgspec import Struct

from sim_core.spec.prompts import Answer, Delta, Prompt, Turn
from sim_core.spec.requests import Reply, Request

Language: TypeAlias = Literal["python", "javascript"]


class Goto(Struct, frozen=True):
    """Leave a block by one of its ports; `None` leaves by no port."""

    port: str | None
    value: Any = None


class Pause(Struct, frozen=True, kw_only=True):
    """Put the run to sleep: until a time, or until somebody answers."""

    kind: Literal["human", "time"]
    until: float | None = None
    """Unix seconds."""
    form: tuple[Mapping[str, Any], ...] = ()
    """Fields of the answer: `name`, `type`, `description`, `required`."""
    value: Any = None
    """The block's output while it waits."""


class Assign(Struct, frozen=True):
    """Set workflow variables by name; all are set at once after the block has ended."""

    values: Mapping[str, Any]
    value: Any = None
    ids: Mapping[str, str] = {}
    """Ids of variables by the names above, for variables that were renamed since."""


class End(Struct, frozen=True, kw_only=True):
    """End the run with this as its answer."""

    value: Any
    status: int = 200
    headers: Mapping[str, str] = {}


class Executed(Struct, frozen=True, kw_only=True):
    """What a function gave back and what it printed."""

    result: Any = None
    stdout: str = ""
    ms: float = 0.0


class StoredFile(Struct, frozen=True, kw_only=True):
    """A file of the workspace, as it is now."""

    name: str
    media_type: str
    content: bytes


class ToolChoice(Struct, frozen=True, kw_only=True):
    """A tool offered to a model, with what the person already filled in."""

    tool: str
    """Id of a tool, or `workflow:<id>`, or `function:<name>` with `code`."""
    use: Literal["auto", "force", "none"] = "auto"
    inputs: Mapping[str, Any] = {}
    credential: str = ""
    name: str = ""
    doc: str = ""
    schema: dict[str, Any] | None = None
    code: str = ""
    language: Language = "python"


class Step(Protocol):
    """One step of one run: the only thing a block is handed besides its inputs."""

    @property
    def run_id(self) -> str:
        """Which run this is."""
        ...

    @property
    def block_id(self) -> str:
        """Which block of the workflow this is."""
        ...

    @property
    def block_name(self) -> str:
        """What the block is called on the canvas."""
        ...

    @property
    def key(self) -> str:
        """The same for every try of this step: an idempotency key for services."""
        ...

    @property
    def input(self) -> Any:
        """What the run was started with."""
        ...

    @property
    def resumed(self) -> Mapping[str, Any] | None:
        """What was answered, when this step continues after a pause."""
        ...

    @property
    def streams(self) -> bool:
        """Whether somebody listens to this block's text as it comes."""
        ...

    async def call(self, tool: str, inputs: Mapping[str, Any], *, credential: str = "") -> Any:
        """Use a tool by its id; the result as plain data."""
        ...

    async def ask(self, model: str, prompt: Prompt, *, tools: Sequence[ToolChoice] = ()) -> Answer:
        """Ask a model, letting it use tools until it answers; streams by itself where somebody listens."""
        ...

    async def emit(self, delta: Delta) -> None:
        """Send a piece of the output to whoever listens."""
        ...

    async def fetch(self, request: Request) -> Reply:
        """Send an HTTP request through the guarded client, with no credential."""
        ...

    async def evaluate(self, language: Language, code: str, names: Mapping[str, Any] | None = None) -> Any:
        """The value of one expression; the references of the field it came from are already bound."""
        ...

    async def execute(
        self, language: Language, code: str, names: Mapping[str, Any] | None = None, *, timeout_s: float | None = None
    ) -> Executed:
        """Run the body of a function in the sandbox; what it returns and prints."""
        ...

    async def run(self, workflow: str, input: Any, *, deployed: bool = False) -> Any:
        """Run another workflow of the workspace to its end; its output."""
        ...

    async def open_file(self, file_id: str, *, most: int) -> StoredFile:
        """A file of the workspace by its id; raises `Missing`, and `TooLarge` for more than so many bytes."""
        ...

    async def recall(self, conversation: str) -> Sequence[Turn]:
        """The turns remembered under a conversation id, oldest first."""
        ...

    async def remember(self, conversation: str, turns: Sequence[Turn]) -> None:
        """Add turns to a conversation, once for this step."""
        ...

    def source_output(self) -> Any:
        """What the block before this one returned, by reference."""
        ...

    def targets(self, port: str) -> Sequence[Mapping[str, str]]:
        """The blocks that a port leads to: `block_id`, `block_type`, `block_name`; of all ports but `error` for ""."""
        ...
