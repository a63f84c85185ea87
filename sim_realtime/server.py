"""The process: a hub, the rooms, and the database they live on."""

import asyncio
import signal

import uvloop

from sim_core.accounts.keys import authenticate
from sim_core.settings import Settings
from sim_core.store.listen import Listening
from sim_core.store.pool import open_store
from sim_realtime.hub import choose, why_not_socketify
from sim_realtime.service import Service

POOL = 4


def main(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; the database of `settings` has to be up."""
    uvloop.run(serve(settings))


async def serve(settings: Settings) -> None:
    """Listen, follow the database, and leave in good order."""
    if not settings.database_url:
        raise SystemExit("the realtime service needs DATABASE_URL; `sim up` gives it")
    leave = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, leave.set)
    store = await open_store(settings.database_url, size=POOL)
    hub = choose()
    if missing := why_not_socketify():
        print(f"running on the slower {hub.kind} server: {missing}", flush=True)

    service = Service(store, lambda key: authenticate(store, key), hub=hub.kind, version=_version())
    listening = Listening(settings.database_url)
    await hub.start(settings.host, settings.realtime_port, service.handlers)
    await listening.on("sim_ops", service.heard)
    await leave.wait()
    await hub.stop()
    await service.close()
    await listening.close()
    await store.close()


def _version() -> str:
    from importlib.metadata import version

    return version("sim-platform")
