"""Model vendors' keys that rest, remembered for all processes."""

import time
from collections.abc import Callable, Mapping, Sequence

from sim_core.models.resting import LONGEST_S, Rest
from sim_core.store.patience import patiently
from sim_core.store.rests import KeyRests

USED_S = 60.0
"""How often a process writes down that a key is in use."""
MOST_KNOWN = 10_000


class StoredRests:
    """Rests in the database; while it is away, whoever asks waits as every run does."""

    def __init__(self, rests: KeyRests, clock: Callable[[], float] = time.monotonic) -> None:
        self._rests = rests
        self._clock = clock
        self._told: dict[str, float] = {}

    async def left(self, keys: Sequence[str]) -> Mapping[str, float]:
        """Seconds until each key that was refused may be used."""
        return await patiently(lambda: self._rests.left(keys))

    async def refused(self, key: str, rest: Rest) -> None:
        """Leave a key alone."""
        status, seconds, exact = rest.status, rest.seconds, rest.exact
        refused = self._rests.refused
        await patiently(lambda: refused(key, status=status, seconds=seconds, exact=exact, longest=LONGEST_S))

    async def accepted(self, key: str) -> None:
        """Forget that a key was ever refused."""
        await patiently(lambda: self._rests.accepted(key))

    async def used(self, key: str) -> None:
        """Note that a key was good for an answer, once a minute."""
        now = self._clock()
        if now - self._told.get(key, -USED_S) < USED_S:
            return
        if len(self._told) >= MOST_KNOWN:
            self._told.clear()
        self._told[key] = now
        await patiently(lambda: self._rests.used(key))
