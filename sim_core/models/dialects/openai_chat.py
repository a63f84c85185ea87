"""OpenAI's chat completions, which most vendors and local servers speak, each with its own accent."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any
from urllib.parse import urlsplit

from sim_core.models.dialects import answers, sdk
from sim_core.models.dialects.chat_pieces import Pieces
from sim_core.models.dialects.easing import drop, eased
from sim_core.models.dialects.efforts import nearest
from sim_core.models.dialects.files import data_url, image_url, text_of
from sim_core.spec.prompts import (
    CallPart,
    Delta,
    FilePart,
    ImagePart,
    Offer,
    Prompt,
    ResultPart,
    TextPart,
    ThinkingPart,
    Turn,
    TurnPart,
)
from sim_core.spec.providers import Client, Model

OPTIONAL = ("stream_options", "reasoning_effort", "verbosity", "temperature", "top_p", "tool_choice")


async def openai_chat(prompt: Prompt, model: Model, client: Client) -> AsyncGenerator[Delta, None]:
    """Ask over `/chat/completions` and yield what comes back."""
    async with aclosing(answers.heard(_ask(answers.asked(prompt, model), model, client), prompt, model)) as deltas:
        async for delta in deltas:
            yield delta


async def _ask(prompt: Prompt, model: Model, client: Client) -> AsyncGenerator[Delta, None]:
    module = await sdk.load("openai")

    async def send(asked: sdk.Told) -> AsyncGenerator[Delta, None]:
        pieces = Pieces(client)
        received = sdk.events(module, sdk.openai(module, client), "/chat/completions", asked, client)
        async with aclosing(received):
            async for chunk in received:
                for delta in pieces.read(chunk):
                    yield delta
        for delta in pieces.end():
            yield delta

    async with aclosing(eased(body(prompt, model, client), send, _ease)) as deltas:
        async for delta in deltas:
            yield delta


def _ease(asked: sdk.Told, words: str) -> bool:
    """Leave out what a server does not know; a form that it cannot hold to is put in words."""
    if "max_tokens" in asked and "max_completion_tokens" in words:
        asked["max_completion_tokens"] = asked.pop("max_tokens")
        return True
    if "response_format" in asked and ("response_format" in words or "json_schema" in words):
        form = asked.pop("response_format")["json_schema"]["schema"]
        asked["messages"] = [{"role": "system", "content": answers.in_words(form)}, *asked["messages"]]
        return True
    return drop(asked, words, OPTIONAL)


def body(prompt: Prompt, model: Model, client: Client) -> dict[str, Any]:
    """The request, as the vendor spells it."""
    made: dict[str, Any] = {
        "model": model.id,
        "messages": messages(prompt),
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if prompt.max_tokens:
        made[_limit_name(client)] = prompt.max_tokens
    if prompt.temperature is not None and model.temperature:
        made["temperature"] = prompt.temperature
    if prompt.top_p is not None and model.temperature:
        made["top_p"] = prompt.top_p
    if prompt.effort and (effort := nearest(prompt.effort, model.efforts)):
        made["reasoning_effort"] = effort
    if prompt.verbosity:
        made["verbosity"] = prompt.verbosity
    if prompt.tools:
        made["tools"] = [_tool(offer) for offer in prompt.tools]
        made["tool_choice"] = _choice(prompt.tool_choice)
    if prompt.schema is not None:
        form = {"name": prompt.schema_name, "schema": prompt.schema, "strict": answers.strict(prompt.schema)}
        made["response_format"] = {"type": "json_schema", "json_schema": form}
    return made


def messages(prompt: Prompt) -> list[dict[str, Any]]:
    """The conversation; each result of a tool is a message of its own."""
    made: list[dict[str, Any]] = [{"role": "system", "content": prompt.system}] if prompt.system else []
    for turn in prompt.turns:
        match turn.role:
            case "user":
                made.append({"role": "user", "content": _content(turn)})
            case "assistant":
                made.append(_assistant(turn))
            case "tool":
                made += [
                    {"role": "tool", "tool_call_id": part.id, "content": part.text}
                    for part in turn.parts
                    if isinstance(part, ResultPart)
                ]
    return made


def _limit_name(client: Client) -> str:
    # OpenAI's thinking models refuse the old name, and most other servers do not know the new one.
    host = urlsplit(client.base_url).hostname or ""
    return "max_completion_tokens" if host.endswith((".openai.com", ".azure.com")) else "max_tokens"


def _tool(offer: Offer) -> dict[str, Any]:
    return {
        "type": "function",
        "function": {"name": offer.name, "description": offer.doc, "parameters": offer.schema},
    }


def _choice(choice: str) -> Any:
    if choice in ("auto", "none", "required"):
        return choice
    return {"type": "function", "function": {"name": choice}}


def _content(turn: Turn) -> str | list[dict[str, Any]]:
    if all(isinstance(part, TextPart) for part in turn.parts):
        return turn.text
    return [made for part in turn.parts if (made := _piece(part))]


def _piece(part: TurnPart) -> dict[str, Any] | None:
    match part:
        case TextPart():
            return {"type": "text", "text": part.text}
        case ImagePart():
            return {"type": "image_url", "image_url": {"url": image_url(part)}}
        case FilePart():
            if (words := text_of(part)) is not None:
                return {"type": "text", "text": words}
            return {"type": "file", "file": {"filename": part.name, "file_data": data_url(part)}}
        case _:
            return None


def _assistant(turn: Turn) -> dict[str, Any]:
    made: dict[str, Any] = {"role": "assistant", "content": turn.text}
    calls = [part for part in turn.parts if isinstance(part, CallPart)]
    if calls:
        made["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in calls
        ]
        # DeepSeek and Kimi refuse a tool turn that comes back without the thought that led to it.
        if thought := "".join(part.text for part in turn.parts if isinstance(part, ThinkingPart)):
            made["reasoning_content"] = thought
    return made
