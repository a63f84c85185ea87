"""Calls that must not be made twice: each is in the journal before it leaves."""

from sim_core.errors import Conflict
from sim_core.flow.events import BlockAttempted
from sim_core.flow.world import Site
from sim_core.jobs.runs import Runs


class Attempts:
    """Writes down what is about to be asked of a service."""

    def __init__(self, runs: Runs) -> None:
        """For the runs of this process."""
        self.runs = runs

    async def __call__(self, site: Site, what: str) -> None:
        """Commit everything so far and this attempt; raises `Conflict` (`fenced`) when the run is not ours any more."""
        running = self.runs.find(site.run_id)
        if running is None or running.is_leaving:
            raise Conflict("This run is not performed here", code="fenced")
        if not running.order.durable:
            return  # nobody takes it over, so nothing is repeated
        event = BlockAttempted(block=site.block_id, key=site.key, what=what)
        self.runs.journal.add(site.run_id, running.epoch, (event,))
        await self.runs.journal.committed(site.run_id)
