"""A browser that comes back from elsewhere: what it brings, and whether it is the one that left."""

import secrets
from typing import Annotated, Any

from msgspec import Meta, Struct

from sim_core.rest import cookies
from sim_core.rest.routes import Call

Text = Annotated[str, Meta(max_length=4096)]


class Back(Struct, frozen=True, kw_only=True):
    """What a provider or a service sends a browser back with."""

    code: Text = ""
    state: Text = ""
    error: Text = ""
    error_description: Text = ""


def left_here(call: Call[Any, Back], cookie: str) -> bool:
    """Whether this browser holds the state that it comes back with."""
    held, state = cookies.read(call.headers.get("cookie", ""), cookie), call.query.state
    return bool(state) and secrets.compare_digest(held.encode(), state.encode())
