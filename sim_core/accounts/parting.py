"""Leaving a service: what was granted there is taken back, as well as it can, when the credential is deleted."""

from collections.abc import Callable
from typing import Literal

from msgspec import Struct

from sim_core.accounts.apps import Apps
from sim_core.errors import SimError
from sim_core.net import oauth
from sim_core.net.client import Client
from sim_core.spec.auth import OAuth, ways
from sim_core.spec.tools import Integration
from sim_core.store import credentials as stored
from sim_core.store.credentials import Credential
from sim_core.store.vault import Vault

Find = Callable[[str], Integration | None]


class Parted(Struct, frozen=True, kw_only=True):
    """What became of a credential that was deleted."""

    at_service: Literal["nothing", "revoked", "kept", "failed"]
    """`nothing` was granted there, or it can only be ended there; `kept` since another credential lives by it."""
    message: str
    """The same, in words."""


async def part(vault: Vault, client: Client, apps: Apps, find: Find, *, owner: str, credential_id: str) -> Parted:
    """Delete a credential of a workspace or person, and tell the service; raises `Missing`.

    It is gone whatever the service says.
    """
    one = await stored.owned_credential(vault, owner, credential_id)
    await stored.delete_credential(vault, owner, credential_id)
    integration = find(one.provider)
    way = next((way for way in ways(integration.auth) if isinstance(way, OAuth)), None) if integration else None
    if integration is None or way is None or one.kind != "oauth":
        return Parted(at_service="nothing", message=f"{one.name!r} was deleted.")
    title = integration.title
    if not way.revoke_url:
        words = f"{one.name!r} was deleted. {title} has no way to be told: end the access in its own settings."
        return Parted(at_service="nothing", message=words)
    if await _lives_on(vault, find, one, way):
        words = f"{one.name!r} was deleted. {title} keeps the access, since another credential uses the same account."
        return Parted(at_service="kept", message=words)
    try:
        app = await apps.of(way, one.workspace_id, one.facts)
        secret = app.client_secret if app else ""
        await oauth.revoke(way, client, one.values, client_id=app.client_id if app else "", client_secret=secret)
    except SimError as error:
        words = f"{one.name!r} was deleted, but {title} did not end the access: {error.message}"
        return Parted(at_service="failed", message=words)
    return Parted(at_service="revoked", message=f"{one.name!r} was deleted, and {title} has ended the access.")


async def _lives_on(vault: Vault, find: Find, one: Credential, way: OAuth) -> bool:
    """Whether another credential is of the same account: services end all that one account granted to one app."""
    account = one.facts.get("account")
    if not account:
        return False
    for provider in await stored.providers_of_account(vault, str(account)):
        other = find(provider)
        if other and any(isinstance(its, OAuth) and its.provider == way.provider for its in ways(other.auth)):
            return True
    return False
