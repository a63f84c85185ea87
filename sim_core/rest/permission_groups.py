"""Permission groups: which models, integrations, tools and parts of the API some people may not use."""

from typing import Annotated, Any, TypeGuard, cast

from msgspec import Meta, Struct
from msgspec.structs import replace

from sim_core.accounts import audit, groups
from sim_core.accounts.actors import Actor, Rules
from sim_core.accounts.groups import Group, check_use
from sim_core.document.workflow import Workflow
from sim_core.jobs.orders import Order
from sim_core.registry import Registry
from sim_core.rest.auth import Name
from sim_core.rest.organizations import Id
from sim_core.rest.routes import Call, Nothing, route

BASE = "/organizations/{organization_id}/permission-groups"


class PutGroup(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A permission group as it shall be."""

    name: Name
    rules: Rules = Rules()
    people: Annotated[tuple[Id, ...], Meta(max_length=10_000)] = ()
    """Ids of members."""


class GroupList(Struct, frozen=True, kw_only=True):
    """The permission groups of an organization."""

    items: tuple[Group, ...]
    next_cursor: str | None = None


@route("GET", BASE, scope="read", on="organization", role="admin", reply=GroupList)
async def list_groups(call: Call[None, Nothing]) -> GroupList:
    """List the permission groups of an organization."""
    return GroupList(items=await groups.groups(call.services.store, call.id("organization_id")))


@route("POST", BASE, scope="admin", on="organization", role="admin", body=PutGroup, reply=Group, status=201)
async def create_group(call: Call[PutGroup, Nothing]) -> Group:
    """Make a permission group; what it forbids, its people may not use in any workspace of the organization."""
    return await _put(call, None)


@route("PUT", BASE + "/{group_id}", scope="admin", on="organization", role="admin", body=PutGroup, reply=Group)
async def change_group(call: Call[PutGroup, Nothing]) -> Group:
    """Change a permission group."""
    return await _put(call, call.id("group_id"))


@route("DELETE", BASE + "/{group_id}", scope="admin", on="organization", role="admin", status=204)
async def delete_group(call: Call[None, Nothing]) -> None:
    """Delete a permission group."""
    id, group_id = call.id("organization_id"), call.id("group_id")
    await groups.drop_group(call.services.store, id, group_id)
    await audit.record(call.services.store, call.source, "group.delete", ("group", group_id), organization_id=id)


def check_document(actor: Actor, workspace_id: str, document: Workflow, registry: Registry) -> None:
    """Raise `Denied` for a workflow that plainly uses what a permission group keeps an actor from.

    It is said before the run begins; what holds is asked at each use (`jobs/permits.py`).
    """
    if not actor.rules.get(workspace_id):
        return
    blocks = [block for block in document.blocks.values() if block.enabled]
    models = [model for block in blocks if _is_named(model := block.values.get("model"))]
    operations = [(block.type, block.values.get("operation")) for block in blocks]
    used = [(type.partition("@")[0], operation) for type, operation in operations]
    for block in blocks:
        names = _chosen(block.values.get("tools"))
        used += [(name.partition(".")[0], name.partition(".")[2]) for name in names]
    integrations = [type for type, _ in used if registry.integration(type) is not None]
    tools = [f"{type}.{operation}" for type, operation in used if operation]
    check_use(actor, workspace_id, models=models, integrations=integrations, tools=tools)


def allowed(call: Call[Any, Any], order: Order) -> Order:
    """The order as whoever asks may have it, with their own secrets; raises `Denied` for what a group keeps away."""
    actor = call.who
    check_document(actor, order.workspace_id, order.workflow, call.services.registry)
    return replace(order, personal="" if actor.bound else actor.user_id)


def _is_named(model: Any) -> TypeGuard[str]:
    """Whether a model is written out whole; what a reference or a short name comes to is asked when it is used."""
    return isinstance(model, str) and "/" in model and "<" not in model and "{{" not in model


def _chosen(tools: Any) -> list[str]:
    """The tools that an agent was given, by name."""
    given = cast("list[Any]", tools) if isinstance(tools, list) else []
    return [str(cast("dict[str, Any]", one).get("tool", "")) for one in given if isinstance(one, dict)]


async def _put(call: Call[PutGroup, Nothing], group_id: str | None) -> Group:
    id, body, store = call.id("organization_id"), call.body, call.services.store
    made = await groups.put_group(store, id, name=body.name, rules=body.rules, people=body.people, group_id=group_id)
    act = "group.change" if group_id else "group.create"
    after = {"name": made.name, "rules": made.rules, "people": made.people}
    await audit.record(store, call.source, act, ("group", made.id), organization_id=id, after=after)
    return made


ROUTES = (list_groups, create_group, change_group, delete_group)
