"""Retention: runs that ended long ago are forgotten, with their journals, large values and documents."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sim_core.store.pool import Store
from sim_core.store.sql import purge as sql

GROUP = 500


async def purge_runs(store: Store, *, days: int, now: datetime | None = None) -> int:
    """Forget the runs that were begun more than so many days ago and have ended; how many those were.

    In small groups, so that nobody waits for it. A run that still waits for an answer is kept, however old, and so is
    one that a kept run was built on.
    """
    before = (now or datetime.now(UTC)) - timedelta(days=days)
    gone = 0
    while count := await store.value(sql.OLD_RUNS, _first_id(before), GROUP):
        gone += count  # those that they were built on may go in the next round
    while await _forget_blobs(store, before):
        pass
    while await store.execute(sql.OLD_DOCUMENTS, before, GROUP):
        pass
    return gone


async def _forget_blobs(store: Store, before: datetime) -> int:
    async with store.transaction():
        await store.execute(sql.LOCK_BLOBS)
        return await store.execute(sql.OLD_BLOBS, before, GROUP)


def _first_id(moment: datetime) -> str:
    """The least id that is made at a moment: ids begin with their time."""
    return str(UUID(int=int(moment.timestamp() * 1000) << 80))
