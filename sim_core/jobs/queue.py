"""The queue between those who hand out runs and the workers who take them: PgQueuer, on the same Postgres."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Protocol, cast
from uuid import UUID, uuid4

from msgspec import Struct

from sim_core.store.line import Offer
from sim_core.store.pool import Store

RUN, FIRST = "run", "first"
"""Two lanes: a worker that is full still takes from the second, so that nobody's first run waits for others' runs."""
LENGTHS = """
SELECT count(*) FILTER (WHERE entrypoint = 'first') AS firsts, count(*) FILTER (WHERE entrypoint = 'run') AS others
FROM sim_pgqueuer
"""
HAS_WORK = """
SELECT EXISTS (SELECT 1 FROM sim_pgqueuer)
  OR EXISTS (SELECT 1 FROM workflow_execution_logs WHERE status = 'pending' AND offered_at IS NULL)
"""
STALE = timedelta(seconds=10)
"""A job that was picked and not taken up for so long is given to another worker."""


class Job(Struct, frozen=True):
    """A run that was given to this worker."""

    run_id: str
    ticket: Any
    """What the queue knows it by."""


class Queue(Protocol):
    """What a queue must do; every call may stand in the caller's transaction."""

    channel: str
    """The channel on which its changes are told."""

    async def lengths(self) -> tuple[int, int]:
        """How many runs wait in it: those that are the first of their workspace, and others."""
        ...

    async def has_work(self) -> bool:
        """Whether there is anything in it, or in the line before it."""
        ...

    async def put(self, offers: Sequence[Offer]) -> None:
        """Add runs."""
        ...

    async def pick(self, *, room: int, spare: int) -> Sequence[Job]:
        """The next runs: up to `room` of any, then up to `spare` that are the first of their workspace."""
        ...

    async def done(self, jobs: Sequence[Job]) -> None:
        """Take runs out: they were taken up, or somebody else has them."""
        ...

    async def tidy(self) -> None:
        """Forget what is only statistics."""
        ...


def open_queue(store: Store) -> Queue:
    """The queue of this database."""
    return PgQueue(store)


class PgQueue:
    """PgQueuer's tables, through the connections of the store."""

    channel = "sim_ch_pgqueuer"

    def __init__(self, store: Store) -> None:
        from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment, QueryQueueBuilder
        from pgqueuer.adapters.persistence.queries import Queries
        from pgqueuer.domain.settings import DBSettings, Durability
        from pgqueuer.ports.repository import EntrypointExecutionParameter

        settings = DBSettings(prefix="sim_", durability=Durability.balanced)
        driver: Any = _Driver(store)
        self._store = store
        self._queries = Queries(
            driver, qbe=QueryBuilderEnvironment(settings=settings), qbq=QueryQueueBuilder(settings=settings)
        )
        self._unlimited = EntrypointExecutionParameter(concurrency_limit=0)
        self._me: UUID = uuid4()

    async def lengths(self) -> tuple[int, int]:
        """How many runs wait in it."""
        row = await self._store.row(LENGTHS)
        return (row["firsts"], row["others"]) if row else (0, 0)

    async def has_work(self) -> bool:
        """Whether there is anything in it, or in the line before it."""
        return bool(await self._store.value(HAS_WORK))

    async def put(self, offers: Sequence[Offer]) -> None:
        """Add runs."""
        if offers:
            await self._queries.enqueue(
                [FIRST if offer.is_first else RUN for offer in offers],
                [offer.run_id.encode() for offer in offers],
                [offer.priority for offer in offers],
                dedupe_key=[offer.run_id for offer in offers],
                on_conflict="skip",
            )

    async def pick(self, *, room: int, spare: int) -> Sequence[Job]:
        """The next runs."""
        jobs = await self._dequeue((RUN, FIRST), room)
        if len(jobs) < room or spare < 1:
            return jobs
        return [*jobs, *await self._dequeue((FIRST,), spare)]

    async def _dequeue(self, lanes: Sequence[str], most: int) -> list[Job]:
        if most < 1:
            return []
        wanted = cast("Any", dict.fromkeys(lanes, self._unlimited))
        found = await self._queries.dequeue(most, wanted, cast("Any", self._me), None, STALE)
        return [Job((job.payload or b"").decode(), job) for job in found]

    async def done(self, jobs: Sequence[Job]) -> None:
        """Take runs out."""
        if jobs:
            await self._queries.log_jobs([(job.ticket, "successful", None) for job in jobs])

    async def tidy(self) -> None:
        """Forget the log, which nobody reads: what became of a run is in its journal."""
        await self._queries.clear_queue_log()


class _Driver:
    """PgQueuer's driver over the store: its statements belong to the transaction that they stand in."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def fetch(self, query: str, *args: object) -> list[dict[str, object]]:
        rows: Any = await self._store.rows(query, *args)
        return [dict(row) for row in rows]

    async def execute(self, query: str, *args: object) -> str:
        return str(await self._store.execute(query, *args))
