"""What the tests of the protocols share: something to ask, the models that are asked, and how they are reached."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2

from sim_core.models.dialects import anthropic_messages, openai_chat, openai_responses
from sim_core.spec.prompts import (
    Delta,
    Offer,
    Prompt,
    Text,
    TextPart,
    Turn,
)
from sim_core.spec.providers import Client, Model
from tests.support import vendors
from tests.support.http import Server

WEATHER = Offer("weather", "Tell the weather.", {"type": "object", "properties": {"city": {"type": "string"}}})


ASK = Prompt(turns=(Turn("user", (TextPart("Hello"),)),), system="Be brief.")


MODEL = Model(id="m", tools=True, vision=True, files=True, structured=True, efforts=("low", "high"), reply=32000)


CLAUDE = Model(id="claude-x", tools=True, structured=True, caching=True, reply=32000, thinking="budget")


DIALECTS: dict[str, tuple[Any, Any, Model]] = {
    "chat": (openai_chat, vendors.chat, MODEL),
    "responses": (openai_responses, vendors.responses, MODEL),
    "messages": (anthropic_messages, vendors.messages, CLAUDE),
}


def at(server: Server, http: httpx2.AsyncClient, **facts: Any) -> Client:
    return Client(http=http, base_url=server.url, key=facts.pop("key", "sk-secret-1234"), **facts)


async def said(stream: AsyncIterator[Delta]) -> list[Delta]:
    return [delta async for delta in stream]


def text(deltas: list[Delta]) -> str:
    return "".join(delta.text for delta in deltas if isinstance(delta, Text))


def replaced(**facts: Any) -> Prompt:
    return Prompt(**({"turns": ASK.turns, "system": ASK.system} | facts))
