"""Reading runs, and changing them outside of their journal: claims, orphans, processes."""

COLUMNS = """
r.id, r.workspace_id, r.workflow_id, r.version, r.workflow_seq, r.snapshot, r.status, r.trigger, r.actor, r.parent_id,
r.idempotency_key, r.durable, r.http_status, r.created_at, r.started_at, r.ended_at, r.wake_at, r.ms, r.tokens_input,
r.tokens_output, r.cost, r.epoch, r.owner, r.error
"""

GET = f"""
SELECT {COLUMNS}, r.facts, coalesce(r.input, i.value) AS input, coalesce(r.output, o.value) AS output
FROM workflow_execution_logs r LEFT JOIN blob i ON i.digest = r.input_blob LEFT JOIN blob o ON o.digest = r.output_blob
WHERE r.id = $1 AND ($2::text IS NULL OR r.workspace_id = $2)
"""

BY_KEY = """
SELECT id FROM workflow_execution_logs WHERE workspace_id = $1 AND workflow_id = $2 AND idempotency_key = $3
"""

LIST = f"""
SELECT {COLUMNS}, NULL AS facts, NULL AS input, NULL AS output
FROM workflow_execution_logs r
WHERE r.workspace_id = $1 AND ($2::text IS NULL OR r.id < $2) AND ($3::text IS NULL OR r.workflow_id = $3)
  AND ($4::text[] IS NULL OR r.status = ANY($4)) AND ($5::text IS NULL OR r.trigger = $5)
  AND ($6::timestamptz IS NULL OR r.created_at >= $6) AND ($7::timestamptz IS NULL OR r.created_at < $7)
  AND ($8::text IS NULL OR r.parent_id = $8)
ORDER BY r.id DESC LIMIT $9
"""

CLAIM = """
UPDATE workflow_execution_logs SET status = 'running', owner = $2, epoch = epoch + 1, wake_at = NULL,
  started_at = coalesce(started_at, now()), ended_at = NULL
WHERE id = $1 AND status = ANY($3)
RETURNING epoch, (SELECT coalesce(max(seq), 0) FROM execution_event e WHERE e.run_id = $1) AS seq
"""

NEXT_DUE = "SELECT min(wake_at) FROM workflow_execution_logs WHERE status = 'paused' AND wake_at IS NOT NULL"

DUE = """
SELECT id, workspace_id, workflow_id FROM workflow_execution_logs
WHERE status = 'paused' AND wake_at <= now() ORDER BY wake_at LIMIT $1
"""

SNAPSHOT = """
INSERT INTO workflow_execution_snapshots (digest, document, created_at) VALUES ($1, $2, now()) ON CONFLICT DO NOTHING
"""

DOCUMENT = "SELECT document FROM workflow_execution_snapshots WHERE digest = $1"

REGISTER = """
INSERT INTO process (id, kind, host, pid, born, beat_at) VALUES ($1, $2, $3, $4, $5, now())
"""

BEAT = "UPDATE process SET beat_at = now() WHERE id = $1"

LEAVE = "DELETE FROM process WHERE id = $1"

OWNERS = """
SELECT DISTINCT r.owner, p.host, p.pid, p.born, p.beat_at < now() - make_interval(secs => $1) AS silent
FROM workflow_execution_logs r LEFT JOIN process p ON p.id = r.owner
WHERE r.status = 'running' AND r.owner IS NOT NULL
"""

# The new epoch fences off an owner that was only slow.
INTERRUPT = """
WITH orphans AS (
  UPDATE workflow_execution_logs r SET status = 'failed', epoch = epoch + 1, owner = NULL, ended_at = now(),
    error = $2::json
  WHERE r.owner = ANY($1::text[]) AND r.status = 'running'
  RETURNING r.id),
events AS (
  INSERT INTO execution_event (run_id, seq, at, event)
  SELECT o.id, (SELECT coalesce(max(e.seq), 0) + 1 FROM execution_event e WHERE e.run_id = o.id), now(), $3::json
  FROM orphans o)
SELECT id, pg_notify('sim_run', 'interrupted ' || id) FROM orphans
"""

BURY = """
DELETE FROM process WHERE id = ANY($1::text[]) OR beat_at < now() - interval '1 day'
"""

DELETE_RUN = """
WITH gone AS (DELETE FROM workflow_execution_logs WHERE id = $1 AND workspace_id = $2
  AND status NOT IN ('running', 'pending') RETURNING id),
events AS (DELETE FROM execution_event e USING gone WHERE e.run_id = gone.id)
SELECT id FROM gone
"""
