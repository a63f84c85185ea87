"""The runs of this process: started once, stopped at once, woken when their pause is answered, left in good order."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Mapping
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from sim_core.errors import Conflict, SimError
from sim_core.flow.events import ENDINGS, RunCancelled, RunFinished
from sim_core.flow.plan import Plan
from sim_core.flow.run import Outcome
from sim_core.flow.starts import Surface
from sim_core.flow.world import World
from sim_core.ids import new_id
from sim_core.jobs.acting import acting_for
from sim_core.jobs.admission import Admission, Busy
from sim_core.jobs.again import past_of
from sim_core.jobs.orders import Order
from sim_core.jobs.past import outcome_of
from sim_core.jobs.plans import Plans
from sim_core.jobs.running import Moved, Past, Running
from sim_core.store import line, processes
from sim_core.store import runs as stored
from sim_core.store.entries import Entry
from sim_core.store.journal import Journal
from sim_core.store.patience import patiently
from sim_core.store.pool import Store
from sim_core.store.runs import NewRun, Run

MOST = 1000
"""Documents whose digests are remembered."""
STOP_S = 5.0
CANCEL = "sim_cancel"

T = TypeVar("T")
Secrets = Callable[[str, str], Awaitable[Mapping[str, str]]]
Report = Callable[[BaseException, str], Any]
Ended = Callable[[Running, Outcome], None]


class Runs:
    """Starts runs and knows those in flight."""

    def __init__(
        self, store: Store, journal: Journal, plans: Plans, *, secrets: Secrets, report: Report, admission: Admission
    ) -> None:
        """Bring together what runs need; `world` is set before the first one starts."""
        self.store = store
        self.journal = journal
        self.plans = plans
        self.world: World
        self.closing = False
        self.coming: set[str] = set()
        """Runs that were claimed and are about to be performed."""
        self.ended: list[Ended] = []
        """Told of every run that has ended or fallen asleep here."""
        self.secrets = secrets
        self.report = report
        self.admission = admission
        self._running: dict[str, Running] = {}
        self._documents: dict[str, str] = {}
        self._after: set[asyncio.Task[Any]] = set()

    @property
    def in_flight(self) -> int:
        """How many runs this process performs now."""
        return len(self._running)

    @property
    def ids(self) -> tuple[str, ...]:
        """The runs that this process performs now, or has claimed and is about to perform."""
        return (*self._running, *self.coming)

    def find(self, run_id: str) -> Running | None:
        """A run that this process performs."""
        return self._running.get(run_id)

    async def start(self, order: Order, *, surface: Surface = "api") -> Running:
        """Begin a run once its beginning is committed; raises `Invalid` with every problem that stops it."""
        plan = self._plan(order, surface)
        if self.closing or order.parent is None:
            self.check_room()
        past = await past_of(self.journal, order, plan)
        order = replace(order, acts_for=await acting_for(self.store, order))
        secrets = await self.secrets(order.workspace_id, order.personal)
        run = self._new(order, await self._snapshot(order.document_key, order), "running")
        # whoever asked may leave meanwhile: a run whose row is written is performed
        return await asyncio.shield(self.later(self._begin(run, order, plan, secrets, past)))

    async def enqueue(self, order: Order, *, surface: Surface = "api") -> tuple[str, bool]:
        """Have a run wait for a worker: its id once that is committed, and whether an earlier request had begun it.

        Raises `Invalid` with every problem that stops it, and `Busy` or `TooMany` when too many wait.
        """
        plan = self._plan(order, surface)
        if self.closing:
            self.check_room()
        await self.admission.check(order.workspace_id)
        await past_of(self.journal, order, plan)  # whether it can begin there is said now
        order = replace(order, acts_for=await acting_for(self.store, order))
        run = self._new(order, await self._snapshot(order.document_key, order), "pending")
        earlier = await stored.create_run(self.store, self.journal, run)
        if earlier is not None:
            _check_same(earlier, order)
            return earlier.id, True
        await line.tell(self.store)
        return run.id, False

    def _plan(self, order: Order, surface: Surface) -> Plan:
        whole = order.from_block is not None
        return self.plans.get(order.document_key, order.workflow, start=order.start, surface=surface, whole=whole)

    async def _begin(self, run: NewRun, order: Order, plan: Plan, secrets: Mapping[str, str], past: Past) -> Running:
        earlier = await stored.create_run(self.store, self.journal, run)
        if earlier is not None:
            return self._again(earlier, order)
        return self.perform(Running(run.id, order), plan, secrets, past)

    def _new(self, order: Order, snapshot: str, status: str) -> NewRun:
        return NewRun(
            id=new_id(),
            workspace_id=order.workspace_id,
            workflow_id=order.workflow_id,
            trigger=order.trigger,
            input=order.input,
            version=order.version,
            workflow_seq=order.seq,
            snapshot=snapshot,
            status=status,
            actor=order.actor or None,
            parent_id=order.parent,
            idempotency_key=order.idempotency_key,
            durable=order.durable,
            priority=order.priority,
            facts=_facts(order),
        )

    def perform(self, running: Running, plan: Plan, secrets: Mapping[str, str], past: Past) -> Running:
        """Have a run that is written here go on."""
        running.start = plan.start.id
        running.task = asyncio.create_task(self._perform(running, plan, secrets, past), name=f"run {running.run_id}")
        self._running[running.run_id] = running
        running.task.add_done_callback(lambda _: self._has_ended(running))
        return running

    async def _perform(self, running: Running, plan: Plan, secrets: Mapping[str, str], past: Past) -> Outcome:
        try:
            return await running.perform(
                plan, world=self.world, journal=self.journal, secrets=secrets, past=past, report=self.report
            )
        except Moved:
            await self.release(running.run_id, running.epoch)
            raise

    async def release(self, run_id: str, epoch: int) -> None:
        """Give a run that is performed here back to the line, unless somebody has taken it already."""
        self.journal.leave(run_id)
        await patiently(lambda: processes.release(self.store, run_id, epoch, owner=self.journal.owner))

    async def check_claims(self) -> None:
        """Stop what others have taken over while this process slept, and what somebody wants stopped."""
        for standing in await processes.standings(self.store, self.ids):
            running = self._running.get(standing.id)
            if running is not None and standing.epoch > running.epoch:
                running.fence()
            elif running is not None and standing.cancel_asked:
                running.cancel()

    async def cancel(self, run_id: str, workspace_id: str | None) -> str:
        """Stop a run, wherever it is; its status then. Raises `Missing`, and `Conflict` when it has ended already."""
        run = await stored.get_run(self.store, run_id, workspace_id)
        if running := self._running.get(run_id):
            return await self._stop(running)
        if run.status in ("paused", "pending") and await self._put_to_rest(run_id):
            return "cancelled"
        if run.status not in ("running", "paused", "pending"):
            raise Conflict(f"The run has ended already: {run.status}.", code="run_ended")
        await processes.ask_to_cancel(self.store, run_id)
        try:
            async with asyncio.timeout(STOP_S):
                async for _ in self.follow(run_id):
                    pass
        except TimeoutError:
            pass
        return (await stored.get_run(self.store, run_id, workspace_id)).status

    def hear_cancel(self, run_id: str | None) -> None:
        """Another process was asked to stop a run that may be performed here."""
        if running := self._running.get(run_id or ""):
            running.cancel()

    async def follow(self, run_id: str, *, after: int = 0) -> AsyncGenerator[Entry]:
        """A run's events after a place, journaled and live, to its end; a run that was woken goes on."""
        run = await patiently(lambda: stored.get_run(self.store, run_id, None))
        if run.status not in ("running", "pending") and not await self._has_more(run_id, after):
            return
        while True:
            last: Entry | None = None
            async for last in self.journal.follow(run_id, after=after):
                yield last
            if last is None or last.seq is None or not isinstance(last.event, ENDINGS):
                return
            after = last.seq
            if not await self._has_more(run_id, after) and (
                isinstance(last.event, RunFinished) or not await self._waits(run_id)
            ):
                return

    async def _waits(self, run_id: str) -> bool:
        """Whether a run that has ended was put into the line again."""
        return await patiently(lambda: stored.status(self.store, run_id)) in ("pending", "running")

    async def _has_more(self, run_id: str, after: int) -> bool:
        return bool(await patiently(lambda: self.journal.events(run_id, after=after, limit=1)))

    async def drain(self, seconds: float) -> None:
        """Take no more runs, give those in flight time to end, then interrupt them."""
        self.closing = True
        if tasks := [running.task for running in self._running.values()]:
            await asyncio.wait(tasks, timeout=seconds)
        late = list(self._running.values())
        for running in late:
            running.interrupt()
        if late:
            await asyncio.wait([running.task for running in late], timeout=STOP_S)
        if self._after:
            await asyncio.wait(self._after, timeout=1.0)

    def later(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Do something whoever asks for it stops waiting, and hold on to it until it is done."""
        task = asyncio.ensure_future(work)
        self._after.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._after.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None and not isinstance(error, SimError):
            self.report(error, "")

    def check_room(self) -> None:
        """Raise `Busy` when this process stops, or performs as many runs as it may."""
        if self.closing:
            raise Busy("The server is stopping; try again in a moment.")
        self.admission.check_room(len(self._running))

    async def _snapshot(self, key: str, order: Order) -> str:
        known = self._documents.get(key)
        digest = await stored.keep_document(self.store, order.workflow, name=known)
        if known is None:
            if len(self._documents) >= MOST:
                self._documents.clear()
            self._documents[key] = digest
        return digest

    def _again(self, earlier: Run, order: Order) -> Running:
        if order.parent is None:
            _check_same(earlier, order)
        if running := self._running.get(earlier.id):
            again = Running(earlier.id, order)
            again.task = running.task
        else:
            again = Running(earlier.id, order)
            again.task = asyncio.ensure_future(outcome_of(self.follow(earlier.id)))
        again.is_replay = True
        return again

    async def _stop(self, running: Running) -> str:
        running.cancel()
        done, _ = await asyncio.wait([running.task], timeout=STOP_S)
        return "running" if not done or running.is_leaving else running.task.result().status

    async def _put_to_rest(self, run_id: str) -> bool:
        claim = await stored.claim(self.store, run_id, owner=self.journal.owner)
        if claim is None:
            return False
        self.journal.join(run_id, claim.epoch, seq=claim.seq)
        self.journal.add(run_id, claim.epoch, (RunCancelled(),))
        await self.journal.committed(run_id)
        return True

    def _has_ended(self, running: Running) -> None:
        self._running.pop(running.run_id, None)
        if running.task.cancelled():
            return
        if (error := running.task.exception()) is not None:
            if not isinstance(error, Moved):
                self.report(error, running.run_id)
            return
        for tell in self.ended:
            tell(running, running.task.result())


def _check_same(earlier: Run, order: Order) -> None:
    facts: Mapping[str, Any] = earlier.facts or {}
    if facts.get("fingerprint") != fingerprint(order):
        raise Conflict("This Idempotency-Key was used for another request.", code="idempotency_mismatch")


def fingerprint(order: Order) -> str:
    """What a repeated request must have in common with the first."""
    said: tuple[Any, ...] = (order.input, order.start, order.stop_after, order.version)
    if order.repeats is not None:
        said = (*said, order.from_block, order.repeats, order.edited)
    return hashlib.sha256(msgspec.json.encode(said, order="sorted")).hexdigest()[:32]


def _facts(order: Order) -> dict[str, Any]:
    facts: dict[str, Any] = {"depth": order.depth, "timeout_s": order.timeout_s}
    if order.start or order.stop_after:
        facts |= {"start": order.start, "stop_after": order.stop_after}
    if order.repeats is not None:
        facts |= {"from_block": order.from_block, "bases": order.bases, "repeats": order.repeats}
    if order.idempotency_key is not None:
        facts["fingerprint"] = fingerprint(order)
    if order.personal:
        facts["personal"] = order.personal
    if order.acts_for:
        facts["acts_for"] = order.acts_for
    return facts
