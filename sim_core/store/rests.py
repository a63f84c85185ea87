"""Which keys of model vendors rest, as all processes know it; a key is known by a keyed digest alone."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence

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
SWEEP = "DELETE FROM key_rest WHERE until < now() - interval '1 day'"


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

    async def sweep(self) -> None:
        """Drop what nobody was refused for since yesterday."""
        await self._store.execute(SWEEP)

    def _digest(self, key: str) -> str:
        return hmac.new(self._secret, key.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
