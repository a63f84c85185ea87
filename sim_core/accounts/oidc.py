"""Signing in by another provider: OpenID Connect with PKCE, and GitHub, which has its own way of telling an address."""

import secrets
import time
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import quote

import msgspec
from authlib.integrations.httpx_client import AsyncOAuth2Client, OAuthError
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from msgspec import Struct

from sim_core.errors import Denied, Missing, Refused, SimError
from sim_core.net.client import Client

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]
GITHUB = {
    "authorization_endpoint": "https://github.com/login/oauth/authorize",
    "token_endpoint": "https://github.com/login/oauth/access_token",
}
GITHUB_API = "https://api.github.com"
DISCOVERY_S = 3600.0
LEEWAY_S = 60


class Login(Struct, frozen=True, kw_only=True):
    """A provider that people may sign in by."""

    id: str
    title: str
    client_id: str
    client_secret: str = ""
    issuer: str = ""
    """Empty for GitHub, which is no OpenID provider."""
    trusts_email: bool = False
    """Whether addresses count as verified although the provider does not say so: it is the operator's own."""


class Begun(Struct, frozen=True, kw_only=True):
    """What has to be remembered while a person is away at the provider."""

    provider: str
    verifier: str
    nonce: str
    to: str = "/"
    invitation: str = ""
    user_id: str = ""
    """Whom to link the identity to; empty for signing in."""


class Stranger(Struct, frozen=True, kw_only=True):
    """A person as the provider knows them."""

    provider: str
    subject: str
    email: str
    name: str
    is_verified: bool


class Logins:
    """The providers of an instance."""

    def __init__(self, logins: tuple[Login, ...], client: Client, *, url: str) -> None:
        self._logins = {login.id: login for login in logins}
        self._client = client
        self._url = url.rstrip("/")
        self._found: dict[str, tuple[float, dict[str, Any]]] = {}

    @property
    def ids(self) -> tuple[str, ...]:
        """Their ids, as `GET /auth` tells them."""
        return tuple(self._logins)

    async def start(self, provider: str, *, state: str, begun: Begun) -> str:
        """Where the browser goes."""
        login = self._login(provider)
        found = await self._discovered(login)
        scope = "openid email profile" if login.issuer else "read:user user:email"
        async with self._open(login, scope=scope) as client:
            nonce = {"nonce": begun.nonce} if login.issuer else {}
            where, _ = client.create_authorization_url(
                found["authorization_endpoint"], state=state, code_verifier=begun.verifier, **nonce
            )
        return str(where)

    async def finish(self, begun: Begun, *, code: str) -> Stranger:
        """Who came back with a code; raises `Denied` for what does not prove it, `Refused` when the provider does."""
        login = self._login(begun.provider)
        found = await self._discovered(login)
        try:
            async with self._open(login, scope="") as client:
                tokens = cast(
                    "dict[str, Any]",
                    await client.fetch_token(
                        found["token_endpoint"], code=code, code_verifier=begun.verifier,
                        headers={"accept": "application/json"},
                    ),
                )  # fmt: skip
                if not login.issuer:
                    return await self._github(login, client)
                keys = await self._json(client, found["jwks_uri"])
        except OAuthError as error:
            words = str(error.description or error.error)[:200]  # pyright: ignore[reportUnknownMemberType,reportUnknownArgumentType]  # Authlib has no types here
            raise Refused(f"{login.title} did not let you in: {words}", code="login_refused") from None
        claims = self._claims(login, found, tokens.get("id_token", ""), keys, begun.nonce)
        email = str(claims.get("email") or "")
        proven = claims.get("email_verified") in (True, "true") or claims.get("xms_edov") in (True, "1", 1)
        return Stranger(
            provider=login.id,
            subject=str(claims["sub"]),
            email=email,
            name=str(claims.get("name") or email.partition("@")[0])[:100],
            is_verified=bool(email) and (proven or login.trusts_email),
        )

    def _claims(self, login: Login, found: Mapping[str, Any], text: str, keys: Any, nonce: str) -> Mapping[str, Any]:
        try:
            claims: dict[str, Any] = jwt.decode(text, KeySet.import_key_set(keys), algorithms=ALGORITHMS).claims
        except (JoseError, ValueError, TypeError, KeyError):
            raise Denied(f"{login.title}'s answer is not signed by it.", code="login_token") from None
        issuer = str(found["issuer"]).replace("{tenantid}", str(claims.get("tid", "")))
        audience = claims.get("aud")
        ours = audience == login.client_id or (isinstance(audience, list) and login.client_id in audience)
        several = isinstance(audience, list) and len(cast("list[Any]", audience)) > 1
        now = time.time()
        if (
            claims.get("iss") != issuer
            or not ours
            or (several and claims.get("azp") != login.client_id)
            or not isinstance(claims.get("exp"), int | float)
            or claims["exp"] < now - LEEWAY_S
            or (isinstance(claims.get("nbf"), int | float) and claims["nbf"] > now + LEEWAY_S)
            or not secrets.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode())
            or not claims.get("sub")
        ):
            raise Denied(f"{login.title}'s answer is for somebody else, or too old.", code="login_token")
        return claims

    async def _github(self, login: Login, client: Any) -> Stranger:
        person = await self._json(client, f"{GITHUB_API}/user")
        emails = await self._json(client, f"{GITHUB_API}/user/emails")
        main = next((one for one in emails if one.get("primary")), {"email": "", "verified": False})
        return Stranger(
            provider=login.id,
            subject=str(person["id"]),
            email=str(main["email"]),
            name=str(person.get("name") or person.get("login") or "")[:100],
            is_verified=bool(main["verified"]),
        )

    async def _discovered(self, login: Login) -> dict[str, Any]:
        if not login.issuer:
            return GITHUB
        known = self._found.get(login.id)
        if known and time.monotonic() - known[0] < DISCOVERY_S:
            return known[1]
        async with self._open(login, scope="") as client:
            where = f"{login.issuer.rstrip('/')}/.well-known/openid-configuration"
            found = await self._json(client, where)
        if str(found.get("issuer", "")).rstrip("/") != login.issuer.rstrip("/") and "{tenantid}" not in str(
            found.get("issuer")
        ):
            raise Refused(f"{login.title} says that it is another issuer.", code="login_issuer")
        self._found[login.id] = (time.monotonic(), found)
        return found

    async def _json(self, client: Any, url: str) -> Any:
        try:
            reply = await client.request("GET", url, withhold_token=not url.startswith(GITHUB_API))
            if reply.status_code >= 400:
                raise Refused(f"The provider answered {reply.status_code}.", http_status=reply.status_code)
            return msgspec.json.decode(reply.content)
        except msgspec.DecodeError:
            raise Refused("The provider's answer is no JSON.") from None
        except SimError:
            raise
        except Exception as error:
            raise Refused(f"The provider did not answer: {type(error).__name__}.", code="unreachable") from error

    def _open(self, login: Login, *, scope: str) -> Any:
        client: Any = AsyncOAuth2Client(
            login.client_id,
            login.client_secret or None,
            scope=scope or None,
            redirect_uri=f"{self._url}/api/v1/auth/providers/{quote(login.id)}/callback",
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_post" if login.client_secret else "none",
            transport=self._client.transport(),
            trust_env=False,
            timeout=30,
        )
        return client

    def _login(self, provider: str) -> Login:
        found = self._logins.get(provider)
        if found is None:
            raise Missing(f"One cannot sign in by {provider[:40]!r} here.")
        return found


def begin(provider: str, *, to: str = "/", invitation: str = "", user_id: str = "") -> Begun:
    """What to remember of a sign-in that begins now."""
    return Begun(
        provider=provider,
        verifier=secrets.token_urlsafe(48),
        nonce=secrets.token_urlsafe(24),
        to=to if to.startswith("/") and not to.startswith(("//", "/\\")) else "/",
        invitation=invitation,
        user_id=user_id,
    )


def read_logins(settings: Mapping[str, str]) -> tuple[Login, ...]:
    """The providers that the environment names: `GOOGLE_CLIENT_ID`, `GITHUB_…`, `MICROSOFT_…`, `OIDC_ISSUER` and
    `OIDC_OKTA_ISSUER` for any number of others."""
    found: list[Login] = []
    tenant = settings.get("MICROSOFT_TENANT", "common")
    known = {
        "google": ("Google", "https://accounts.google.com", False),
        "github": ("GitHub", "", False),
        "microsoft": ("Microsoft", f"https://login.microsoftonline.com/{tenant}/v2.0", tenant not in SHARED_TENANTS),
    }
    for id, (title, issuer, trusts) in known.items():
        if client_id := settings.get(f"{id.upper()}_CLIENT_ID"):
            secret = settings.get(f"{id.upper()}_CLIENT_SECRET", "")
            found.append(
                Login(id=id, title=title, client_id=client_id, client_secret=secret, issuer=issuer, trusts_email=trusts)
            )
    for name, issuer in sorted(settings.items()):
        if not name.startswith("OIDC_") or not name.endswith("ISSUER") or not issuer:
            continue
        prefix = name.removesuffix("ISSUER")
        id = prefix.removeprefix("OIDC_").strip("_").lower() or "oidc"
        found.append(
            Login(
                id=id,
                title=settings.get(f"{prefix}TITLE", id.title()),
                client_id=settings.get(f"{prefix}CLIENT_ID", ""),
                client_secret=settings.get(f"{prefix}CLIENT_SECRET", ""),
                issuer=issuer,
                trusts_email=settings.get(f"{prefix}TRUSTS_EMAIL", "") in ("1", "true", "yes"),
            )
        )
    return tuple(found)


SHARED_TENANTS = ("common", "organizations", "consumers")
"""Anybody may own a tenant there, and claim any address in it."""
