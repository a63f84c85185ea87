"""Invitations: made, sent again, withdrawn, read and accepted."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from sim_core.accounts import audit, invitations, people
from sim_core.accounts.actors import OrganizationRole
from sim_core.accounts.invitations import Found, Invitation, Offer
from sim_core.errors import Denied
from sim_core.rest.auth import Email
from sim_core.rest.routes import Call, Nothing, route


class NewInvitation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody to be invited."""

    email: Email
    role: OrganizationRole = "member"
    grants: Annotated[tuple[Offer, ...], Meta(max_length=200)] = ()
    """Roles in workspaces of the organization."""


class Sent(Struct, frozen=True, kw_only=True):
    """An invitation that is on its way."""

    invitation: Invitation
    link: str | None
    """Where no mail is sent, hand it on yourself; shown this once."""


class InvitationList(Struct, frozen=True, kw_only=True):
    """The invitations of an organization."""

    items: tuple[Invitation, ...]
    next_cursor: str | None = None


class Token(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The token of an invitation's link."""

    token: Annotated[str, Meta(min_length=8, max_length=128)]


@route(
    "GET",
    "/organizations/{organization_id}/invitations",
    scope="read",
    on="organization",
    role="admin",
    reply=InvitationList,
)
async def list_invitations(call: Call[None, Nothing]) -> InvitationList:
    """List the invitations of an organization, the newest first."""
    found = await invitations.list_invitations(call.services.store, call.id("organization_id"))
    return InvitationList(items=found)


@route(
    "POST",
    "/organizations/{organization_id}/invitations",
    scope="admin",
    on="organization",
    role="admin",
    body=NewInvitation,
    reply=Sent,
    status=201,
)
async def invite(call: Call[NewInvitation, Nothing]) -> Sent:
    """Invite somebody into an organization and any of its workspaces."""
    id, body, store = call.id("organization_id"), call.body, call.services.store
    if body.role == "owner" and call.who.organizations[id] != "owner":
        raise Denied("Only an owner invites an owner.", code="role")
    email = people.folded(body.email)
    made, token = await invitations.invite(store, id, email=email, role=body.role, grants=body.grants, by=call.user_id)
    after = {"email": email, "role": body.role, "grants": body.grants}
    await _record(call, id, "invitation.create", made, after=after)
    return await _send(call, id, made, token)


@route(
    "POST",
    "/organizations/{organization_id}/invitations/{invitation_id}/resend",
    scope="admin",
    on="organization",
    role="admin",
    reply=Sent,
)
async def resend_invitation(call: Call[None, Nothing]) -> Sent:
    """Send an invitation again, with a new link; the earlier one is void."""
    id, invitation_id = call.id("organization_id"), call.id("invitation_id")
    token = await invitations.resend(call.services.store, id, invitation_id)
    await _record(call, id, "invitation.resend", invitation_id)
    return await _send(call, id, invitation_id, token)


@route(
    "DELETE",
    "/organizations/{organization_id}/invitations/{invitation_id}",
    scope="admin",
    on="organization",
    role="admin",
    status=204,
)
async def withdraw_invitation(call: Call[None, Nothing]) -> None:
    """Withdraw an invitation; its link is void."""
    id, invitation_id = call.id("organization_id"), call.id("invitation_id")
    await invitations.withdraw(call.services.store, id, invitation_id)
    await _record(call, id, "invitation.withdraw", invitation_id)


@route("POST", "/invitations/read", scope=None, same_site=True, body=Token, reply=Found)
async def read_invitation(call: Call[Token, Nothing]) -> Found:
    """Read the invitation behind a link."""
    return await invitations.find(call.services.store, call.body.token)


@route("POST", "/invitations/accept", scope="admin", on="person", body=Token, reply=Found)
async def accept_invitation(call: Call[Token, Nothing]) -> Found:
    """Accept an invitation; without an account, sign up with it instead."""
    store, actor = call.services.store, call.who
    found = await invitations.find(store, call.body.token)
    await invitations.accept(store, found, user_id=actor.user_id, email=actor.email)
    await _record(call, found.organization_id, "invitation.accept", found.id)
    return found


async def _send(call: Call[Any, Any], id: str, invitation_id: str, token: str) -> Sent:
    reception = call.services.reception
    found = await invitations.get_invitation(call.services.store, id, invitation_id)
    link = f"{reception.url}/invite?token={token}"
    who = call.who.email
    reception.post.put(found.email, "You are invited to Sim", f"{who} invites you. Open this link to join:\n{link}\n")
    return Sent(invitation=found, link=None if reception.post.delivers else link)


async def _record(call: Call[Any, Any], id: str, action: str, invitation_id: str, **facts: Any) -> None:
    thing = ("invitation", invitation_id)
    await audit.record(call.services.store, call.source, action, thing, organization_id=id, **facts)


ROUTES = (list_invitations, invite, resend_invitation, withdraw_invitation, read_invitation, accept_invitation)
