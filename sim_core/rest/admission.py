"""The door of the API: who asks, from where, whether a browser was tricked into it, and whether they may."""

import ipaddress
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sim_core.accounts.actors import (
    Actor,
    covers,
    forbidden,
    require_in_organization,
    require_person,
    require_recent,
    require_session,
)
from sim_core.accounts.audit import Source, source_of
from sim_core.errors import Anonymous, Denied, Missing
from sim_core.rest import cookies
from sim_core.rest.access import check_scope, choose_workspace, key_of
from sim_core.rest.routes import Route
from sim_core.rest.services import Services

SAFE = ("GET", "HEAD", "OPTIONS")


async def admit(route: Route, services: Services, request: Any) -> tuple[Actor | None, str, Source]:
    """The actor, the workspace that the request is about, and where it comes from; raises what the problem says."""
    headers: Mapping[str, str] = request.headers
    address = address_of(request.scope, headers, services.settings.proxies)
    agent = headers.get("user-agent", "")[:300]
    if not route.scopes:
        if route.same_site and route.method not in SAFE:
            check_origin(headers, services.settings.url, strict=False)
        return None, "", Source(address=address, agent=agent)
    actor = await _actor(route, services, headers, address)
    workspace_id = _placed(route, actor, headers, request.scope["path_params"])
    if route.recent:
        require_recent(actor)
    return actor, workspace_id, source_of(actor, address=address, agent=agent)


async def _actor(route: Route, services: Services, headers: Mapping[str, str], address: str) -> Actor:
    try:
        token = key_of(headers)
    except Anonymous:
        token = cookie_of(headers, services.settings.url)
        if not token:
            raise
        if route.method not in SAFE:
            check_origin(headers, services.settings.url, strict=True)
    actor = await services.door.enter(token, address=address)
    if actor.key_id is not None:
        await services.leases.take(actor.key_id)
    return actor


def _placed(route: Route, actor: Actor, headers: Mapping[str, str], ids: Mapping[str, str]) -> str:
    match route.on:
        case "workspace" | "member":
            named = ids.get("workspace_id")
            workspace_id = choose_workspace(actor, headers if named is None else {"x-workspace-id": _id(named)})
            if route.on == "member":
                require_person(actor)
            check_scope(actor, workspace_id, route.scopes)
            if route.covering and not covers(actor, route.covering):
                raise Denied(f"This takes a key with the scope {route.covering!r}.", code="scope")
            if why := forbidden(actor, workspace_id, route.tag):
                raise Denied(why, code="permission_group")
            return workspace_id
        case "organization":
            require_person(actor)
            require_in_organization(actor, _id(ids["organization_id"]), route.role)
        case "person":
            require_person(actor)
        case "session":
            require_session(actor)
        case "operator":
            if not actor.is_operator:
                raise Denied("Only whoever runs this instance may do this.", code="operator")
        case "caller":
            pass
    if not any(covers(actor, scope) for scope in route.scopes):
        wanted = " or ".join(repr(scope) for scope in route.scopes)
        raise Denied(f"This takes the scope {wanted}, which the key lacks.", code="scope")
    return ""


def check_origin(headers: Mapping[str, str], url: str, *, strict: bool) -> None:
    """Raise `Denied` for what a page of another site sent; `strict` wants a browser's word that it was none."""
    site, origin = headers.get("sec-fetch-site", ""), headers.get("origin", "")
    if site in ("same-origin", "none") and origin in ("", "null"):
        return
    if origin:
        ours = {headers.get("host", "").lower(), urlsplit(url).netloc.lower()}
        if urlsplit(origin).netloc.lower() in ours - {""}:
            return
    elif not site and not strict:
        return
    raise Denied(
        "A request with a session's cookie has to come from this site's own pages; programs send an API key.",
        code="csrf",
    )


def cookie_name(url: str) -> str:
    """What the session's cookie is called: over https, a name that only this host can set."""
    return "__Host-sim_session" if url.startswith("https://") else "sim_session"


def cookie_of(headers: Mapping[str, str], url: str) -> str:
    """The session's token among the cookies; empty when there is none."""
    return cookies.read(headers.get("cookie", ""), cookie_name(url), most=512)


def set_cookie(token: str, url: str, *, hours: float) -> dict[str, str]:
    """The header that gives a browser its session, or with an empty token takes it away."""
    return cookies.write(cookie_name(url), token, url, path="/", age_s=int(hours * 3600))


def address_of(scope: Any, headers: Mapping[str, str], proxies: tuple[str, ...]) -> str:
    """The address of whoever asks: the nearest one that is no proxy of ours."""
    client = scope.get("client")
    here = str(client[0]) if client else ""
    if not proxies or not _within(here, proxies):
        return here
    for hop in reversed([part.strip() for part in headers.get("x-forwarded-for", "").split(",") if part.strip()]):
        if not _is_address(hop):
            break
        here = hop
        if not _within(hop, proxies):
            break
    return here


def _within(address: str, networks: tuple[str, ...]) -> bool:
    if not _is_address(address):
        return False
    found = ipaddress.ip_address(address)
    return any(found in ipaddress.ip_network(network, strict=False) for network in networks)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _id(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise Missing(f"There is nothing under {text[:80]!r}.") from None
