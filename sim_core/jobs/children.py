"""Workflows that other workflows run: runs of their own, under the same workspace."""

import asyncio
from typing import Any

from sim_core.document.workflow import Workflow
from sim_core.errors import Refused
from sim_core.flow.world import Child, Site
from sim_core.jobs.documents import pick
from sim_core.jobs.orders import Order
from sim_core.jobs.runs import Runs


class Children:
    """Starts child runs and waits for them."""

    def __init__(self, runs: Runs) -> None:
        """Start them among these runs."""
        self.runs = runs

    async def look(self, site: Site, workflow_id: str) -> Workflow:
        """A workflow of the workspace as it stands; raises `Missing`."""
        return (await pick(self.runs.store, workflow_id, site.workspace_id, "draft")).workflow

    async def run(self, site: Site, workflow_id: str, input: Any, deployed: bool) -> Child:
        """Run a workflow to its end, or until it sleeps; stopping the one above stops it too."""
        found = await pick(self.runs.store, workflow_id, site.workspace_id, "live" if deployed else "draft")
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
        )
        running = await self.runs.start(order, surface="child")
        try:
            outcome = await running.ended()
        except asyncio.CancelledError:
            running.cancel()
            await asyncio.wait([running.task], timeout=2.0)
            raise
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
