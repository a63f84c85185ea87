"""What a run needs from outside, handed to it as one argument."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

from msgspec import Struct

from sim_core.spec.prompts import Answer, Delta, Prompt, Turn
from sim_core.spec.requests import Reply, Request
from sim_core.spec.steps import Executed, Language, StoredFile, ToolChoice


class Site(Struct, frozen=True, kw_only=True):
    """Where in the world a step stands when it asks for something."""

    run_id: str
    block_id: str
    block_name: str
    key: str
    """Idempotency key: the same for every try of this step."""
    workspace_id: str = ""
    workflow_id: str = ""
    depth: int = 0
    """How many workflows above this one called it."""
    secrets: Mapping[str, str] = {}
    acts_for: str = ""
    """Whose credentials tools may use, beside those of the workspace."""
    emit: Callable[[Delta], Awaitable[None]]
    streams: bool = False


class Child(Struct, frozen=True, kw_only=True):
    """What a child workflow came to."""

    run_id: str
    name: str
    output: Any = None
    pauses: tuple[str, ...] = ()
    """What it sleeps on, when it does: then the step that ran it sleeps too, until it is answered with what came."""


class World(Protocol):
    """The model, net and sandbox runners and the memory, as a run sees them."""

    async def call(self, site: Site, tool: str, inputs: Mapping[str, Any], credential: str) -> Any:
        """Use a tool; plain data."""
        ...

    async def ask(self, site: Site, model: str, prompt: Prompt, tools: Sequence[ToolChoice]) -> Answer:
        """Ask a model until it answers."""
        ...

    async def fetch(self, site: Site, request: Request) -> Reply:
        """Send a request through the guarded client."""
        ...

    async def evaluate(self, site: Site, language: Language, code: str, names: Mapping[str, Any]) -> Any:
        """The value of an expression; raises `Invalid` with the message in the user's coordinates."""
        ...

    async def execute(
        self, site: Site, language: Language, code: str, names: Mapping[str, Any], timeout_s: float | None
    ) -> Executed:
        """Run a function body; raises `Invalid` for the user's mistakes and `Expired`."""
        ...

    async def child(self, site: Site, workflow: str, input: Any, deployed: bool) -> Child:
        """Run another workflow to its end or to a pause; raises what it failed with."""
        ...

    async def open_file(self, site: Site, file_id: str, most: int) -> StoredFile:
        """A file of the workspace; raises `Missing`, and `TooLarge` for more than so many bytes."""
        ...

    async def recall(self, site: Site, conversation: str) -> Sequence[Turn]:
        """Turns of a conversation."""
        ...

    async def remember(self, site: Site, conversation: str, turns: Sequence[Turn]) -> None:
        """Add turns to a conversation, once for the site's key."""
        ...
