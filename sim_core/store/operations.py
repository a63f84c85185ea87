"""The one door to the document: operations are checked, numbered and committed; there is no other writer."""

import asyncio
import random
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from sim_core.document.operations import Operation
from sim_core.errors import Conflict, Missing, SimError
from sim_core.store.chains import Appended, AppliedOp, Batch, Chain, Logged, RefusedOp, commit
from sim_core.store.pool import Store
from sim_core.store.reading import current_stamps, decode_operation, fresh_state
from sim_core.store.sql import documents as sql
from sim_core.store.stamps import Stamps
from sim_core.store.states import Stored
from sim_core.store.texts import standing_texts
from sim_core.store.wire import NotNullViolation, UniqueViolation

__all__ = ["Appended", "AppliedOp", "Batch", "RefusedOp", "append_many", "append_ops"]

TRIES = 60
"""How often a lost race is run again before the writer is told that the document is too busy."""


async def append_ops(
    store: Store,
    workflow_id: str,
    ops: Sequence[Operation],
    *,
    workspace_id: str,
    actor: str,
    client_id: str = "",
    cseq: int | None = None,
    base: int | None = None,
    expected_seq: int | None = None,
    whole: bool = False,
) -> Appended:
    """Apply operations to a workflow and commit them; raises `Missing`, or `Conflict` when it is not at `expected_seq`.

    Each operation is atomic: it is applied as a whole or refused with its reasons, and the others go on without it;
    with `whole` one refusal refuses all. Operations with the same `client_id` and `cseq` are applied once.
    """
    batch = Batch(
        workflow_id=workflow_id,
        workspace_id=workspace_id,
        ops=tuple(ops),
        actor=actor,
        client_id=client_id,
        cseq=cseq,
        base=base,
        expected_seq=expected_seq,
        whole=whole,
    )
    result = (await append_many(store, [batch]))[0]
    if isinstance(result, SimError):
        raise result
    return result


async def append_many(store: Store, batches: Sequence[Batch]) -> list[Appended | SimError]:
    """Apply batches of any number of workflows and commit them in one statement; what came of each, in order.

    Batches of one workflow see each other's changes in order. A workflow that lost a race is tried again without
    holding up the others.
    """
    work = _Work(store, batches)
    async with _turns(store, {batch.workflow_id for batch in batches}):
        for attempt in range(TRIES):
            await work.attempt()
            if not work.waiting:
                break
            await asyncio.sleep(random.uniform(0, min(0.05, 0.001 * 2**attempt)))
    for index in work.waiting:
        work.results[index] = Conflict("Too many others change this workflow at once", code="busy")
    return [work.results[index] for index in range(len(batches))]


class _Work:
    """Batches on their way, over as many attempts as it takes."""

    def __init__(self, store: Store, batches: Sequence[Batch]) -> None:
        self.store = store
        self.waiting = dict(enumerate(batches))
        self.results: dict[int, Appended | SimError] = {}
        self.known: dict[int, Mapping[int, Logged]] = {}
        self.lost: set[str] = set()

    async def attempt(self) -> None:
        groups: dict[str, list[int]] = {}
        for index, batch in self.waiting.items():
            groups.setdefault(batch.workflow_id, []).append(index)
        chains = [chain for id, indexes in groups.items() if (chain := await self._chain(id, indexes))]
        writing = [chain for chain in chains if chain.log]
        try:
            claimed = await commit(self.store, writing) if writing else set[str]()
        except (UniqueViolation, NotNullViolation):
            claimed = set[str]()
        except SimError:
            for chain in chains:
                if chain.stamps:
                    chain.stamps.drop()
            raise
        for chain in chains:
            if not chain.log or chain.start.id in claimed:
                self._settle(chain.results)
        self.lost = {chain.start.id for chain in writing} - claimed
        for chain in chains:
            if chain.stamps:
                chain.stamps.drop()

    def _settle(self, results: Mapping[int, Appended | SimError]) -> None:
        self.results.update(results)
        for index in results:
            del self.waiting[index]

    async def _chain(self, workflow_id: str, indexes: Sequence[int]) -> Chain | None:
        """The group's batches on the current document; `None` when they are settled without one."""
        state = self.store.states.get(workflow_id)
        is_fresh = state is None or workflow_id in self.lost
        if is_fresh:
            state = await fresh_state(self.store, workflow_id)
            await self._look_back(indexes)
        while True:
            mine = self._admit(state, indexes)
            if state is None or not mine:
                return None
            chain = Chain(state, await self._stamps(state, mine), await self._tseqs(mine) if is_fresh else None)
            for index in mine:
                chain.add(index, self.waiting[index], self.known.get(index, {}))
            if is_fresh or (chain.log and _all_applied(chain.results.values())):
                return chain
            if chain.stamps:
                chain.stamps.drop()
            # Whoever is told "no" or "nothing to do" is told so on the document as it is now, and only
            # after a look whether the same was sent and applied before.
            is_fresh = True
            state = await fresh_state(self.store, workflow_id)
            await self._look_back(mine)

    async def _stamps(self, state: Stored, indexes: Iterable[int]) -> Stamps | None:
        known = self.store.states.stamps.get(state.id)
        if known is None and not any(self.waiting[index].is_stamped for index in indexes):
            return None
        return await current_stamps(self.store, state)

    async def _tseqs(self, indexes: Sequence[int]) -> Mapping[tuple[str, str], int] | None:
        texts = [text for index in indexes for text in self.waiting[index].texts]
        return await standing_texts(self.store, self.waiting[indexes[0]].workflow_id, texts) if texts else None

    def _admit(self, state: Stored | None, indexes: Iterable[int]) -> list[int]:
        admitted: list[int] = []
        for index in indexes:
            batch = self.waiting.get(index)
            if batch is None:
                continue
            if state is None or state.workspace_id != batch.workspace_id:
                self._settle({index: Missing(f"There is no workflow {batch.workflow_id!r}")})
            else:
                admitted.append(index)
        return admitted

    async def _look_back(self, indexes: Iterable[int]) -> None:
        for index in indexes:
            batch = self.waiting[index]
            if batch.cseq is None:
                continue
            last = batch.cseq + len(batch.ops)
            rows = await self.store.rows(sql.SENT_BEFORE, batch.workflow_id, batch.client_id, batch.cseq, last)
            self.known[index] = {row["cseq"]: Logged(row["seq"], decode_operation(row["effective"])) for row in rows}


def _all_applied(results: Iterable[Appended | SimError]) -> bool:
    return all(isinstance(result, Appended) and result.outcome == "applied" and _is_clean(result) for result in results)


def _is_clean(result: Appended) -> bool:
    return not result.refusals


@asynccontextmanager
async def _turns(store: Store, workflow_ids: set[str]) -> AsyncGenerator[None]:
    async with AsyncExitStack() as stack:
        for workflow_id in sorted(workflow_ids):
            await stack.enter_async_context(store.states.turn(workflow_id))
        yield
