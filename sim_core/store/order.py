"""Where workflows and folders stand: in which folder, and before what."""

from sim_core.errors import Missing
from sim_core.store.folders import check_parent
from sim_core.store.pool import Store

LOCK = "SELECT true FROM workspace WHERE id = $1 FOR UPDATE"
PLACE_WORKFLOW = """
WITH others AS (
  SELECT id, row_number() OVER (ORDER BY position NULLS FIRST, id DESC) AS at FROM workflow
  WHERE workspace_id = $2 AND folder_id IS NOT DISTINCT FROM $3 AND deleted_at IS NULL AND id <> $1),
spot AS (SELECT coalesce((SELECT at FROM others WHERE id = $4), (SELECT count(*) + 1 FROM others)) AS at),
places AS (SELECT id, at * 2 AS position FROM others UNION ALL SELECT $1, at * 2 - 1 FROM spot)
UPDATE workflow w SET folder_id = $3, position = p.position
FROM places p WHERE w.id = p.id AND w.workspace_id = $2 AND w.deleted_at IS NULL
RETURNING w.id
"""
PLACE_FOLDER = """
WITH others AS (
  SELECT id, row_number() OVER (ORDER BY position NULLS LAST, name, id) AS at FROM workflow_folder
  WHERE workspace_id = $2 AND parent_id IS NOT DISTINCT FROM $3 AND id <> $1),
spot AS (SELECT coalesce((SELECT at FROM others WHERE id = $4), (SELECT count(*) + 1 FROM others)) AS at),
places AS (SELECT id, at * 2 AS position FROM others UNION ALL SELECT $1, at * 2 - 1 FROM spot)
UPDATE workflow_folder f SET parent_id = $3, position = p.position
FROM places p WHERE f.id = p.id AND f.workspace_id = $2
RETURNING f.id
"""


async def place_workflow(
    store: Store, workflow_id: str, workspace_id: str, *, folder_id: str | None, before: str | None = None
) -> None:
    """Put a workflow into a folder, or out of all, before another one or at the end."""
    async with store.transaction():
        await store.execute(LOCK, workspace_id)
        await check_parent(store, folder_id, workspace_id)
        rows = await store.rows(PLACE_WORKFLOW, workflow_id, workspace_id, folder_id, before)
        if workflow_id not in {row["id"] for row in rows}:
            raise Missing(f"There is no workflow {workflow_id!r}")
    store.states.drop(workflow_id)


async def place_folder(
    store: Store, folder_id: str, workspace_id: str, *, parent_id: str | None, before: str | None = None
) -> None:
    """Put a folder into another, or out of all, before another one or at the end."""
    async with store.transaction():
        await store.execute(LOCK, workspace_id)
        await check_parent(store, parent_id, workspace_id, of=folder_id)
        rows = await store.rows(PLACE_FOLDER, folder_id, workspace_id, parent_id, before)
        if folder_id not in {row["id"] for row in rows}:
            raise Missing(f"There is no folder {folder_id!r}")
