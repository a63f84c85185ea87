"""Whether the people behind a run may use what it is about to use: asked at each call, whatever began the run."""

import time
from collections import OrderedDict
from collections.abc import Iterable

from sim_core.accounts.actors import Rules
from sim_core.accounts.groups import check_rules, rules_of_run
from sim_core.flow.world import Site
from sim_core.store.pool import Store

BELIEVED_S = 0.5
"""How long an answer counts: a changed group is heeded by runs under way within a second."""
MOST = 4096


class Permits:
    """The permission groups of runs: of whoever began one, else of whoever deployed what runs."""

    def __init__(self, store: Store) -> None:
        """Ask this database."""
        self._store = store
        self._known: OrderedDict[str, tuple[float, tuple[Rules, ...]]] = OrderedDict()

    async def __call__(self, site: Site, *, models: Iterable[str] = (), tools: Iterable[str] = ()) -> None:
        """Raise `Denied` for models (`provider/model`) or tools that a group keeps away."""
        if rules := await self._rules(site):
            tools = tuple(tools)
            check_rules(rules, models=models, tools=tools, integrations=[tool.partition(".")[0] for tool in tools])

    async def _rules(self, site: Site) -> tuple[Rules, ...]:
        known, now = self._known.get(site.run_id), time.monotonic()
        if known and now - known[0] < BELIEVED_S:
            return known[1]
        found = await rules_of_run(self._store, site.run_id, site.workspace_id)
        self._known[site.run_id] = (now, found)
        self._known.move_to_end(site.run_id)
        if len(self._known) > MOST:
            self._known.popitem(last=False)
        return found
