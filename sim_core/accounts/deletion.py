"""Deletion with a grace: what was marked long enough ago goes for good, with everything that belongs to it."""

from sim_core.store.pool import Store

PURGE = (
    "DELETE FROM secret WHERE owner IN (SELECT id FROM {table} WHERE delete_after < now())",
    "DELETE FROM key_order WHERE owner IN (SELECT id FROM {table} WHERE delete_after < now())",
    "DELETE FROM data_key WHERE owner IN (SELECT id FROM {table} WHERE delete_after < now())",
    "DELETE FROM {table} WHERE delete_after < now()",
)
RUNS = (
    """DELETE FROM execution_event WHERE run_id IN (SELECT l.id FROM workflow_execution_logs l
    JOIN workspace w ON w.id = l.workspace_id AND w.delete_after < now())""",
    """DELETE FROM workflow_execution_logs
    WHERE workspace_id IN (SELECT id FROM workspace WHERE delete_after < now())""",
)
OWNED = """
UPDATE organization o SET delete_after = now() - interval '1 second' WHERE delete_after IS NULL
  AND EXISTS (SELECT 1 FROM member m JOIN "user" u ON u.id = m.user_id
              WHERE m.organization_id = o.id AND u.delete_after < now())
  AND NOT EXISTS (SELECT 1 FROM member m JOIN "user" u ON u.id = m.user_id
                  WHERE m.organization_id = o.id AND (u.delete_after IS NULL OR u.delete_after >= now()))
"""
ROOMS = """
UPDATE workspace SET delete_after = now() - interval '1 second'
WHERE organization_id IN (SELECT id FROM organization WHERE delete_after < now())
"""


async def purge(store: Store) -> None:
    """Delete what is past its grace: people, organizations that nobody is left in, workspaces."""
    async with store.transaction() as connection:
        await connection.execute(OWNED)
        await connection.execute(ROOMS)
        for statement in RUNS:
            await connection.execute(statement)
        for table in ("workspace", "organization", '"user"'):
            for statement in PURGE:
                await connection.execute(statement.format(table=table))
