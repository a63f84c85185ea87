"""Whether the server lives, and whether it can work."""

import asyncio

from msgspec import Struct

from sim_core.errors import SimError
from sim_core.rest.problems import Unprocessed
from sim_core.rest.routes import Call, route
from sim_core.store.pool import Store


class Health(Struct, frozen=True, kw_only=True):
    """How the server is."""

    status: str
    version: str = ""
    runs: int = 0
    """Runs in flight."""


@route("GET", "/health/live", scope=None, reply=Health)
async def live(call: Call[None, None]) -> Health:
    """Say that the process lives."""
    return Health(status="ok", version=call.services.version)


@route("GET", "/health/ready", scope=None, reply=Health, also={503: "It cannot work now."})
async def ready(call: Call[None, None]) -> Health:
    """Say whether requests can be served: the database answers and no stop is under way."""
    if call.services.runs.closing:
        raise Unprocessed("The server is stopping.", code="busy", status=503)
    if not await _answers(call.services.store):
        raise Unprocessed("The database does not answer.", code="busy", status=503, headers={"retry-after": "1"})
    return Health(status="ok", version=call.services.version, runs=call.services.runs.in_flight)


async def _answers(store: Store) -> bool:
    try:
        async with asyncio.timeout(2.0):
            return await store.value("SELECT 1") == 1
    except (TimeoutError, SimError):
        return False


ROUTES = (live, ready)
