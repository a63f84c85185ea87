"""An answer in a given form, from models that can be held to it and from those that cannot."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, Literal, cast

import msgspec
from msgspec.structs import replace

from sim_core.spec.prompts import CallArguments, CallStart, Delta, Offer, Prompt, Stop, Text
from sim_core.spec.providers import Model

Way = Literal["free", "format", "tool", "words"]


def way(prompt: Prompt, model: Model) -> Way:
    """How the form is asked for: by the vendor's own format, as a tool's arguments, or in words."""
    if prompt.schema is None:
        return "free"
    if prompt.schema.get("type") != "object":
        return "words"
    if model.structured:
        return "format"
    return "tool" if model.tools and model.forced else "words"


def asked(prompt: Prompt, model: Model) -> Prompt:
    """The prompt as a model without an answer format gets it; unchanged where none is needed."""
    match way(prompt, model):
        case "tool":
            return _with_tool(prompt)
        case "words":
            return _with_words(prompt)
        case _:
            return prompt


async def heard(deltas: AsyncGenerator[Delta, None], prompt: Prompt, model: Model) -> AsyncGenerator[Delta, None]:
    """The answer to `asked`, with the arguments of the answer tool as its words."""
    plain = way(prompt, model) != "tool"
    hidden: set[int] = set()
    spoken: list[Text] = []
    others = False
    async with aclosing(deltas) as pieces:
        async for delta in pieces:
            match delta:
                case _ if plain:
                    yield delta
                case CallStart(name=prompt.schema_name):
                    hidden.add(delta.index)
                case CallArguments() if delta.index in hidden:
                    yield Text(delta.fragment)
                case Text():
                    spoken.append(delta)
                case Stop(reason="tool_calls") if hidden and not others:
                    yield Stop("stop")
                case _:
                    others = others or isinstance(delta, CallStart)
                    yield delta
    if not hidden:
        for text in spoken:
            yield text


def in_words(schema: Any) -> str:
    """A form as something to be told."""
    form = msgspec.json.encode(schema).decode()
    return f"Answer with JSON only, without code fences, that follows this JSON Schema:\n{form}"


def strict(schema: Any) -> bool:
    """Whether a schema is closed and complete, as OpenAI's strict mode wants it."""
    if isinstance(schema, list):
        return all(strict(item) for item in cast("list[Any]", schema))
    if not isinstance(schema, dict):
        return True
    found = cast("dict[str, Any]", schema)
    if found.get("type") == "object" or "properties" in found:
        names = set(cast("dict[str, Any]", found.get("properties") or {}))
        if found.get("additionalProperties") is not False or set(found.get("required") or ()) != names:
            return False
    if {"oneOf", "allOf", "not", "patternProperties", "if"} & set(found):
        return False
    return all(strict(value) for value in found.values())


def _with_tool(prompt: Prompt) -> Prompt:
    offer = Offer(prompt.schema_name, "Give the final answer, in this form.", prompt.schema or {})
    choice = prompt.tool_choice
    if choice in ("auto", "none"):
        choice = "required" if prompt.tools and choice == "auto" else offer.name
    return replace(prompt, schema=None, tools=(*prompt.tools, offer), tool_choice=choice)


def _with_words(prompt: Prompt) -> Prompt:
    return replace(prompt, schema=None, system=f"{prompt.system}\n\n{in_words(prompt.schema)}".strip())
