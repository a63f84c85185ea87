"""Your own credentials, those that others share with you, and with whom you share."""

from typing import Annotated, Any, Literal

from litestar.response.base import ASGIResponse
from msgspec import Meta, Struct

from sim_core.accounts import audit
from sim_core.accounts.parting import Parted
from sim_core.errors import Denied, Invalid, Missing
from sim_core.rest.credentials import (
    ChangeCredential,
    CredentialEntry,
    CredentialList,
    NewCredential,
    change,
    entry,
    keep,
    leave,
)
from sim_core.rest.granting import Begin, Connect, begun, wish_of
from sim_core.rest.routes import Call, Nothing, route
from sim_core.store import credentials as stored
from sim_core.store import shares
from sim_core.store.credentials import Credential
from sim_core.store.shares import Share

ID = r"^[0-9a-fA-F-]*$"
BASE = "/me/credentials"
ONE = BASE + "/{credential_id}"


class ConnectMine(Connect, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An account of yours that is to be connected."""

    workspace_id: Annotated[str, Meta(max_length=64, pattern=ID)] = ""
    """The workspace whose app at the service is taken, where it has one of its own."""


class NewShare(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """With whom a credential is shared: one person, or everybody in a workspace."""

    user_id: Annotated[str, Meta(max_length=64, pattern=ID)] = ""
    """Somebody who has a part in a workspace, or is in an organization, together with its owner."""
    workspace_id: Annotated[str, Meta(max_length=64, pattern=ID)] = ""
    role: Literal["use", "manage"] = "use"
    """`manage` is to rename it, to connect it again, and to share it."""


class ShareList(Struct, frozen=True, kw_only=True):
    """With whom a credential is shared."""

    items: tuple[Share, ...]
    next_cursor: str | None = None


@route("GET", BASE, scope="admin", on="person", reply=CredentialList)
async def list_my_credentials(call: Call[None, Nothing]) -> CredentialList:
    """List your own credentials and those that others share with you, without their values."""
    found = await stored.held_credentials(call.services.vault, call.user_id)
    return CredentialList(items=tuple(entry(one) for one in found))


@route("POST", BASE, scope="admin", on="person", body=NewCredential, reply=CredentialEntry, status=201)
async def create_my_credential(call: Call[NewCredential, Nothing]) -> CredentialEntry:
    """Keep a connection to a service for yourself; what acts for you may use it."""
    made = await keep(call, call.user_id, personal=True)
    await _record(call, "credential.create", made.id, after={"provider": made.provider, "name": made.name})
    return entry(made)


@route("POST", BASE + "/connect", scope="admin", on="person", body=ConnectMine, reply=Begin)
async def connect_my_account(call: Call[ConnectMine, Nothing]) -> ASGIResponse:
    """Begin to connect an account of yours; send the browser to the answer's `url`."""
    return await begun(call, wish_of(call.body, call.user_id, app_of=call.body.workspace_id.lower()))


@route("PATCH", ONE, scope="admin", on="person", body=ChangeCredential, reply=CredentialEntry)
async def change_my_credential(call: Call[ChangeCredential, Nothing]) -> CredentialEntry:
    """Rename a credential that you own or manage, or give it other values."""
    changed = await change(call, await _managed(call))
    after = {"name": call.body.name, "values": call.body.values is not None}
    await _record(call, "credential.change", changed.id, before={"name": changed.name}, after=after)
    return entry(await _managed(call))


@route("DELETE", ONE, scope="admin", on="person", reply=Parted)
async def delete_my_credential(call: Call[None, Nothing]) -> Parted:
    """Delete a credential of your own; nobody can use it any more.

    What was granted at the service is ended there too, where it can be told.
    """
    parted = await leave(call, call.user_id)
    await _record(call, "credential.delete", call.id("credential_id"), after={"at_service": parted.at_service})
    return parted


@route("GET", ONE + "/shares", scope="admin", on="person", reply=ShareList)
async def list_shares(call: Call[None, Nothing]) -> ShareList:
    """List with whom a credential that you own or manage is shared."""
    one = await _managed(call)
    return ShareList(items=await shares.list_shares(call.services.store, one.id))


@route("POST", ONE + "/shares", scope="admin", on="person", body=NewShare, reply=Share, status=201)
async def share_credential(call: Call[NewShare, Nothing]) -> Share:
    """Share a credential with a person or a workspace, or change what they may do with it."""
    one, body = await _managed(call), call.body
    user_id, workspace_id = body.user_id.lower() or None, body.workspace_id.lower() or None
    if (user_id is None) == (workspace_id is None):
        raise Invalid("Name one of `user_id` and `workspace_id`.")
    if workspace_id is not None:
        _check_place(call, workspace_id)
    made = await shares.share_credential(
        call.services.store, one.id, role=body.role, user_id=user_id, workspace_id=workspace_id, actor=call.user_id
    )
    after = {"user_id": user_id, "workspace_id": workspace_id, "role": body.role}
    await _record(call, "credential.share", one.id, after=after, workspace_id=workspace_id)
    return made


@route("DELETE", ONE + "/shares/{share_id}", scope="admin", on="person", status=204)
async def unshare_credential(call: Call[None, Nothing]) -> None:
    """End a share; who had it cannot use the credential from their next call on."""
    one, share_id = await _managed(call), call.id("share_id")
    await shares.unshare_credential(call.services.store, one.id, share_id)
    await _record(call, "credential.unshare", one.id, before={"share_id": share_id})


async def _managed(call: Call[Any, Any]) -> Credential:
    credential_id = call.id("credential_id")
    return await stored.managed_credential(call.services.vault, credential_id, user_id=call.user_id)


def _check_place(call: Call[Any, Any], workspace_id: str) -> None:
    role = call.who.roles.get(workspace_id)
    if role is None:
        raise Missing(f"There is no workspace {workspace_id!r}.")
    if role == "read":
        raise Denied("Sharing with a workspace takes the right to write in it.", code="role")


async def _record(call: Call[Any, Any], action: str, credential_id: str, **facts: Any) -> None:
    await audit.record(call.services.store, call.source, action, ("credential", credential_id), **facts)


ROUTES = (
    list_my_credentials,
    create_my_credential,
    connect_my_account,
    change_my_credential,
    delete_my_credential,
    list_shares,
    share_credential,
    unshare_credential,
)
