"""The line of runs that wait for a worker: handed out in turns, taken up, woken, answered."""

from collections.abc import Sequence

from msgspec import Struct

from sim_core.flow.events import BlockResumed
from sim_core.store.entries import to_json
from sim_core.store.pool import Store
from sim_core.store.processes import TAKEN_OVER
from sim_core.store.runs import Claim, Run, run_of
from sim_core.store.sql import line as sql

QUEUE = "sim_queue"
"""The channel that says that the line has grown."""


class Offer(Struct, frozen=True):
    """A run whose turn it is."""

    run_id: str
    priority: int
    is_first: bool
    """Its workspace has nothing else under way, or it was under way already when its process died."""


class Waiting(Struct, frozen=True):
    """How many runs wait, counted up to a limit."""

    workspace: int
    everywhere: int


async def offer(store: Store, *, room: int, firsts: int, limit: int) -> tuple[Offer, ...]:
    """Mark runs as handed out: workspaces in turns, none with more than `limit` under way.

    Up to `firsts` that are the first of their workspace, and up to `room` others. Belongs into a transaction, together
    with what hands them out; empty when another process is at it.
    """
    most = max(room, firsts)
    if most < 1 or not await store.value(sql.TURN):
        return ()
    rows = await store.rows(sql.OFFER, most, limit, TAKEN_OVER, max(firsts, 0), max(room, 0))
    rows = sorted(rows, key=lambda row: (row["turn"], -row["priority"], row["id"]))
    return tuple(Offer(row["id"], row["priority"], row["is_first"]) for row in rows)


async def take(store: Store, run_ids: Sequence[str], *, owner: str) -> list[tuple[Run, Claim]]:
    """Become the one who writes these runs, those of them that still wait."""
    rows = await store.rows(sql.TAKE, list(run_ids), owner)
    return [(run_of(row), Claim(epoch=row["epoch"], seq=row["seq"], left_s=row["left_s"])) for row in rows]


async def offer_again(store: Store, *, seconds: float) -> int:
    """Put runs back into the line that were handed out so long ago and that nobody took."""
    return await store.value(sql.LOST, seconds) or 0


async def waiting(store: Store, workspace_id: str, *, limit: int, total: int) -> Waiting:
    """How many runs wait in a workspace and in all, counted no further than the limits."""
    row = await store.row(sql.WAITING, workspace_id, limit, total)
    assert row is not None
    return Waiting(row["workspace"], row["everywhere"])


async def tell(store: Store) -> None:
    """Say that the line has grown."""
    await store.execute(sql.TELL)


async def wake_due(store: Store, *, limit: int = 1000) -> int:
    """Have sleeping runs whose time has come wait for a worker; how many those were."""
    return await store.value(sql.WAKE, limit) or 0


async def answer(store: Store, run: Run, answers: Sequence[BlockResumed]) -> bool:
    """Write answers into the journal of a run that sleeps, and have it wait for a worker, in one commit.

    `False` when it has moved since `run` was read.
    """
    words = [to_json(event) for event in answers]
    return await store.row(sql.ANSWER, run.id, run.epoch, words) is not None


async def requeue(store: Store, run: Run) -> bool:
    """Have a run that failed or was stopped wait for a worker; `False` when it has moved since `run` was read."""
    return await store.row(sql.REQUEUE, run.id, run.epoch, TAKEN_OVER) is not None


async def ended_children(store: Store, parent_id: str | None = None) -> tuple[tuple[str, str], ...]:
    """Runs that have ended while the run above them still sleeps on them: (child, parent)."""
    return tuple((row["id"], row["parent_id"]) for row in await store.rows(sql.ENDED_CHILDREN, parent_id))
