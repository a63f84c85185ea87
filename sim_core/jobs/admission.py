"""Admission: how much may be under way and wait; past that a request is refused, with words and a time to come back."""

import time
from collections import OrderedDict
from typing import ClassVar

from msgspec import Struct

from sim_core.errors import SimError
from sim_core.store import line
from sim_core.store.pool import Store

COUNT_S = 0.5
"""How long a count is believed; what is admitted here meanwhile is added to it."""
MOST = 4096


class Busy(SimError):
    """The server has too much to do, or is stopping; try again."""

    code: ClassVar[str] = "busy"
    status: ClassVar[int] = 503
    retry_after: ClassVar[int] = 1


class TooMany(SimError):
    """This workspace has too many runs waiting; try again when some have begun."""

    code: ClassVar[str] = "too_many_runs"
    status: ClassVar[int] = 429
    retry_after: ClassVar[int] = 5


class Limits(Struct, frozen=True, kw_only=True):
    """How many runs are let in."""

    in_flight: int = 1000
    """Performed by one process at once."""
    waiting: int = 20_000
    """Waiting for a worker in one workspace."""
    waiting_in_all: int = 200_000


class Admission:
    """Lets runs in, or refuses them."""

    def __init__(self, store: Store, limits: Limits) -> None:
        """Count in this database."""
        self.store = store
        self.limits = limits
        self._counts: OrderedDict[str, tuple[float, int, int]] = OrderedDict()

    def check_room(self, in_flight: int) -> None:
        """Raise `Busy` when this process performs as many runs as it may."""
        if in_flight >= self.limits.in_flight:
            raise Busy(f"{self.limits.in_flight} runs are in flight; try again in a moment.")

    async def check(self, workspace_id: str) -> None:
        """Raise `TooMany` or `Busy` when no more runs may wait."""
        limits = self.limits
        now = time.monotonic()
        at, own, all_ = self._counts.get(workspace_id, (0.0, 0, 0))
        if now - at > COUNT_S:
            found = await line.waiting(self.store, workspace_id, limit=limits.waiting, total=limits.waiting_in_all)
            at, own, all_ = now, found.workspace, found.everywhere
        if own >= limits.waiting:
            raise TooMany(f"{limits.waiting} runs of this workspace wait already; try again when some have begun.")
        if all_ >= limits.waiting_in_all:
            raise Busy(f"{limits.waiting_in_all} runs wait already; try again in a moment.")
        self._counts[workspace_id] = (at, own + 1, all_ + 1)
        self._counts.move_to_end(workspace_id)
        if len(self._counts) > MOST:
            self._counts.popitem(last=False)
