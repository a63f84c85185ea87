"""What runs come to over time: how many there were, how many failed, how long they took, and what they cost."""

from datetime import datetime, timedelta

from msgspec import Struct

from sim_core.store.pool import Store

FIGURES = """
SELECT date_bin($4::interval, created_at, $2) AS at, count(*) AS runs,
  count(*) FILTER (WHERE status = 'failed') AS failed,
  percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) FILTER (WHERE ended_at IS NOT NULL) AS p50_ms,
  percentile_cont(0.95) WITHIN GROUP (ORDER BY ms) FILTER (WHERE ended_at IS NOT NULL) AS p95_ms,
  coalesce(sum(tokens_input + tokens_output), 0)::bigint AS tokens, coalesce(sum(cost), 0) AS cost
FROM workflow_execution_logs
WHERE workspace_id = $1 AND created_at >= $2 AND created_at < $3
  AND ($5::text IS NULL OR workflow_id = $5) AND ($6::text IS NULL OR trigger = $6)
GROUP BY 1 ORDER BY 1
"""


class Figure(Struct, frozen=True, kw_only=True):
    """What the runs that began within one stretch of time come to; stretches without a run are left out."""

    at: datetime
    """When the stretch begins."""
    runs: int
    failed: int
    p50_ms: float | None
    """Half of the runs that have ended took no longer."""
    p95_ms: float | None
    tokens: int
    cost: float


async def run_figures(
    store: Store,
    workspace_id: str,
    *,
    since: datetime,
    until: datetime,
    step: timedelta,
    workflow_id: str | None = None,
    trigger: str | None = None,
) -> tuple[Figure, ...]:
    """The runs of a workspace in stretches of time, the first first."""
    rows = await store.rows(FIGURES, workspace_id, since, until, step, workflow_id, trigger)
    return tuple(Figure(**{name: row[name] for name in Figure.__struct_fields__}) for row in rows)
