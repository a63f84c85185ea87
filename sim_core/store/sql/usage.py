"""Books of usage: the parts of the journal's statement that write them with the end of a run, and the reading."""

COUNT = """
SELECT t.*, h.workspace_id, h.workflow_id, coalesce(h.actor, '') AS actor, h.models,
  to_char(h.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day,
  CASE WHEN t.status = 'paused' OR h.counted IS NOT NULL THEN 0 ELSE 1 END AS runs,
  coalesce(h.counted = 'failed', false) AS failed_before,
  coalesce(CASE WHEN t.status = 'paused' THEN h.counted ELSE t.status END = 'failed', false) AS fails
"""
"""What the end of a run adds: one that failed before, and was taken up again, is in the books already."""

SPENT = """spent AS (
  SELECT e.id, s.model, s.tokens_input, s.tokens_output, s.cost FROM ended e CROSS JOIN LATERAL
    json_to_recordset(e.spent::json) AS s(model text, tokens_input bigint, tokens_output bigint, cost float8)
  WHERE e.spent IS NOT NULL)"""

MODELS = """(
  SELECT json_agg(k.model) FROM (
    SELECT json_array_elements_text(r.models) AS model UNION SELECT s.model FROM spent s WHERE s.id = t.id) k)"""

# Rows are taken in one order by everybody, so that two processes never wait for each other.
BOOKED = """booked AS (
  INSERT INTO usage_day AS u (workspace_id, day, of_model, workflow_id, actor, model, writer, runs, failed,
    tokens_input, tokens_output, cost)
  SELECT x.workspace_id, x.day, x.of_model, x.workflow_id, x.actor, x.model, x.writer, sum(x.runs), sum(x.failed),
    sum(x.tokens_input), sum(x.tokens_output), sum(x.cost)
  FROM (
    SELECT e.workspace_id, e.day, false AS of_model, e.workflow_id, e.actor, '' AS model, e.writer, e.runs,
      e.fails::int - e.failed_before::int AS failed, e.tokens_input, e.tokens_output, e.cost FROM ended e
    UNION ALL
    SELECT e.workspace_id, e.day, true, e.workflow_id, e.actor, s.model, e.writer,
      (NOT EXISTS (SELECT 1 FROM json_array_elements_text(e.models) AS k(model) WHERE k.model = s.model))::int,
      0, s.tokens_input, s.tokens_output, s.cost FROM ended e JOIN spent s ON s.id = e.id
    UNION ALL
    SELECT e.workspace_id, e.day, true, e.workflow_id, e.actor, k.model, e.writer, 0,
      e.fails::int - (e.failed_before AND k.known)::int, 0, 0, 0
    FROM ended e CROSS JOIN LATERAL (
      SELECT a.model, bool_or(a.known) AS known FROM (
        SELECT json_array_elements_text(e.models) AS model, true AS known
        UNION ALL SELECT s.model, false FROM spent s WHERE s.id = e.id) a
      GROUP BY 1) k
    WHERE e.fails OR e.failed_before) x
  GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 1, 3, 2, 4, 5, 6, 7
  ON CONFLICT (workspace_id, of_model, day, workflow_id, actor, model, writer) DO UPDATE SET
    runs = u.runs + excluded.runs, failed = u.failed + excluded.failed,
    tokens_input = u.tokens_input + excluded.tokens_input, tokens_output = u.tokens_output + excluded.tokens_output,
    cost = u.cost + excluded.cost)"""

DRAFTED = """
INSERT INTO usage_day AS u (workspace_id, day, of_model, workflow_id, actor, model, writer, runs, failed,
  tokens_input, tokens_output, cost)
SELECT $1, to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD'), part.of_model,
  coalesce((SELECT id FROM workflow WHERE id = $2 AND workspace_id = $1), ''), $3,
  CASE WHEN part.of_model THEN $4 ELSE '' END, -1, 0, 0, $5, $6, $7
FROM (VALUES (false), (true)) AS part(of_model) ORDER BY part.of_model
ON CONFLICT (workspace_id, of_model, day, workflow_id, actor, model, writer) DO UPDATE SET
  tokens_input = u.tokens_input + excluded.tokens_input, tokens_output = u.tokens_output + excluded.tokens_output,
  cost = u.cost + excluded.cost
"""
"""What a model was paid for outside of runs; one row for all processes, since people ask for little."""

BOOKS = """
SELECT {key} AS key, runs, failed, tokens_input, tokens_output, cost FROM usage_day r
WHERE workspace_id = $1 AND of_model = {of_model} AND day >= $3 AND day < $4 AND ($2::text IS NULL OR actor = $2)
"""
LIVE = """
r.workspace_id = $1 AND r.status IN ('pending', 'running', 'paused') AND ($2::text IS NULL OR r.actor = $2)
  AND to_char(r.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') >= $3
  AND to_char(r.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') < $4
"""
"""Runs that go on: the books do not know of them yet, or of their last end only."""

WITHIN = """
r.workspace_id = $1 AND ($2::text IS NULL OR r.actor = $2) AND (
  r.id >= $5 AND r.id < $6 AND r.created_at >= $7 AND r.created_at < $8
  OR r.id >= $9 AND r.id < $10 AND r.created_at >= $11 AND r.created_at < $12)
"""
"""Runs of the pieces of days at both ends, which are summed one by one."""

PART_OF_RUNS = f"""
{BOOKS}
UNION ALL
SELECT {{row_key}}, (r.counted IS NULL)::int, -coalesce(r.counted = 'failed', false)::int, 0, 0, 0
FROM workflow_execution_logs r WHERE {LIVE}
UNION ALL
SELECT {{row_key}}, 1, (r.status = 'failed')::int, r.tokens_input, r.tokens_output, r.cost
FROM workflow_execution_logs r WHERE {WITHIN}
"""

# The words of an event are looked at first: reading JSON costs ten times as much, and few events tell of a model.
PART_OF_MODELS = f"""
{BOOKS.format(key="model", of_model="true")}
UNION ALL
SELECT m.model, 0, -1, 0, 0, 0
FROM workflow_execution_logs r CROSS JOIN LATERAL json_array_elements_text(r.models) AS m(model)
WHERE r.counted = 'failed' AND {LIVE}
UNION ALL
SELECT one.key, 1, one.failed::int, one.tokens_input, one.tokens_output, one.cost FROM (
  SELECT said.id, coalesce(output ->> 'model', '') AS key, bool_or(said.status = 'failed') AS failed,
    sum((usage ->> 'input')::bigint) AS tokens_input, sum((usage ->> 'output')::bigint) AS tokens_output,
    coalesce(sum((cost ->> 'total')::float8), 0) AS cost
  FROM (
    SELECT r.id, r.status, coalesce(e.event, b.value) AS event FROM workflow_execution_logs r
    JOIN execution_event e ON e.run_id = r.id LEFT JOIN blob b ON b.digest = e.blob
    WHERE {WITHIN} AND r.tokens_input + r.tokens_output > 0
      AND coalesce(e.event, b.value)::text LIKE '{{"event":"block.finished"%"usage":%' OFFSET 0
  ) said, json_to_record(said.event) AS told(output json, usage json, cost json)
  WHERE json_typeof(usage) = 'object' GROUP BY 1, 2) one
"""

# What is grouped is named afterwards: one look for each group, not for each run.
SUMMED = """
WITH part AS ({part}), used AS (
  SELECT key, sum(runs)::bigint AS runs, sum(failed)::bigint AS failed, sum(tokens_input)::bigint AS tokens_input,
    sum(tokens_output)::bigint AS tokens_output, sum(cost)::float8 AS cost
  FROM part GROUP BY 1)
SELECT used.*, {name} AS name FROM used {join}
WHERE used.runs > 0 OR used.tokens_input > 0 OR used.tokens_output > 0 OR used.cost > 0
ORDER BY {order} LIMIT 1000
"""
