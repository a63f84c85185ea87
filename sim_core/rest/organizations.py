"""Organizations: made, renamed, handed over, left and deleted; their members and what each may do."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from sim_core.accounts import audit, sessions, tenancy
from sim_core.accounts.actors import OrganizationRole
from sim_core.accounts.tenancy import Member, Organization, Policy, Workspace
from sim_core.errors import Missing
from sim_core.rest.auth import Name
from sim_core.rest.routes import Call, Nothing, route

Id = Annotated[str, Meta(max_length=64)]


class OrganizationList(Struct, frozen=True, kw_only=True):
    """The organizations that you are a member of."""

    items: tuple[Organization, ...]
    next_cursor: str | None = None


class NewOrganization(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An organization to be made."""

    name: Name


class ChangeOrganization(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be otherwise."""

    name: Name | None = None
    policy: Policy | None = None
    """How long sessions of its members last at most."""


class MemberList(Struct, frozen=True, kw_only=True):
    """The members of an organization."""

    items: tuple[Member, ...]
    next_cursor: str | None = None


class MemberRole(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody is in an organization."""

    role: OrganizationRole


class Transfer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who takes over."""

    user_id: Id


class WorkspaceList(Struct, frozen=True, kw_only=True):
    """Workspaces."""

    items: tuple[Workspace, ...]
    next_cursor: str | None = None


@route("GET", "/organizations", scope="read", on="person", reply=OrganizationList)
async def list_organizations(call: Call[None, Nothing]) -> OrganizationList:
    """List the organizations that you are a member of."""
    return OrganizationList(items=await tenancy.organizations_of(call.services.store, call.user_id))


@route("POST", "/organizations", scope="admin", on="person", body=NewOrganization, reply=Organization, status=201)
async def create_organization(call: Call[NewOrganization, Nothing]) -> Organization:
    """Make an organization; you are its owner."""
    store = call.services.store
    made = await tenancy.create_organization(store, name=call.body.name, user_id=call.user_id)
    await _record(call, made, "organization.create", ("organization", made), after={"name": call.body.name})
    return await _read(call, made)


@route("GET", "/organizations/{organization_id}", scope="read", on="organization", reply=Organization)
async def read_organization(call: Call[None, Nothing]) -> Organization:
    """Read an organization."""
    return await _read(call, call.id("organization_id"))


@route(
    "PATCH",
    "/organizations/{organization_id}",
    scope="admin",
    on="organization",
    role="admin",
    body=ChangeOrganization,
    reply=Organization,
)
async def change_organization(call: Call[ChangeOrganization, Nothing]) -> Organization:
    """Rename an organization, or change how long sessions of its members last."""
    id = call.id("organization_id")
    before = await _read(call, id)
    await tenancy.change_organization(call.services.store, id, name=call.body.name, policy=call.body.policy)
    after = await _read(call, id)
    facts = [{"name": one.name, "policy": one.policy} for one in (before, after)]
    await _record(call, id, "organization.change", ("organization", id), before=facts[0], after=facts[1])
    return after


@route(
    "DELETE",
    "/organizations/{organization_id}",
    scope="admin",
    on="organization",
    role="owner",
    recent=True,
    status=204,
)
async def delete_organization(call: Call[None, Nothing]) -> None:
    """Delete an organization with all its workspaces; for two weeks its owner can restore it."""
    id = call.id("organization_id")
    await tenancy.mark_organization(call.services.store, id, deleted=True)
    await _record(call, id, "organization.delete", ("organization", id))


@route("POST", "/organizations/{organization_id}/restore", scope="admin", on="person", status=204)
async def restore_organization(call: Call[None, Nothing]) -> None:
    """Keep an organization of yours that was to be deleted."""
    id = call.id("organization_id")
    found = await tenancy.organizations_of(call.services.store, call.user_id, organization_id=id)
    if not found or found[0].role != "owner":
        raise Missing(f"There is no organization {id!r} of yours.")
    await tenancy.mark_organization(call.services.store, id, deleted=False)
    await _record(call, id, "organization.restore", ("organization", id))


@route(
    "POST",
    "/organizations/{organization_id}/transfer",
    scope="admin",
    on="organization",
    role="owner",
    recent=True,
    body=Transfer,
    status=204,
)
async def transfer_organization(call: Call[Transfer, Nothing]) -> None:
    """Hand an organization over to another member; you stay its admin."""
    id, to = call.id("organization_id"), call.body.user_id
    await tenancy.transfer(call.services.store, id, of=call.user_id, to=to)
    await _record(call, id, "organization.transfer", ("user", to), before={"owner": call.user_id}, after={"owner": to})


@route("POST", "/organizations/{organization_id}/leave", scope="admin", on="organization", status=204)
async def leave_organization(call: Call[None, Nothing]) -> None:
    """Leave an organization and its workspaces."""
    id = call.id("organization_id")
    role = await tenancy.remove_member(call.services.store, id, call.user_id)
    await _record(call, id, "member.leave", ("user", call.user_id), before={"role": role})


@route(
    "POST",
    "/organizations/{organization_id}/sign-out",
    scope="admin",
    on="organization",
    role="admin",
    recent=True,
    status=204,
)
async def sign_out_organization(call: Call[None, Nothing]) -> None:
    """End the sessions of every member."""
    id = call.id("organization_id")
    ended = await sessions.revoke_of_organization(call.services.store, id)
    await _record(call, id, "session.end_organization", ("organization", id), after={"sessions": ended})


@route("GET", "/organizations/{organization_id}/members", scope="read", on="organization", reply=MemberList)
async def list_members(call: Call[None, Nothing]) -> MemberList:
    """List the members of an organization."""
    return MemberList(items=await tenancy.members(call.services.store, call.id("organization_id")))


@route(
    "PUT",
    "/organizations/{organization_id}/members/{user_id}",
    scope="admin",
    on="organization",
    role="admin",
    body=MemberRole,
    status=204,
)
async def set_member(call: Call[MemberRole, Nothing]) -> None:
    """Make a member an owner, an admin or a plain member."""
    id, user_id, role = call.id("organization_id"), call.id("user_id"), call.body.role
    by = call.who.organizations[id]
    old = await tenancy.set_member_role(call.services.store, id, user_id, role, by=by)
    await _record(call, id, "member.role", ("user", user_id), before={"role": old}, after={"role": role})


@route(
    "DELETE",
    "/organizations/{organization_id}/members/{user_id}",
    scope="admin",
    on="organization",
    role="admin",
    status=204,
)
async def remove_member(call: Call[None, Nothing]) -> None:
    """Remove a member from an organization and all its workspaces."""
    id, user_id = call.id("organization_id"), call.id("user_id")
    by = call.who.organizations[id]
    old = await tenancy.remove_member(call.services.store, id, user_id, by=by)
    await _record(call, id, "member.remove", ("user", user_id), before={"role": old})


@route(
    "GET",
    "/organizations/{organization_id}/deleted-workspaces",
    scope="read",
    on="organization",
    role="admin",
    reply=WorkspaceList,
)
async def list_deleted_workspaces(call: Call[None, Nothing]) -> WorkspaceList:
    """List workspaces that are about to be deleted."""
    return WorkspaceList(items=await tenancy.leaving_workspaces(call.services.store, call.id("organization_id")))


@route(
    "POST",
    "/organizations/{organization_id}/deleted-workspaces/{deleted_id}/restore",
    scope="admin",
    on="organization",
    role="admin",
    status=204,
)
async def restore_workspace(call: Call[None, Nothing]) -> None:
    """Keep a workspace after all."""
    id, workspace_id = call.id("organization_id"), call.id("deleted_id")
    await tenancy.restore_workspace(call.services.store, id, workspace_id)
    await _record(call, id, "workspace.restore", ("workspace", workspace_id))


async def _read(call: Call[Any, Any], id: str) -> Organization:
    found = await tenancy.organizations_of(call.services.store, call.user_id, organization_id=id)
    if not found:
        raise Missing(f"There is no organization {id!r}.")
    return found[0]


async def _record(call: Call[Any, Any], id: str, action: str, thing: tuple[str, str], **facts: Any) -> None:
    await audit.record(call.services.store, call.source, action, thing, organization_id=id, **facts)


ROUTES = (
    list_organizations,
    create_organization,
    read_organization,
    change_organization,
    delete_organization,
    restore_organization,
    transfer_organization,
    leave_organization,
    sign_out_organization,
    list_members,
    set_member,
    remove_member,
    list_deleted_workspaces,
    restore_workspace,
)
