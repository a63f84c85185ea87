"""Workflows and folders have a place among their neighbours."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Integer
from piccolo.columns.indexes import IndexMethod

ID = "2026-11-22T13:52:10:204417"
VERSION = "1.38.0"
DESCRIPTION = "Workflows and folders have a place among their neighbours"


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="sim", description=DESCRIPTION
    )

    for table, name in (
        ("WorkflowFolder", "workflow_folder"),
        ("Workflow", "workflow"),
    ):
        manager.add_column(
            table_class_name=table,
            tablename=name,
            column_name="position",
            db_column_name="position",
            column_class_name="Integer",
            column_class=Integer,
            params={
                "default": None,
                "null": True,
                "primary_key": False,
                "unique": False,
                "index": False,
                "index_method": IndexMethod.btree,
                "choices": None,
                "db_column_name": None,
                "secret": False,
            },
            schema=None,
        )

    return manager
