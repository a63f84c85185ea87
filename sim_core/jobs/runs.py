"""The runs of this process: started once, stopped at once, woken when their pause is answered, left in good order."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from typing import Any, ClassVar

import msgspec

from sim_core.errors import Conflict, SimError
from sim_core.flow.events import ENDINGS, RunCancelled
from sim_core.flow.plan import Plan
from sim_core.flow.run import Outcome
from sim_core.flow.starts import Surface
from sim_core.flow.world import World
from sim_core.ids import new_id
from sim_core.jobs.again import past_of
from sim_core.jobs.orders import Order
from sim_core.jobs.past import outcome_of
from sim_core.jobs.plans import Plans
from sim_core.jobs.running import Past, Running
from sim_core.store import runs as stored
from sim_core.store.entries import Entry
from sim_core.store.journal import Journal
from sim_core.store.pool import Store
from sim_core.store.runs import NewRun, Run

MOST = 1000
"""Runs in flight; more are refused until some have ended."""
STOP_S = 5.0
CANCEL = "sim_cancel"

Secrets = Callable[[str], Awaitable[Mapping[str, str]]]
Report = Callable[[BaseException, str], Any]
Ended = Callable[[Running, Outcome], None]


class Busy(SimError):
    """The server has too much to do, or is stopping; try again."""

    code: ClassVar[str] = "busy"
    status: ClassVar[int] = 503


class Runs:
    """Starts runs and knows those in flight."""

    def __init__(
        self, store: Store, journal: Journal, plans: Plans, *, secrets: Secrets, report: Report, most: int = MOST
    ) -> None:
        """Bring together what runs need; `world` is set before the first one starts."""
        self.store = store
        self.journal = journal
        self.plans = plans
        self.world: World
        self.closing = False
        self.ended: list[Ended] = []
        """Told of every run that has ended or fallen asleep here."""
        self.secrets = secrets
        self.report = report
        self._most = most
        self._running: dict[str, Running] = {}
        self._documents: dict[str, str] = {}
        self._after: set[asyncio.Task[Any]] = set()

    @property
    def in_flight(self) -> int:
        """How many runs this process performs now."""
        return len(self._running)

    async def start(self, order: Order, *, surface: Surface = "api") -> Running:
        """Begin a run once its beginning is committed; raises `Invalid` with every problem that stops it."""
        key = order.document_key
        whole = order.from_block is not None
        plan = self.plans.get(key, order.workflow, start=order.start, surface=surface, whole=whole)
        self._check_room()
        past = await past_of(self.journal, order, plan)
        secrets = await self.secrets(order.workspace_id)
        run = NewRun(
            id=new_id(),
            workspace_id=order.workspace_id,
            workflow_id=order.workflow_id,
            trigger=order.trigger,
            input=order.input,
            version=order.version,
            workflow_seq=order.seq,
            snapshot=await self._snapshot(key, order),
            actor=order.actor or None,
            parent_id=order.parent,
            idempotency_key=order.idempotency_key,
            facts=_facts(order),
        )
        earlier = await stored.create_run(self.store, self.journal, run)
        if earlier is not None:
            return self._again(earlier, order)
        return self.perform(Running(run.id, order), plan, secrets, past)

    def perform(self, running: Running, plan: Plan, secrets: Mapping[str, str], past: Past) -> Running:
        """Have a run that is written here go on."""
        running.start = plan.start.id
        work = running.perform(
            plan, world=self.world, journal=self.journal, secrets=secrets, past=past, report=self.report
        )
        running.task = asyncio.create_task(work, name=f"run {running.run_id}")
        self._running[running.run_id] = running
        running.task.add_done_callback(lambda _: self._has_ended(running))
        return running

    async def cancel(self, run_id: str, workspace_id: str | None) -> str:
        """Stop a run, wherever it is; its status then. Raises `Missing`, and `Conflict` when it has ended already."""
        run = await stored.get_run(self.store, run_id, workspace_id)
        if running := self._running.get(run_id):
            return await self._stop(running)
        if run.status in ("paused", "pending") and await self._put_to_rest(run_id):
            return "cancelled"
        if run.status not in ("running", "paused", "pending"):
            raise Conflict(f"The run has ended already: {run.status}.", code="run_ended")
        await self.store.execute("SELECT pg_notify($1, $2)", CANCEL, run_id)
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
        run = await stored.get_run(self.store, run_id, None)
        if run.status not in ("running", "pending") and not await self.journal.events(run_id, after=after, limit=1):
            return
        while True:
            last: Entry | None = None
            async for last in self.journal.follow(run_id, after=after):
                yield last
            if last is None or last.seq is None or not isinstance(last.event, ENDINGS):
                return
            after = last.seq
            if not await self.journal.events(run_id, after=after, limit=1):
                return

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

    def later(self, work: Any) -> None:
        """Do something that a run's end brings about, and hold on to it until it is done."""
        task = asyncio.ensure_future(work)
        self._after.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._after.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.report(error, "")

    def _check_room(self) -> None:
        if self.closing:
            raise Busy("The server is stopping; try again in a moment.")
        if len(self._running) >= self._most:
            raise Busy(f"{self._most} runs are in flight; try again in a moment.")

    async def _snapshot(self, key: str, order: Order) -> str:
        digest = self._documents.get(key)
        if digest is None:
            digest = await stored.keep_document(self.store, order.workflow)
            if len(self._documents) >= MOST:
                self._documents.clear()
            self._documents[key] = digest
        return digest

    def _again(self, earlier: Run, order: Order) -> Running:
        facts: Mapping[str, Any] = earlier.facts or {}
        if facts.get("fingerprint") != fingerprint(order):
            raise Conflict("This Idempotency-Key was used for another request.", code="idempotency_mismatch")
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
        return running.task.result().status if done else "running"

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
            self.report(error, running.run_id)
            return
        for tell in self.ended:
            tell(running, running.task.result())


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
    return facts
