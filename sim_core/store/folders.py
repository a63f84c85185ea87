"""Folders of workflows."""

from datetime import datetime

from msgspec import Struct

from sim_core.errors import Invalid, Missing
from sim_core.ids import new_id
from sim_core.store.pool import Store
from sim_core.store.tables import WorkflowFolder

DEEPEST = 20
ABOVE = """
WITH RECURSIVE above AS (
  SELECT id, parent_id, 1 AS depth FROM workflow_folder WHERE id = $1 AND workspace_id = $2
  UNION ALL
  SELECT f.id, f.parent_id, a.depth + 1 FROM workflow_folder f JOIN above a ON f.id = a.parent_id WHERE a.depth < 100)
SELECT id FROM above ORDER BY depth
"""
RENAME = "UPDATE workflow_folder SET name = $3 WHERE id = $1 AND workspace_id = $2"
LIST = """
SELECT id, workspace_id, parent_id, name, position, created_at FROM workflow_folder WHERE workspace_id = $1
ORDER BY position NULLS LAST, name, id
"""
# What lies in the folder moves up to where the folder lay.
DELETE = """
WITH gone AS (DELETE FROM workflow_folder WHERE id = $1 AND workspace_id = $2 RETURNING id, parent_id),
folders AS (UPDATE workflow_folder f SET parent_id = gone.parent_id FROM gone WHERE f.parent_id = gone.id),
workflows AS (UPDATE workflow w SET folder_id = gone.parent_id FROM gone WHERE w.folder_id = gone.id)
SELECT id FROM gone
"""


class Folder(Struct, frozen=True, kw_only=True):
    """A folder of workflows."""

    id: str
    workspace_id: str
    parent_id: str | None
    name: str
    position: int | None
    """Order among its neighbours; those without one follow by name."""
    created_at: datetime


async def create_folder(store: Store, *, workspace_id: str, name: str, parent_id: str | None = None) -> Folder:
    """Make a folder, in another when a parent is given."""
    if parent_id is not None:
        await _above(store, parent_id, workspace_id)
    folder_id = new_id()
    await store.add(WorkflowFolder(id=folder_id, workspace_id=workspace_id, name=name, parent_id=parent_id))
    return next(folder for folder in await list_folders(store, workspace_id) if folder.id == folder_id)


async def list_folders(store: Store, workspace_id: str) -> tuple[Folder, ...]:
    """All folders of a workspace, in their order."""
    rows = await store.rows(LIST, workspace_id)
    return tuple(Folder(**{name: row[name] for name in Folder.__struct_fields__}) for row in rows)


async def rename_folder(store: Store, folder_id: str, workspace_id: str, name: str) -> None:
    """Call a folder otherwise."""
    if not await store.execute(RENAME, folder_id, workspace_id, name):
        raise Missing(f"There is no folder {folder_id!r}")


async def check_parent(store: Store, parent_id: str | None, workspace_id: str, *, of: str = "") -> None:
    """Raise `Missing` for a folder that there is not, and `Invalid` for one that lies inside what is put there."""
    if parent_id is not None and of in await _above(store, parent_id, workspace_id):
        raise Invalid("A folder cannot lie inside itself", code="folder_cycle")


async def delete_folder(store: Store, folder_id: str, workspace_id: str) -> None:
    """Delete a folder; what lies in it moves up."""
    if await store.row(DELETE, folder_id, workspace_id) is None:
        raise Missing(f"There is no folder {folder_id!r}")


async def _above(store: Store, folder_id: str, workspace_id: str) -> tuple[str, ...]:
    """The folder and those it lies in."""
    ids = tuple(row["id"] for row in await store.rows(ABOVE, folder_id, workspace_id))
    if not ids:
        raise Missing(f"There is no folder {folder_id!r}")
    if len(ids) >= DEEPEST:
        raise Invalid(f"Folders lie at most {DEEPEST} deep", code="too_deep")
    return ids
