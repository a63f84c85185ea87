"""Connecting accounts: the link that lets a browser begin, and the way back from the service."""

from urllib.parse import urlencode

from litestar.response.base import ASGIResponse

from sim_core.accounts import audit, people
from sim_core.accounts.audit import Source
from sim_core.errors import Denied, SimError
from sim_core.rest.granting import COOKIE, cookie, integration_of
from sim_core.rest.returning import Back, left_here
from sim_core.rest.routes import Call, Nothing, route


@route(
    "GET",
    "/credentials/connect/{ticket}",
    scope=None,
    status=303,
    also={403: "The link was used, or is too old."},
)
async def follow_link(call: Call[None, Nothing]) -> ASGIResponse:
    """Send the browser to a service to grant access there, by a link that somebody made for it."""
    wish = await call.services.connecting.followed(call.text("ticket"))
    state, where = await call.services.connecting.begin(integration_of(call, wish.integration), wish)
    return _to(where, cookie(state, call.services.settings.url))


@route(
    "GET",
    "/credentials/callback",
    scope=None,
    query=Back,
    status=303,
    also={403: "It was not begun in this browser, or is too old."},
)
async def finish_connecting(call: Call[None, Back]) -> ASGIResponse:
    """Come back from a service; the account is connected."""
    services, back = call.services, call.query
    if not left_here(call, COOKIE):
        raise Denied("This was not begun in this browser; begin again.", code="connect_state")
    begun = await services.connecting.remembered(back.state)
    wish = begun.wish
    try:
        if not back.code:
            why = (back.error_description or back.error or "no word why")[:200]
            raise Denied(f"The service did not grant access: {why}", code="not_granted")
        made = await services.connecting.finish(integration_of(call, wish.integration), begun, back.code)
    except SimError as error:
        return _to(
            _with(wish.to, connect_error=error.reason, connect_message=error.message[:300]),
            cookie("", services.settings.url),
        )
    person = await people.by_id(services.store, wish.user_id)
    source = Source(actor_id=person.id, actor=person.email, address=call.source.address)
    await audit.record(
        services.store,
        source,
        "credential.reconnect" if wish.credential_id else "credential.connect",
        ("credential", made.id),
        workspace_id=wish.workspace_id or None,
        after={"provider": made.provider, "name": made.name},
    )
    return _to(_with(wish.to, connected=made.id), cookie("", services.settings.url))


def _to(where: str, headers: dict[str, str]) -> ASGIResponse:
    return ASGIResponse(body=b"", status_code=303, headers={"location": where, **headers})


def _with(to: str, **said: str) -> str:
    place, mark, fragment = to.partition("#")
    return f"{place}{'&' if '?' in place else '?'}{urlencode(said)}{mark}{fragment}"


ROUTES = (follow_link, finish_connecting)
