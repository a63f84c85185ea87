"""One word of changed permissions: rooms hear what the doors hear, and the earlier triggers go."""

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from sim_core.store import piccolo_conf

ID = "2026-11-22T14:05:00:000001"
VERSION = "1.38.0"
DESCRIPTION = "One trigger for changed permissions"

STATEMENTS = (
    "DROP TRIGGER IF EXISTS permission_told ON permission",
    "DROP TRIGGER IF EXISTS api_key_told ON api_key",
    "DROP FUNCTION IF EXISTS sim_tell_permission()",
)


async def forwards() -> Any:
    """Drop what told of permissions a second time."""
    manager: Any = MigrationManager(migration_id=ID, app_name="sim", description=DESCRIPTION)

    async def run() -> None:
        engine = piccolo_conf.ENGINES[-1]
        for statement in STATEMENTS:
            await engine.run_ddl(statement)

    manager.add_raw(run)
    return manager
