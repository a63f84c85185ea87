"""Which plugins the instance should have, as its database keeps it."""

from collections.abc import Sequence

from sim_core.plugins import Recorded
from sim_core.store.plugins import forget_plugin, list_plugins, record_plugin
from sim_core.store.pool import Store


class StoredLedger:
    """The ledger that all machines of an instance share."""

    def __init__(self, store: Store) -> None:
        """Keep it in this store."""
        self._store = store

    async def record(self, package: Recorded, *, by: str) -> None:
        """Put a package down, in place of another version of it."""
        await record_plugin(self._store, package.name, version=package.version, origin=package.origin, by=by or None)

    async def forget(self, name: str) -> None:
        """Strike a package out."""
        await forget_plugin(self._store, name)

    async def recorded(self) -> Sequence[Recorded]:
        """Every package that was put down, in the order it came."""
        found = await list_plugins(self._store)
        return [Recorded(name=one.name, version=one.version, origin=one.origin) for one in found]
