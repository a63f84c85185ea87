"""Files of workspaces."""

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import OnDelete, OnUpdate
from piccolo.columns.column_types import BigInt, ForeignKey, Text, Timestamptz
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.constraints import Unique
from piccolo.table import Table

ID = "2026-11-22T23:40:00:000007"
VERSION = "1.38.0"
DESCRIPTION = "Files of workspaces"


class Workspace(Table, tablename="workspace"):
    id = Text(primary_key=True)


COLUMNS: tuple[tuple[str, Any, dict[str, Any]], ...] = (
    ("id", Text, {"default": "", "primary_key": True}),
    (
        "workspace_id",
        ForeignKey,
        {
            "references": Workspace, "target_column": None, "default": "",
            "on_delete": OnDelete.cascade, "on_update": OnUpdate.cascade,
        },
    ),
    ("folder", Text, {"default": ""}),
    ("name", Text, {"default": ""}),
    ("media_type", Text, {"default": ""}),
    ("size", BigInt, {"default": 0}),
    ("digest", Text, {"default": ""}),
    ("created_at", Timestamptz, {"default": TimestamptzNow()}),
    ("created_by", Text, {"default": None, "null": True}),
    ("updated_at", Timestamptz, {"default": TimestamptzNow()}),
    ("updated_by", Text, {"default": None, "null": True}),
)  # fmt: skip


async def forwards() -> Any:
    """Add the table; a name stands in a folder once."""
    manager: Any = MigrationManager(migration_id=ID, app_name="sim", description=DESCRIPTION)
    manager.add_table(class_name="File", tablename="file", schema=None, columns=None)
    for name, kind, params in COLUMNS:
        manager.add_column(
            table_class_name="File",
            tablename="file",
            column_name=name,
            db_column_name=name,
            column_class_name=kind.__name__,
            column_class=kind,
            params={
                "null": False, "primary_key": False, "unique": False, "index": False, "choices": None,
                "db_column_name": None, "secret": False, **params,
            },
        )  # fmt: skip
    manager.add_constraint(
        table_class_name="File",
        tablename="file",
        constraint_name="file_once",
        constraint_class=Unique,
        params={"columns": ["workspace_id", "folder", "name"], "nulls_distinct": True},
        schema=None,
    )
    return manager
