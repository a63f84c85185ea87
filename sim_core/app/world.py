"""The world as a run finds it: tools, models, the network, user code, other workflows and memory."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from msgspec.structs import replace

from sim_core.app.agent_tools import describe_tool, describe_workflow, use_tool
from sim_core.document.workflow import Workflow
from sim_core.errors import Missing, SimError
from sim_core.flow.world import Child, Site
from sim_core.models.runner import Models
from sim_core.models.toolbox import Described
from sim_core.net.client import Client, Errand
from sim_core.net.masks import Mask
from sim_core.net.tools import Accounts, ToolBox
from sim_core.registry import Registry
from sim_core.sandbox import Sandbox
from sim_core.spec.prompts import Answer, Prompt, Turn
from sim_core.spec.requests import Reply, Request
from sim_core.spec.steps import Executed, Language, StoredFile, ToolChoice

EXPRESSION_S, FUNCTION_S = 5.0, 60.0
UNSAFE = ("POST", "PATCH")
"""Methods whose requests do more when they are sent twice."""


class Children(Protocol):
    """The other workflows of the workspace."""

    async def look(self, site: Site, workflow_id: str) -> Workflow:
        """A workflow as it stands; raises `Missing`."""
        ...

    async def run(self, site: Site, workflow_id: str, input: Any, deployed: bool) -> Child:
        """Run a workflow to its end, or until it sleeps."""
        ...


class Memory(Protocol):
    """Where conversations are kept."""

    async def recall(self, workspace_id: str, conversation: str) -> Sequence[Turn]:
        """Turns of a conversation, oldest first."""
        ...

    async def remember(self, workspace_id: str, conversation: str, turns: Sequence[Turn], key: str) -> None:
        """Add turns, once for a key."""
        ...


class Attempts(Protocol):
    """Writes down calls that must not be made twice, before they leave."""

    async def __call__(self, site: Site, what: str) -> None:
        """Return once it is written; raises when the call must not leave."""
        ...


async def no_attempts(site: Site, what: str) -> None:
    """For runs that nobody takes over."""


class Permits(Protocol):
    """Asks whether the people behind a run may use a model or a tool."""

    async def __call__(self, site: Site, *, models: Iterable[str] = (), tools: Iterable[str] = ()) -> None:
        """Raise `Denied` when they may not."""
        ...


async def everything(site: Site, *, models: Iterable[str] = (), tools: Iterable[str] = ()) -> None:
    """For runs that nobody but the person at the machine is behind."""


class Files(Protocol):
    """Brings the files of workspaces."""

    async def __call__(self, site: Site, file_id: str, *, most: int) -> StoredFile:
        """A file with its bytes; raises `Missing`, and `TooLarge` for more bytes than are wanted."""
        ...


async def no_files(site: Site, file_id: str, *, most: int) -> StoredFile:
    """For runs without a server."""
    raise Missing(f"There is no file {file_id[:80]!r}: without a server a workflow has no workspace, and no files.")


class Outside:
    """Implements `flow.world.World` for every run of the process."""

    def __init__(
        self,
        *,
        registry: Registry,
        client: Client,
        accounts: Callable[[str, str], Accounts],
        sandbox: Sandbox,
        models: Models,
        memory: Memory,
        children: Children,
        attempts: Attempts = no_attempts,
        permits: Permits = everything,
        files: Files = no_files,
    ) -> None:
        """Bring the runners together."""
        self.registry = registry
        self.client = client
        self.accounts = accounts
        self.sandbox = sandbox
        self.models = models
        self.memory = memory
        self.children = children
        self.attempts = attempts
        self.permits = permits
        self.files = files

    async def call(self, site: Site, tool: str, inputs: Mapping[str, Any], credential: str) -> Any:
        """Use a tool; plain data."""
        await self.permits(site, tools=(tool,))
        found = self.registry.tool(tool)
        if found is not None and found.once:
            await self.attempts(site, tool)
        toolbox = ToolBox(self.registry, self.client, accounts=self.accounts(site.workspace_id, site.acts_for))
        return await toolbox.call(tool, inputs, secrets=site.secrets, credential=credential, key=site.key)

    async def ask(self, site: Site, model: str, prompt: Prompt, tools: Sequence[ToolChoice]) -> Answer:
        """Ask a model until it answers."""
        await self.permits(site, models=[self._full(name) for name in (model, *prompt.fallbacks)])

        async def describe(choice: ToolChoice) -> Described:
            kind, _, rest = choice.tool.partition(":")
            if kind == "workflow" and rest:
                return describe_workflow(choice, await self.children.look(site, rest))
            return describe_tool(choice, self.registry)

        async def use(choice: ToolChoice, inputs: Mapping[str, Any]) -> Any:
            return await use_tool(self, site, choice, inputs)

        return await self.models.ask(
            model,
            prompt,
            secrets=site.secrets,
            workspace_id=site.workspace_id,
            tools=tools,
            describe=describe,
            use=use,
            emit=site.emit,
        )

    def _full(self, name: str) -> str:
        """A model's whole name, however short the workflow calls it."""
        try:
            provider, model = self.models.catalogue.find(name)
        except SimError:
            return name  # asking it says what is wrong with it
        return f"{provider.id}/{model.id}"

    async def fetch(self, site: Site, request: Request) -> Reply:
        """Send a request through the guarded client."""
        mask = Mask(site.secrets)
        if request.once or request.method in UNSAFE:
            await self.attempts(site, f"{request.method} {mask.url(request.url).partition('?')[0]}")
            if "idempotency-key" not in {name.lower() for name in request.headers}:
                # a service that knows the header refuses the double; nothing here is repeated for its sake
                request = replace(request, headers={**request.headers, "Idempotency-Key": site.key})
        return await self.client.send(request, Errand(key=site.key, mask=mask))

    async def evaluate(self, site: Site, language: Language, code: str, names: Mapping[str, Any]) -> Any:
        """The value of an expression."""
        return await self.sandbox.evaluate(language, code, names, timeout_s=EXPRESSION_S)

    async def execute(
        self, site: Site, language: Language, code: str, names: Mapping[str, Any], timeout_s: float | None
    ) -> Executed:
        """Run a function body; its requests leave by the guarded client."""

        async def fetch(request: Request) -> Reply:
            return await self.fetch(site, request)

        return await self.sandbox.execute(language, code, names, timeout_s=timeout_s or FUNCTION_S, fetch=fetch)

    async def child(self, site: Site, workflow: str, input: Any, deployed: bool) -> Child:
        """Run another workflow to its end."""
        return await self.children.run(site, workflow, input, deployed)

    async def open_file(self, site: Site, file_id: str, most: int) -> StoredFile:
        """A file of the workspace, with its bytes."""
        return await self.files(site, file_id, most=most)

    async def recall(self, site: Site, conversation: str) -> Sequence[Turn]:
        """Turns of a conversation."""
        return await self.memory.recall(site.workspace_id, conversation)

    async def remember(self, site: Site, conversation: str, turns: Sequence[Turn]) -> None:
        """Add turns to a conversation, once for the site's key."""
        await self.memory.remember(site.workspace_id, conversation, turns, site.key)
