"""Stored credentials as tools get them; a token that has expired is renewed by one of those who need it."""

from collections.abc import Mapping
from datetime import datetime

from sim_core.accounts.apps import Apps
from sim_core.accounts.connecting import expiry_of
from sim_core.errors import Denied
from sim_core.net import oauth
from sim_core.net.client import Client
from sim_core.net.tools import Accounts
from sim_core.spec.auth import OAuth, ways
from sim_core.spec.tools import Integration
from sim_core.store.credentials import Credential, break_credential, update_credential, use_credential
from sim_core.store.patience import patiently
from sim_core.store.vault import Vault


class StoredAccounts:
    """The credentials of all workspaces and people."""

    def __init__(self, vault: Vault, client: Client, apps: Apps) -> None:
        """Read them from the vault; ask token endpoints through the guarded client."""
        self._vault = vault
        self._client = client
        self._apps = apps

    def of(self, workspace_id: str, person: str) -> Accounts:
        """How credentials are looked up for a workspace's runs that act for a person."""

        async def values(credential: str, integration: Integration, *, renew: bool) -> Mapping[str, str]:
            found = await patiently(lambda: use_credential(self._vault, workspace_id, credential, person=person))
            if found.provider != integration.id and found.provider not in _providers(integration):
                raise Denied(f"The credential {found.name!r} is for {found.provider}, not for {integration.title}.")
            way = next((way for way in ways(integration.auth) if isinstance(way, OAuth)), None)
            if way is None or found.kind != "oauth":
                return found.values
            if found.problem is not None:
                raise _broken(found, integration, found.problem)
            if not (renew or oauth.is_stale(found.values)):
                return found.values
            return await self._renewed(found, way, integration, force=renew)

        return values

    async def _renewed(
        self, old: Credential, way: OAuth, integration: Integration, *, force: bool
    ) -> Mapping[str, str]:
        app = await patiently(lambda: self._apps.of(way, old.workspace_id, old.facts))
        seen = old

        async def refresh(now: Credential) -> tuple[Mapping[str, str], datetime | None] | None:
            nonlocal seen
            seen = now
            if now.updated_at != old.updated_at and not oauth.is_stale(now.values):
                return None  # somebody else has renewed it while this one waited

            async def persist(values: Mapping[str, str]) -> None:
                """The row is written when this returns, under the same lock."""

            values = await oauth.fresh(
                way,
                now.values,
                self._client,
                client_id=app.client_id if app else "",
                client_secret=app.client_secret if app else "",
                persist=persist,
                force=force,
            )
            return values, expiry_of(values)

        try:
            return (await update_credential(self._vault, old.id, refresh)).values
        except Denied as error:
            if error.reason != "credential_expired":
                raise
            await break_credential(self._vault, seen, error.message)
            raise _broken(old, integration, error.message) from None


def _broken(credential: Credential, integration: Integration, why: str) -> Denied:
    words = f"The {integration.title} account {credential.name!r} has to be connected again: {why}"
    return Denied(words, code="needs_reconnect")


def _providers(integration: Integration) -> set[str]:
    return {way.provider for way in ways(integration.auth) if isinstance(way, OAuth)}
