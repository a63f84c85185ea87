"""The server process: uvicorn around the application, left in good order when told to stop."""

import asyncio
import socket
from contextlib import suppress
from types import FrameType

import uvicorn

from sim_core.app.platform import Platform, open_platform
from sim_core.app.world import Outside
from sim_core.commands.logs import logger
from sim_core.errors import SimError
from sim_core.rest.server import application
from sim_core.settings import Settings
from sim_core.store.postgres import ensure

DRAIN_S, HANG_UP_S = 7.0, 2


async def run_server(settings: Settings, listening: socket.socket) -> None:
    """Serve until a signal; runs in flight get ten seconds to end, then they are stopped."""
    running = await ensure(settings)
    try:
        log = logger("sim.serve", settings.log_level)

        def report(error: BaseException, id: str) -> None:
            log.error("fault", id=id, exc_info=error)

        platform = await open_platform(settings, running.uri(), report=report)
        try:
            await _Server(settings, platform).serve(sockets=[listening])
        finally:
            await platform.close()
    finally:
        await running.stop()


class _Server(uvicorn.Server):
    def __init__(self, settings: Settings, platform: Platform) -> None:
        self.platform = platform
        self.leaving: asyncio.Task[None] | None = None
        self.warming: asyncio.Task[None] | None = None
        log = logger("sim.access", settings.log_level)
        super().__init__(
            uvicorn.Config(
                application(platform.services, log=log),  # pyright: ignore[reportArgumentType]  # the same protocol under two names
                http="httptools",
                loop="none",
                ws="none",
                lifespan="on",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                backlog=2048,
                timeout_keep_alive=75,
                timeout_graceful_shutdown=HANG_UP_S,
                h11_max_incomplete_event_size=64 * 1024,
            )
        )

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen; then get ready what the first run would wait for, while nobody waits."""
        await super().startup(sockets)
        self.warming = asyncio.ensure_future(self._warm())

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop taking runs, wait for those in flight, then close; a second signal does not wait."""
        # this is a signal handler: whatever the loop is doing, it hears of it by its own door
        asyncio.get_running_loop().call_soon_threadsafe(self._asked_to_leave)

    def _asked_to_leave(self) -> None:
        if self.leaving is not None:
            self.should_exit = self.force_exit = True
            return
        self.leaving = asyncio.ensure_future(self._leave())

    async def _warm(self) -> None:
        world = self.platform.runs.world
        # what cannot be started says so to the run that needs it
        with suppress(SimError):
            if isinstance(world, Outside):
                await world.sandbox.warm()

    async def _leave(self) -> None:
        if self.warming is not None:
            self.warming.cancel()
        try:
            await self.platform.runs.drain(DRAIN_S)
        finally:
            self.should_exit = True
