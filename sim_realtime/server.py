"""The process: a hub, the rooms, and the database they live on."""

import asyncio
import gc
import signal
from collections.abc import Callable

import uvloop

from sim_core.accounts.standing import CHANGED
from sim_core.ids import new_id
from sim_core.settings import Settings
from sim_core.store.listen import Listening
from sim_core.store.pool import open_store
from sim_core.store.rooms import Ownership
from sim_realtime.hub import Hub
from sim_realtime.hubs import choose
from sim_realtime.ledger import StoreLedger
from sim_realtime.service import Service

POOL = 4


def main(settings: Settings, gate: Callable[[], None] | None = None) -> None:
    """Serve until SIGTERM or SIGINT; the database of `settings` has to be up, after `gate` has let us through."""
    hub, missing = choose()  # what takes long to load is there when the gate opens
    if missing:
        print(f"running on the slower {hub.kind} server: {missing}", flush=True)
    if gate is not None:
        gate()
    uvloop.run(serve(settings, hub))


async def serve(settings: Settings, hub: Hub) -> None:
    """Listen, follow the database, and leave in good order."""
    if not settings.database_url:
        raise SystemExit("the realtime service needs DATABASE_URL; `sim up` gives it")
    leave = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, leave.set)
    store = await open_store(settings.database_url, size=POOL)
    address = settings.realtime_url.rstrip("/") + "/ws"
    ownership = Ownership(settings.database_url, owner=new_id(), address=address)
    service = Service(StoreLedger(store, ownership), crier=hub, version=_version())
    ownership.on_lost = service.lost_rooms
    listening = Listening(settings.database_url)
    await listening.on("sim_ops", service.heard_ops)
    await listening.on(CHANGED, lambda told: service.heard_permission(None if told == "*" else told))
    await listening.on("sim_notice", service.heard_notice)
    await service.start()
    gc.collect()
    gc.freeze()  # what is there now stays; walking through it again and again holds up everybody
    # Last: whoever comes in hears of everything that is written from then on.
    await hub.start(settings.host, settings.realtime_port, service.handlers)
    await leave.wait()
    await service.close()
    await hub.stop()
    await listening.close()
    await ownership.close()
    await store.close()


def _version() -> str:
    from importlib.metadata import version

    return version("sim-platform")
