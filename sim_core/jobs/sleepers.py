"""Runs that sleep: woken by an answer, by the clock, or by the end of the run that they wait for."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from time import time
from typing import Any

from msgspec.structs import replace

from sim_core.document.workflow import Workflow
from sim_core.errors import Conflict, Invalid, Missing, SimError, Unreachable
from sim_core.flow.events import BlockPaused, BlockResumed, RunCancelled, RunFailed, RunPaused
from sim_core.flow.plan import Plan
from sim_core.flow.run import Outcome
from sim_core.jobs.again import past_behind
from sim_core.jobs.answers import check_answer
from sim_core.jobs.documents import document
from sim_core.jobs.orders import Order
from sim_core.jobs.past import history, waiting
from sim_core.jobs.running import Running
from sim_core.jobs.runs import Runs
from sim_core.store import line
from sim_core.store import runs as stored
from sim_core.store.patience import patiently
from sim_core.store.runs import Claim, Run

LOOK_S = 10.0
"""How long the clock rests at most: another process may have put a run to sleep."""
CatchUp = Callable[[], Awaitable[None]]
WAKES_FROM = ("paused", "failed")
RETRIED = ("failed", "cancelled")


class Sleepers:
    """Wakes runs."""

    def __init__(self, runs: Runs, *, catch_up: CatchUp) -> None:
        """Listen for runs that fall asleep here, and for children that end.

        `catch_up` looks for plugins that this process has not noticed yet.
        """
        self.runs = runs
        self.catch_up = catch_up
        self._bell = asyncio.Event()
        runs.ended.append(self._heard)

    async def resume(
        self, run_id: str, workspace_id: str | None, *, pause: str | None, answer: Mapping[str, Any], actor: str = ""
    ) -> Running:
        """Answer a pause, and have the run go on here; raises `Conflict` when it does not wait for this."""
        run, event = await self._answered(run_id, workspace_id, pause, answer)
        return await self._wake(run, {event.pause: event.answer}, WAKES_FROM)

    async def retry(self, run_id: str, workspace_id: str) -> Running:
        """Have a run that failed or was stopped go on here: what has ended stays, what failed is run again."""
        return await self._wake(await self._failed(run_id, workspace_id), {}, RETRIED)

    async def requeue(self, run_id: str, workspace_id: str) -> None:
        """The same on a worker: it waits in the line once this returns."""
        run = await self._failed(run_id, workspace_id)
        await self.runs.admission.check(run.workspace_id)
        if not await line.requeue(self.runs.store, run):
            raise _too_late()

    async def _failed(self, run_id: str, workspace_id: str) -> Run:
        run = await stored.get_run(self.runs.store, run_id, workspace_id)
        if run.status not in RETRIED:
            raise Conflict(f"Only a run that failed or was stopped is retried: it is {run.status}.", code="not_failed")
        return run

    async def _wake(self, run: Run, answers: Mapping[str, Mapping[str, Any]], statuses: Sequence[str]) -> Running:
        self.runs.check_room()
        claim = await stored.claim(self.runs.store, run.id, owner=self.runs.journal.owner, statuses=statuses)
        if claim is None:
            raise _too_late()
        try:
            return await patiently(lambda: self.go_on(replace(run, cancel_asked=False), claim, answers))
        except SimError as error:
            await self.fail(run, claim, error)
            raise

    async def answer(
        self, run_id: str, workspace_id: str | None, *, pause: str | None, answer: Mapping[str, Any], actor: str = ""
    ) -> None:
        """Answer a pause, and have the run wait for a worker; the answer is kept once this returns."""
        run, event = await self._answered(run_id, workspace_id, pause, answer)
        if not await line.answer(self.runs.store, run, (event,)):
            raise _too_late()

    async def watch(self) -> None:
        """Have runs whose time has come go on, until cancelled; looks when the next is due, and never polls each."""
        while True:
            try:
                while not self.runs.closing and await line.wake_due(self.runs.store):
                    pass
                due = await stored.next_due(self.runs.store)
            except Unreachable:
                due = None
            self._bell.clear()
            left = LOOK_S if due is None else (due - datetime.now(UTC)).total_seconds()
            try:
                async with asyncio.timeout(min(max(left, 0.01), LOOK_S)):
                    await self._bell.wait()
            except TimeoutError:
                pass

    async def go_on(self, run: Run, claim: Claim, answers: Mapping[str, Mapping[str, Any]] | None = None) -> Running:
        """Perform a claimed run from where its journal ends; steps whose time is over wake."""
        runs = self.runs
        workflow = await document(runs.store, run.snapshot or "")
        facts: Mapping[str, Any] = run.facts or {}
        surface = "child" if run.parent_id else "api"
        whole = facts.get("from_block") is not None
        plan = await self._plan(run, workflow, start=facts.get("start"), surface=surface, whole=whole)
        secrets = await runs.secrets(run.workspace_id, str(facts.get("personal", "")))
        events = await history(runs.journal, run.id) if claim.seq else ()
        pauses = waiting(events)
        runs.journal.join(run.id, claim.epoch, seq=claim.seq, pauses={id: event.until for id, event in pauses.items()})
        if answers and not set(answers) <= set(pauses):
            runs.journal.add(run.id, claim.epoch, (RunPaused(pauses=tuple(pauses), output=run.output),))
            await runs.journal.committed(run.id)
            raise _too_late()
        if run.cancel_asked:
            runs.journal.add(run.id, claim.epoch, (RunCancelled(),))
            await runs.journal.committed(run.id)
            raise Conflict("The run was stopped.", code="run_ended")
        now = time()
        over: dict[str, Mapping[str, Any]] = {
            id: {} for id, event in pauses.items() if event.kind == "time" and (event.until or 0) <= now
        }
        order = _order(run, workflow)
        running = Running(run.id, order, epoch=claim.epoch, first_seq=claim.seq, left_s=claim.left_s)
        past = await past_behind(runs.journal, run, events, {**over, **(answers or {})})
        return runs.perform(running, plan, secrets, past)

    async def _plan(self, run: Run, workflow: Workflow, **how: Any) -> Plan:
        """The plan of a run; what it is made of may have come to another process first."""
        key = run.snapshot or run.id
        try:
            return self.runs.plans.get(key, workflow, **how)
        except Invalid:
            await self.catch_up()
            return self.runs.plans.get(key, workflow, **how)

    async def fail(self, run: Run, claim: Claim, error: BaseException) -> None:
        """End a claimed run that cannot be performed, and say why in its journal."""
        if isinstance(error, Conflict):
            return  # it has ended, or sleeps on
        known = isinstance(error, SimError)
        message = error.message if known else "The platform made a mistake; the log of the server says which."
        journal = self.runs.journal
        if self.runs.find(run.id) is None:
            journal.join(run.id, claim.epoch, seq=claim.seq)
            journal.add(run.id, claim.epoch, (RunFailed(code=error.reason if known else "fault", message=message),))

    async def answer_parents(self, parent_id: str | None = None) -> None:
        """Tell runs that sleep on a child what came of it, where whoever ended the child could not."""
        for child_id, parent in await line.ended_children(self.runs.store, parent_id):
            child = await stored.get_run(self.runs.store, child_id, None)
            await self._answer_parent(parent, child_id, _told(child))

    async def _answered(
        self, run_id: str, workspace_id: str | None, pause: str | None, answer: Mapping[str, Any]
    ) -> tuple[Run, BlockResumed]:
        run = await stored.get_run(self.runs.store, run_id, workspace_id)
        if run.status not in WAKES_FROM:
            raise Conflict(f"The run does not wait for an answer: it is {run.status}.", code="not_paused")
        found = _choose(waiting(await history(self.runs.journal, run_id)), pause)
        if found.kind == "child":
            raise Conflict(f"This step waits for the run {found.child}; answer that one.", code="waits_for_child")
        if found.kind == "time":
            raise Conflict("This step waits for its time; it wakes by itself.", code="waits_for_time")
        return run, BlockResumed(pause=found.pause, answer=check_answer(found.form, answer))

    def _heard(self, running: Running, outcome: Outcome) -> None:
        if outcome.status == "paused":
            self._bell.set()
            self.runs.later(self.answer_parents(running.run_id))  # a child may have been faster
        elif running.order.parent and running.first_seq and not self.runs.closing:
            self.runs.later(self._answer_above(running))

    async def _answer_above(self, child: Running) -> None:
        """A child that slept has ended: the step that waits for it gets what came of it."""
        assert child.order.parent is not None
        run = await stored.get_run(self.runs.store, child.run_id, None)
        with suppress(Missing):
            await self._answer_parent(child.order.parent, child.run_id, _told(run))

    async def _answer_parent(self, parent_id: str, child_id: str, told: dict[str, Any]) -> None:
        run = await stored.get_run(self.runs.store, parent_id, None)
        pauses = waiting(await history(self.runs.journal, run.id))
        answers = [
            BlockResumed(pause=pause, answer=told)
            for pause, event in pauses.items()
            if event.kind == "child" and event.child == child_id
        ]
        if answers:
            await line.answer(self.runs.store, run, answers)


def _order(run: Run, workflow: Workflow) -> Order:
    facts: Mapping[str, Any] = run.facts or {}
    return Order(
        workspace_id=run.workspace_id,
        workflow_id=run.workflow_id,
        workflow=workflow,
        seq=run.workflow_seq or 0,
        version=run.version,
        input=run.input,
        start=facts.get("start"),
        stop_after=facts.get("stop_after"),
        timeout_s=facts.get("timeout_s"),
        trigger=run.trigger,
        actor=run.actor or "",
        parent=run.parent_id,
        repeats=facts.get("repeats"),
        depth=facts.get("depth") or 0,
        personal=facts.get("personal", ""),
        acts_for=facts.get("acts_for", ""),
        durable=run.durable,
        priority=run.priority,
    )


def _too_late() -> Conflict:
    return Conflict("Somebody else has answered already.", code="not_paused")


def _told(child: Run) -> dict[str, Any]:
    if child.status == "finished":
        return {"output": child.output}
    error = child.error
    return {"error": {"code": error.code, "message": error.message} if error else {"message": "The run was stopped."}}


def _choose(pauses: Mapping[str, BlockPaused], wanted: str | None) -> BlockPaused:
    if wanted is not None:
        if wanted not in pauses:
            raise Conflict(f"The run does not wait for {wanted!r}.", code="not_paused")
        return pauses[wanted]
    asked = [event for event in pauses.values() if event.kind == "human"]
    if len(asked) == 1:
        return asked[0]
    if not asked:
        others = list(pauses.values())
        if not others:
            raise Conflict("The run does not wait for an answer.", code="not_paused")
        return others[0]
    raise Invalid(
        f"The run waits for several answers; choose `pause`: {', '.join(sorted(pauses))}.", code="which_pause"
    )
