"""A step for blocks under test: models are asked for real, on a server of the test; memory is a dict."""

from collections.abc import Mapping, Sequence
from typing import Any

import httpx2

from sim_core.models.asking import Patience
from sim_core.models.dialects import openai_chat
from sim_core.models.runner import Models
from sim_core.models.toolbox import Described
from sim_core.spec.auth import Bearer
from sim_core.spec.prompts import Answer, Delta, Prompt, Turn
from sim_core.spec.providers import Model, Provider
from sim_core.spec.requests import Reply, Request
from sim_core.spec.steps import StoredFile, ToolChoice

MODEL = Model(
    id="m", tools=True, vision=True, files=True, structured=True, input_price=1.0, output_price=10.0, cached_price=0.1
)
QUICK = Patience(first_wait_s=0.001, longest_wait_s=0.05)


def provider(url: str, id: str = "acme", **facts: Any) -> Provider:
    return Provider(
        **{
            "id": id,
            "title": id.title(),
            "dialect": openai_chat,
            "models": (MODEL,),
            "base_url": url,
            "base_url_setting": f"{id.upper()}_URL",
            "auth": Bearer(f"{id.upper()}_KEY"),
        }
        | facts
    )


class Desk:
    """What a block is handed."""

    run_id, block_id, block_name, key = "run", "block", "Block", "run:block"
    input: Any = None
    resumed: Mapping[str, Any] | None = None
    streams = True

    def __init__(self, models: Models, secrets: Mapping[str, str] | None = None) -> None:
        self.models = models
        self.secrets = {"ACME_KEY": "k"} if secrets is None else secrets
        self.memory: dict[str, tuple[Turn, ...]] = {}
        self.deltas: list[Delta] = []
        self.asked: list[tuple[str, Prompt]] = []
        self.used: list[tuple[ToolChoice, dict[str, Any]]] = []
        self.results: dict[str, Any] = {}
        self.schemas: dict[str, dict[str, Any]] = {}
        self.leads: dict[str, list[dict[str, str]]] = {}
        self.replies: dict[str, Reply] = {}
        self.files: dict[str, StoredFile] = {}

    async def ask(self, model: str, prompt: Prompt, *, tools: Sequence[ToolChoice] = ()) -> Answer:
        self.asked.append((model, prompt))
        return await self.models.ask(
            model, prompt, secrets=self.secrets, tools=tools, describe=self.describe, use=self.use, emit=self.emit
        )

    async def emit(self, delta: Delta) -> None:
        self.deltas.append(delta)

    async def fetch(self, request: Request) -> Reply:
        return self.replies[request.url]

    async def open_file(self, file_id: str, *, most: int) -> StoredFile:
        return self.files[file_id]

    async def recall(self, conversation: str) -> Sequence[Turn]:
        return self.memory.get(conversation, ())

    async def remember(self, conversation: str, turns: Sequence[Turn]) -> None:
        self.memory[conversation] = (*self.memory.get(conversation, ()), *turns)

    def targets(self, port: str) -> Sequence[Mapping[str, str]]:
        return self.leads.get(port, []) if port else [one for led in self.leads.values() for one in led]

    async def describe(self, choice: ToolChoice) -> Described:
        return Described(doc="A tool.", schema=self.schemas.get(choice.tool, {"type": "object", "properties": {}}))

    async def use(self, choice: ToolChoice, inputs: Mapping[str, Any]) -> Any:
        self.used.append((choice, dict(inputs)))
        result = self.results.get(choice.tool)
        if isinstance(result, Exception):
            raise result
        return result


def models(http: httpx2.AsyncClient, *providers: Provider, patience: Patience = QUICK, **facts: Any) -> Models:
    return Models(lambda: providers, lambda: http, patience=patience, **facts)
