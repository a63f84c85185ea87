"""How often: exact limits in the database, and leased ones for what is too frequent to ask it each time."""

import math
import time
from collections import OrderedDict

from msgspec import Struct

from sim_core.errors import SimError
from sim_core.store.pool import Store

TAKE = """
WITH asked AS (SELECT $2::float8 * $4::float8 * interval '1 second' AS cost, $3::float8 * $4::float8
  * interval '1 second' AS most)
INSERT INTO rate_limit AS r (key, due_at) SELECT $1, now() + cost FROM asked WHERE cost <= most
ON CONFLICT (key) DO UPDATE SET due_at = greatest(r.due_at, now()) + (SELECT cost FROM asked)
WHERE greatest(r.due_at, now()) + (SELECT cost FROM asked) <= now() + (SELECT most FROM asked)
RETURNING 1
"""
WAIT = "SELECT extract(epoch FROM due_at - now())::float8 FROM rate_limit WHERE key = $1"
FORGET = "DELETE FROM rate_limit WHERE key = ANY($1::text[])"
SWEEP = "DELETE FROM rate_limit WHERE due_at < now()"


class Limited(SimError):
    """Too many tries; wait a while."""

    code = "rate_limited"
    status = 429

    def __init__(self, message: str | None = None, *, retry_after: float = 1.0) -> None:
        super().__init__(message)
        self.retry_after = max(1, math.ceil(retry_after))


class Allowance(Struct, frozen=True):
    """So many at once, and so many seconds until each comes back."""

    burst: int
    every_s: float


class Limits:
    """Exact: one statement per try, whoever asks and wherever."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def take(self, key: str, allowance: Allowance, *, words: str = "Too many tries") -> None:
        """Use up one; raises `Limited` when there is none left."""
        facts = (1.0, float(allowance.burst), float(allowance.every_s))
        if await self._store.value(TAKE, key, *facts) is None:
            wait = (await self._store.value(WAIT, key) or 0.0) - (allowance.burst - 1) * allowance.every_s
            raise Limited(f"{words}; try again in {_spoken(wait)}.", retry_after=wait)

    async def forget(self, *keys: str) -> None:
        """Give everything back: it was the right person after all."""
        await self._store.execute(FORGET, list(keys))

    async def sweep(self) -> None:
        """Drop what is not used up at all."""
        await self._store.execute(SWEEP)


class Leases:
    """For API keys: each process takes a tenth of a minute's allowance at a time, and counts in memory.

    All processes together let through the allowance, and at most one lease per process more.
    """

    MOST = 4096

    def __init__(self, store: Store, per_minute: int) -> None:
        self._store = store
        self.per_minute = per_minute
        self.lease = max(1, min(100, per_minute // 10))
        self._left: OrderedDict[str, tuple[int, float]] = OrderedDict()

    async def take(self, key_id: str) -> None:
        """Use up one request of a key; raises `Limited`."""
        if not self.per_minute:
            return
        left, until = self._left.get(key_id, (0, 0.0))
        now = time.monotonic()
        if left <= 0 or until <= now:
            left = await self._lease(key_id)
            # another request of the same key may have leased meanwhile
            held, until = self._left.get(key_id, (0, 0.0))
            left += held if until > now else 0
        self._left[key_id] = (left - 1, now + 60.0)
        self._left.move_to_end(key_id)
        while len(self._left) > self.MOST:
            self._left.popitem(last=False)

    async def _lease(self, key_id: str) -> int:
        every = 60.0 / self.per_minute
        for wanted in (self.lease, 1):
            facts = (float(wanted), float(self.per_minute), every)
            if await self._store.value(TAKE, f"key:{key_id}", *facts) is not None:
                return wanted
        raise Limited(f"This key may send {self.per_minute} requests a minute.", retry_after=every)


def _spoken(seconds: float) -> str:
    seconds = max(1, math.ceil(seconds))
    return f"{seconds} s" if seconds < 120 else f"{math.ceil(seconds / 60)} minutes"
