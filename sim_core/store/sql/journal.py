"""The statement that commits a group of runs' news, composed of the parts it needs, and the reading of journals."""

from functools import lru_cache

from sim_core.store.sql.usage import BOOKED, COUNT, MODELS, SPENT

MADE = """made AS (
  INSERT INTO workflow_execution_logs (id, workspace_id, workflow_id, version, workflow_seq, snapshot, status, trigger,
    actor, parent_id, idempotency_key, durable, facts, input, input_blob, owner, priority, epoch, created_at,
    started_at, deadline_at, ms, tokens_input, tokens_output, cost)
  SELECT t.id, t.workspace_id, t.workflow_id, t.version, t.workflow_seq, t.snapshot, t.status, t.trigger, t.actor,
    t.parent_id, t.idempotency_key, t.durable, t.facts::json, t.input::json, t.input_blob, t.owner, t.priority, 1,
    now(),
    CASE WHEN t.status = 'running' THEN now() END,
    CASE WHEN t.status = 'running' THEN now() + make_interval(secs => (t.facts::json->>'timeout_s')::float8) END,
    0, 0, 0, 0
  FROM unnest({}::text[], {}::text[], {}::text[], {}::int[], {}::bigint[], {}::text[], {}::text[], {}::text[],
    {}::text[], {}::text[], {}::text[], {}::bool[], {}::text[], {}::text[], {}::text[], {}::text[], {}::int[])
    AS t(id, workspace_id, workflow_id, version, workflow_seq, snapshot, status, trigger, actor, parent_id,
      idempotency_key, durable, facts, input, input_blob, owner, priority)
  ON CONFLICT DO NOTHING
  RETURNING id)"""

# The lock makes whoever takes the run over wait for this commit, and this statement see a takeover that was faster.
HELD = """held AS (
  SELECT r.id, r.workspace_id, r.workflow_id, r.actor, r.created_at, r.counted, r.models
  FROM workflow_execution_logs r JOIN unnest({}::text[], {}::bigint[]) AS t(id, epoch)
    ON r.id = t.id AND r.epoch = t.epoch
  FOR NO KEY UPDATE OF r)"""

# The end of a run counts once: where its last event is there already, an earlier try of this commit went through.
PARTS = {
    "made": MADE,
    "held": HELD,
    "blobs": """blobs AS (
  INSERT INTO blob (digest, value, created_at)
  SELECT t.digest, t.value::json, now() FROM unnest({}::text[], {}::text[]) AS t(digest, value)
  ON CONFLICT DO NOTHING)""",
    "events": """events AS (
  INSERT INTO execution_event (run_id, seq, at, event, blob)
  SELECT t.run_id, t.seq, t.at, t.event::json, t.blob
  FROM unnest({}::text[], {}::bigint[], {}::timestamptz[], {}::text[], {}::text[]) AS t(run_id, seq, at, event, blob)
  JOIN held ON held.id = t.run_id
  ON CONFLICT DO NOTHING
  RETURNING run_id, seq)""",
    "states": f"""ended AS ({COUNT}  FROM unnest({{}}::text[], {{}}::text[], {{}}::text[], {{}}::text[], {{}}::text[],
    {{}}::int[], {{}}::timestamptz[], {{}}::float8[], {{}}::timestamptz[], {{}}::bigint[], {{}}::bigint[],
    {{}}::float8[], {{}}::text[], {{}}::bigint[], {{}}::int[])
    AS t(id, status, output, output_blob, error, http_status, wake_at, ms, at, tokens_input, tokens_output, cost,
      spent, seq, writer)
  JOIN held h ON h.id = t.id JOIN events ON events.run_id = t.id AND events.seq = t.seq),
{SPENT},
states AS (
  UPDATE workflow_execution_logs r SET status = t.status, output = t.output::json, output_blob = t.output_blob,
    error = t.error::json, http_status = t.http_status, wake_at = t.wake_at, ms = r.ms + t.ms,
    ended_at = CASE WHEN t.status = 'paused' THEN NULL ELSE t.at END,
    tokens_input = r.tokens_input + t.tokens_input, tokens_output = r.tokens_output + t.tokens_output,
    cost = r.cost + t.cost, owner = NULL, deadline_at = NULL,
    counted = CASE WHEN t.status = 'paused' THEN r.counted ELSE t.status END,
    models = CASE WHEN t.spent IS NULL THEN r.models ELSE {MODELS} END
  FROM ended t WHERE r.id = t.id),
{BOOKED}""",
    "told": "told AS (SELECT pg_notify('sim_run', t.payload) FROM unnest({}::text[]) AS t(payload))",
}


@lru_cache(maxsize=64)
def statement(parts: tuple[str, ...]) -> str:
    """The statement with these parts; it gives the ids of the runs that were made, and of those still held."""
    made = "ARRAY(SELECT id FROM made)" if "made" in parts else "ARRAY[]::text[]"
    held = "ARRAY(SELECT id FROM held)" if "held" in parts else "ARRAY[]::text[]"
    told = "(SELECT count(*) FROM told)" if "told" in parts else "0"
    text = (
        "WITH " + ",\n".join(PARTS[part] for part in parts) + f"\nSELECT {made} AS made, {held} AS held, {told} AS told"
    )
    pieces = text.split("{}")
    return pieces[0] + "".join(f"${number}{piece}" for number, piece in enumerate(pieces[1:], 1))


EVENTS = """
SELECT e.seq, e.at, coalesce(e.event, b.value) AS event
FROM execution_event e LEFT JOIN blob b ON b.digest = e.blob
WHERE e.run_id = $1 AND e.seq > $2 ORDER BY e.seq LIMIT $3
"""

LAST = "SELECT coalesce(max(seq), 0) FROM execution_event WHERE run_id = $1"
