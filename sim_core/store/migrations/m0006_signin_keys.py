"""What Piccolo cannot say of credentials: each has one owner, each share one person or workspace."""

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from sim_core.store import piccolo_conf

ID = "2026-11-22T13:30:00:000006"
VERSION = "1.38.0"
DESCRIPTION = "Owners of credentials, and when keys rest no more"

STATEMENTS = (
    "ALTER TABLE credential ADD CONSTRAINT credential_of_one CHECK (num_nonnulls(workspace_id, user_id) = 1)",
    "ALTER TABLE credential_share ADD CONSTRAINT credential_share_with_one"
    " CHECK (num_nonnulls(workspace_id, user_id) = 1)",
    "CREATE INDEX key_rest_ends ON key_rest (until)",
)


async def forwards() -> Any:
    """Add the constraints and the index."""
    manager: Any = MigrationManager(migration_id=ID, app_name="sim", description=DESCRIPTION)

    async def run() -> None:
        engine = piccolo_conf.ENGINES[-1]
        for statement in STATEMENTS:
            await engine.run_ddl(statement)

    manager.add_raw(run)
    return manager
