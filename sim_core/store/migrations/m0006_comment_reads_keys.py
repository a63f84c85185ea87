"""One row for each thread and person."""

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from sim_core.store import piccolo_conf

ID = "2026-11-22T13:45:42:000001"
VERSION = "1.38.0"
DESCRIPTION = "The key of what people have read"


async def forwards() -> Any:
    """Replace the key."""
    manager: Any = MigrationManager(migration_id=ID, app_name="sim", description=DESCRIPTION)

    async def key() -> None:
        await piccolo_conf.ENGINES[-1].run_ddl(
            "ALTER TABLE workflow_comment_read DROP CONSTRAINT workflow_comment_read_pkey,"
            " ADD PRIMARY KEY (thread_id, user_id)"
        )

    manager.add_raw(key)
    return manager
