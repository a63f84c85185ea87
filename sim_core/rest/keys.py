"""API keys: made, listed, revoked; the key itself is shown once."""

from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta, Struct

from sim_core.accounts import audit, keys
from sim_core.accounts.actors import Scope
from sim_core.accounts.keys import Key
from sim_core.rest.routes import Call, Nothing, route


class NewApiKey(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A key to be made."""

    name: Annotated[str, Meta(min_length=1, max_length=255)]
    scopes: Annotated[tuple[Scope, ...], Meta(min_length=1)] = ("read", "run")
    expires_at: Annotated[datetime, Meta(tz=True)] | None = None


class FreshKey(Struct, frozen=True, kw_only=True):
    """A key that was just made."""

    id: str
    name: str
    scopes: tuple[Scope, ...]
    key: str
    """Shown this once; keep it."""
    expires_at: datetime | None = None


class KeyList(Struct, frozen=True, kw_only=True):
    """The keys of the workspace."""

    items: tuple[Key, ...]
    next_cursor: str | None = None


@route("GET", "/keys", scope="admin", reply=KeyList)
async def list_keys(call: Call[None, Nothing]) -> KeyList:
    """List the keys, without what makes them keys."""
    found = await keys.list_keys(call.services.store, user_id="", workspace_id=call.workspace_id)
    return KeyList(items=found)


@route("POST", "/keys", scope="admin", body=NewApiKey, reply=FreshKey, status=201)
async def create_key(call: Call[NewApiKey, Nothing]) -> FreshKey:
    """Make a key of this workspace; it is shown this once."""
    body = call.body
    made = await keys.create_key(
        call.services.store,
        user_id=call.user_id,
        name=body.name,
        workspace_id=call.workspace_id,
        scopes=body.scopes,
        expires_at=body.expires_at,
    )
    after = {"name": body.name, "scopes": made.key.scopes, "expires_at": body.expires_at}
    await _record(call, "key.create", made.key.id, after=after)
    return FreshKey(
        id=made.key.id, name=made.key.name, scopes=made.key.scopes, key=made.text, expires_at=made.key.expires_at
    )


@route("DELETE", "/keys/{key_id}", scope="admin", status=204)
async def revoke_key(call: Call[None, Nothing]) -> None:
    """Revoke a key; it is refused from now on."""
    await keys.revoke_key(call.services.store, call.id("key_id"), user_id="", workspace_id=call.workspace_id)
    await _record(call, "key.revoke", call.id("key_id"))


async def _record(call: Call[Any, Any], action: str, key_id: str, **facts: Any) -> None:
    await audit.record(
        call.services.store, call.source, action, ("key", key_id), workspace_id=call.workspace_id, **facts
    )


ROUTES = (list_keys, create_key, revoke_key)
