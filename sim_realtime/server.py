"""The process: a hub, the rooms, and the database they live on."""

import asyncio
import signal

import uvloop

from sim_core.accounts.standing import CHANGED
from sim_core.ids import new_id
from sim_core.settings import Settings
from sim_core.store.listen import Listening
from sim_core.store.pool import open_store
from sim_core.store.rooms import Ownership
from sim_realtime.hub import choose, why_not_socketify
from sim_realtime.ledger import StoreLedger
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

    address = settings.realtime_url.rstrip("/") + "/ws"
    ownership = Ownership(settings.database_url, owner=new_id(), address=address)
    service = Service(StoreLedger(store, ownership), crier=hub, version=_version())
    listening = Listening(settings.database_url)
    await hub.start(settings.host, settings.realtime_port, service.handlers)
    await listening.on("sim_ops", service.heard_ops)
    await listening.on("sim_permission", service.heard_permission)
    await listening.on(CHANGED, lambda told: service.heard_permission(None if told == "*" else told))
    await listening.on("sim_notice", service.heard_notice)
    await service.start()
    await leave.wait()
    await service.close()
    await hub.stop()
    await listening.close()
    await ownership.close()
    await store.close()


def _version() -> str:
    from importlib.metadata import version

    return version("sim-platform")
