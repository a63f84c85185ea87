"""Reading documents: a whole one in one statement, so that its parts belong together."""

HEAD = """
w.id, w.workspace_id, w.folder_id, w.name, w.description, w.seq, w.created_by, w.created_at, w.updated_at,
w.archived_at
"""

LOAD = f"""
SELECT {HEAD},
  (SELECT json_agg(json_build_array(b.id, b.type, b.name, b.x, b.y, b.parent, b.enabled, b.values, b.facts)
     ORDER BY b.rank) FROM workflow_blocks b WHERE b.workflow_id = w.id)::text AS blocks,
  (SELECT json_agg(json_build_array(e.id, e.source, e.target, e.source_handle, e.target_handle)
     ORDER BY e.rank) FROM workflow_edges e WHERE e.workflow_id = w.id)::text AS edges,
  (SELECT json_agg(s.config ORDER BY s.rank) FROM workflow_subflows s WHERE s.workflow_id = w.id)::text AS subflows,
  (SELECT json_agg(json_build_array(v.id, v.name, v.type, v.value)
     ORDER BY v.rank) FROM workflow_variables v WHERE v.workflow_id = w.id)::text AS variables
FROM workflow w WHERE w.id = $1 AND w.deleted_at IS NULL
"""

STANDING = f"SELECT {HEAD} FROM workflow w WHERE w.id = $1 AND w.deleted_at IS NULL"

TAIL = """
SELECT seq, effective FROM workflow_operation WHERE workflow_id = $1 AND seq > $2 ORDER BY seq LIMIT 2000
"""

STAMPS = """
SELECT seq, client_id, effective, coalesce(ts, (extract(epoch FROM at) * 1000)::bigint) AS ts
FROM workflow_operation WHERE workflow_id = $1 AND seq > $2 AND seq <= $3 ORDER BY seq
"""

OPERATIONS = """
SELECT o.seq, o.client_id, o.cseq, o.ts, o.actor, o.op, o.effective, o.at
FROM workflow_operation o JOIN workflow w ON w.id = o.workflow_id
WHERE o.workflow_id = $1 AND w.workspace_id = $2 AND w.deleted_at IS NULL AND o.seq > $3
ORDER BY o.seq LIMIT $4
"""

SENT_BEFORE = """
SELECT cseq, seq, effective FROM workflow_operation
WHERE workflow_id = $1 AND client_id = $2 AND cseq >= $3 AND cseq < $4
"""

LIST = f"""
SELECT {HEAD}, w.position
FROM workflow w
WHERE w.workspace_id = $1 AND w.deleted_at IS NULL AND ($2::text IS NULL OR w.id < $2)
  AND ($3::text IS NULL OR w.folder_id = $3) AND ($4 OR w.archived_at IS NULL)
ORDER BY w.id DESC LIMIT $5
"""

DELETE = """
UPDATE workflow SET deleted_at = now(), updated_at = now()
WHERE id = $1 AND workspace_id = $2 AND deleted_at IS NULL
"""

ARCHIVE = """
UPDATE workflow SET archived_at = CASE WHEN $3 THEN coalesce(archived_at, now()) END, updated_at = now()
WHERE id = $1 AND workspace_id = $2 AND deleted_at IS NULL
"""

HAS_FOLDER = "SELECT true FROM workflow_folder WHERE id = $1 AND workspace_id = $2"
