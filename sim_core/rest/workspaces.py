"""Workspaces: made, renamed, handed over and deleted, and who may do what in each."""

from datetime import datetime
from typing import Any

from msgspec import Struct

from sim_core.accounts import audit, tenancy
from sim_core.accounts.actors import Role, require_in_organization, require_person
from sim_core.accounts.bootstrap import add_workspace
from sim_core.accounts.tenancy import Grant, Workspace
from sim_core.rest.auth import Name
from sim_core.rest.organizations import Id
from sim_core.rest.routes import Call, Nothing, route


class WorkspaceEntry(Struct, frozen=True, kw_only=True):
    """A workspace, and what you may do in it."""

    id: str
    organization_id: str
    name: str
    role: Role
    created_at: datetime


class WorkspaceEntries(Struct, frozen=True, kw_only=True):
    """The workspaces that there are for you."""

    items: tuple[WorkspaceEntry, ...]
    next_cursor: str | None = None


class NewWorkspace(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A workspace to be made."""

    name: Name
    organization_id: Id


class ChangeWorkspace(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be otherwise."""

    name: Name | None = None
    organization_id: Id | None = None
    """Another organization that takes it over; you administer both."""


class GrantList(Struct, frozen=True, kw_only=True):
    """Who may do what in a workspace; owners and admins of the organization may do everything, and are not listed."""

    items: tuple[Grant, ...]
    next_cursor: str | None = None


class GrantRole(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody may do."""

    role: Role


@route("GET", "/workspaces", scope=("read", "run"), on="caller", reply=WorkspaceEntries)
async def list_workspaces(call: Call[None, Nothing]) -> WorkspaceEntries:
    """List the workspaces that there are for you."""
    found = await tenancy.workspaces(call.services.store, call.who.workspace_ids)
    return WorkspaceEntries(items=tuple(_entry(one, call) for one in found))


@route("POST", "/workspaces", scope="admin", on="person", body=NewWorkspace, reply=WorkspaceEntry, status=201)
async def create_workspace(call: Call[NewWorkspace, Nothing]) -> WorkspaceEntry:
    """Make a workspace in an organization that you administer."""
    body, store = call.body, call.services.store
    require_in_organization(call.who, body.organization_id, "admin")
    id = await add_workspace(store, organization_id=body.organization_id, user_id=call.user_id, name=body.name)
    await audit.record(
        store, call.source, "workspace.create", ("workspace", id), workspace_id=id, after={"name": body.name}
    )
    (made,) = await tenancy.workspaces(store, (id,))
    return _entry(made, call)


@route("GET", "/workspaces/{workspace_id}", scope=("read", "run"), reply=WorkspaceEntry)
async def read_workspace(call: Call[None, Nothing]) -> WorkspaceEntry:
    """Read a workspace."""
    (found,) = await tenancy.workspaces(call.services.store, (call.workspace_id,))
    return _entry(found, call)


@route("PATCH", "/workspaces/{workspace_id}", scope="admin", body=ChangeWorkspace, reply=WorkspaceEntry)
async def change_workspace(call: Call[ChangeWorkspace, Nothing]) -> WorkspaceEntry:
    """Rename a workspace, or hand it over to another organization."""
    store, id, body = call.services.store, call.workspace_id, call.body
    (before,) = await tenancy.workspaces(store, (id,))
    if body.organization_id is not None and body.organization_id != before.organization_id:
        require_person(call.who)
        require_in_organization(call.who, body.organization_id, "admin")
        require_in_organization(call.who, before.organization_id, "admin")
        await tenancy.move_workspace(store, id, body.organization_id)
    if body.name is not None:
        await tenancy.rename_workspace(store, id, body.name)
    (after,) = await tenancy.workspaces(store, (id,))
    facts = [{"name": one.name, "organization_id": one.organization_id} for one in (before, after)]
    await _record(call, "workspace.change", ("workspace", id), before=facts[0], after=facts[1])
    return _entry(after, call)


@route("DELETE", "/workspaces/{workspace_id}", scope="admin", recent=True, status=204)
async def delete_workspace(call: Call[None, Nothing]) -> None:
    """Delete a workspace; for two weeks an admin of the organization can restore it."""
    await tenancy.delete_workspace(call.services.store, call.workspace_id)
    await _record(call, "workspace.delete", ("workspace", call.workspace_id))


@route("GET", "/workspaces/{workspace_id}/members", scope="read", reply=GrantList)
async def list_grants(call: Call[None, Nothing]) -> GrantList:
    """List who may do what in a workspace."""
    return GrantList(items=await tenancy.grants(call.services.store, call.workspace_id))


@route("PUT", "/workspaces/{workspace_id}/members/{user_id}", scope="admin", body=GrantRole, status=204)
async def set_grant(call: Call[GrantRole, Nothing]) -> None:
    """Let somebody of the organization, or a guest of the workspace, do more or less in it."""
    user_id, role = call.id("user_id"), call.body.role
    old = await tenancy.grant(call.services.store, call.workspace_id, user_id, role)
    await _record(call, "permission.set", ("user", user_id), before={"role": old}, after={"role": role})


@route("DELETE", "/workspaces/{workspace_id}/members/{user_id}", scope="admin", status=204)
async def remove_grant(call: Call[None, Nothing]) -> None:
    """Let somebody do nothing in a workspace any more."""
    user_id = call.id("user_id")
    old = await tenancy.revoke(call.services.store, call.workspace_id, user_id)
    await _record(call, "permission.remove", ("user", user_id), before={"role": old})


@route("POST", "/workspaces/{workspace_id}/leave", scope=("read", "admin"), on="member", covering="admin", status=204)
async def leave_workspace(call: Call[None, Nothing]) -> None:
    """Leave a workspace that was shared with you."""
    old = await tenancy.revoke(call.services.store, call.workspace_id, call.user_id)
    await _record(call, "permission.leave", ("user", call.user_id), before={"role": old})


def _entry(one: Workspace, call: Call[Any, Any]) -> WorkspaceEntry:
    role: Role = call.who.roles.get(one.id, "admin")
    return WorkspaceEntry(
        id=one.id, organization_id=one.organization_id, name=one.name, role=role, created_at=one.created_at
    )


async def _record(call: Call[Any, Any], action: str, thing: tuple[str, str], **facts: Any) -> None:
    await audit.record(call.services.store, call.source, action, thing, workspace_id=call.workspace_id, **facts)


ROUTES = (
    list_workspaces,
    create_workspace,
    read_workspace,
    change_workspace,
    delete_workspace,
    list_grants,
    set_grant,
    remove_grant,
    leave_workspace,
)
