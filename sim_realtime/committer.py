"""One committer for all rooms of a process: what arrives while a commit is under way goes into the next one."""

import asyncio
import random
from collections.abc import Callable, Sequence

from msgspec import Struct

from sim_core.errors import Missing, Refused, SimError
from sim_core.store.chains import Appended, Batch
from sim_realtime.ledger import Ledger

MOST = 500
"""Batches of one statement at most: with more nothing gets cheaper, and the first would wait for the last."""
WAITS = (0.02, 0.05, 0.1, 0.25, 0.5, 1.0)
"""Seconds between tries while the database does not answer."""


class Entry(Struct, eq=False):
    """A batch on its way, and who wants to know what came of it."""

    batch: Batch
    settle: Callable[[Appended | SimError], None]


Settled = Callable[[Sequence[tuple[Entry, Appended | SimError]]], None]


class Committer:
    """Takes batches at any time; commits them in order, all rooms together, until they are through.

    A database that does not answer makes it wait, never refuse: whether a commit went through is found out by
    sending it again, since each operation is applied once.
    """

    def __init__(self, ledger: Ledger, settled: Settled) -> None:
        self._ledger = ledger
        self._settled = settled
        self._waiting: list[Entry] = []
        self._task: asyncio.Task[None] | None = None
        self._idle = asyncio.Event()
        self._idle.set()
        self.commits = 0
        self.committed = 0
        self.in_commit: set[str] = set()
        """Workflows of which something is being committed."""

    def submit(self, entry: Entry) -> None:
        """Commit this next."""
        self._waiting.append(entry)
        self._idle.clear()
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def drained(self) -> None:
        """Wait until everything that was submitted is settled."""
        await self._idle.wait()

    @property
    def waiting(self) -> int:
        """Batches that are not yet being committed."""
        return len(self._waiting)

    async def close(self) -> None:
        """Give up what is under way, and what waits."""
        self._waiting.clear()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        try:
            while self._waiting:
                entries = self._waiting[:MOST]
                del self._waiting[:MOST]
                self.in_commit = {entry.batch.workflow_id for entry in entries}
                results = await self._append([entry.batch for entry in entries])
                self.in_commit = set()
                self.commits += 1
                self.committed += len(entries)
                self._settled(list(zip(entries, results, strict=True)))
        finally:
            self._task = None
            if self._waiting:  # one that ended with an error leaves the rest to the next
                self._task = asyncio.get_running_loop().create_task(self._run())
            else:
                self._idle.set()

    async def _append(self, batches: list[Batch]) -> Sequence[Appended | SimError]:
        attempt = 0
        while True:
            try:
                return await self._ledger.append(batches)
            except Refused:
                wait = WAITS[min(attempt, len(WAITS) - 1)]
                attempt += 1
                await asyncio.sleep(wait * random.uniform(0.5, 1))
            except SimError as error:
                if len(batches) == 1:
                    return [error]
                return [one for batch in batches for one in await self._alone(batch)]

    async def _alone(self, batch: Batch) -> Sequence[Appended | SimError]:
        """One that the database will not take spoils it for nobody else."""
        try:
            return await self._append([batch])
        except Missing as error:
            return [error]
