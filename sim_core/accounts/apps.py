"""How this platform is known to services whose accounts people connect: an id and a secret for each."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from sim_core.errors import Denied
from sim_core.spec.auth import OAuth
from sim_core.store.secrets import get_secrets
from sim_core.store.vault import Vault

OWN = "OAUTH_"
"""Before the name of a setting, where signing in and connecting accounts shall be two apps."""


class App(Struct, frozen=True, kw_only=True):
    """This platform as one service knows it."""

    client_id: str
    client_secret: str
    workspace_id: str = ""
    """The workspace that brought it as secrets; empty for the operator's."""


class Apps:
    """The operator's apps, and those that workspaces bring."""

    def __init__(self, vault: Vault, settings: Mapping[str, str]) -> None:
        self._vault = vault
        self._settings = settings

    async def find(self, way: OAuth, workspace_id: str = "") -> App | None:
        """A workspace's own app for a service, else the operator's; `None` when there is none."""
        return (await self._of_workspace(way, workspace_id) if workspace_id else None) or self._of_instance(way)

    async def choose(self, way: OAuth, workspace_id: str, *, title: str) -> App:
        """The same; raises `Denied` that says what to set."""
        app = await self.find(way, workspace_id)
        if app is None:
            raise Denied(
                f"This instance has no app at {title} yet: whoever runs it sets {way.client_id} and "
                f"{way.client_secret}, or a workspace sets them as secrets.",
                code="no_app",
            )
        return app

    async def of(self, way: OAuth, workspace_id: str | None, facts: Mapping[str, Any]) -> App | None:
        """The app that a credential was connected by: no other can renew its token."""
        if "app" in facts:
            home = str(facts["app"])
            return await self._of_workspace(way, home) if home else self._of_instance(way)
        return await self.find(way, workspace_id or "")

    def _of_instance(self, way: OAuth) -> App | None:
        for prefix in (OWN, ""):
            if client_id := self._settings.get(prefix + way.client_id):
                return App(client_id=client_id, client_secret=self._settings.get(prefix + way.client_secret, ""))
        return None

    async def _of_workspace(self, way: OAuth, workspace_id: str) -> App | None:
        secrets = await get_secrets(self._vault, workspace_id, (way.client_id, way.client_secret))
        if not secrets.get(way.client_id):
            return None
        secret = secrets.get(way.client_secret, "")
        return App(client_id=secrets[way.client_id], client_secret=secret, workspace_id=workspace_id)
