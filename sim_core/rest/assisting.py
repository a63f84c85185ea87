"""Help with a field: a model writes what a person describes."""

from typing import Annotated, Any

from litestar.response.streaming import ASGIStreamingResponse
from msgspec import Meta, Struct

from sim_core.accounts import audit
from sim_core.errors import Invalid, Missing, Problem
from sim_core.models.drafts import Wanted
from sim_core.rest.drafting import field_to_write
from sim_core.rest.routes import Call, Nothing, route
from sim_core.rest.streams import HEADERS
from sim_core.spec.prompts import Answer
from sim_core.store import usage

Word = Annotated[str, Meta(max_length=256)]


class AssistWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which field is to be written, and how a person describes what belongs there."""

    block: Word = ""
    """The block type whose form it is; or"""
    tool: Word = ""
    """the tool whose input it is."""
    field: Annotated[str, Meta(min_length=1, max_length=256)]
    words: Annotated[str, Meta(min_length=1, max_length=8000)]
    """What a person wants of it."""
    current: Annotated[str, Meta(max_length=200_000)] = ""
    """What stands there now."""
    values: dict[str, Any] = {}
    """Other values of the form that say what kind of field it is: its language, its operation."""
    references: Annotated[tuple[Word, ...], Meta(max_length=200)] = ()
    """What it may refer to, as `block.path`."""
    model: Word = ""
    """Who is asked; empty is the first that has a key here."""
    workflow_id: Annotated[str, Meta(max_length=64)] = ""
    """In which workflow it is, for the audit log and the books of usage."""


@route(
    "POST",
    "/workspaces/{workspace_id}/assist",
    scope="write",
    body=AssistWanted,
    produces="text/event-stream",
)
async def assist(call: Call[AssistWanted, Nothing]) -> ASGIStreamingResponse:
    """Have a model write a field.

    Answers server-sent events: `wrote` with more words, `again` when those so far do not count, and at the end
    `drafted` with the text, its value, model, tokens and cost, or `failed` with the reason. Hanging up stops the model.
    The audit log and the books of usage keep what it cost.
    """
    body, drafting = call.body, call.services.drafting
    form, about = _form(call)
    field = field_to_write(form, body.field, body.values)
    wanted = Wanted(words=body.words, current=body.current, references=body.references, block=about)
    means = await drafting.open(
        model=body.model,
        workspace_id=call.workspace_id,
        person="" if call.who.bound else call.user_id,
        rules=call.who.rules.get(call.workspace_id, ()),
    )

    async def told(answer: Answer) -> None:
        await _keep(call, means.model, answer)

    frames = drafting.frames(field, wanted, means=means, told=told)
    return ASGIStreamingResponse(iterator=frames, media_type="text/event-stream", headers=HEADERS)


async def _keep(call: Call[AssistWanted, Nothing], model: str, answer: Answer) -> None:
    """What was paid, in the books of usage and in the audit log."""
    body, store, workspace_id = call.body, call.services.store, call.workspace_id
    tokens, cost = (answer.usage.input, answer.usage.output), answer.cost.total
    await usage.book_draft(
        store, workspace_id, workflow_id=body.workflow_id, actor=call.user_id, model=model, tokens=tokens, cost=cost
    )
    facts = {
        "model": model,
        "field": body.field,
        "tokens_input": tokens[0],
        "tokens_output": tokens[1],
        "cost": cost,
    }
    thing = ("workflow", body.workflow_id) if body.workflow_id else ("workspace", workspace_id)
    await audit.record(store, call.source, "field.assist", thing, workspace_id=workspace_id, after=facts)


def _form(call: Call[AssistWanted, Nothing]) -> tuple[type[Struct], str]:
    """The form that the field is of, and what its block does."""
    body, registry = call.body, call.services.registry
    if bool(body.block) == bool(body.tool):
        message = "Name one of `block` and `tool`."
        raise Invalid(message, problems=[Problem(code="invalid", message=message, pointer="/block")])
    if body.tool:
        tool = registry.tool(body.tool)
        if tool is None:
            raise Missing(f"No installed plugin brings the tool {body.tool[:80]!r}.")
        return tool.input, tool.doc
    block = registry.block(body.block)
    if block is None:
        raise Missing(f"No installed plugin brings the block type {body.block[:80]!r}.")
    return block.input_for(body.values), block.doc


ROUTES = (assist,)
