"""Statements about the files of workspaces."""

LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('files ' || $1, 0))"
"""Whoever adds bytes of a workspace or removes some does it alone."""
_COLUMNS = """f.id, f.folder, f.name, f.media_type, f.size, f.digest, f.created_at, f.updated_at, u.name AS updated_by
FROM file f LEFT JOIN "user" u ON u.id = f.updated_by"""
GET = f"SELECT {_COLUMNS} WHERE f.workspace_id = $1 AND f.id = $2"
FIND = "SELECT id FROM file WHERE workspace_id = $1 AND folder = $2 AND name = $3"
DIGEST = "SELECT digest FROM file WHERE id = $1"
HELD = "SELECT DISTINCT digest FROM file WHERE workspace_id = $1 AND digest = ANY($2::text[])"
USED = """
SELECT coalesce(sum(size), 0)::bigint FROM file WHERE workspace_id = $1 AND ($2::text IS NULL OR id <> $2)
"""
PUT = """
INSERT INTO file (id, workspace_id, folder, name, media_type, size, digest, created_at, created_by, updated_at,
  updated_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, now(), $8, now(), $8)
ON CONFLICT (id) DO UPDATE SET media_type = excluded.media_type, size = excluded.size, digest = excluded.digest,
  updated_at = now(), updated_by = excluded.updated_by
"""
LIST = f"""
SELECT {_COLUMNS}
WHERE f.workspace_id = $1 AND ($2::text IS NULL OR f.folder = $2) AND lower(f.name) LIKE $3
  AND ($4::text[] IS NULL OR f.media_type LIKE ANY($4) OR lower(f.name) LIKE ANY($5::text[]))
  AND ($6::text IS NULL OR (lower(f.name), f.id) > (lower($6), $7))
ORDER BY lower(f.name), f.id LIMIT $8
"""
FOLDERS = """
SELECT name, count(*) AS files, sum(size)::bigint AS size
FROM (SELECT split_part(substr(folder, length($2) + 1), '/', 1) AS name, size FROM file
      WHERE workspace_id = $1 AND folder <> '' AND starts_with(folder, $2)) inside
GROUP BY name ORDER BY lower(name), name LIMIT 2000
"""
CHANGE = "UPDATE file SET name = $3, folder = $4 WHERE workspace_id = $1 AND id = $2"
MOVE_FOLDER = """
UPDATE file SET folder = $3 || substr(folder, length($2) + 1)
WHERE workspace_id = $1 AND (folder = $2 OR starts_with(folder, $2 || '/'))
"""
DELETE = "DELETE FROM file WHERE workspace_id = $1 AND id = $2"
DELETE_FOLDER = """
DELETE FROM file WHERE workspace_id = $1 AND (folder = $2 OR starts_with(folder, $2 || '/')) RETURNING digest
"""
IS_WORKSPACE = "SELECT EXISTS (SELECT 1 FROM workspace WHERE id = $1)"
