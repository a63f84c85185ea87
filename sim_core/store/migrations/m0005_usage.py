"""The books of usage: what runs come to by day, kept as they end."""

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import JSON, BigInt, Boolean, DoublePrecision, Integer, Text

ID = "2026-11-22T20:40:00:000001"
VERSION = "1.38.0"
DESCRIPTION = "What runs come to by day, workflow, person and model"

RUNS = ("WorkflowExecutionLog", "workflow_execution_logs")
BOOKS = ("UsageDay", "usage_day")
COLUMNS: tuple[tuple[tuple[str, str], str, Any, dict[str, Any]], ...] = (
    (RUNS, "counted", Text, {"default": None, "null": True}),
    (RUNS, "models", JSON, {"default": None, "null": True}),
    (BOOKS, "workspace_id", Text, {"default": "", "primary_key": True}),
    (BOOKS, "day", Text, {"default": ""}),
    (BOOKS, "of_model", Boolean, {"default": False}),
    (BOOKS, "workflow_id", Text, {"default": ""}),
    (BOOKS, "actor", Text, {"default": ""}),
    (BOOKS, "model", Text, {"default": ""}),
    (BOOKS, "writer", Integer, {"default": 0}),
    (BOOKS, "runs", BigInt, {"default": 0}),
    (BOOKS, "failed", BigInt, {"default": 0}),
    (BOOKS, "tokens_input", BigInt, {"default": 0}),
    (BOOKS, "tokens_output", BigInt, {"default": 0}),
    (BOOKS, "cost", DoublePrecision, {"default": 0.0}),
)


async def forwards() -> Any:
    """Add the table and the columns."""
    manager: Any = MigrationManager(migration_id=ID, app_name="sim", description=DESCRIPTION)
    manager.add_table(class_name=BOOKS[0], tablename=BOOKS[1], schema=None, columns=None)
    for (table, tablename), name, kind, params in COLUMNS:
        manager.add_column(
            table_class_name=table,
            tablename=tablename,
            column_name=name,
            db_column_name=name,
            column_class_name=kind.__name__,
            column_class=kind,
            params={
                "null": False, "primary_key": False, "unique": False, "index": False, "choices": None,
                "db_column_name": None, "secret": False, **params,
            },
        )  # fmt: skip
    return manager
