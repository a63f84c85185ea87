"""Which versions are live, as this process knows it, so that a run of a deployed workflow asks nothing."""

import time
from collections import OrderedDict
from datetime import datetime

from msgspec import Struct

from sim_core.store.listen import Listening

CHANNEL = "sim_live"
TELL = "SELECT pg_notify('sim_live', $1)"
KEPT_S = 2.0
"""Seconds that an answer counts, should nothing be heard because the database is away."""
MOST = 4096

Place = tuple[str, str]
"""A workflow and its workspace."""


class Version(Struct, frozen=True, kw_only=True):
    """A frozen version of a workflow."""

    id: str
    workflow_id: str
    version: int
    seq: int
    """Where the workflow stood when it was frozen."""
    digest: str
    note: str
    live: bool
    durable: bool = True
    """Whether another process goes on with its runs when theirs dies."""
    created_by: str | None
    created_at: datetime
    author: str = ""
    """The name of whoever made it."""


class Lives:
    """The live versions seen lately; it knows nothing until it listens for changes, which may come from anywhere."""

    def __init__(self) -> None:
        self._known: OrderedDict[Place, tuple[float, Version]] = OrderedDict()
        self._listens = False
        self.turn = 0
        """Rises with each change: what was read before one is not kept after it."""

    async def listen(self, listening: Listening) -> None:
        """Hear of changes from now on, and remember."""
        await listening.on(CHANNEL, self.hear)
        self._listens = True

    def hear(self, workflow_id: str | None) -> None:
        """A workflow has another live version, or none; `None` means that any may have."""
        self.turn += 1
        for place in [place for place in self._known if workflow_id in (None, place[0])]:
            del self._known[place]

    def get(self, place: Place) -> Version | None:
        """The live version, if it is known."""
        known = self._known.get(place)
        return known[1] if known and time.monotonic() - known[0] < KEPT_S else None

    def keep(self, place: Place, version: Version, *, turn: int) -> None:
        """Remember what was read when it was this turn."""
        if self._listens and turn == self.turn:
            self._known[place] = (time.monotonic(), version)
            while len(self._known) > MOST:
                self._known.popitem(last=False)
