"""Keys that a vendor refused are left alone for a while, and their neighbours are asked instead."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from sim_core.errors import Refused, SimError

LONGEST_S = 3600.0
FIRST_S = {401: 60.0, 402: 600.0, 403: 60.0, 429: 10.0}
"""Seconds after the first refusal, by its status; twice as long after each that follows a rest."""
MOST_DOUBLED = 9


class Rest(Struct, frozen=True, kw_only=True):
    """How long a key is left alone."""

    status: int
    seconds: float
    exact: bool = False
    """The vendor said so itself; otherwise it doubles with every refusal in a row."""


class Rests(Protocol):
    """Remembers which keys rest, by a name that tells a key from all others."""

    async def left(self, keys: Sequence[str]) -> Mapping[str, float]:
        """Seconds until each key that was refused may be used; none or less when its rest is over."""
        ...

    async def refused(self, key: str, rest: Rest) -> None:
        """Leave a key alone."""
        ...

    async def accepted(self, key: str) -> None:
        """Forget that a key was ever refused."""
        ...

    async def used(self, key: str) -> None:
        """Note that a key was good for an answer."""
        ...


class OwnRests:
    """In the memory of one process, for runs without a server."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: dict[str, tuple[float, int]] = {}

    async def left(self, keys: Sequence[str]) -> Mapping[str, float]:
        """Seconds until each key that was refused may be used."""
        now = self._clock()
        return {key: self._known[key][0] - now for key in keys if key in self._known}

    async def refused(self, key: str, rest: Rest) -> None:
        """Leave a key alone."""
        now = self._clock()
        until, refusals = self._known.get(key, (0.0, 0))
        if until < now:  # of many requests that are refused together, one counts
            refusals += 1
        self._known[key] = (max(until, now + seconds_of(rest, refusals)), refusals)

    async def accepted(self, key: str) -> None:
        """Forget that a key was ever refused."""
        self._known.pop(key, None)

    async def used(self, key: str) -> None:
        """Nobody asks a process that ends with its run."""


def seconds_of(rest: Rest, refusals: int) -> float:
    """How long a key rests after so many refusals in a row."""
    doubled = 1 if rest.exact else 2 ** min(refusals - 1, MOST_DOUBLED)
    return min(rest.seconds * doubled, LONGEST_S)


def rest_after(error: SimError) -> Rest | None:
    """How long a key rests after a failure; `None` when the key was not what failed."""
    if not isinstance(error, Refused) or error.http_status not in FIRST_S:
        return None
    # A vendor whose account is out of money answers 429 as well, and no short wait helps.
    status = 402 if error.reason == "quota" else error.http_status
    if error.retry_after is not None:
        return Rest(status=status, seconds=max(error.retry_after, 0.1), exact=True)
    return Rest(status=status, seconds=FIRST_S[status])
