"""Keys of two columns and the indexes behind every query, which Piccolo cannot declare."""

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from sim_core.store import piccolo_conf

ID = "2026-11-22T10:00:00:000002"
VERSION = "1.38.0"
DESCRIPTION = "Composite keys and indexes"

KEYS = {
    "workflow_blocks": "workflow_id, id",
    "workflow_edges": "workflow_id, id",
    "workflow_subflows": "workflow_id, id",
    "workflow_variables": "workflow_id, id",
    "workflow_operation": "workflow_id, seq",
    "execution_event": "run_id, seq",
}
INDEXES = (
    # An operation is applied once, however often it is sent.
    "CREATE UNIQUE INDEX workflow_operation_once ON workflow_operation (workflow_id, client_id, cseq)"
    " WHERE cseq IS NOT NULL",
    "CREATE INDEX workflow_list ON workflow (workspace_id, id) WHERE deleted_at IS NULL",
    "CREATE INDEX workflow_by_folder ON workflow (folder_id) WHERE folder_id IS NOT NULL",
    "CREATE UNIQUE INDEX workflow_deployment_live ON workflow_deployment_version (workflow_id) WHERE live",
    "CREATE UNIQUE INDEX run_once ON workflow_execution_logs (workspace_id, workflow_id, idempotency_key)"
    " WHERE idempotency_key IS NOT NULL",
    "CREATE INDEX run_list ON workflow_execution_logs (workspace_id, id)",
    "CREATE INDEX run_by_workflow ON workflow_execution_logs (workflow_id, id)",
    "CREATE INDEX run_by_parent ON workflow_execution_logs (parent_id) WHERE parent_id IS NOT NULL",
    "CREATE INDEX run_owned ON workflow_execution_logs (owner) WHERE status IN ('pending', 'running')",
    "CREATE INDEX run_asleep ON workflow_execution_logs (wake_at) WHERE status = 'paused'",
    "CREATE UNIQUE INDEX memory_once ON memory (workspace_id, conversation, key) WHERE key IS NOT NULL",
    "CREATE INDEX memory_turns ON memory (workspace_id, conversation, id)",
    # Rows of the journal are written once and read in order; the log of runs is updated in place.
    "ALTER TABLE workflow_execution_logs SET (fillfactor = 80)",
    "ALTER TABLE workflow SET (fillfactor = 80)",
    "ALTER TABLE workflow_blocks SET (fillfactor = 80)",
)


async def forwards() -> Any:
    """Replace the keys and add the indexes."""
    manager: Any = MigrationManager(migration_id=ID, app_name="sim", description=DESCRIPTION)

    async def keys_and_indexes() -> None:
        engine = piccolo_conf.ENGINES[-1]
        for table, columns in KEYS.items():
            await engine.run_ddl(
                f"ALTER TABLE {table} DROP CONSTRAINT {table}_pkey, ADD PRIMARY KEY ({columns})"
            )
        for statement in INDEXES:
            await engine.run_ddl(statement)

    manager.add_raw(keys_and_indexes)
    return manager
