"""Runs that sleep: woken by an answer, by the clock, or by the end of the run that they wait for."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from time import time
from typing import Any

from sim_core.errors import Conflict, Invalid, Missing, SimError, Unreachable
from sim_core.flow.events import BlockPaused, RunPaused
from sim_core.flow.run import Outcome
from sim_core.jobs.again import past_behind
from sim_core.jobs.answers import check_answer
from sim_core.jobs.orders import Order
from sim_core.jobs.past import history, waiting
from sim_core.jobs.running import Running
from sim_core.jobs.runs import Runs
from sim_core.store import runs as stored
from sim_core.store.runs import Run

LOOK_S = 60.0
"""How long the clock rests at most: another process may have put a run to sleep."""
WAKES_FROM = ("paused", "failed")
RETRIED = ("failed", "cancelled")


class Sleepers:
    """Wakes runs."""

    def __init__(self, runs: Runs) -> None:
        """Listen for runs that fall asleep here, and for children that end."""
        self.runs = runs
        self._bell = asyncio.Event()
        runs.ended.append(self._heard)

    async def resume(
        self, run_id: str, workspace_id: str | None, *, pause: str | None, answer: Mapping[str, Any], actor: str = ""
    ) -> Running:
        """Answer a pause, and have the run go on; raises `Conflict` when it does not wait for this."""
        run = await stored.get_run(self.runs.store, run_id, workspace_id)
        if run.status not in WAKES_FROM:
            raise Conflict(f"The run does not wait for an answer: it is {run.status}.", code="not_paused")
        events = await history(self.runs.journal, run_id)
        found = _choose(waiting(events), pause)
        if found.kind == "child":
            raise Conflict(f"This step waits for the run {found.child}; answer that one.", code="waits_for_child")
        if found.kind == "time":
            raise Conflict("This step waits for its time; it wakes by itself.", code="waits_for_time")
        return await self._wake(run, {found.pause: check_answer(found.form, answer)})

    async def retry(self, run_id: str, workspace_id: str) -> Running:
        """Have a run that failed or was stopped go on: what has ended stays, what failed is run again."""
        run = await stored.get_run(self.runs.store, run_id, workspace_id)
        if run.status not in RETRIED:
            raise Conflict(f"Only a run that failed or was stopped is retried: it is {run.status}.", code="not_failed")
        return await self._wake(run, {}, RETRIED)

    async def watch(self) -> None:
        """Wake runs whose time has come, until cancelled; looks when the next is due, and never polls each."""
        while True:
            try:
                await self._wake_due()
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

    async def _wake_due(self) -> None:
        if self.runs.closing:
            return
        for run_id, workspace_id, _ in await stored.due(self.runs.store):
            run = await stored.get_run(self.runs.store, run_id, workspace_id)
            pauses = waiting(await history(self.runs.journal, run_id))
            now = time()
            over: dict[str, dict[str, Any]] = {
                id: {} for id, event in pauses.items() if event.kind == "time" and (event.until or 0) <= now
            }
            try:
                if over:
                    await self._wake(run, over)
            except Conflict:
                continue  # another process was faster
            except SimError as error:
                await self._give_up(run, error)

    async def _wake(
        self, run: Run, answers: Mapping[str, Mapping[str, Any]], statuses: Sequence[str] = WAKES_FROM
    ) -> Running:
        runs = self.runs
        workflow = await stored.kept_document(runs.store, run.snapshot or "")
        facts: Mapping[str, Any] = run.facts or {}
        surface = "child" if run.parent_id else "api"
        whole = facts.get("from_block") is not None
        plan = runs.plans.get(run.snapshot or run.id, workflow, start=facts.get("start"), surface=surface, whole=whole)
        secrets = await runs.secrets(run.workspace_id)
        claim = await stored.claim(runs.store, run.id, owner=runs.journal.owner, statuses=statuses)
        if claim is None:
            raise Conflict("Somebody else has answered already.", code="not_paused")
        events = await history(runs.journal, run.id)
        pauses = waiting(events)
        runs.journal.join(run.id, claim.epoch, seq=claim.seq, pauses={id: event.until for id, event in pauses.items()})
        if not set(answers) <= set(pauses):
            runs.journal.add(run.id, claim.epoch, (RunPaused(pauses=tuple(pauses), output=run.output),))
            await runs.journal.committed(run.id)
            raise Conflict("Somebody else has answered already.", code="not_paused")
        order = Order(
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
        )
        running = Running(run.id, order, epoch=claim.epoch, first_seq=claim.seq)
        return runs.perform(running, plan, secrets, await past_behind(runs.journal, run, events, answers))

    async def _give_up(self, run: Run, error: SimError) -> None:
        """A run that cannot be woken is stopped, so that the clock does not come back to it for ever."""
        try:
            await self.runs.cancel(run.id, None)
        finally:
            self.runs.report(error, run.id)

    def _heard(self, running: Running, outcome: Outcome) -> None:
        if outcome.status == "paused":
            self._bell.set()
        elif running.order.parent and running.first_seq and not self.runs.closing:
            self.runs.later(self._answer_parent(running, outcome))

    async def _answer_parent(self, child: Running, outcome: Outcome) -> None:
        """A child that slept has ended: the step that waits for it gets what came of it."""
        assert child.order.parent is not None
        wait = 0.02
        while not self.runs.closing:
            try:
                run = await stored.get_run(self.runs.store, child.order.parent, None)
            except Missing:
                return
            pauses = waiting(await history(self.runs.journal, run.id))
            mine = [id for id, event in pauses.items() if event.kind == "child" and event.child == child.run_id]
            if run.status not in (*WAKES_FROM, "running") or (not mine and run.status != "running"):
                return
            if mine and run.status in WAKES_FROM:
                with suppress(Conflict):  # it was woken by another answer, and will sleep again
                    await self._wake(run, {mine[0]: _told(outcome)})
                    return
            await asyncio.sleep(wait)
            wait = min(wait * 2, 1.0)


def _told(outcome: Outcome) -> dict[str, Any]:
    if outcome.status == "finished":
        return {"output": outcome.output}
    error = outcome.error
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
