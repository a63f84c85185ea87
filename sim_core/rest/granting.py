"""Sending a browser away to grant access to an account, and knowing it when it is back."""

from typing import Annotated, Any

from litestar.response.base import ASGIResponse
from msgspec import Meta, Struct

from sim_core.accounts.connecting import Wish, inside
from sim_core.errors import Invalid, Missing, Problem
from sim_core.rest import cookies
from sim_core.rest.auth import answer
from sim_core.rest.routes import Call
from sim_core.spec.tools import Integration

COOKIE = "sim_connect"
PATH = "/api/v1/credentials/"


class Connect(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An account that is to be connected."""

    integration: Annotated[str, Meta(min_length=1, max_length=128)]
    name: Annotated[str, Meta(max_length=255, pattern=r"^[^\x00-\x1f]*$")] = ""
    """What the credential shall be called; left out, as the service calls the account."""
    credential_id: Annotated[str, Meta(max_length=64, pattern=r"^[0-9a-fA-F-]*$")] = ""
    """The credential that is connected again, in place of a new one."""
    to: Annotated[str, Meta(max_length=1024)] = "/"
    """Where the browser goes afterwards, with `connected=ID` or `connect_error=CODE` in the query."""


class Begin(Struct, frozen=True, kw_only=True):
    """Where the browser goes to grant access, within ten minutes."""

    url: str


def wish_of(body: Connect, user_id: str, *, workspace_id: str = "", app_of: str = "") -> Wish:
    """What somebody wants to connect."""
    return Wish(
        integration=body.integration,
        user_id=user_id,
        workspace_id=workspace_id,
        app_of=app_of,
        credential_id=body.credential_id.lower(),
        name=body.name,
        to=inside(body.to),
    )


async def begun(call: Call[Any, Any], wish: Wish) -> ASGIResponse:
    """Begin for the browser that asks: where it goes, and the cookie that it has to bring back."""
    connecting, services = call.services.connecting, call.services
    integration = integration_of(call, wish.integration, "/integration")
    if wish.credential_id:
        await connecting.again(wish)
    if wish.app_of and wish.app_of not in call.who.roles:
        raise Missing(f"There is no workspace {wish.app_of!r}.")
    state, where = await connecting.begin(integration, wish)
    return answer(Begin(url=where), cookie(state, services.settings.url))


def integration_of(call: Call[Any, Any], id: str, pointer: str = "/provider") -> Integration:
    """An installed integration; raises `Invalid`."""
    integration = call.services.registry.integration(id)
    if integration is None:
        message = f"No installed plugin brings the integration {id[:80]!r}."
        raise Invalid(message, problems=[Problem(code="unknown_integration", message=message, pointer=pointer)])
    return integration


def cookie(state: str, url: str) -> dict[str, str]:
    """The header that has a browser keep a state, or with an empty one forget it."""
    return cookies.write(COOKIE, state, url, path=PATH, age_s=600)
