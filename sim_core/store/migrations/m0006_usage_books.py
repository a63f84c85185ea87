"""The books of usage: their key, and what the runs that there are come to."""

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from sim_core.store import piccolo_conf

ID = "2026-11-22T20:40:00:000002"
VERSION = "1.38.0"
DESCRIPTION = "The books of usage, filled"

SHAPE = (
    "ALTER TABLE usage_day DROP CONSTRAINT usage_day_pkey,"
    " ADD PRIMARY KEY (workspace_id, of_model, day, workflow_id, actor, model, writer)",
    # a row is written anew with every group of runs that end
    "ALTER TABLE usage_day SET (fillfactor = 50)",
    "CREATE INDEX run_live ON workflow_execution_logs (workspace_id)"
    " WHERE status IN ('pending', 'running', 'paused')",
)

DAY = "to_char(r.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')"
INTO = """INSERT INTO usage_day (workspace_id, day, of_model, workflow_id, actor, model, writer, runs, failed,
  tokens_input, tokens_output, cost)"""
FILL = (
    f"""
    {INTO}
    SELECT r.workspace_id, {DAY}, false, r.workflow_id, coalesce(r.actor, ''), '', 0,
      count(*) FILTER (WHERE r.status IN ('finished', 'failed', 'cancelled')),
      count(*) FILTER (WHERE r.status = 'failed'), sum(r.tokens_input), sum(r.tokens_output), sum(r.cost)
    FROM workflow_execution_logs r GROUP BY 1, 2, 4, 5
    """,
    # The words of an event are looked at first: reading JSON costs ten times as much, and few events tell of a model.
    f"""
    WITH said AS MATERIALIZED (
      SELECT r.id, coalesce(e.event, b.value) AS event FROM workflow_execution_logs r
      JOIN execution_event e ON e.run_id = r.id LEFT JOIN blob b ON b.digest = e.blob
      WHERE r.tokens_input + r.tokens_output > 0
        AND coalesce(e.event, b.value)::text LIKE '{{"event":"block.finished"%"usage":%'
    ), one AS MATERIALIZED (
      SELECT said.id, coalesce(output ->> 'model', '') AS model, sum((usage ->> 'input')::bigint) AS tokens_input,
        sum((usage ->> 'output')::bigint) AS tokens_output, coalesce(sum((cost ->> 'total')::float8), 0) AS cost
      FROM said, json_to_record(event) AS told(output json, usage json, cost json)
      WHERE json_typeof(usage) = 'object' GROUP BY 1, 2
    ), kept AS (
      {INTO}
      SELECT r.workspace_id, {DAY}, true, r.workflow_id, coalesce(r.actor, ''), one.model, 0, count(*),
        count(*) FILTER (WHERE r.status = 'failed'), sum(one.tokens_input), sum(one.tokens_output), sum(one.cost)
      FROM one JOIN workflow_execution_logs r ON r.id = one.id GROUP BY 1, 2, 4, 5, 6
    )
    UPDATE workflow_execution_logs r SET models = used.models
    FROM (SELECT id, json_agg(model) AS models FROM one GROUP BY id) used WHERE r.id = used.id
    """,
    "UPDATE workflow_execution_logs SET counted = status WHERE status IN ('finished', 'failed', 'cancelled')",
)
"""Fills empty books with the runs there are."""


async def forwards() -> Any:
    """Set the key, and fill the books."""
    manager: Any = MigrationManager(migration_id=ID, app_name="sim", description=DESCRIPTION)

    async def fill() -> None:
        engine = piccolo_conf.ENGINES[-1]
        for statement in (*SHAPE, *FILL):
            await engine.run_ddl(statement)

    manager.add_raw(fill)
    return manager
