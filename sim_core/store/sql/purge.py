"""Forgetting old runs: their rows, their journals, and the values and documents that nothing else refers to."""

NEEDED = """
  SELECT DISTINCT b.value->>0 AS id
  FROM workflow_execution_logs r CROSS JOIN LATERAL json_array_elements(r.facts->'bases') b
  WHERE r.facts->>'repeats' IS NOT NULL
"""
"""Runs that others were built on: without their journals, those could not go on, nor be repeated from a block."""

IS_NEEDED = f"SELECT $1 IN ({NEEDED})"

OLD_RUNS = f"""
WITH needed AS MATERIALIZED ({NEEDED}),
old AS (
  SELECT r.id FROM workflow_execution_logs r
  WHERE r.id < $1 AND r.status IN ('finished', 'failed', 'cancelled') AND r.id NOT IN (SELECT id FROM needed)
  ORDER BY r.id LIMIT $2),
gone AS (DELETE FROM workflow_execution_logs r USING old WHERE r.id = old.id RETURNING r.id),
events AS (DELETE FROM execution_event e USING gone WHERE e.run_id = gone.id)
SELECT count(*) FROM gone
"""

# Nobody may begin to use a value while it is looked whether anybody does.
LOCK_BLOBS = "LOCK TABLE blob IN SHARE ROW EXCLUSIVE MODE"

OLD_BLOBS = """
WITH old AS (
  SELECT b.digest FROM blob b WHERE b.created_at < $1
    AND NOT EXISTS (SELECT 1 FROM execution_event e WHERE e.blob = b.digest)
    AND NOT EXISTS (SELECT 1 FROM workflow_execution_logs r WHERE r.input_blob = b.digest)
    AND NOT EXISTS (SELECT 1 FROM workflow_execution_logs r WHERE r.output_blob = b.digest)
  LIMIT $2)
DELETE FROM blob b USING old WHERE b.digest = old.digest
"""

# Whoever is about to run a document has said so within the last hours, so that none goes between that and the run.
OLD_DOCUMENTS = """
WITH old AS (
  SELECT s.digest FROM workflow_execution_snapshots s WHERE coalesce(s.used_at, s.created_at) < $1
    AND NOT EXISTS (SELECT 1 FROM workflow_execution_logs r WHERE r.snapshot = s.digest)
    AND NOT EXISTS (SELECT 1 FROM workflow_deployment_version v WHERE v.digest = s.digest)
  LIMIT $2)
DELETE FROM workflow_execution_snapshots s USING old
WHERE s.digest = old.digest AND coalesce(s.used_at, s.created_at) < $1
"""
