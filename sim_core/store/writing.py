"""A run that this process writes: how far it has got, and who waits for which part of it to be committed."""

import asyncio

from sim_core.errors import SimError
from sim_core.store.entries import Totals
from sim_core.store.live import Speech


class Writing:
    """A run that this process writes."""

    __slots__ = ("committed", "epoch", "error", "run_id", "seq", "speech", "totals", "waiters")

    def __init__(self, run_id: str, epoch: int, seq: int, totals: Totals) -> None:
        self.run_id = run_id
        self.epoch = epoch
        self.seq = seq
        self.committed = seq
        self.totals = totals
        self.speech = Speech()
        self.error: SimError | None = None
        self.waiters: list[tuple[int, asyncio.Future[None]]] = []

    def settle(self, seq: int) -> None:
        """Everything up to a place is committed."""
        self.committed = max(self.committed, seq)
        self._wake()

    def fail(self, error: SimError) -> None:
        """Nothing more can be written."""
        self.error = error
        self._wake()

    def _wake(self) -> None:
        waiting = self.waiters
        self.waiters = []
        for seq, future in waiting:
            if future.done():
                continue
            if self.error is not None:
                future.set_exception(self.error)
            elif seq <= self.committed:
                future.set_result(None)
            else:
                self.waiters.append((seq, future))
