"""Anthropic's messages: thought comes with signatures that go back unchanged, and prompts are cached where marked."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from sim_core.models.dialects import answers, sdk
from sim_core.models.dialects.efforts import budget, nearest
from sim_core.models.dialects.message_events import Events
from sim_core.models.dialects.message_turns import messages
from sim_core.spec.prompts import Delta, Offer, Prompt
from sim_core.spec.providers import Client, Model

KEEP = {"cache_control": {"type": "ephemeral"}}
WORTH_KEEPING = 4000
"""Characters of a system prompt from which keeping it may pay, when nothing else shows that it comes again."""
LONGEST = 64_000


async def anthropic_messages(prompt: Prompt, model: Model, client: Client) -> AsyncGenerator[Delta, None]:
    """Ask over `/v1/messages` and yield what comes back."""
    async with aclosing(answers.heard(_ask(answers.asked(prompt, model), model, client), prompt, model)) as deltas:
        async for delta in deltas:
            yield delta


async def _ask(prompt: Prompt, model: Model, client: Client) -> AsyncGenerator[Delta, None]:
    module = await sdk.load("anthropic")
    events = Events(client)
    asked = body(prompt, model, module)
    async with aclosing(sdk.events(module, sdk.anthropic(module, client), "/v1/messages", asked, client)) as received:
        async for event in received:
            for delta in events.read(event):
                yield delta
    events.end()


def body(prompt: Prompt, model: Model, module: Any) -> dict[str, Any]:
    """The request, as the vendor spells it."""
    most = min(prompt.max_tokens or min(model.reply or 8192, LONGEST), model.reply or LONGEST)
    thinking = _thinking(prompt, model, most)
    free = model.forced and thinking.get("thinking", {}).get("type") not in ("enabled", "adaptive")
    made: dict[str, Any] = {
        "model": model.id,
        "max_tokens": max(most, thinking.get("thinking", {}).get("budget_tokens", 0) + 1024) if thinking else most,
        "messages": messages(prompt),
        "stream": True,
        **thinking,
    }
    if system := _system(prompt, free):
        made["system"] = [{"type": "text", "text": system}]
    if prompt.tools:
        made["tools"] = [_tool(offer) for offer in prompt.tools]
        made["tool_choice"] = _choice(prompt.tool_choice, free)
    if model.temperature and not thinking:
        # Newer models take one of the two, not both.
        if prompt.temperature is not None:
            made["temperature"] = min(prompt.temperature, 1.0)
        elif prompt.top_p is not None:
            made["top_p"] = prompt.top_p
    if prompt.schema is not None:
        form = {"type": "json_schema", "schema": module.transform_schema(prompt.schema)}
        made["output_config"] = {**made.get("output_config", {}), "format": form}
    if model.caching and prompt.cache:
        _keep(made, prompt)
    return made


def _forces(prompt: Prompt, model: Model) -> bool:
    return model.forced and bool(prompt.tools) and prompt.tool_choice not in ("auto", "none")


def _thinking(prompt: Prompt, model: Model, most: int) -> dict[str, Any]:
    """How thinking is switched, which each generation of models wants said differently."""
    effort = prompt.effort
    if model.thinking == "budget":
        if effort in ("", "none"):
            return {}
        return {"thinking": {"type": "enabled", "budget_tokens": budget(effort, model, most)}}
    if model.thinking not in ("asked", "always"):
        return {}
    # A tool cannot be forced while a model thinks: for that one round it does not.
    off = effort == "none" or _forces(prompt, model)
    if model.thinking == "asked" and (off or not effort):
        return {}
    if off and model.unthinking:
        return {"thinking": {"type": model.unthinking}}
    if effort == "none":
        effort = "low"
    adaptive = {"thinking": {"type": "adaptive", "display": "summarized"}}
    known = nearest(effort, model.efforts) if effort else ""
    return {**adaptive, "output_config": {"effort": known}} if known else adaptive


def _system(prompt: Prompt, free: bool) -> str:
    wanted = prompt.tool_choice
    if not prompt.tools or free or wanted in ("auto", "none"):
        return prompt.system
    # A thinking model refuses to be forced; it does as it is told.
    which = "one of your tools" if wanted == "required" else f"the tool `{wanted}`"
    return f"{prompt.system}\n\nUse {which} before you answer.".strip()


def _tool(offer: Offer) -> dict[str, Any]:
    return {"name": offer.name, "description": offer.doc, "input_schema": {"type": "object", **offer.schema}}


def _choice(choice: str, free: bool) -> dict[str, Any]:
    if choice in ("auto", "none"):
        return {"type": choice}
    if not free:
        return {"type": "auto"}
    return {"type": "any"} if choice == "required" else {"type": "tool", "name": choice}


def _keep(made: dict[str, Any], prompt: Prompt) -> None:
    """Mark where the vendor may keep the prompt: it pays when it comes again, as it does with tools or more turns."""
    again = bool(prompt.tools) or len(prompt.turns) > 1
    if "system" in made and (again or len(prompt.system) > WORTH_KEEPING):
        made["system"][-1] |= KEEP
    elif again and "tools" in made:
        made["tools"][-1] |= KEEP
    if again and made["messages"]:
        last = made["messages"][-1]["content"][-1]
        if last["type"] in ("text", "image", "document", "tool_result"):
            last |= KEEP
