"""`sim serve`, `sim worker`, `sim realtime` and `sim migrate`: the processes that `sim up` starts, each on its own."""

import asyncio
import os
import socket
from typing import Annotated, Any

import cyclopts

from sim_core import settings as configuration
from sim_core.commands.children import die_with_parent, wait_at_the_gate
from sim_core.commands.terminal import Failed, Json, emit, run_async
from sim_core.settings import Settings


def serve(*, json: Json = False) -> None:
    """Serve the API and run workflows; needs the database that DATABASE_URL names, or starts ours."""
    supervised = bool(os.environ.get("SIM_SUPERVISOR"))
    if supervised:
        die_with_parent()
    settings = configuration.read()
    listening = _listen(settings.host, settings.port)
    import uvloop

    from sim_core.commands.server import run_server

    if supervised:
        wait_at_the_gate()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run_server(settings, listening))


def worker(*, json: Json = False) -> None:
    """Perform runs that wait in the queue; start as many as you like, on any machine that reaches DATABASE_URL."""
    supervised = bool(os.environ.get("SIM_SUPERVISOR"))
    if supervised:
        die_with_parent()
    import uvloop

    from sim_core.commands.worker import run_worker

    if supervised:
        wait_at_the_gate()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run_worker(configuration.read()))


def realtime(*, json: Json = False) -> None:
    """Serve the rooms in which people edit together."""
    supervised = bool(os.environ.get("SIM_SUPERVISOR"))
    if supervised:
        die_with_parent()
    try:
        from sim_realtime.server import main  # pyright: ignore[reportMissingImports,reportUnknownVariableType]  # a service of its own
    except ModuleNotFoundError as error:
        raise Failed(f"The realtime service is not installed: {error}", code="not_installed") from None
    main(configuration.read(), wait_at_the_gate if supervised else None)


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


def _listen(host: str, port: int) -> socket.socket:
    family: Any = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise Failed(
            f"Port {port} on {host} cannot be used ({error.strerror}). Stop what uses it, or set SIM_PORT.",
            code="port_taken",
        ) from None
    # it listens once everything is open: until then a client is refused, not kept waiting
    return listening
