"""Whether the database and this process agree on which runs are performed here."""

import time
from typing import TypeAlias

from sim_core.flow.events import RunFailed
from sim_core.jobs.running import INTERRUPTED
from sim_core.jobs.runs import Runs
from sim_core.store import processes
from sim_core.store.processes import Held

STRANGE_S = 8.0
"""Seconds after which a run that is this process' own, and that it does not perform, is given back: what claims a run
reads its journal next, and that may take a moment."""

Seen: TypeAlias = tuple[str, int]


class Claims:
    """Compares the rows of runs with what is performed here."""

    def __init__(self, runs: Runs, *, strange_s: float = STRANGE_S) -> None:
        """Look after these runs."""
        self.runs = runs
        self.strange_s = strange_s
        self._strange: dict[Seen, float] = {}

    async def check(self) -> None:
        """Stop what others have taken over or somebody wants stopped; give back what was claimed and never begun."""
        await self.runs.check_claims()
        await self._check_strange()

    async def _check_strange(self) -> None:
        """A claim whose answer was lost with the database is written, and nobody here knows of it."""
        runs, now = self.runs, time.monotonic()
        held = await processes.held(runs.store, runs.journal.owner, besides=runs.ids)
        strange = {(run.id, run.epoch): run for run in held if not self._is_known(run.id)}
        self._strange = {seen: self._strange.get(seen, now) for seen in strange}
        for seen, since in list(self._strange.items()):
            if now - since > self.strange_s:
                await self._give_back(strange[seen])

    def _is_known(self, run_id: str) -> bool:
        return self.runs.find(run_id) is not None or self.runs.journal.writes(run_id)

    async def _give_back(self, run: Held) -> None:
        runs = self.runs
        if run.durable:
            await processes.release(runs.store, run.id, run.epoch, owner=runs.journal.owner)
        else:
            runs.journal.join(run.id, run.epoch, seq=run.seq)
            runs.journal.add(run.id, run.epoch, (RunFailed(code="interrupted", message=INTERRUPTED),))
