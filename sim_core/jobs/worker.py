"""Works on the queue: hands out runs in turns, takes up what there is room for, goes on where their journals end."""

import asyncio
from collections.abc import Sequence
from typing import Any

from sim_core.errors import SimError, Unreachable
from sim_core.flow.run import Outcome
from sim_core.jobs.queue import Job, Queue
from sim_core.jobs.running import Running
from sim_core.jobs.sleepers import Sleepers
from sim_core.store import line
from sim_core.store.patience import patiently
from sim_core.store.pool import Store
from sim_core.store.runs import Claim, Run

WINDOW = 64
"""Runs that are handed out and not yet taken up: few, so that the next workspace's turn comes soon."""
LOOK_S = 2.0
"""How long a worker with nothing to do rests at most; news wake it at once."""
AWAY_S = 0.2
"""How long it rests while the database is away."""


class Worker:
    """One process' share of the queue."""

    def __init__(self, store: Store, queue: Queue, sleepers: Sleepers, *, slots: int, limit: int) -> None:
        """Perform up to `slots` runs at once; no workspace has more than `limit` under way on all workers."""
        self.store = store
        self.queue = queue
        self.sleepers = sleepers
        self.slots = slots
        self.spare = max(1, slots // 4)
        self.limit = limit
        self._bell = asyncio.Event()
        self._mine: set[str] = set()
        sleepers.runs.ended.append(self._heard)

    def _heard(self, running: Running, outcome: Outcome) -> None:
        if running.run_id in self._mine:  # one of its workspace may begin; runs of requests change nothing here
            self._mine.discard(running.run_id)
            self._bell.set()

    def hear(self, _: str | None) -> None:
        """The line or the queue has changed."""
        self._bell.set()

    async def work(self) -> None:
        """Work until cancelled."""
        while True:
            try:
                if not self.sleepers.runs.closing and await self._round():
                    continue
                pause = LOOK_S
            except Unreachable:
                pause = AWAY_S
            except Exception as error:
                self.sleepers.runs.report(error, "")
                pause = LOOK_S
            try:
                async with asyncio.timeout(pause):
                    await self._bell.wait()
            except TimeoutError:
                pass
            self._bell.clear()

    async def _round(self) -> bool:
        """One look at the line and the queue; whether there was anything to do."""
        if not await self.queue.has_work():
            return False
        offered = await self._hand_out()
        room = self.slots - self.sleepers.runs.in_flight
        if room + self.spare < 1:
            return False
        jobs = await self.queue.pick(room=max(room, 0), spare=min(self.spare, room + self.spare))
        if jobs:
            await self._take_up(jobs)
        return bool(jobs) or offered

    async def _hand_out(self) -> bool:
        async with self.store.transaction():
            firsts, others = await self.queue.lengths()
            offers = await line.offer(self.store, room=WINDOW - others, firsts=WINDOW - firsts, limit=self.limit)
            await self.queue.put(offers)
        return bool(offers)

    async def _take_up(self, jobs: Sequence[Job]) -> None:
        owner = self.sleepers.runs.journal.owner
        async with self.store.transaction():
            taken = await line.take(self.store, [job.run_id for job in jobs], owner=owner)
            await self.queue.done(jobs)
        order = {job.run_id: at for at, job in enumerate(jobs)}
        coming = self.sleepers.runs.coming
        coming.update(run.id for run, _ in taken)
        try:
            for run, claim in sorted(taken, key=lambda one: order[one[0].id]):
                await self._go_on(run, claim)
                coming.discard(run.id)
        finally:
            coming.difference_update(order)

    async def _go_on(self, run: Run, claim: Claim) -> None:
        try:
            await patiently(lambda: self.sleepers.go_on(run, claim))
            self._mine.add(run.id)
        except Exception as error:
            if not isinstance(error, SimError):
                self.sleepers.runs.report(error, run.id)
            await self.sleepers.fail(run, claim, error)


def listened(worker: Worker) -> dict[str, Any]:
    """The channels that wake a worker."""
    return {line.QUEUE: worker.hear, worker.queue.channel: worker.hear}
