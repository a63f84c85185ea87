"""Statements about credentials: who may use one where is asked in the database, at every use."""

COLUMNS = """
c.id, c.workspace_id, c.user_id, c.kind, c.provider, c.name, c.facts, c.problem, c.expires_at, c.created_by,
c.created_at, c.updated_at, (SELECT name FROM "user" o WHERE o.id = c.user_id) AS owner
"""


def part(who: str, where: str) -> str:
    """Whether a person has a part in a workspace now: a role of their own, or one in the organization above it."""
    return f"""EXISTS (
  SELECT 1 FROM workspace w JOIN organization o ON o.id = w.organization_id AND o.delete_after IS NULL
  JOIN "user" u ON u.id = {who} AND u.disabled_at IS NULL AND u.delete_after IS NULL
  WHERE w.id = {where} AND w.delete_after IS NULL AND (
    EXISTS (SELECT 1 FROM permission p WHERE p.workspace_id = w.id AND p.user_id = u.id)
    OR EXISTS (SELECT 1 FROM member m WHERE m.organization_id = w.organization_id AND m.user_id = u.id
               AND m.role IN ('owner', 'admin'))))"""


def shared(column: str, value: str, *, manage: bool = False) -> str:
    """Whether the credential `c` is shared with a person or a workspace."""
    role = " AND s.role = 'manage'" if manage else ""
    return f"EXISTS (SELECT 1 FROM credential_share s WHERE s.credential_id = c.id AND s.{column} = {value}{role})"


def together(one: str, other: str) -> str:
    """Whether two people have a part in the same workspace, or are members of the same organization."""
    return f"""(EXISTS (SELECT 1 FROM workspace v WHERE {part(one, "v.id")} AND {part(other, "v.id")})
  OR EXISTS (SELECT 1 FROM member a JOIN member b ON b.organization_id = a.organization_id
             JOIN "user" x ON x.id = a.user_id AND x.disabled_at IS NULL AND x.delete_after IS NULL
             JOIN "user" y ON y.id = b.user_id AND y.disabled_at IS NULL AND y.delete_after IS NULL
             WHERE a.user_id = {one} AND b.user_id = {other}))"""


USABLE = f"""(
  c.workspace_id = $1 OR ({part("c.user_id", "$1")} AND (
    {shared("workspace_id", "$1")}
    OR ($2 <> '' AND {part("$2", "$1")} AND (c.user_id = $2 OR {shared("user_id", "$2")})))))"""
"""In the workspace $1, by what acts for the person $2: its own, what its people share with it or with that person."""
ROLE = f"""CASE WHEN c.workspace_id = $1 OR c.user_id = $2 OR {shared("workspace_id", "$1", manage=True)}
  OR {shared("user_id", "$2", manage=True)} THEN 'manage' ELSE 'use' END AS role"""

PUT = """
INSERT INTO credential AS c (id, workspace_id, user_id, kind, provider, name, value, facts, expires_at, created_by,
  created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, now(), now())
RETURNING c.*, 'manage' AS role, (SELECT name FROM "user" o WHERE o.id = c.user_id) AS owner
"""
USE = f"SELECT {COLUMNS}, c.value, {ROLE} FROM credential c WHERE c.id = $3 AND {USABLE}"
LIST = f"""
SELECT {COLUMNS}, {ROLE} FROM credential c WHERE {USABLE} AND ($3::text IS NULL OR c.provider = $3)
ORDER BY c.provider, c.name, c.id
"""
HELD = f"""
SELECT {COLUMNS},
  CASE WHEN c.user_id = $1 OR {shared("user_id", "$1", manage=True)} THEN 'manage' ELSE 'use' END AS role
FROM credential c
WHERE c.user_id = $1 OR ({shared("user_id", "$1")} AND {together("c.user_id", "$1")})
ORDER BY c.provider, c.name, c.id
"""
MANAGED = f"""
SELECT {COLUMNS}, 'manage' AS role FROM credential c WHERE c.id = $1 AND (
  ($2 <> '' AND (c.workspace_id = $2
    OR ({shared("workspace_id", "$2", manage=True)} AND {part("c.user_id", "$2")})))
  OR ($3 <> '' AND (c.user_id = $3 OR ({shared("user_id", "$3", manage=True)} AND {together("c.user_id", "$3")}))))
"""
LOCK = f"SELECT {COLUMNS}, c.value, 'use' AS role FROM credential c WHERE c.id = $1 FOR UPDATE OF c"
RENEW = """
UPDATE credential SET value = $2, expires_at = $3, problem = NULL, updated_at = now() WHERE id = $1
RETURNING updated_at
"""
CHANGE = """
UPDATE credential SET name = coalesce($2, name), value = coalesce($3, value), facts = coalesce($4::json, facts),
  expires_at = CASE WHEN $3::bytea IS NULL THEN expires_at ELSE $5 END,
  problem = CASE WHEN $3::bytea IS NULL THEN problem END, updated_at = now()
WHERE id = $1
"""
BREAK = "UPDATE credential SET problem = $2 WHERE id = $1 AND updated_at = $3"
OWNED = f"""
SELECT {COLUMNS}, c.value, 'manage' AS role FROM credential c WHERE c.id = $1 AND $2 IN (c.workspace_id, c.user_id)
"""
OF_ACCOUNT = "SELECT DISTINCT provider FROM credential WHERE kind = 'oauth' AND facts ->> 'account' = $1"
DELETE = "DELETE FROM credential WHERE id = $1 AND (workspace_id = $2 OR user_id = $2)"

SHARE_COLUMNS = """
s.id, s.user_id, s.workspace_id, s.role, s.created_at, u.name AS person, u.email, w.name AS workspace
"""
SHARES = f"""
SELECT {SHARE_COLUMNS} FROM credential_share s LEFT JOIN "user" u ON u.id = s.user_id
LEFT JOIN workspace w ON w.id = s.workspace_id WHERE s.credential_id = $1 ORDER BY s.id
"""
SHARE = f"""
INSERT INTO credential_share (id, credential_id, user_id, workspace_id, role, created_by, created_at)
SELECT $1, c.id, $3, $4, $5, $6, now() FROM credential c
WHERE c.id = $2 AND c.user_id IS NOT NULL AND CASE WHEN $3::text IS NULL THEN {part("c.user_id", "$4")}
  ELSE c.user_id <> $3 AND {together("c.user_id", "$3")} END
ON CONFLICT {{}} DO UPDATE SET role = excluded.role RETURNING id
"""
UNSHARE = "DELETE FROM credential_share WHERE credential_id = $1 AND id = $2 RETURNING user_id, workspace_id"
UNSHARE_WORKSPACE = "DELETE FROM credential_share WHERE credential_id = $1 AND workspace_id = $2"
