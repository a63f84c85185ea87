"""Tokens that a person granted: exchanged for a code, and renewed before they expire."""

import time
from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast
from urllib.parse import quote, urlsplit

import msgspec
from msgspec import Struct

from sim_core.errors import Denied, Refused
from sim_core.net.client import Client, Errand
from sim_core.net.masks import Mask
from sim_core.net.wire import encode
from sim_core.spec.auth import OAuth
from sim_core.spec.requests import Reply, Request

EARLY_S = 120
"""A token that ends within this time is renewed now, so that it lasts for the request."""


class Tokens(Struct, frozen=True, kw_only=True):
    """What a token endpoint answers."""

    access_token: str = ""
    refresh_token: str = ""
    expires_in: float | str | None = None
    token_type: str = ""
    scope: str = ""
    error: str = ""
    error_description: str = ""


def authorize_url(way: OAuth, *, client_id: str, redirect_uri: str, state: str, challenge: str = "") -> str:
    """Where a person goes to grant access; `challenge` is PKCE's, by SHA-256."""
    asked = {
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "response_type": "code",
        "scope": " ".join(way.scopes) or None,
        "state": state,
        "code_challenge": challenge or None,
        "code_challenge_method": "S256" if challenge else None,
        **way.asks,
    }
    return f"{way.authorize_url}{'&' if '?' in way.authorize_url else '?'}{encode(asked)}"


def is_stale(values: Mapping[str, str], *, now: float | None = None) -> bool:
    """Whether a token has expired, or is about to."""
    try:
        ends = float(values.get("expires_at") or "inf")
    except ValueError:
        return True
    return ends - (time.time() if now is None else now) < EARLY_S


async def exchange(
    way: OAuth, client: Client, *, code: str, redirect_uri: str, client_id: str, client_secret: str, verifier: str = ""
) -> dict[str, str]:
    """The values of a new credential for the code that a person brought back."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
    if verifier:
        form["code_verifier"] = verifier
    return await _ask(way, client, form, client_id=client_id, client_secret=client_secret, old={})


async def account_of(way: OAuth, client: Client, values: Mapping[str, str]) -> str:
    """What the service calls the account that a token is of; empty where it does not say."""
    if not way.account_url:
        return ""
    token = values["access_token"]
    home = urlsplit(way.account_url).hostname
    headers = {"accept": "application/json", "authorization": f"Bearer {token}"}
    request = Request(method="GET", url=way.account_url, headers=headers, timeout_s=30, max_bytes=1 << 20)
    errand = Errand(
        mask=Mask({"access_token": token}),
        reach=lambda host, _: None if host == home else f"{way.provider}'s account redirects to {host}",
    )
    reply = await client.send(request, errand)
    try:
        answer: Any = reply.json() if reply.status < 400 else None
    except msgspec.DecodeError:
        return ""
    named = (_at(answer, path.split(".")) for path in way.account)
    return next((str(name)[:200] for name in named if name), "")


async def fresh(
    way: OAuth,
    values: Mapping[str, str],
    client: Client,
    *,
    client_id: str,
    client_secret: str,
    persist: Callable[[Mapping[str, str]], Awaitable[None]],
    force: bool = False,
    now: float | None = None,
) -> Mapping[str, str]:
    """The credential's values with a token that is valid; a renewed one is persisted before it is used.

    Call it under the credential's row lock: many services let a refresh token be used only once.
    """
    if not force and not is_stale(values, now=now):
        return values
    refresh_token = values.get("refresh_token", "")
    if not refresh_token:
        raise Denied(f"the access to {way.provider} has expired; connect the account again", code="credential_expired")
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    renewed = await _ask(way, client, form, client_id=client_id, client_secret=client_secret, old=values, now=now)
    await persist(renewed)
    return renewed


async def revoke(way: OAuth, client: Client, values: Mapping[str, str], *, client_id: str, client_secret: str) -> None:
    """End what was granted (RFC 7009): the longer-lived token, which ends the other; raises what the service says."""
    kind = "refresh_token" if values.get("refresh_token") else "access_token"
    form = {"token": values.get(kind, ""), "token_type_hint": kind}
    request, errand = _asking(way, way.revoke_url, form, client_id=client_id, client_secret=client_secret)
    reply = await client.send(msgspec.structs.replace(request, timeout_s=10), errand)
    if reply.status >= 400:
        raise Refused(f"{way.provider} answered {reply.status}", http_status=reply.status)


async def _ask(
    way: OAuth,
    client: Client,
    form: dict[str, str],
    *,
    client_id: str,
    client_secret: str,
    old: Mapping[str, str],
    now: float | None = None,
) -> dict[str, str]:
    request, errand = _asking(way, way.token_url, form, client_id=client_id, client_secret=client_secret)
    reply = await client.send(request, errand)
    return _values(way, reply, old, errand.mask, time.time() if now is None else now)


def _asking(
    way: OAuth, url: str, form: dict[str, str], *, client_id: str, client_secret: str
) -> tuple[Request, Errand]:
    """A form for an endpoint of the service, in the name of this platform; none of it is ever told."""
    headers = {"accept": "application/json"}
    hidden = {"client_secret": client_secret, **form}
    if way.client_auth == "basic":
        pair = f"{quote(client_id, safe='')}:{quote(client_secret, safe='')}"
        headers["authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
    else:
        form = {**form, "client_id": client_id, "client_secret": client_secret}
    request = Request(method="POST", url=url, form=form, headers=headers, timeout_s=30, max_bytes=1 << 20)
    home = urlsplit(url).hostname
    open_ones = ("grant_type", "redirect_uri", "token_type_hint")
    errand = Errand(
        mask=Mask({name: value for name, value in hidden.items() if name not in open_ones}),
        reach=lambda host, _: None if host == home else f"the token endpoint redirects to {host}",
    )
    return request, errand


def _values(way: OAuth, reply: Reply, old: Mapping[str, str], mask: Mask, now: float) -> dict[str, str]:
    try:
        tokens = msgspec.convert(_granted(reply.json()), Tokens)
    except msgspec.DecodeError:
        raise Refused(f"{way.provider} answered {reply.status} without a token", http_status=reply.status) from None
    if tokens.error in ("invalid_grant", "invalid_token", "bad_refresh_token", "token_revoked"):
        raise Denied(f"{way.provider} no longer grants access; connect the account again", code="credential_expired")
    if reply.status >= 400 or not tokens.access_token:
        why = mask.text(tokens.error_description or tokens.error or "no token in the answer")
        raise Refused(f"{way.provider} answered {reply.status}: {why}", http_status=reply.status)
    values = {**old, "access_token": tokens.access_token}
    if tokens.refresh_token:
        values["refresh_token"] = tokens.refresh_token
    values.pop("expires_at", None)
    if tokens.expires_in:
        values["expires_at"] = str(int(now + float(tokens.expires_in)))
    return values


def _at(answer: Any, path: list[str]) -> Any:
    for name in path:
        answer = cast("dict[str, Any]", answer).get(name) if isinstance(answer, dict) else None
    return answer if isinstance(answer, str | int) else None


def _granted(answer: Any) -> Any:
    # Slack puts the person's own token one level down when no bot was asked for.
    if not isinstance(answer, dict):
        return answer  # pyright: ignore[reportUnknownVariableType] - JSON of any kind
    given = cast("dict[str, Any]", answer)
    person = given.get("authed_user")
    return {**given, **person} if person and not given.get("access_token") else given
