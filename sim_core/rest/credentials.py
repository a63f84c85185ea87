"""Credentials: connections to services, kept encrypted; their values never come back."""

from datetime import datetime
from typing import Annotated, Any, Literal

from litestar.response.base import ASGIResponse
from msgspec import Meta, Struct

from sim_core.accounts import audit
from sim_core.accounts.actors import may
from sim_core.accounts.connecting import way_of
from sim_core.accounts.parting import Parted, part
from sim_core.errors import Invalid, Missing, Problem
from sim_core.net import credentials as ways_of
from sim_core.registry.manifest import way_kind
from sim_core.rest.granting import Begin, Connect, begun, integration_of, wish_of
from sim_core.rest.routes import Call, Nothing, route
from sim_core.spec.auth import Auth, Connection, ways
from sim_core.spec.tools import Integration
from sim_core.store import credentials as stored
from sim_core.store import shares
from sim_core.store.credentials import Credential

Kind = Literal["bearer", "api_key", "basic", "oauth", "aws_keys", "connection"]
Title = Annotated[str, Meta(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f]*$")]
Values = Annotated[dict[str, str], Meta(min_length=1, max_length=64)]


class NewCredential(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A connection to a service."""

    provider: Annotated[str, Meta(min_length=1, max_length=128)]
    """Id of the integration."""
    kind: Kind
    """One of the ways that `GET /integrations` lists for it."""
    name: Title
    values: Values
    """By the names of its secrets or fields; a connection may be one URL, under the name of its secret."""
    expires_at: datetime | None = None


class ChangeCredential(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be different."""

    name: Title | None = None
    values: Values | None = None
    """All values anew."""


class CredentialEntry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A connection to a service, without its values."""

    id: str
    provider: str
    kind: str
    name: str
    status: Literal["ok", "needs_reconnect"]
    problem: str = ""
    """Why it has to be connected again."""
    of: Literal["workspace", "person"]
    """Whose it is."""
    owner: str = ""
    """Name of the person whose it is."""
    user_id: str = ""
    role: Literal["use", "manage"]
    """What you may do with it."""
    facts: dict[str, Any] = {}
    """What may be shown: `account`, `scopes`."""
    expires_at: datetime | None = None
    created_at: datetime
    updated_at: datetime


class CredentialList(Struct, frozen=True, kw_only=True):
    """Credentials, by service and name."""

    items: tuple[CredentialEntry, ...]
    next_cursor: str | None = None


class ByProvider(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Narrows the list."""

    provider: str = ""
    """Only of this integration."""


class Offer(Struct, frozen=True, kw_only=True):
    """A service whose accounts can be connected, and what is still to be set up for it."""

    integration: str
    title: str
    scopes: tuple[str, ...]
    is_ready: bool
    """Whether this instance, or the workspace, has an app there."""
    settings: tuple[str, str]
    """The settings, or secrets of the workspace, that hold the app's id and secret."""
    redirect_uri: str
    """What the app's settings at the service have to allow."""


class OfferList(Struct, frozen=True, kw_only=True):
    """The services whose accounts can be connected."""

    items: tuple[Offer, ...]
    next_cursor: str | None = None


@route("GET", "/credentials", scope="read", query=ByProvider, reply=CredentialList)
async def list_credentials(call: Call[None, ByProvider]) -> CredentialList:
    """List the credentials that you may use here, without their values.

    Those of the workspace, those that people share with it or with you, and your own.
    """
    actor, wanted = call.who, call.query.provider.replace("\0", "") or None
    person = "" if actor.bound else actor.user_id
    found = await stored.list_credentials(call.services.vault, call.workspace_id, person=person, provider=wanted)
    is_admin = may(actor, call.workspace_id, "admin")
    return CredentialList(items=tuple(entry(one, manages=is_admin or one.user_id is not None) for one in found))


@route("POST", "/credentials", scope="admin", body=NewCredential, reply=CredentialEntry, status=201)
async def create_credential(call: Call[NewCredential, Nothing]) -> CredentialEntry:
    """Keep a connection to a service for everybody in the workspace."""
    made = await keep(call, call.workspace_id, personal=False)
    await _record(call, "credential.create", made.id, after={"provider": made.provider, "name": made.name})
    return entry(made)


@route("PATCH", "/credentials/{credential_id}", scope="admin", body=ChangeCredential, reply=CredentialEntry)
async def change_credential(call: Call[ChangeCredential, Nothing]) -> CredentialEntry:
    """Rename a credential, or give it other values."""
    vault, place = call.services.vault, {"workspace_id": call.workspace_id}
    changed = await change(call, await stored.managed_credential(vault, call.id("credential_id"), **place))
    await _record(
        call, "credential.change", changed.id, after={"name": changed.name, "values": call.body.values is not None}
    )
    return entry(await stored.managed_credential(vault, changed.id, **place))


@route("DELETE", "/credentials/{credential_id}", scope="admin", reply=Parted)
async def delete_credential(call: Call[None, Nothing]) -> Parted:
    """Delete a credential of the workspace, or have one that a person shares with it no longer be used here.

    What was granted at the service is ended there too, where it can be told.
    """
    credential_id, vault = call.id("credential_id"), call.services.vault
    if await shares.leave_workspace(vault.store, credential_id, call.workspace_id):
        await _record(call, "credential.unshare", credential_id)
        return Parted(at_service="kept", message="It is no longer used in this workspace.")
    parted = await leave(call, call.workspace_id)
    await _record(call, "credential.delete", credential_id, after={"at_service": parted.at_service})
    return parted


@route("GET", "/credentials/offers", scope="read", reply=OfferList)
async def list_offers(call: Call[None, Nothing]) -> OfferList:
    """List the services whose accounts can be connected, and what is still to be set up for each."""
    registry, connecting = call.services.registry, call.services.connecting
    found: list[Offer] = []
    for facts in sorted(
        (one for manifest in registry.catalogue() for one in manifest.integrations), key=lambda i: i.id
    ):
        if not any(way.kind == "oauth" for way in facts.auth):
            continue
        integration = registry.integration(facts.id)
        if integration is None:
            continue
        try:
            way = way_of(integration)
        except Missing:
            continue
        found.append(
            Offer(
                integration=facts.id,
                title=facts.title,
                scopes=way.scopes,
                is_ready=await connecting.apps.find(way, call.workspace_id) is not None,
                settings=(way.client_id, way.client_secret),
                redirect_uri=connecting.redirect_uri,
            )
        )
    return OfferList(items=tuple(found))


@route("POST", "/credentials/connect", scope="admin", body=Connect, reply=Begin)
async def connect_account(call: Call[Connect, Nothing]) -> ASGIResponse:
    """Begin to connect an account for everybody in the workspace; send the browser to the answer's `url`."""
    return await begun(call, wish_of(call.body, call.user_id, workspace_id=call.workspace_id))


async def keep(call: Call[NewCredential, Any], owner: str, *, personal: bool) -> Credential:
    """Keep what was sent as a credential of a workspace or a person; raises `Invalid` for values that do not fit."""
    body = call.body
    return await stored.put_credential(
        call.services.vault,
        owner,
        personal=personal,
        kind=body.kind,
        provider=body.provider,
        name=body.name,
        values=_checked(integration_of(call, body.provider), body.kind, body.values),
        expires_at=body.expires_at,
        actor=call.user_id,
    )


async def leave(call: Call[Any, Any], owner: str) -> Parted:
    """Delete a credential of a workspace or a person, and take back what was granted."""
    parts = call.services
    find = parts.registry.integration
    id = call.id("credential_id")
    return await part(parts.vault, parts.client, parts.connecting.apps, find, owner=owner, credential_id=id)


async def change(call: Call[ChangeCredential, Any], old: Credential) -> Credential:
    """Change a credential as was sent."""
    body, values = call.body, call.body.values
    if values is not None:
        values = _checked(integration_of(call, old.provider), old.kind, values)
    await stored.change_credential(call.services.vault, old, name=body.name, values=values)
    return old


def entry(one: Credential, *, manages: bool = True) -> CredentialEntry:
    """A credential as lists show it."""
    return CredentialEntry(
        id=one.id,
        provider=one.provider,
        kind=one.kind,
        name=one.name,
        status="needs_reconnect" if one.problem else "ok",
        problem=one.problem or "",
        of="person" if one.user_id else "workspace",
        owner=one.owner,
        user_id=one.user_id or "",
        role="manage" if one.role == "manage" and manages else "use",
        facts={name: value for name, value in one.facts.items() if name != "app"},
        expires_at=one.expires_at,
        created_at=one.created_at,
        updated_at=one.updated_at,
    )


def _checked(integration: Integration, kind: str, values: dict[str, str]) -> dict[str, str]:
    """The values as they are kept; raises `Invalid` for names that are missing or unknown, and never tells a value."""
    offered = [way for way in ways(integration.auth) if way_kind(way) == kind]
    if not offered:
        kinds = ", ".join(sorted({way_kind(way) for way in ways(integration.auth)})) or "none"
        _refuse(f"{integration.title} takes no credential of the kind {kind!r}; it takes {kinds}.", "/kind")
    problems = [_misfit(way, values) for way in offered]
    for way, problem in zip(offered, problems, strict=True):
        if not problem:
            return _unfolded(way, values)
    _refuse(f"{integration.title}: {problems[0]}.", "/values")
    raise AssertionError


def _unfolded(way: Auth, values: dict[str, str]) -> dict[str, str]:
    if isinstance(way, Connection) and way.secret and way.secret in values:
        return {**ways_of.of_url(values[way.secret], way), **{k: v for k, v in values.items() if k != way.secret}}
    return values


def _misfit(way: Auth, values: dict[str, str]) -> str:
    """What is wrong with the names of values; empty when nothing is."""
    fields = ways_of.credential_fields(way)
    known = {field.name for field in fields}
    if isinstance(way, Connection) and way.secret:
        known.add(way.secret)
    given = _unfolded(way, values)
    if unknown := sorted(set(values) - known):
        return f"there is no value {unknown[0][:80]!r}; there are {', '.join(sorted(known))}"
    if lacking := [field.name for field in fields if field.is_required and not given.get(field.name)]:
        return f"{', '.join(lacking)} must be given"
    return ""


def _refuse(message: str, pointer: str) -> None:
    raise Invalid(message, problems=[Problem(code="bad_credential", message=message, pointer=pointer)])


async def _record(call: Call[Any, Any], action: str, credential_id: str, **facts: Any) -> None:
    thing = ("credential", credential_id)
    await audit.record(call.services.store, call.source, action, thing, workspace_id=call.workspace_id, **facts)


ROUTES = (
    list_credentials,
    create_credential,
    list_offers,
    connect_account,
    change_credential,
    delete_credential,
)
