"""The services themselves, without what reads command lines: the supervisor starts them with no options at all."""

import asyncio
import os
import socket
from collections.abc import Callable
from typing import Any

from sim_core import settings as configuration
from sim_core.commands.children import die_with_parent, wait_at_the_gate


def serve() -> None:
    """Serve the API."""
    supervised = _is_supervised()
    settings = configuration.read()
    listening = _listen(settings.host, settings.port)
    import uvloop

    from sim_core.commands.server import run_server

    if supervised:
        wait_at_the_gate()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run_server(settings, listening))


def worker() -> None:
    """Perform runs."""
    supervised = _is_supervised()
    import uvloop

    from sim_core.commands.worker import run_worker

    if supervised:
        wait_at_the_gate()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run_worker(configuration.read()))


def realtime() -> None:
    """Serve the rooms."""
    supervised = _is_supervised()
    try:
        from sim_realtime.server import main  # pyright: ignore[reportMissingImports,reportUnknownVariableType]  # a service of its own
    except ModuleNotFoundError as error:
        from sim_core.commands.terminal import Failed

        raise Failed(f"The realtime service is not installed: {error}", code="not_installed") from None
    main(configuration.read(), wait_at_the_gate if supervised else None)


SERVICES: dict[str, Callable[[], None]] = {"serve": serve, "worker": worker, "realtime": realtime}


def run(name: str) -> int:
    """Run a service to its end; gives the exit code, and says what went wrong as every command does."""
    try:
        SERVICES[name]()
    except BaseException as error:
        from sim_core.commands.terminal import guarded

        failure = error

        def again() -> None:
            raise failure

        return guarded(again, ())
    return 0


def _is_supervised() -> bool:
    supervised = bool(os.environ.get("SIM_SUPERVISOR"))
    if supervised:
        die_with_parent()
    return supervised


def _listen(host: str, port: int) -> socket.socket:
    family: Any = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        from sim_core.commands.terminal import Failed

        raise Failed(
            f"Port {port} on {host} cannot be used ({error.strerror}). Stop what uses it, or set SIM_PORT.",
            code="port_taken",
        ) from None
    # it listens once everything is open: until then a client is refused, not kept waiting
    return listening
