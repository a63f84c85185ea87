"""One statement that commits operations of any number of workflows: claims their sequence, writes log and rows.

`claim` compares and swaps each workflow's sequence, which fences off a writer that has an old state; every other part
writes only for workflows that were claimed. A text that another process has written meanwhile is not written over: its
state would be null, which no row may be, and the statement fails as a whole. The statement is composed of the parts
that a commit needs.
"""

from functools import lru_cache

CLAIM = """claim AS (
  UPDATE workflow w SET seq = t.next, updated_at = now(),
    name = coalesce(t.name, w.name), description = coalesce(t.description, w.description)
  FROM unnest({}::text[], {}::bigint[], {}::bigint[], {}::text[], {}::text[]) AS t(id, base, next, name, description)
  WHERE w.id = t.id AND w.seq = t.base AND w.deleted_at IS NULL{guard}
  RETURNING w.id, w.seq)"""

GUARD = """
    AND NOT EXISTS (
      SELECT 1 FROM unnest({}::text[], {}::text[], {}::bigint[]) AS s(workflow_id, client_id, cseq)
      JOIN workflow_operation o USING (workflow_id, client_id, cseq) WHERE s.workflow_id = w.id)"""

MAKE = """claim AS (
  INSERT INTO workflow (id, workspace_id, folder_id, name, description, seq, created_by, created_at, updated_at)
  VALUES ({}, {}, {}, {}, {}, {}, {}, now(), now())
  RETURNING id, seq)"""

PARTS = {
    "log": """log AS (
  INSERT INTO workflow_operation (workflow_id, seq, client_id, cseq, base, ts, actor, op, effective, at)
  SELECT t.w, t.seq, t.client_id, t.cseq, t.base, t.ts, t.actor, t.op::json, t.effective::json, now()
  FROM unnest({}::text[], {}::bigint[], {}::text[], {}::bigint[], {}::bigint[], {}::bigint[], {}::text[], {}::text[],
    {}::text[]) AS t(w, seq, client_id, cseq, base, ts, actor, op, effective)
  JOIN claim ON claim.id = t.w)""",
    "texts": """texts AS (
  INSERT INTO workflow_text (workflow_id, block_id, field, tseq, state, updated_at)
  SELECT t.w, t.block_id, t.field, t.tseq, t.state, now()
  FROM unnest({}::text[], {}::text[], {}::text[], {}::bigint[], {}::bytea[]) AS t(w, block_id, field, tseq, state)
  JOIN claim ON claim.id = t.w
  ON CONFLICT (workflow_id, block_id, field) DO UPDATE SET tseq = excluded.tseq, updated_at = excluded.updated_at,
    state = CASE WHEN workflow_text.tseq < excluded.tseq THEN excluded.state END)""",
    "blocks_drop": """blocks_drop AS (
  DELETE FROM workflow_blocks b USING unnest({}::text[], {}::text[]) AS t(w, id), claim
  WHERE claim.id = t.w AND b.workflow_id = t.w AND b.id = t.id)""",
    "blocks_move": """blocks_move AS (
  UPDATE workflow_blocks b SET x = t.x, y = t.y
  FROM unnest({}::text[], {}::text[], {}::float8[], {}::float8[]) AS t(w, id, x, y) JOIN claim ON claim.id = t.w
  WHERE b.workflow_id = t.w AND b.id = t.id)""",
    "blocks_set": """blocks_set AS (
  UPDATE workflow_blocks b SET type = t.type, name = t.name, x = t.x, y = t.y, parent = t.parent, enabled = t.enabled,
    values = t.values::json, facts = t.facts::json
  FROM unnest({}::text[], {}::text[], {}::text[], {}::text[], {}::float8[], {}::float8[], {}::text[], {}::bool[],
    {}::text[], {}::text[]) AS t(w, id, type, name, x, y, parent, enabled, values, facts)
  JOIN claim ON claim.id = t.w
  WHERE b.workflow_id = t.w AND b.id = t.id)""",
    "blocks_add": """blocks_add AS (
  INSERT INTO workflow_blocks (workflow_id, id, type, name, x, y, parent, enabled, values, facts, rank)
  SELECT t.w, t.id, t.type, t.name, t.x, t.y, t.parent, t.enabled, t.values::json, t.facts::json, t.rank
  FROM unnest({}::text[], {}::text[], {}::text[], {}::text[], {}::float8[], {}::float8[], {}::text[], {}::bool[],
    {}::text[], {}::text[], {}::bigint[]) AS t(w, id, type, name, x, y, parent, enabled, values, facts, rank)
  JOIN claim ON claim.id = t.w
  ON CONFLICT (workflow_id, id) DO UPDATE SET type = excluded.type, name = excluded.name, x = excluded.x,
    y = excluded.y, parent = excluded.parent, enabled = excluded.enabled, values = excluded.values,
    facts = excluded.facts, rank = excluded.rank)""",
    "edges_drop": """edges_drop AS (
  DELETE FROM workflow_edges e USING unnest({}::text[], {}::text[]) AS t(w, id), claim
  WHERE claim.id = t.w AND e.workflow_id = t.w AND e.id = t.id)""",
    "edges_set": """edges_set AS (
  UPDATE workflow_edges e SET source = t.source, target = t.target, source_handle = t.source_handle,
    target_handle = t.target_handle
  FROM unnest({}::text[], {}::text[], {}::text[], {}::text[], {}::text[], {}::text[])
    AS t(w, id, source, target, source_handle, target_handle) JOIN claim ON claim.id = t.w
  WHERE e.workflow_id = t.w AND e.id = t.id)""",
    "edges_add": """edges_add AS (
  INSERT INTO workflow_edges (workflow_id, id, source, target, source_handle, target_handle, rank)
  SELECT t.w, t.id, t.source, t.target, t.source_handle, t.target_handle, t.rank
  FROM unnest({}::text[], {}::text[], {}::text[], {}::text[], {}::text[], {}::text[], {}::bigint[])
    AS t(w, id, source, target, source_handle, target_handle, rank) JOIN claim ON claim.id = t.w
  ON CONFLICT (workflow_id, id) DO UPDATE SET source = excluded.source, target = excluded.target,
    source_handle = excluded.source_handle, target_handle = excluded.target_handle, rank = excluded.rank)""",
    "subflows_drop": """subflows_drop AS (
  DELETE FROM workflow_subflows s USING unnest({}::text[], {}::text[]) AS t(w, id), claim
  WHERE claim.id = t.w AND s.workflow_id = t.w AND s.id = t.id)""",
    "subflows_set": """subflows_set AS (
  UPDATE workflow_subflows s SET kind = t.kind, config = t.config::json
  FROM unnest({}::text[], {}::text[], {}::text[], {}::text[]) AS t(w, id, kind, config) JOIN claim ON claim.id = t.w
  WHERE s.workflow_id = t.w AND s.id = t.id)""",
    "subflows_add": """subflows_add AS (
  INSERT INTO workflow_subflows (workflow_id, id, kind, config, rank)
  SELECT t.w, t.id, t.kind, t.config::json, t.rank
  FROM unnest({}::text[], {}::text[], {}::text[], {}::text[], {}::bigint[]) AS t(w, id, kind, config, rank)
  JOIN claim ON claim.id = t.w
  ON CONFLICT (workflow_id, id) DO UPDATE SET kind = excluded.kind, config = excluded.config,
    rank = excluded.rank)""",
    "variables_drop": """variables_drop AS (
  DELETE FROM workflow_variables v USING unnest({}::text[], {}::text[]) AS t(w, id), claim
  WHERE claim.id = t.w AND v.workflow_id = t.w AND v.id = t.id)""",
    "variables_set": """variables_set AS (
  UPDATE workflow_variables v SET name = t.name, type = t.type, value = t.value::json
  FROM unnest({}::text[], {}::text[], {}::text[], {}::text[], {}::text[]) AS t(w, id, name, type, value)
  JOIN claim ON claim.id = t.w
  WHERE v.workflow_id = t.w AND v.id = t.id)""",
    "variables_add": """variables_add AS (
  INSERT INTO workflow_variables (workflow_id, id, name, type, value, rank)
  SELECT t.w, t.id, t.name, t.type, t.value::json, t.rank
  FROM unnest({}::text[], {}::text[], {}::text[], {}::text[], {}::text[], {}::bigint[])
    AS t(w, id, name, type, value, rank) JOIN claim ON claim.id = t.w
  ON CONFLICT (workflow_id, id) DO UPDATE SET name = excluded.name, type = excluded.type, value = excluded.value,
    rank = excluded.rank)""",
}
TELL = "SELECT id, pg_notify('sim_ops', id || ' ' || seq) FROM claim"


@lru_cache(maxsize=512)
def statement(first: str, parts: tuple[str, ...]) -> str:
    """The statement whose claim is `update`, `update+guard` or `make`, with these parts, its parameters numbered."""
    claim = MAKE if first == "make" else CLAIM.replace("{guard}", GUARD if first == "update+guard" else "")
    text = "WITH " + ",\n".join((claim, *(PARTS[part] for part in parts))) + "\n" + TELL
    pieces = text.split("{}")
    numbered = (f"${number}{piece}" for number, piece in enumerate(pieces[1:], 1))
    return pieces[0] + "".join(numbered)
