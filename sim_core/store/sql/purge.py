"""Forgetting old runs: their rows, their journals, and the large values that nothing else refers to."""

OLD_RUNS = """
WITH old AS (
  SELECT id FROM workflow_execution_logs
  WHERE id < $1 AND status IN ('finished', 'failed', 'cancelled') ORDER BY id LIMIT $2),
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
