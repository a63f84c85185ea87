"""Where a person stands: their roles in workspaces and organizations, read in one question."""

import msgspec

from sim_core.accounts.actors import Actor, OrganizationRole, Role, Rules, Scope
from sim_core.store.pool import Store
from sim_core.store.wire import Row

CHANGED = "permission_changed"
"""The channel on which the database tells whose rights changed: a user's id, or `*` for anybody's."""
REACHES = """
SELECT w.id AS workspace_id, w.organization_id,
  CASE WHEN m.role IN ('owner', 'admin') THEN 'admin' ELSE p.role END AS role
FROM workspace w JOIN organization o ON o.id = w.organization_id
LEFT JOIN permission p ON p.workspace_id = w.id AND p.user_id = u.id
LEFT JOIN member m ON m.organization_id = w.organization_id AND m.user_id = u.id
WHERE w.delete_after IS NULL AND o.delete_after IS NULL AND (p.role IS NOT NULL OR m.role IN ('owner', 'admin'))
"""
"""Workspaces of the user `u`: those shared with them, and all of the organizations they own or administer."""
FACTS = f"""
u.email, u.is_operator, u.verified_at,
(SELECT coalesce(json_object_agg(r.workspace_id, r.role ORDER BY r.workspace_id), '{{}}') FROM ({REACHES}) r)::text
  AS roles,
(SELECT coalesce(json_object_agg(m.organization_id, m.role ORDER BY m.organization_id), '{{}}')
 FROM member m JOIN organization o ON o.id = m.organization_id AND o.delete_after IS NULL
 WHERE m.user_id = u.id)::text AS organizations,
(SELECT json_agg(json_build_array(w.id, g.rules)) FROM permission_group_member gm
 JOIN permission_group g ON g.id = gm.group_id JOIN workspace w ON w.organization_id = g.organization_id
 WHERE gm.user_id = u.id)::text AS rules
"""
"""Columns that tell where the user `u` stands."""
ALIVE = "u.disabled_at IS NULL AND u.delete_after IS NULL"
STANDING = f'SELECT u.id AS user_id, {FACTS} FROM "user" u WHERE u.id = $1 AND {ALIVE}'

_roles = msgspec.json.Decoder(dict[str, Role])
_organizations = msgspec.json.Decoder(dict[str, OrganizationRole])
_rules = msgspec.json.Decoder(list[tuple[str, Rules]])


def actor_of(
    row: Row,
    *,
    scopes: tuple[Scope, ...],
    key_id: str | None = None,
    session_id: str | None = None,
    bound: str | None = None,
    recent: bool = False,
) -> Actor:
    """The actor that a row with `FACTS` tells of; one that is bound to a workspace sees nothing else."""
    roles = _roles.decode(row["roles"])
    rules: dict[str, tuple[Rules, ...]] = {}
    for workspace_id, one in _rules.decode(row["rules"] or "[]"):
        rules[workspace_id] = (*rules.get(workspace_id, ()), one)
    return Actor(
        user_id=row["user_id"],
        email=row["email"],
        roles=roles if bound is None else {id: role for id, role in roles.items() if id == bound},
        scopes=scopes,
        key_id=key_id,
        session_id=session_id,
        organizations={} if bound else _organizations.decode(row["organizations"]),
        bound=bound,
        is_operator=row["is_operator"] and bound is None,
        rules=rules,
        recent=recent,
    )


async def standing_of(store: Store, user_id: str) -> Actor | None:
    """Where a person stands now, with every scope; `None` for one who is gone or disabled."""
    row = await store.row(STANDING, user_id)
    return actor_of(row, scopes=("read", "run", "write", "admin")) if row else None
