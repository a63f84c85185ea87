"""Model vendors' keys that rest, remembered for all processes."""

from collections.abc import Mapping, Sequence

from sim_core.models.resting import LONGEST_S, Rest
from sim_core.store.rests import KeyRests


class StoredRests:
    """Rests in the database."""

    def __init__(self, rests: KeyRests) -> None:
        self._rests = rests

    async def left(self, keys: Sequence[str]) -> Mapping[str, float]:
        """Seconds until each key that was refused may be used."""
        return await self._rests.left(keys)

    async def refused(self, key: str, rest: Rest) -> None:
        """Leave a key alone."""
        await self._rests.refused(key, status=rest.status, seconds=rest.seconds, exact=rest.exact, longest=LONGEST_S)

    async def accepted(self, key: str) -> None:
        """Forget that a key was ever refused."""
        await self._rests.accepted(key)
