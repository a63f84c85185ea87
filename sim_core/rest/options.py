"""What can be chosen for a field, as the service says it: channels, repositories, sheets, tables."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from sim_core.accounts import groups
from sim_core.errors import Invalid, Missing, Problem
from sim_core.rest.offering import Choices, Wish
from sim_core.rest.routes import Call, Nothing, route
from sim_core.spec import options as spec
from sim_core.spec.integration_blocks import OWN

Word = Annotated[str, Meta(max_length=256)]


class OptionsWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of which field the options are wanted, and what else its form holds."""

    block: Word = ""
    """The block type whose form it is; or"""
    tool: Word = ""
    """the tool whose input it is."""
    field: Annotated[str, Meta(min_length=1, max_length=256)]
    values: dict[str, Any] = {}
    """The other values of the form, as they stand; of an integration's block with its `operation`."""
    credential: Annotated[str, Meta(max_length=64)] = ""
    """Id of the account to ask with; empty is the workspace's own."""
    search: Annotated[str, Meta(max_length=200)] = ""
    """What the person typed."""
    cursor: Annotated[str, Meta(max_length=2048)] = ""
    refresh: bool = False
    """Whether to ask the service again, however lately it was asked."""


@route("POST", "/workspaces/{workspace_id}/options", scope="write", body=OptionsWanted, reply=Choices)
async def list_options(call: Call[OptionsWanted, Nothing]) -> Choices:
    """List what can be chosen for a field, as the service says it.

    The tool that the field names is asked as a run of yours would ask it: with an account that you may use here, or
    with the workspace's own. Answers are kept for some seconds for each person.
    """
    body = call.body
    wish = _wish(call)
    options = spec.options_of(wish.form, wish.field)
    if options is None:
        _refuse(f"Nothing brings options for {body.field[:80]!r}.", "no_options", "/field")
        raise AssertionError
    tool = spec.tool_of(options, wish.service)
    groups.check_use(call.who, call.workspace_id, integrations=[tool.partition(".")[0]], tools=[tool])
    person = "" if call.who.bound else call.user_id
    return await call.services.offering.ask(wish, options, workspace_id=call.workspace_id, person=person)


def _wish(call: Call[OptionsWanted, Nothing]) -> Wish:
    body, registry = call.body, call.services.registry
    if bool(body.block) == bool(body.tool):
        _refuse("Name one of `block` and `tool`.", "invalid", "/block")
    values = {name: value for name, value in body.values.items() if name not in OWN}
    if body.tool:
        tool = registry.tool(body.tool)
        if tool is None:
            raise Missing(f"No installed plugin brings the tool {body.tool[:80]!r}.")
        form, service = tool.input, body.tool.partition(".")[0]
    else:
        block = registry.block(body.block)
        if block is None:
            raise Missing(f"No installed plugin brings the block type {body.block[:80]!r}.")
        form, service = block.input_for(body.values), block.id
    return Wish(
        form=form,
        field=body.field,
        service=service,
        values=values,
        credential=body.credential.lower(),
        search=body.search,
        cursor=body.cursor,
        fresh=body.refresh,
    )


def _refuse(message: str, code: str, pointer: str) -> None:
    raise Invalid(message, code=code, problems=[Problem(code=code, message=message, pointer=pointer)])


ROUTES = (list_options,)
