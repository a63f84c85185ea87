"""Stored credentials as tools get them; a token that has expired is renewed by one of those who need it."""

from collections.abc import Mapping
from datetime import UTC, datetime

from sim_core.errors import Denied
from sim_core.net import oauth
from sim_core.net.client import Client
from sim_core.net.tools import Accounts
from sim_core.spec.auth import OAuth, ways
from sim_core.spec.tools import Integration
from sim_core.store.credentials import Credential, get_credential, update_credential
from sim_core.store.patience import patiently
from sim_core.store.secrets import get_secrets
from sim_core.store.vault import Vault


class StoredAccounts:
    """The credentials of all workspaces."""

    def __init__(self, vault: Vault, client: Client) -> None:
        """Read them from the vault; ask token endpoints through the guarded client."""
        self._vault = vault
        self._client = client

    def of(self, workspace_id: str) -> Accounts:
        """How one workspace's credentials are looked up."""

        async def values(credential: str, integration: Integration, *, renew: bool) -> Mapping[str, str]:
            found = await patiently(lambda: get_credential(self._vault, workspace_id, credential))
            if found.provider != integration.id and found.provider not in _providers(integration):
                raise Denied(f"The credential {found.name!r} is for {found.provider}, not for {integration.title}.")
            way = next((way for way in ways(integration.auth) if isinstance(way, OAuth)), None)
            if way is None or found.kind != "oauth" or not (renew or oauth.is_stale(found.values)):
                return found.values
            return await self._renewed(workspace_id, found, way, force=renew)

        return values

    async def _renewed(self, workspace_id: str, old: Credential, way: OAuth, *, force: bool) -> Mapping[str, str]:
        client_id, client_secret = await self._client_of(workspace_id, way)

        async def refresh(now: Credential) -> tuple[Mapping[str, str], datetime | None] | None:
            if now.updated_at != old.updated_at and not oauth.is_stale(now.values):
                return None  # somebody else has renewed it while this one waited

            async def persist(values: Mapping[str, str]) -> None:
                """The row is written when this returns, under the same lock."""

            values = await oauth.fresh(
                way,
                now.values,
                self._client,
                client_id=client_id,
                client_secret=client_secret,
                persist=persist,
                force=force,
            )
            return values, _expiry(values)

        return (await update_credential(self._vault, workspace_id, old.id, refresh)).values

    async def _client_of(self, workspace_id: str, way: OAuth) -> tuple[str, str]:
        prefix = way.provider.upper()
        names = (f"{prefix}_CLIENT_ID", f"{prefix}_CLIENT_SECRET")
        secrets = await patiently(lambda: get_secrets(self._vault, workspace_id, names))
        return secrets.get(names[0], ""), secrets.get(names[1], "")


def _providers(integration: Integration) -> set[str]:
    return {way.provider for way in ways(integration.auth) if isinstance(way, OAuth)}


def _expiry(values: Mapping[str, str]) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(values["expires_at"]), UTC)
    except (KeyError, ValueError):
        return None
