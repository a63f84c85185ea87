"""Connecting an account of a service: there with a state that is bound to the browser and a proof, and back."""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from sim_core.accounts import ceremonies
from sim_core.accounts.actors import may
from sim_core.accounts.apps import App, Apps
from sim_core.accounts.keys import fresh_token
from sim_core.accounts.standing import standing_of
from sim_core.errors import Denied, Missing
from sim_core.net import oauth
from sim_core.net.client import Client
from sim_core.spec.auth import OAuth, ways
from sim_core.spec.tools import Integration
from sim_core.store import credentials as stored
from sim_core.store.credentials import Credential
from sim_core.store.vault import Vault

CALLBACK = "/api/v1/credentials/callback"
KIND, LINK, DONE = "connect", "connect_link", "connected"


class Wish(Struct, frozen=True, kw_only=True):
    """Which account is to be connected, and whose credential it becomes."""

    integration: str
    user_id: str
    """Who connects it."""
    workspace_id: str = ""
    """The workspace that it shall belong to; empty for the person's own."""
    app_of: str = ""
    """The workspace whose app is taken where it has one."""
    credential_id: str = ""
    """The credential that is connected again."""
    name: str = ""
    """What it shall be called; empty for the account's own name."""
    to: str = "/"
    """Where the browser goes afterwards."""
    told: str = ""
    """Ticket by which whoever waits elsewhere hears of it."""


class Begun(Struct, frozen=True, kw_only=True):
    """What has to be remembered while a person is away."""

    wish: Wish
    verifier: str
    client_id: str
    app: str


class Connected(Struct, frozen=True, kw_only=True):
    """What came of it, for whoever waits elsewhere."""

    credential_id: str
    name: str


class Connecting:
    """Begins and finishes connections."""

    def __init__(self, vault: Vault, client: Client, apps: Apps, *, url: str) -> None:
        self.vault = vault
        self.apps = apps
        self._client = client
        self.redirect_uri = url.rstrip("/") + CALLBACK

    async def begin(self, integration: Integration, wish: Wish) -> tuple[str, str]:
        """The state that the browser has to bring back, and where it goes; raises `Denied` where no app is set up."""
        way = way_of(integration)
        app = await self.apps.choose(way, wish.app_of or wish.workspace_id, title=integration.title)
        verifier, state = secrets.token_urlsafe(48), fresh_token(ceremonies.SHAPE)
        begun = Begun(wish=wish, verifier=verifier, client_id=app.client_id, app=app.workspace_id)
        await ceremonies.begin(self.vault, KIND, begun, user_id=wish.user_id, ticket=state)
        where = oauth.authorize_url(
            way,
            client_id=app.client_id,
            redirect_uri=self.redirect_uri,
            state=state,
            challenge=_challenge(verifier) if way.pkce else "",
        )
        return state, where

    async def remembered(self, state: str) -> Begun:
        """What was begun under a state, which is used up; raises `Denied`."""
        return await ceremonies.finish(self.vault, KIND, state, Begun)

    async def finish(self, integration: Integration, begun: Begun, code: str) -> Credential:
        """The credential of the account that was granted; raises what the service, or a lost right, says."""
        wish = begun.wish
        actor = await standing_of(self.vault.store, wish.user_id)
        if actor is None or (wish.workspace_id and not may(actor, wish.workspace_id, "admin")):
            raise Denied("You may no longer connect accounts there.", code="role")
        old = await self.again(wish) if wish.credential_id else None
        way = way_of(integration)
        app = await self._app(way, begun)
        values = await oauth.exchange(
            way,
            self._client,
            code=code,
            redirect_uri=self.redirect_uri,
            client_id=app.client_id,
            client_secret=app.client_secret,
            verifier=begun.verifier if way.pkce else "",
        )
        account = await oauth.account_of(way, self._client, values)
        facts = {"account": account, "scopes": list(way.scopes), "app": app.workspace_id}
        made = await self._keep(integration, wish, old, values=values, facts=facts)
        if wish.told:
            done = Connected(credential_id=made.id, name=made.name)
            await ceremonies.begin(self.vault, DONE, done, ticket=wish.told)
        return made

    async def again(self, wish: Wish) -> Credential:
        """The credential that is connected again; raises `Missing` for one that this person may not change."""
        place = {"workspace_id": wish.workspace_id} if wish.workspace_id else {"user_id": wish.user_id}
        old = await stored.managed_credential(self.vault, wish.credential_id, **place)
        if old.provider != wish.integration:
            raise Missing(f"There is no credential {wish.credential_id!r} of {wish.integration}")
        return old

    async def link(self, wish: Wish) -> str:
        """A ticket that lets one browser begin, within ten minutes; for whoever has no browser at hand."""
        return await ceremonies.begin(self.vault, LINK, wish, user_id=wish.user_id)

    async def followed(self, ticket: str) -> Wish:
        """What a link is for; it is used up."""
        return await ceremonies.finish(self.vault, LINK, ticket, Wish)

    async def _app(self, way: OAuth, begun: Begun) -> App:
        app = await self.apps.of(way, None, {"app": begun.app})
        if app is None or app.client_id != begun.client_id:
            raise Denied("The app was changed meanwhile; connect the account again.", code="no_app")
        return app

    async def _keep(
        self,
        integration: Integration,
        wish: Wish,
        old: Credential | None,
        *,
        values: Mapping[str, str],
        facts: Mapping[str, Any],
    ) -> Credential:
        called = str(facts["account"] or f"{integration.title} account")
        ends = expiry_of(values)
        if old is None:
            return await stored.put_credential(
                self.vault,
                wish.workspace_id or wish.user_id,
                personal=not wish.workspace_id,
                kind="oauth",
                provider=integration.id,
                name=wish.name or called,
                values=values,
                facts=facts,
                expires_at=ends,
                actor=wish.user_id,
            )
        was_called_so = old.name in (old.facts.get("account"), f"{integration.title} account")
        name = wish.name or (called if was_called_so else old.name)
        await stored.change_credential(self.vault, old, name=name, values=values, facts=facts, expires_at=ends)
        return old


def way_of(integration: Integration) -> OAuth:
    """How accounts of an integration are connected; raises `Missing` where they cannot be."""
    for way in ways(integration.auth):
        if isinstance(way, OAuth) and way.authorize_url and way.token_url:
            return way
    raise Missing(f"Accounts of {integration.title} are not connected; add a credential instead.")


def expiry_of(values: Mapping[str, str]) -> datetime | None:
    """When a token ends."""
    try:
        return datetime.fromtimestamp(float(values["expires_at"]), UTC)
    except (KeyError, ValueError):
        return None


def inside(to: str) -> str:
    """An address of this site; the front door for any other."""
    return to if to.startswith("/") and not to.startswith(("//", "/\\")) and to.isprintable() else "/"


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
