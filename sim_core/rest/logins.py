"""Signing in by another provider: there, and back."""

from typing import Annotated
from urllib.parse import urlencode

from litestar.response.base import ASGIResponse
from msgspec import Meta, Struct

from sim_core.accounts import ceremonies, identities, oidc
from sim_core.accounts.keys import fresh_token
from sim_core.accounts.oidc import Begun
from sim_core.accounts.signing_in import Step
from sim_core.errors import Denied, SimError
from sim_core.rest import cookies
from sim_core.rest.auth import enter
from sim_core.rest.returning import Back, left_here
from sim_core.rest.routes import Call, route

COOKIE = "sim_login"


class Start(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where to go afterwards."""

    to: Annotated[str, Meta(max_length=1024)] = "/"
    """An address of this site."""
    invitation: Annotated[str, Meta(max_length=128)] = ""


@route("GET", "/auth/providers/{provider}/start", scope=None, query=Start, status=303)
async def start_login(call: Call[None, Start]) -> ASGIResponse:
    """Send the browser to a provider to sign in there."""
    services, provider = call.services, call.text("provider")
    begun = oidc.begin(provider, to=call.query.to, invitation=call.query.invitation)
    state = fresh_token(ceremonies.SHAPE)
    where = await services.logins.start(provider, state=state, begun=begun)
    await ceremonies.begin(services.vault, "login", begun, ticket=state)
    cookie = cookies.write(COOKIE, state, services.settings.url, path="/api/v1/auth/", age_s=600)
    return ASGIResponse(body=b"", status_code=303, headers={"location": where, **cookie})


@route(
    "GET",
    "/auth/providers/{provider}/callback",
    scope=None,
    query=Back,
    status=303,
    also={
        403: "It was not begun in this browser, or the provider or the instance does not let this person in.",
        409: "Somebody else here signs in as that person.",
        502: "The provider did not answer as it should.",
    },
)
async def finish_login(call: Call[None, Back]) -> ASGIResponse:
    """Come back from a provider, signed in; a browser whose sign-in was refused goes to the page that says why."""
    try:
        return await _finish(call)
    except SimError as error:
        if "text/html" not in call.headers.get("accept", ""):
            raise
        # Only the code travels: the words of a stranger's link are shown to nobody.
        where = f"/sign-in?{urlencode({'refused': error.reason})}"
        return ASGIResponse(body=b"", status_code=303, headers={"location": where})


async def _finish(call: Call[None, Back]) -> ASGIResponse:
    services, back = call.services, call.query
    if not left_here(call, COOKIE):
        raise Denied("This sign-in was not begun in this browser; begin again.", code="login_state")
    begun = await ceremonies.finish(services.vault, "login", back.state, Begun)
    if begun.provider != call.text("provider"):
        raise Denied("This sign-in was begun with another provider.", code="login_state")
    if not back.code:
        raise Denied(f"The provider did not let you in: {(back.error_description or back.error)[:200]}", code="login")
    stranger = await services.logins.finish(begun, code=back.code)
    user_id = await identities.arrive(services.reception, stranger, invitation=begun.invitation)
    return await enter(call, Step(user_id=user_id, way=begun.provider), to=begun.to)


ROUTES = (start_login, finish_login)
