"""Has a process keep up with the plugins of its instance: those it was told to have, and those that come and go."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from sim_core.app.ledger import StoredLedger
from sim_core.plugins import Place, converge
from sim_core.registry import Registry
from sim_core.settings import Settings
from sim_core.store.pool import Store

Report = Callable[[BaseException, str], Any]
LOOK_S = 1.0
AGAIN_S = 5.0
"""A run that lacks a plugin has the ledger looked at, at most this often."""


class Plugins:
    """The plugins of one process."""

    def __init__(self, settings: Settings, store: Store, report: Report) -> None:
        """Follow the ledger of this instance; `open` reads what is there."""
        self._place = Place.current(settings.data)
        self._ledger = StoredLedger(store)
        self._report = report
        self._news = asyncio.Event()
        self._turn = asyncio.Lock()
        self._caught_up = -AGAIN_S
        self._cache = settings.data / "cache"
        self.registry: Registry

    async def open(self) -> Registry:
        """What the plugins offer, once all are there that can be had."""
        await self._converge()
        self.registry = Registry.open(self._cache)
        return self.registry

    def hear(self, _: str | None) -> None:
        """The ledger has changed, perhaps."""
        self._news.set()

    async def watch(self) -> None:
        """Notice packages that come and go while the process runs, until cancelled."""
        while True:
            try:
                async with asyncio.timeout(LOOK_S):
                    await self._news.wait()
            except TimeoutError:
                pass
            else:
                self._news.clear()
                await self._converge()
            await self._refresh()

    async def catch_up(self) -> None:
        """Look now, because something is lacking."""
        async with self._turn:
            before = self.registry.digest
            await self._refresh()
            if self.registry.digest == before and time.monotonic() - self._caught_up > AGAIN_S:
                self._caught_up = time.monotonic()
                await self._converge()
                await self._refresh()

    async def _refresh(self) -> None:
        """In a thread, since a new package is asked in a process."""
        try:
            await asyncio.to_thread(self.registry.refresh, now=True)
        except Exception as error:  # a half-written package must not end the watch
            self._report(error, "plugins")

    async def _converge(self) -> None:
        """Have the plugins of the ledger; what cannot be had is told, and the rest works."""
        try:
            if not await self._ledger.recorded():
                return
            done = await converge(self._ledger, place=self._place)
        except Exception as error:
            self._report(error, "plugins")
            return
        for problem in done.problems:
            self._report(RuntimeError(problem.message), "plugins")
