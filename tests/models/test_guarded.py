"""Models through the guard: an address inside the operator's network answers only where the operator allows it."""

from collections.abc import AsyncIterator

import pytest
from sim_provider_anthropic import register_providers as anthropic
from sim_provider_openai import register_providers as openai
from sim_provider_openai_compatible import register_providers as compatible

from sim_core.errors import Denied
from sim_core.models.runner import Models
from sim_core.net.client import Client
from sim_core.net.guard import Guard
from sim_core.spec.prompts import Prompt, TextPart, Turn
from tests.models.desk import QUICK
from tests.support import vendors
from tests.support.http import serve

HELLO = Prompt(turns=(Turn("user", (TextPart("Hello"),)),))


@pytest.fixture
async def clients() -> AsyncIterator[list[Client]]:
    made: list[Client] = []
    yield made
    for client in made:
        await client.aclose()


def installed(client: Client) -> Models:
    providers = [*openai(), *anthropic(), *compatible()]
    return Models(lambda: providers, client.http, patience=QUICK)


@pytest.mark.parametrize(
    ("model", "answer", "secrets", "address", "path"),
    [
        ("ollama/qwen3:8b", vendors.chat, {}, "OLLAMA_URL", "/v1/chat/completions"),
        ("gpt-6.1-sol", vendors.responses, {"OPENAI_API_KEY": "k"}, "OPENAI_BASE_URL", "/v1/responses"),
        ("claude-sonnet-5-5", vendors.messages, {"ANTHROPIC_API_KEY": "k"}, "ANTHROPIC_BASE_URL", "/v1/messages"),
    ],
)
async def test_a_workspace_reaches_a_server_of_its_own_where_it_may(
    clients: list[Client], model: str, answer: object, secrets: dict[str, str], address: str, path: str
) -> None:
    assert callable(answer)
    async with serve(answer("ok")) as server:
        open, closed = Client(Guard([server.allow])), Client(Guard())
        clients += [open, closed]
        secrets = secrets | {address: server.url}
        assert (await installed(open).ask(model, HELLO, secrets=secrets)).text == "ok"
        with pytest.raises(Denied):
            await installed(closed).ask(model, HELLO, secrets=secrets)
    assert [seen.path for seen in server.seen] == [path]
