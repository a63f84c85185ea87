"""Deployed versions of a workflow: frozen documents, numbered, at most one of them live."""

from datetime import datetime

from msgspec import Struct

from sim_core.document.workflow import Workflow
from sim_core.errors import Missing
from sim_core.ids import new_id
from sim_core.store.documents import load
from sim_core.store.pool import Store
from sim_core.store.runs import keep_document, kept_document
from sim_core.store.wire import Row

COLUMNS = "v.id, v.workflow_id, v.version, v.seq, v.digest, v.note, v.live, v.created_by, v.created_at"
LOCK = "SELECT true FROM workflow WHERE id = $1 AND workspace_id = $2 AND deleted_at IS NULL FOR NO KEY UPDATE"
UNSEAT = "UPDATE workflow_deployment_version SET live = false WHERE workflow_id = $1 AND live"
PROMOTE = "UPDATE workflow_deployment_version SET live = true WHERE workflow_id = $1 AND version = $2"
ADD = """
INSERT INTO workflow_deployment_version (id, workflow_id, version, seq, digest, note, live, created_by, created_at)
SELECT $1, $2, coalesce(max(version), 0) + 1, $3, $4, $5, true, $6, now()
FROM workflow_deployment_version WHERE workflow_id = $2
RETURNING version
"""
GET = f"""
SELECT {COLUMNS} FROM workflow_deployment_version v JOIN workflow w ON w.id = v.workflow_id
WHERE v.workflow_id = $1 AND w.workspace_id = $2 AND w.deleted_at IS NULL
  AND (v.version = $3 OR ($3::int IS NULL AND v.live))
"""
LIST = f"""
SELECT {COLUMNS} FROM workflow_deployment_version v JOIN workflow w ON w.id = v.workflow_id
WHERE v.workflow_id = $1 AND w.workspace_id = $2 AND w.deleted_at IS NULL ORDER BY v.version DESC
"""


class Version(Struct, frozen=True, kw_only=True):
    """A frozen version of a workflow."""

    id: str
    workflow_id: str
    version: int
    seq: int
    """Where the workflow stood when it was frozen."""
    digest: str
    note: str
    live: bool
    created_by: str | None
    created_at: datetime


async def deploy(store: Store, workflow_id: str, workspace_id: str, *, actor: str, note: str = "") -> Version:
    """Freeze a workflow as it stands and make that version the live one."""
    stored = await load(store, workflow_id, workspace_id)
    digest = await keep_document(store, stored.workflow)
    async with store.transaction() as connection:
        await _lock(store, workflow_id, workspace_id)
        await connection.execute(UNSEAT, workflow_id)
        number: int = await connection.fetchval(ADD, new_id(), workflow_id, stored.seq, digest, note, actor)
    return await get_version(store, workflow_id, workspace_id, version=number)


async def promote(store: Store, workflow_id: str, workspace_id: str, *, version: int) -> Version:
    """Make a version the live one; an earlier one to roll back."""
    async with store.transaction():
        await _lock(store, workflow_id, workspace_id)
        await get_version(store, workflow_id, workspace_id, version=version)
        await store.execute(UNSEAT, workflow_id)
        await store.execute(PROMOTE, workflow_id, version)
    return await get_version(store, workflow_id, workspace_id, version=version)


async def undeploy(store: Store, workflow_id: str, workspace_id: str) -> None:
    """Leave the workflow without a live version."""
    await load(store, workflow_id, workspace_id)
    await store.execute(UNSEAT, workflow_id)


async def get_version(store: Store, workflow_id: str, workspace_id: str, *, version: int | None = None) -> Version:
    """A version, by default the live one; raises `Missing`."""
    row = await store.row(GET, workflow_id, workspace_id, version)
    if row is None:
        which = "a live version" if version is None else f"a version {version}"
        raise Missing(f"The workflow {workflow_id!r} does not have {which}", code="no_version")
    return _version(row)


async def list_versions(store: Store, workflow_id: str, workspace_id: str) -> tuple[Version, ...]:
    """All versions of a workflow, newest first."""
    return tuple(_version(row) for row in await store.rows(LIST, workflow_id, workspace_id))


async def document_of(store: Store, version: Version) -> Workflow:
    """The document that a version froze."""
    return await kept_document(store, version.digest)


async def _lock(store: Store, workflow_id: str, workspace_id: str) -> None:
    if not await store.value(LOCK, workflow_id, workspace_id):
        raise Missing(f"There is no workflow {workflow_id!r}")


def _version(row: Row) -> Version:
    return Version(**{name: row[name] for name in Version.__struct_fields__})
