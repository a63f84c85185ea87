"""Reading runs, and changing them outside of their journal: claims, orphans, processes."""

# A run that another process goes on with has what is left of its time; one that slept, or is retried, has all of it.
DEADLINE = "coalesce(deadline_at, now() + make_interval(secs => (facts->>'timeout_s')::float8))"
LEFT = "extract(epoch FROM deadline_at - now())::float8 AS left_s"

COLUMNS = """
r.id, r.workspace_id, r.workflow_id, r.version, r.workflow_seq, r.snapshot, r.status, r.trigger, r.actor, r.parent_id,
r.idempotency_key, r.durable, r.http_status, r.created_at, r.started_at, r.ended_at, r.wake_at, r.ms, r.tokens_input,
r.tokens_output, r.cost, r.epoch, r.owner, r.error, r.priority, r.cancel_asked,
(SELECT u.name FROM "user" u WHERE u.id = r.actor) AS actor_name
"""

GET = f"""
SELECT {COLUMNS}, r.facts, coalesce(r.input, i.value) AS input, coalesce(r.output, o.value) AS output
FROM workflow_execution_logs r LEFT JOIN blob i ON i.digest = r.input_blob LEFT JOIN blob o ON o.digest = r.output_blob
WHERE r.id = $1 AND ($2::text IS NULL OR r.workspace_id = $2)
"""

STATUS = "SELECT status FROM workflow_execution_logs WHERE id = $1"

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
  AND ($9::text IS NULL OR r.id = $9 OR strpos(lower(r.error::text), lower($9)) > 0 OR EXISTS
    (SELECT 1 FROM workflow w WHERE w.id = r.workflow_id AND strpos(lower(w.name), lower($9)) > 0))
ORDER BY r.id DESC LIMIT $10
"""

CLAIM = f"""
UPDATE workflow_execution_logs SET status = 'running', owner = $2, epoch = epoch + 1, wake_at = NULL,
  offered_at = NULL, cancel_asked = false, started_at = coalesce(started_at, now()), ended_at = NULL, error = NULL,
  deadline_at = {DEADLINE}
WHERE id = $1 AND status = ANY($3)
RETURNING epoch, {LEFT}, (SELECT coalesce(max(seq), 0) FROM execution_event e WHERE e.run_id = $1) AS seq
"""

NEXT_DUE = "SELECT min(wake_at) FROM workflow_execution_logs WHERE status = 'paused' AND wake_at IS NOT NULL"

DUE = """
SELECT id, workspace_id, workflow_id FROM workflow_execution_logs
WHERE status = 'paused' AND wake_at <= now() ORDER BY wake_at LIMIT $1
"""

SNAPSHOT = """
INSERT INTO workflow_execution_snapshots AS s (digest, document, created_at, used_at) VALUES ($1, $2, now(), now())
ON CONFLICT (digest) DO UPDATE SET used_at = now()
WHERE coalesce(s.used_at, s.created_at) < now() - interval '6 hours'
"""

DOCUMENT = "SELECT document FROM workflow_execution_snapshots WHERE digest = $1"

DELETE_RUN = """
WITH gone AS (DELETE FROM workflow_execution_logs WHERE id = $1 AND workspace_id = $2
  AND status NOT IN ('running', 'pending') RETURNING id),
events AS (DELETE FROM execution_event e USING gone WHERE e.run_id = gone.id)
SELECT id FROM gone
"""
