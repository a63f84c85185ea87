"""`sim serve`, `sim worker`, `sim realtime` and `sim migrate`: the processes that `sim up` starts, each on its own."""

import os
from typing import Annotated

import cyclopts

from sim_core import settings as configuration
from sim_core.commands import services
from sim_core.commands.children import die_with_parent
from sim_core.commands.terminal import Json, emit, run_async
from sim_core.settings import Settings


def serve(*, json: Json = False) -> None:
    """Serve the API and run workflows; needs the database that DATABASE_URL names, or starts ours."""
    services.serve()


def worker(*, json: Json = False) -> None:
    """Perform runs that wait in the queue; start as many as you like, on any machine that reaches DATABASE_URL."""
    services.worker()


def realtime(*, json: Json = False) -> None:
    """Serve the rooms in which people edit together."""
    services.realtime()


def migrate(
    *, quiet: Annotated[bool, cyclopts.Parameter(negative="", help="Print nothing.")] = False, json: Json = False
) -> None:
    """Bring the database to this version's shape, and make the first workspace."""
    if os.environ.get("SIM_SUPERVISOR"):
        die_with_parent()
    done = run_async(_migrate(configuration.read()))
    if json:
        emit({"applied": list(done)})
    elif not quiet:
        print(f"Applied {', '.join(done)}." if done else "Nothing to do.")


async def _migrate(settings: Settings) -> tuple[str, ...]:
    from sim_core.accounts.bootstrap import bootstrap
    from sim_core.store.migrate import migrate
    from sim_core.store.pool import open_store
    from sim_core.store.postgres import ensure

    running = await ensure(settings)
    try:
        applied = await migrate(running.uri())
        store = await open_store(running.uri(), size=1)
        try:
            await bootstrap(store)
        finally:
            await store.close()
        return applied
    finally:
        await running.stop()
