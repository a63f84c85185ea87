"""The line of waiting runs: who is next, who takes whom, and who comes back to it."""

from sim_core.store.sql.runs import COLUMNS, DEADLINE, LEFT

TURN = "SELECT pg_try_advisory_xact_lock(1397312771)"
"""One process at a time hands out runs; whoever comes second has nothing to add."""

# Workspaces are found by hops over the index, so ten thousand runs of one cost as much as one run. The runs of all
# workspaces are then taken in turns, those first whose workspace has least under way.
OFFER = """
WITH RECURSIVE spaces AS (
  (SELECT workspace_id FROM workflow_execution_logs
   WHERE status = 'pending' AND offered_at IS NULL ORDER BY workspace_id LIMIT 1)
  UNION ALL
  SELECT (SELECT r.workspace_id FROM workflow_execution_logs r
          WHERE r.status = 'pending' AND r.offered_at IS NULL AND r.workspace_id > s.workspace_id
          ORDER BY r.workspace_id LIMIT 1)
  FROM spaces s WHERE s.workspace_id IS NOT NULL),
busy AS (
  SELECT s.workspace_id, (
    SELECT count(*) FROM workflow_execution_logs r WHERE r.workspace_id = s.workspace_id
      AND r.offered_at IS NOT NULL AND r.status IN ('pending', 'running')) AS n
  FROM spaces s WHERE s.workspace_id IS NOT NULL),
line AS (
  SELECT w.id, w.priority, b.n + row_number() OVER (
    PARTITION BY b.workspace_id ORDER BY w.priority DESC, w.id) AS turn
  FROM busy b CROSS JOIN LATERAL (
    SELECT r.id, r.priority FROM workflow_execution_logs r
    WHERE r.workspace_id = b.workspace_id AND r.status = 'pending' AND r.offered_at IS NULL
    ORDER BY r.priority DESC, r.id LIMIT $1) w),
sorted AS (
  SELECT id, turn, priority, turn = 1 OR priority >= $3 AS is_first, row_number() OVER (
    PARTITION BY turn = 1 OR priority >= $3 ORDER BY turn, priority DESC, id) AS place
  FROM line WHERE turn <= $2 OR priority >= $3),
chosen AS (SELECT * FROM sorted WHERE place <= CASE WHEN is_first THEN $4::bigint ELSE $5::bigint END)
UPDATE workflow_execution_logs r SET offered_at = now() FROM chosen
WHERE r.id = chosen.id AND r.status = 'pending' AND r.offered_at IS NULL
RETURNING r.id, chosen.turn, chosen.priority, chosen.is_first
"""

TAKE = f"""
UPDATE workflow_execution_logs r SET status = 'running', owner = $2, epoch = r.epoch + 1, wake_at = NULL,
  started_at = coalesce(r.started_at, now()), ended_at = NULL, deadline_at = {DEADLINE}
WHERE r.id = ANY($1::text[]) AND r.status = 'pending'
RETURNING {COLUMNS}, r.facts, {LEFT}, NULL AS output,
  coalesce(r.input, (SELECT b.value FROM blob b WHERE b.digest = r.input_blob)) AS input,
  (SELECT coalesce(max(seq), 0) FROM execution_event e WHERE e.run_id = r.id) AS seq
"""

LOST = """
WITH lost AS (
  UPDATE workflow_execution_logs SET offered_at = NULL
  WHERE status = 'pending' AND offered_at < now() - make_interval(secs => $1) RETURNING id)
SELECT count(*), pg_notify('sim_queue', '') FROM lost HAVING count(*) > 0
"""
"""Runs that were handed out and that nobody took: their place in the queue is gone, or every worker is busy."""

WAITING = """
SELECT (SELECT count(*) FROM (SELECT 1 FROM workflow_execution_logs WHERE workspace_id = $1 AND status = 'pending'
  AND offered_at IS NULL LIMIT $2) w) AS workspace,
  (SELECT count(*) FROM (SELECT 1 FROM workflow_execution_logs WHERE status = 'pending'
  AND offered_at IS NULL LIMIT $3) a) AS everywhere
"""

TELL = "SELECT pg_notify('sim_queue', '')"

WAKE = """
WITH due AS (
  SELECT id FROM workflow_execution_logs WHERE status = 'paused' AND wake_at <= now()
  ORDER BY wake_at LIMIT $1 FOR UPDATE SKIP LOCKED),
woken AS (
  UPDATE workflow_execution_logs r SET status = 'pending', wake_at = NULL, offered_at = NULL
  FROM due WHERE r.id = due.id RETURNING r.id)
SELECT count(*), pg_notify('sim_queue', '') FROM woken HAVING count(*) > 0
"""

ANSWER = """
WITH taken AS (
  UPDATE workflow_execution_logs SET status = 'pending', epoch = epoch + 1, wake_at = NULL, offered_at = NULL,
    ended_at = NULL
  WHERE id = $1 AND epoch = $2 AND status IN ('paused', 'failed') RETURNING id),
told AS (
  INSERT INTO execution_event (run_id, seq, at, event)
  SELECT taken.id, (SELECT coalesce(max(e.seq), 0) FROM execution_event e WHERE e.run_id = taken.id) + t.n, now(),
    t.event::json
  FROM taken, unnest($3::text[]) WITH ORDINALITY AS t(event, n))
SELECT id, pg_notify('sim_queue', ''), pg_notify('sim_run', 'answer ' || id) FROM taken
"""

REQUEUE = """
WITH taken AS (
  UPDATE workflow_execution_logs SET status = 'pending', epoch = epoch + 1, wake_at = NULL, offered_at = NULL,
    ended_at = NULL, error = NULL, cancel_asked = false, priority = CASE WHEN priority < $3 THEN priority ELSE 0 END
  WHERE id = $1 AND epoch = $2 AND status IN ('failed', 'cancelled') RETURNING id)
SELECT id, pg_notify('sim_queue', '') FROM taken
"""

ENDED_CHILDREN = """
SELECT c.id, c.parent_id FROM workflow_execution_logs p
JOIN workflow_execution_logs c ON c.parent_id = p.id
WHERE p.status = 'paused' AND c.status IN ('finished', 'failed', 'cancelled')
  AND ($1::text IS NULL OR p.id = $1) AND NOT EXISTS (
    SELECT 1 FROM execution_event e WHERE e.run_id = p.id AND e.event->>'event' = 'block.resumed'
      AND e.event->>'pause' IN (
        SELECT w.event->>'pause' FROM execution_event w
        WHERE w.run_id = p.id AND w.event->>'event' = 'block.paused' AND w.event->>'child' = c.id))
  AND EXISTS (
    SELECT 1 FROM execution_event w
    WHERE w.run_id = p.id AND w.event->>'event' = 'block.paused' AND w.event->>'child' = c.id)
LIMIT 200
"""
"""Children that ended while the run above them still sleeps on them: whoever ended them died before it could say so."""
