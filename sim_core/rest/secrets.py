"""Secrets of the workspace: set, listed by name, deleted; their values never come back."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from sim_core.accounts import audit, dotenv
from sim_core.accounts.dotenv import PastedLine
from sim_core.rest.routes import Call, Nothing, route
from sim_core.store import secrets
from sim_core.store.secrets import SecretName


class NewSecret(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A secret's value."""

    value: Annotated[str, Meta(min_length=1)]


class Pasted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A `.env` file."""

    text: Annotated[str, Meta(min_length=1, max_length=1_000_000)]


class PastedSecrets(Struct, frozen=True, kw_only=True):
    """What came of each line."""

    items: tuple[PastedLine, ...]
    next_cursor: str | None = None


class SecretList(Struct, frozen=True, kw_only=True):
    """The secrets of the workspace, by name."""

    items: tuple[SecretName, ...]
    next_cursor: str | None = None


@route("GET", "/secrets", scope="read", reply=SecretList)
async def list_secrets(call: Call[None, Nothing]) -> SecretList:
    """List the secrets by name."""
    return SecretList(items=await secrets.list_secrets(call.services.vault, call.workspace_id))


@route("PUT", "/secrets/{name}", scope="admin", body=NewSecret, status=204)
async def set_secret(call: Call[NewSecret, Nothing]) -> None:
    """Set a secret, new or not."""
    await secrets.set_secret(
        call.services.vault, call.workspace_id, call.ids["name"], value=call.body.value, actor=call.user_id
    )
    await _record(call, "secret.set", call.ids["name"])
    call.services.secrets(call.workspace_id)


@route("PUT", "/secrets", scope="admin", body=Pasted, reply=PastedSecrets)
async def paste_secrets(call: Call[Pasted, Nothing]) -> PastedSecrets:
    """Set the secrets of a pasted `.env` file, all or none; lines that make no sense are refused, with their number."""
    return await paste(call, call.workspace_id, workspace_id=call.workspace_id)


@route("DELETE", "/secrets/{name}", scope="admin", status=204)
async def delete_secret(call: Call[None, Nothing]) -> None:
    """Delete a secret."""
    await secrets.delete_secret(call.services.vault, call.workspace_id, call.text("name"))
    await _record(call, "secret.delete", call.text("name"))
    call.services.secrets(call.workspace_id)


async def paste(call: Call[Pasted, Any], owner: str, *, workspace_id: str | None = None) -> PastedSecrets:
    """Set the secrets of a pasted file for a workspace or a person, and say what came of each line."""
    pairs, store = dotenv.read(call.body.text), call.services.store
    values = dotenv.chosen(pairs)
    async with store.transaction():
        fresh = await secrets.set_secrets(call.services.vault, owner, values, actor=call.user_id)
        after = {"names": sorted(values)}
        await audit.record(store, call.source, "secret.import", ("secret", ""), after=after, workspace_id=workspace_id)
    call.services.secrets(owner)
    return PastedSecrets(items=dotenv.outcomes(pairs, fresh))


async def _record(call: Call[Any, Any], action: str, name: str) -> None:
    await audit.record(call.services.store, call.source, action, ("secret", name), workspace_id=call.workspace_id)


ROUTES = (list_secrets, set_secret, paste_secrets, delete_secret)
