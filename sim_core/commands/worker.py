"""The worker process: performs runs from the queue, and hands over what is under way when it is told to stop."""

import asyncio
import signal
from contextlib import AsyncExitStack

from sim_core.app.motor import Motor, Report, keep_up, open_motor
from sim_core.commands.logs import logger
from sim_core.settings import Settings
from sim_core.store.patience import patiently
from sim_core.store.postgres import ensure

DRAIN_S = 3.0
CONNECTIONS = 5


async def run_worker(settings: Settings) -> None:
    """Work until a signal; runs get a moment to end, then another worker goes on with them."""
    leaving = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, leaving.set)
    running = await ensure(settings)
    log = logger("sim.worker", settings.log_level)

    def report(error: BaseException, id: str) -> None:
        log.error("fault", id=id, exc_info=error)

    try:
        opening = asyncio.ensure_future(patiently(lambda: _open(settings, running.uri(), report)))
        asked = asyncio.ensure_future(leaving.wait())
        await asyncio.wait((opening, asked), return_when=asyncio.FIRST_COMPLETED)
        if not opening.done():
            opening.cancel()
            return
        motor, stack = opening.result()
        async with stack:
            keep_up(stack, motor.worker.work())
            keep_up(stack, motor.warm())
            log.debug("working", slots=settings.worker_runs)
            await asked
            await motor.runs.drain(DRAIN_S)
    finally:
        await running.stop()


async def _open(settings: Settings, url: str, report: Report) -> tuple[Motor, AsyncExitStack]:
    """A motor, and what closes it; nothing stays open when the database goes away meanwhile."""
    async with AsyncExitStack() as stack:
        motor = await open_motor(settings, url, stack, kind="worker", report=report, connections=CONNECTIONS)
        return motor, stack.pop_all()
