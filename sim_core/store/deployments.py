"""Deployed versions of a workflow: frozen documents, numbered, at most one of them live."""

from sim_core.document.workflow import Workflow
from sim_core.errors import Missing
from sim_core.ids import new_id
from sim_core.store.documents import load
from sim_core.store.lives import TELL, Version
from sim_core.store.pool import Store
from sim_core.store.runs import keep_document, kept_document
from sim_core.store.wire import Row

__all__ = ["Version", "deploy", "get_version", "list_versions", "live_version", "promote", "undeploy"]

SELECT = """
SELECT v.id, v.workflow_id, v.version, v.seq, v.digest, v.note, v.live, v.durable, v.created_by, v.created_at,
  coalesce(u.name, '') AS author
FROM workflow_deployment_version v JOIN workflow w ON w.id = v.workflow_id LEFT JOIN "user" u ON u.id = v.created_by
WHERE v.workflow_id = $1 AND w.workspace_id = $2 AND w.deleted_at IS NULL
"""
LOCK = "SELECT true FROM workflow WHERE id = $1 AND workspace_id = $2 AND deleted_at IS NULL FOR NO KEY UPDATE"
UNSEAT = "UPDATE workflow_deployment_version SET live = false WHERE workflow_id = $1 AND live"
PROMOTE = "UPDATE workflow_deployment_version SET live = true WHERE workflow_id = $1 AND version = $2"
ADD = """
INSERT INTO workflow_deployment_version (id, workflow_id, version, seq, digest, note, live, created_by, durable,
  created_at)
SELECT $1, $2, coalesce(max(version), 0) + 1, $3, $4, $5, true, $6, $7, now()
FROM workflow_deployment_version WHERE workflow_id = $2
RETURNING version
"""
GET = f"{SELECT} AND (v.version = $3 OR ($3::int IS NULL AND v.live))"
LIST = f"{SELECT} ORDER BY v.version DESC"


async def deploy(
    store: Store, workflow_id: str, workspace_id: str, *, actor: str, note: str = "", durable: bool = True
) -> Version:
    """Freeze a workflow as it stands and make that version the live one."""
    stored = await load(store, workflow_id, workspace_id)
    digest = await keep_document(store, stored.workflow)
    async with store.transaction() as connection:
        await _lock(store, workflow_id, workspace_id)
        await connection.execute(UNSEAT, workflow_id)
        number: int = await connection.fetchval(
            ADD, new_id(), workflow_id, stored.seq, digest, note, actor or None, durable
        )
        await connection.execute(TELL, workflow_id)
    store.lives.hear(workflow_id)
    return await get_version(store, workflow_id, workspace_id, version=number)


async def promote(store: Store, workflow_id: str, workspace_id: str, *, version: int) -> Version:
    """Make a version the live one; an earlier one to roll back."""
    async with store.transaction():
        await _lock(store, workflow_id, workspace_id)
        await get_version(store, workflow_id, workspace_id, version=version)
        await store.execute(UNSEAT, workflow_id)
        await store.execute(PROMOTE, workflow_id, version)
        await store.execute(TELL, workflow_id)
    store.lives.hear(workflow_id)
    return await get_version(store, workflow_id, workspace_id, version=version)


async def undeploy(store: Store, workflow_id: str, workspace_id: str) -> None:
    """Leave the workflow without a live version."""
    await load(store, workflow_id, workspace_id)
    await store.execute(UNSEAT, workflow_id)
    store.lives.hear(workflow_id)
    await store.execute(TELL, workflow_id)


async def get_version(store: Store, workflow_id: str, workspace_id: str, *, version: int | None = None) -> Version:
    """A version, by default the live one; raises `Missing`."""
    row = await store.row(GET, workflow_id, workspace_id, version)
    if row is None:
        which = "a live version" if version is None else f"a version {version}"
        raise Missing(f"The workflow {workflow_id!r} does not have {which}", code="no_version")
    return _version(row)


async def live_version(store: Store, workflow_id: str, workspace_id: str) -> Version:
    """The live version, without a query while nothing has changed; raises `Missing`."""
    place, turn = (workflow_id, workspace_id), store.lives.turn
    version = store.lives.get(place)
    if version is None:
        version = await get_version(store, workflow_id, workspace_id)
        store.lives.keep(place, version, turn=turn)
    return version


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
