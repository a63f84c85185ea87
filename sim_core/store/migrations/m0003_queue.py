"""What the queue knows of a run."""

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Boolean, Integer, Timestamptz

ID = "2026-11-22T12:00:00:000010"
VERSION = "1.38.0"
DESCRIPTION = "Runs that wait for a worker"

async def forwards() -> Any:
    """Add the columns."""
    manager: Any = MigrationManager(migration_id=ID, app_name="sim", description=DESCRIPTION)
    for name, kind, params in (
        ("priority", Integer, {"default": 0, "null": False}),
        ("offered_at", Timestamptz, {"default": None, "null": True}),
        ("cancel_asked", Boolean, {"default": False, "null": False}),
    ):
        manager.add_column(
            table_class_name="WorkflowExecutionLog",
            tablename="workflow_execution_logs",
            column_name=name,
            db_column_name=name,
            column_class_name=kind.__name__,
            column_class=kind,
            params={
                "primary_key": False, "unique": False, "index": False, "choices": None, "db_column_name": None,
                "secret": False, **params,
            },
        )  # fmt: skip
    return manager
