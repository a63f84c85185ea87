"""Which keys of model vendors rest and when each was used, as all processes know; a key is a keyed digest alone."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from sim_core.store.pool import Store

LEFT = (
    "SELECT digest, extract(epoch FROM until - now())::float8 AS seconds FROM key_rest WHERE digest = ANY($1::text[])"
)
# Of many requests that are refused together one counts: the others find that the key rests already.
REFUSED = """
INSERT INTO key_rest AS r (digest, until, refusals, status)
VALUES ($1, now() + least($3::float8, $5::float8) * interval '1 second', 1, $2)
ON CONFLICT (digest) DO UPDATE SET status = excluded.status,
  refusals = least(r.refusals + (r.until < now())::int, 30),
  until = greatest(r.until, now() + interval '1 second' * least($5::float8,
    $3::float8 * CASE WHEN $4 THEN 1 ELSE 2 ^ least(r.refusals - (r.until >= now())::int, 9) END))
"""
ACCEPTED = "DELETE FROM key_rest WHERE digest = $1"
USED = """
INSERT INTO key_use AS u (digest, used_at) VALUES ($1, now())
ON CONFLICT (digest) DO UPDATE SET used_at = greatest(u.used_at, excluded.used_at)
"""
KNOWN = """
SELECT d.digest, r.until, coalesce(r.status, 0) AS status, u.used_at FROM unnest($1::text[]) AS d (digest)
LEFT JOIN key_rest r ON r.digest = d.digest LEFT JOIN key_use u ON u.digest = d.digest
"""
SWEEP = (
    "DELETE FROM key_rest WHERE until < now() - interval '1 day'",
    "DELETE FROM key_use WHERE used_at < now() - interval '400 days'",
)


class KeyState(Struct, frozen=True, kw_only=True):
    """What became of a key so far."""

    refused_with: int = 0
    """The status that it was refused with and that no answer followed yet; 0 is none."""
    rests_until: datetime | None = None
    used_at: datetime | None = None


class KeyRests:
    """Remembers refusals in the database."""

    def __init__(self, store: Store, secret: str) -> None:
        self._store = store
        self._secret = hashlib.sha256(b"sim key rests\0" + secret.encode()).digest()

    async def left(self, keys: Sequence[str]) -> Mapping[str, float]:
        """Seconds until each key that was refused may be used; none or less when its rest is over."""
        named = {self._digest(key): key for key in keys}
        return {named[row["digest"]]: row["seconds"] for row in await self._store.rows(LEFT, list(named))}

    async def refused(self, key: str, *, status: int, seconds: float, exact: bool, longest: float) -> None:
        """Leave a key alone for so long, or twice as long with every refusal in a row."""
        await self._store.execute(REFUSED, self._digest(key), status, float(seconds), exact, float(longest))

    async def accepted(self, key: str) -> None:
        """Forget that a key was ever refused."""
        await self._store.execute(ACCEPTED, self._digest(key))

    async def used(self, key: str) -> None:
        """Note that a key was good for an answer."""
        await self._store.execute(USED, self._digest(key))

    async def states(self, keys: Sequence[str]) -> Mapping[str, KeyState]:
        """What became of each key so far."""
        named = {self._digest(key): key for key in keys}
        return {
            named[row["digest"]]: KeyState(refused_with=row["status"], rests_until=row["until"], used_at=row["used_at"])
            for row in await self._store.rows(KNOWN, list(named))
        }

    async def sweep(self) -> None:
        """Drop what nobody was refused for since yesterday, and what nobody used for a year."""
        for statement in SWEEP:
            await self._store.execute(statement)

    def _digest(self, key: str) -> str:
        return hmac.new(self._secret, key.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
