"""Workflows that other workflows run: runs of their own, under the same workspace."""

import asyncio
from contextlib import suppress
from typing import Any

from msgspec.structs import replace

from sim_core.document.workflow import Workflow
from sim_core.errors import Refused, SimError
from sim_core.flow.run import Outcome
from sim_core.flow.world import Child, Site
from sim_core.jobs.documents import Picked, pick
from sim_core.jobs.orders import Order
from sim_core.jobs.past import outcome_of
from sim_core.jobs.running import Moved, Running
from sim_core.jobs.runs import Runs
from sim_core.store.patience import patiently

TURNS = 8
"""Runs of one step's child at most: its process died, or it was tried again."""


class Children:
    """Starts child runs and waits for them."""

    def __init__(self, runs: Runs) -> None:
        """Start them among these runs."""
        self.runs = runs

    async def look(self, site: Site, workflow_id: str) -> Workflow:
        """A workflow of the workspace as it stands; raises `Missing`."""
        return (await self._pick(workflow_id, site.workspace_id, "draft")).workflow

    async def run(self, site: Site, workflow_id: str, input: Any, deployed: bool) -> Child:
        """Run a workflow to its end, or until it sleeps; stopping the one above stops it too."""
        found = await self._pick(workflow_id, site.workspace_id, "live" if deployed else "draft")
        above = self.runs.find(site.run_id)
        order = Order(
            workspace_id=site.workspace_id,
            workflow_id=workflow_id,
            workflow=found.workflow,
            seq=found.seq,
            version=found.version,
            input=input,
            trigger="workflow",
            parent=site.run_id,
            depth=site.depth + 1,
            durable=above is not None and above.order.durable,
            acts_for=above.order.acts_for if above is not None and above.order.version is None else "",
        )
        running, outcome = await self._ended(order, above, site.key)
        name = found.workflow.name
        if outcome.status == "paused":
            return Child(run_id=running.run_id, name=name, pauses=outcome.pauses)
        if outcome.status != "finished":
            error = outcome.error
            where = f" at {error.block_name!r}" if error and error.block_name else ""
            raise Refused(
                f"The workflow {name!r} failed{where}: {error.message if error else 'it was stopped'}",
                code="child_failed",
            )
        return Child(run_id=running.run_id, name=name, output=outcome.output)

    async def _ended(self, order: Order, above: Running | None, key: str) -> tuple[Running, Outcome]:
        """Run it, or join the run that this very step began before its process died; one that failed is run anew."""
        for turn in range(1, TURNS):
            if order.durable:
                order = replace(order, idempotency_key=f"{key}#{turn}")
            running = await self._start(order, above)
            outcome = await self._outcome(running, above)
            if outcome.status in ("finished", "paused") or not running.is_replay:
                return running, outcome
        raise Refused("The workflow failed too often.", code="child_failed")

    async def _pick(self, workflow_id: str, workspace_id: str, wanted: str) -> Picked:
        return await patiently(lambda: pick(self.runs.store, workflow_id, workspace_id, wanted))

    async def _start(self, order: Order, above: Running | None) -> Running:
        """Begin it, also when the database is away: what could be begun twice has a key, or was not begun.

        Who is stopped meanwhile stops it as soon as it has begun.
        """
        beginning = asyncio.ensure_future(patiently(lambda: self.runs.start(order, surface="child")))
        try:
            return await asyncio.shield(beginning)
        except asyncio.CancelledError:
            done, _ = await asyncio.wait([beginning], timeout=2.0)
            if not done:
                beginning.cancel()
            elif beginning.exception() is None and (above is None or not above.is_leaving):
                await self._stop(beginning.result())
            raise

    async def _outcome(self, running: Running, above: Running | None) -> Outcome:
        try:
            try:
                return await running.ended()
            except Moved:
                return await outcome_of(self.runs.follow(running.run_id))
        except asyncio.CancelledError:
            if above is None or not above.is_leaving:
                await self._stop(running)
            raise

    async def _stop(self, running: Running) -> None:
        if running.is_replay or running.is_leaving:
            with suppress(SimError):
                await self.runs.cancel(running.run_id, None)
        else:
            running.cancel()
            await asyncio.wait([running.task], timeout=2.0)
