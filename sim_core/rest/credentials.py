"""Credentials: connections to services, kept encrypted; their values never come back."""

from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from sim_core.accounts import audit
from sim_core.errors import Invalid, Problem
from sim_core.rest.routes import Call, Nothing, route
from sim_core.store import credentials as stored
from sim_core.store.credentials import Credential

Kind = Literal["bearer", "api_key", "basic", "oauth", "aws_keys", "connection"]


class NewCredential(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A connection to a service."""

    provider: Annotated[str, Meta(min_length=1, max_length=128)]
    """Id of the integration."""
    kind: Kind
    """One of the ways that `GET /integrations` lists for it."""
    name: Annotated[str, Meta(min_length=1, max_length=255)]
    values: Annotated[dict[str, str], Meta(min_length=1, max_length=64)]
    """By the names of its secrets or fields."""
    expires_at: datetime | None = None


class CredentialEntry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A connection to a service, without its values."""

    id: str
    provider: str
    kind: str
    name: str
    facts: dict[str, Any] = {}
    expires_at: datetime | None = None
    created_at: datetime
    updated_at: datetime


class CredentialList(Struct, frozen=True, kw_only=True):
    """The credentials of the workspace."""

    items: tuple[CredentialEntry, ...]
    next_cursor: str | None = None


class ByProvider(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Narrows the list."""

    provider: str = ""
    """Only of this integration."""


@route("GET", "/credentials", scope="read", query=ByProvider, reply=CredentialList)
async def list_credentials(call: Call[None, ByProvider]) -> CredentialList:
    """List the credentials, without their values."""
    found = await stored.list_credentials(
        call.services.vault, call.workspace_id, provider=call.query.provider.replace("\0", "") or None
    )
    return CredentialList(items=tuple(_entry(one) for one in found))


@route("POST", "/credentials", scope="admin", body=NewCredential, reply=CredentialEntry, status=201)
async def create_credential(call: Call[NewCredential, Nothing]) -> CredentialEntry:
    """Keep a connection to a service."""
    body = call.body
    integration = call.services.registry.integration(body.provider)
    if integration is None:
        message = f"No installed plugin brings the integration {body.provider[:80]!r}."
        raise Invalid(message, problems=[Problem(code="unknown_integration", message=message, pointer="/provider")])
    made = await stored.put_credential(
        call.services.vault,
        call.workspace_id,
        kind=body.kind,
        provider=body.provider,
        name=body.name,
        values=body.values,
        expires_at=body.expires_at,
        actor=call.user_id,
    )
    await _record(call, "credential.create", made.id, after={"provider": made.provider, "name": made.name})
    return _entry(made)


@route("DELETE", "/credentials/{credential_id}", scope="admin", status=204)
async def delete_credential(call: Call[None, Nothing]) -> None:
    """Delete a credential."""
    await stored.delete_credential(call.services.vault, call.workspace_id, call.id("credential_id"))
    await _record(call, "credential.delete", call.id("credential_id"))


async def _record(call: Call[Any, Any], action: str, credential_id: str, **facts: Any) -> None:
    thing = ("credential", credential_id)
    await audit.record(call.services.store, call.source, action, thing, workspace_id=call.workspace_id, **facts)


def _entry(one: Credential) -> CredentialEntry:
    return CredentialEntry(
        id=one.id,
        provider=one.provider,
        kind=one.kind,
        name=one.name,
        facts=one.facts,
        expires_at=one.expires_at,
        created_at=one.created_at,
        updated_at=one.updated_at,
    )


ROUTES = (list_credentials, create_credential, delete_credential)
