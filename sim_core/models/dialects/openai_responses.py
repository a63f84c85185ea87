"""OpenAI's responses, the protocol of its own models: nothing is stored there, thought comes back encrypted."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import msgspec

from sim_core.models.dialects import answers, sdk
from sim_core.models.dialects.easing import drop, eased
from sim_core.models.dialects.efforts import nearest
from sim_core.models.dialects.files import data_url, image_url, text_of
from sim_core.models.dialects.response_events import Events
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


async def openai_responses(prompt: Prompt, model: Model, client: Client) -> AsyncGenerator[Delta, None]:
    """Ask over `/responses` and yield what comes back."""
    async with aclosing(answers.heard(_ask(answers.asked(prompt, model), model, client), prompt, model)) as deltas:
        async for delta in deltas:
            yield delta


async def _ask(prompt: Prompt, model: Model, client: Client) -> AsyncGenerator[Delta, None]:
    module = await sdk.load("openai")

    async def send(asked: sdk.Told) -> AsyncGenerator[Delta, None]:
        events = Events(client)
        async with aclosing(sdk.events(module, sdk.openai(module, client), "/responses", asked, client)) as received:
            async for event in received:
                for delta in events.read(event):
                    yield delta
        events.end()

    async with aclosing(eased(body(prompt, model), send, _ease)) as deltas:
        async for delta in deltas:
            yield delta


def _ease(asked: sdk.Told, words: str) -> bool:
    """Leave out what a model or an organisation may not ask for; the answer does without."""
    # Summaries of thought are only for organisations that OpenAI has verified.
    if "summar" in words and asked.get("reasoning", {}).pop("summary", None):
        return True
    if "encrypted" in words and asked.pop("include", None):
        return True
    return drop(asked, words, ("reasoning", "temperature", "top_p", "verbosity"))


def body(prompt: Prompt, model: Model) -> dict[str, Any]:
    """The request, as the vendor spells it."""
    made: dict[str, Any] = {"model": model.id, "input": items(prompt), "stream": True, "store": False}
    if prompt.system:
        made["instructions"] = prompt.system
    if prompt.max_tokens:
        made["max_output_tokens"] = max(16, prompt.max_tokens)
    if prompt.temperature is not None and model.temperature:
        made["temperature"] = prompt.temperature
    if prompt.top_p is not None and model.temperature:
        made["top_p"] = prompt.top_p
    if model.efforts:
        made["include"] = ["reasoning.encrypted_content"]
        if prompt.effort and (effort := nearest(prompt.effort, model.efforts)):
            made["reasoning"] = {"effort": effort} | ({} if effort == "none" else {"summary": "auto"})
    if prompt.tools:
        made["tools"] = [_tool(offer) for offer in prompt.tools]
        choice = prompt.tool_choice
        plain = choice in ("auto", "none", "required")
        made["tool_choice"] = choice if plain else {"type": "function", "name": choice}
    if text := _text(prompt):
        made["text"] = text
    return made


def items(prompt: Prompt) -> list[dict[str, Any]]:
    """The conversation as items, each thought, call and result one of its own, in their order."""
    return [item for turn in prompt.turns for item in _turn(turn)]


def _turn(turn: Turn) -> list[dict[str, Any]]:
    if turn.role == "user":
        return [{"role": "user", "content": [made for part in turn.parts if (made := _piece(part))]}]
    return [made for part in turn.parts if (made := _item(part))]


def _piece(part: TurnPart) -> dict[str, Any] | None:
    match part:
        case TextPart():
            return {"type": "input_text", "text": part.text}
        case ImagePart():
            return {"type": "input_image", "image_url": image_url(part), "detail": "auto"}
        case FilePart():
            if (words := text_of(part)) is not None:
                return {"type": "input_text", "text": words}
            return {"type": "input_file", "filename": part.name, "file_data": data_url(part)}
        case _:
            return None


def _item(part: TurnPart) -> dict[str, Any] | None:
    match part:
        case TextPart(text=text) if text:
            return {"role": "assistant", "content": [{"type": "output_text", "text": text}]}
        case ThinkingPart(signature=signature) if signature.startswith("{"):
            kept: dict[str, Any] = msgspec.json.decode(signature)
            summary = [{"type": "summary_text", "text": part.text}] if part.text else []
            return {"type": "reasoning", "summary": summary, **kept}
        case CallPart():
            return {"type": "function_call", "call_id": part.id, "name": part.name, "arguments": part.arguments}
        case ResultPart():
            return {"type": "function_call_output", "call_id": part.id, "output": part.text}
        case _:
            return None


def _tool(offer: Offer) -> dict[str, Any]:
    return {
        "type": "function",
        "name": offer.name,
        "description": offer.doc,
        "parameters": offer.schema,
        "strict": answers.strict(offer.schema),
    }


def _text(prompt: Prompt) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if prompt.schema is not None:
        form = {"name": prompt.schema_name, "schema": prompt.schema, "strict": answers.strict(prompt.schema)}
        made["format"] = {"type": "json_schema", **form}
    if prompt.verbosity:
        made["verbosity"] = prompt.verbosity
    return made
