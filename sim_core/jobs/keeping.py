"""What every process that owns runs does beside them: shows that it lives, and looks after what the dead left."""

import asyncio
import random
import time

from sim_core.errors import Unreachable
from sim_core.jobs.claims import Claims
from sim_core.jobs.queue import Queue
from sim_core.jobs.runs import Runs
from sim_core.jobs.sleepers import Sleepers
from sim_core.store import line, processes
from sim_core.store.purge import purge_runs

BEAT_S = 1.5
LOST_S = 60.0
CHILDREN_S = 20.0
PURGE_S = 3600.0
PURGE_TURN = "SELECT pg_try_advisory_lock(1397312772)"
PURGE_DONE = "SELECT pg_advisory_unlock(1397312772)"


class Patience:
    """Whether the silence of others proves nothing yet: this process, or the database, was away a moment ago itself."""

    def __init__(self, now: float) -> None:
        """A process that begins knows nothing of the time before."""
        self._steady_since = self._last = now

    def lost(self, now: float) -> None:
        """The database does not answer."""
        self._steady_since = now

    def beaten(self, now: float, *, was_known: bool) -> bool:
        """A sign of life is written, however long that took; whether to be patient with others."""
        # others were away for as long, and may have tried a moment later
        if now - self._last > processes.SILENCE / 2 or not was_known:
            self._steady_since = now
        self._last = now
        return now - self._steady_since < 2 * processes.SILENCE


class Keeper:
    """The heartbeat of one process."""

    def __init__(self, runs: Runs, sleepers: Sleepers, queue: Queue, *, kind: str, keep_days: int) -> None:
        """Look after these runs; journals are kept for `keep_days` days, or for ever with 0."""
        self.runs = runs
        self.claims = Claims(runs)
        self.sleepers = sleepers
        self.queue = queue
        self.kind = kind
        self.keep_days = keep_days
        self._patience = Patience(time.monotonic())
        self._next_children = 0.0
        self._next_lost = time.monotonic() + LOST_S
        self._next_purge = time.monotonic() + PURGE_S * random.uniform(0.2, 1.0)

    async def keep(self) -> None:
        """Go on until cancelled."""
        while True:
            try:
                await self._round()
            except Unreachable:
                self._patience.lost(time.monotonic())
            except Exception as error:
                self.runs.report(error, "")
            await asyncio.sleep(BEAT_S * random.uniform(0.8, 1.0))

    async def _round(self) -> None:
        store, owner = self.runs.store, self.runs.journal.owner
        was_known = await processes.beat(store, owner, kind=self.kind)
        now = time.monotonic()
        patient = self._patience.beaten(now, was_known=was_known)
        await self.claims.check()
        await processes.reap(store, patient=patient)
        if now >= self._next_children:
            self._next_children = now + CHILDREN_S
            await self.sleepers.answer_parents()
        if now >= self._next_lost:
            self._next_lost = now + LOST_S
            await line.offer_again(store, seconds=LOST_S)
        if now >= self._next_purge:
            self._next_purge = now + PURGE_S
            await self._purge()

    async def _purge(self) -> None:
        """One process at a time tidies up."""
        async with self.runs.store.connection() as connection:
            if not await connection.fetchval(PURGE_TURN):
                return
            try:
                if self.keep_days:
                    await purge_runs(self.runs.store, days=self.keep_days)
                await self.queue.tidy()
            finally:
                await connection.fetchval(PURGE_DONE)
