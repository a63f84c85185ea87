"""Processes that own runs: signs of life, and what becomes of the runs of the dead."""

REGISTER = """
INSERT INTO process (id, kind, host, pid, born, beat_at) VALUES ($1, $2, $3, $4, $5, now())
"""

# Not waited for by the disk: a beat that a crash forgets is a process that a crash has ended.
BEAT = """
UPDATE process SET beat_at = now() WHERE id = $1 AND set_config('synchronous_commit', 'off', true) = 'off'
"""

LEAVE = "DELETE FROM process WHERE id = $1"

OWNERS = """
SELECT DISTINCT r.owner, p.host, p.pid, p.born, p.beat_at < now() - make_interval(secs => $1) AS silent
FROM workflow_execution_logs r LEFT JOIN process p ON p.id = r.owner
WHERE r.status = 'running' AND r.owner IS NOT NULL
"""

# The new epoch fences off an owner that was only slow. The priority counts how often a run lost its process, so that
# one which takes its process down with it does not do so for ever.
REAP = """
WITH orphans AS (
  UPDATE workflow_execution_logs r SET
    status = CASE WHEN r.durable AND r.priority < $5 THEN 'pending' ELSE 'failed' END,
    error = CASE WHEN r.durable AND r.priority < $5 THEN r.error ELSE $2::json END,
    ended_at = CASE WHEN r.durable AND r.priority < $5 THEN NULL ELSE now() END,
    priority = CASE WHEN r.durable THEN greatest(r.priority, $4) + 1 ELSE r.priority END,
    deadline_at = CASE WHEN r.durable AND r.priority < $5 THEN r.deadline_at END,
    epoch = r.epoch + 1, owner = NULL, offered_at = NULL
  WHERE r.owner = ANY($1::text[]) AND r.status = 'running'
  RETURNING r.id, r.status),
events AS (
  INSERT INTO execution_event (run_id, seq, at, event)
  SELECT o.id, (SELECT coalesce(max(e.seq), 0) + 1 FROM execution_event e WHERE e.run_id = o.id), now(), $3::json
  FROM orphans o WHERE o.status = 'failed')
SELECT id, status = 'pending' AS freed,
  CASE WHEN status = 'pending' THEN pg_notify('sim_queue', '') ELSE pg_notify('sim_run', 'interrupted ' || id) END
FROM orphans
"""

BURY = """
DELETE FROM process WHERE id = ANY($1::text[]) OR beat_at < now() - interval '1 day'
"""

RELEASE = """
WITH given AS (
  UPDATE workflow_execution_logs SET status = 'pending', epoch = epoch + 1, owner = NULL, offered_at = NULL,
    priority = greatest(priority, $4)
  WHERE id = $1 AND epoch = $2 AND owner = $3 AND status = 'running'
  RETURNING id)
SELECT id, pg_notify('sim_queue', '') FROM given
"""

HELD = """
SELECT r.id, r.epoch, r.durable, (SELECT coalesce(max(seq), 0) FROM execution_event e WHERE e.run_id = r.id) AS seq
FROM workflow_execution_logs r WHERE r.owner = $1 AND r.status = 'running' AND NOT r.id = ANY($2::text[])
"""

STANDING = "SELECT id, epoch, cancel_asked FROM workflow_execution_logs WHERE id = ANY($1::text[])"

CANCEL_ASKED = """
WITH asked AS (
  UPDATE workflow_execution_logs SET cancel_asked = true WHERE id = $1 AND status IN ('pending', 'running')
  RETURNING id)
SELECT pg_notify('sim_cancel', id) FROM asked
"""
