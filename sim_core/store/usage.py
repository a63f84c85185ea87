"""Who uses what: runs, tokens and cost of a workspace by workflow, model, person and day."""

from datetime import datetime, timedelta
from typing import Any, Literal, TypeAlias

from msgspec import Struct

from sim_core.store.pool import Store
from sim_core.store.wire import Row

By: TypeAlias = Literal["workflow", "model", "person", "day"]
EARLY = timedelta(hours=1)
"""Ids rise with time, so that they bound what is read; clocks of several machines may differ by less than this."""

WITHIN = """
r.workspace_id = $1 AND r.id >= $5 AND r.created_at >= $2 AND r.created_at < $3 AND ($4::text IS NULL OR r.actor = $4)
"""
SUMS = """
count(*) AS runs, count(*) FILTER (WHERE r.status = 'failed') AS failed,
  sum(r.tokens_input)::bigint AS tokens_input, sum(r.tokens_output)::bigint AS tokens_output, sum(r.cost) AS cost
"""
# What is grouped is named afterwards: one look for each group, not for each run.
OF_RUNS = f"""
WITH used AS (SELECT {{key}} AS key, {SUMS} FROM workflow_execution_logs r WHERE {WITHIN} GROUP BY 1)
SELECT used.*, {{name}} AS name FROM used {{join}} ORDER BY {{order}} LIMIT 1000
"""
NAMED: dict[By, dict[str, str]] = {
    "workflow": {
        "key": "r.workflow_id",
        "name": "coalesce(w.name, '')",
        "join": "LEFT JOIN workflow w ON w.id = used.key",
        "order": "cost DESC, runs DESC, key",
    },
    "person": {
        "key": "coalesce(r.actor, '')",
        "name": "coalesce(u.name, '')",
        "join": 'LEFT JOIN "user" u ON u.id = used.key',
        "order": "cost DESC, runs DESC, key",
    },
    "day": {
        "key": "to_char(r.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')",
        "name": "used.key",
        "join": "",
        "order": "key",
    },
}
# The words of an event are looked at first: reading JSON costs ten times as much, and few events tell of a model.
OF_MODELS = f"""
WITH said AS MATERIALIZED (
  SELECT r.id, r.status, coalesce(e.event, b.value) AS event FROM workflow_execution_logs r
  JOIN execution_event e ON e.run_id = r.id LEFT JOIN blob b ON b.digest = e.blob
  WHERE {WITHIN} AND r.tokens_input + r.tokens_output > 0
    AND coalesce(e.event, b.value)::text LIKE '{{"event":"block.finished"%"usage":%'
), one AS (
  SELECT said.id, coalesce(output ->> 'model', '') AS key, bool_or(status = 'failed') AS failed,
    sum((usage ->> 'input')::bigint) AS tokens_input, sum((usage ->> 'output')::bigint) AS tokens_output,
    sum((cost ->> 'total')::float8) AS cost
  FROM said, json_to_record(event) AS told(output json, usage json, cost json)
  WHERE json_typeof(usage) = 'object' GROUP BY 1, 2
)
SELECT key, key AS name, count(*) AS runs, count(*) FILTER (WHERE failed) AS failed,
  sum(tokens_input)::bigint AS tokens_input, sum(tokens_output)::bigint AS tokens_output, sum(cost) AS cost
FROM one GROUP BY 1 ORDER BY cost DESC NULLS LAST, runs DESC, key LIMIT 1000
"""


class Used(Struct, frozen=True, kw_only=True):
    """What one workflow, model, person or day comes to."""

    key: str
    """Id of the workflow or person, the model, or the day; empty where it is not known, or nobody began the runs."""
    name: str
    """What it is called; empty for what is gone."""
    runs: int
    failed: int
    tokens_input: int
    tokens_output: int
    cost: float
    """USD."""


async def usage(
    store: Store, workspace_id: str, *, by: By, since: datetime, until: datetime, actor: str | None = None
) -> tuple[Used, ...]:
    """What the runs of a workspace come to, the dearest first, days in their order; of one person, or of everybody."""
    statement = OF_MODELS if by == "model" else OF_RUNS.format(**NAMED[by])
    rows = await store.rows(statement, workspace_id, since, until, actor, _first_id(since - EARLY))
    return tuple(_used(row) for row in rows)


def _used(row: Row) -> Used:
    facts: dict[str, Any] = {name: row[name] for name in FIELDS}
    facts["cost"] = facts["cost"] or 0
    return Used(**facts)


FIELDS = Used.__struct_fields__


def _first_id(moment: datetime) -> str:
    """The least id that can have been made at a moment."""
    digits = f"{max(int(moment.timestamp() * 1000), 0):012x}"
    return f"{digits[:8]}-{digits[8:]}-0000-0000-000000000000"
