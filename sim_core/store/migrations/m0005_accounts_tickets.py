"""Tickets remember the session that they speak for."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Text
from piccolo.columns.indexes import IndexMethod

ID = "2026-11-22T12:38:57:475991"
VERSION = "1.38.0"
DESCRIPTION = "Tickets remember the session they speak for"


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="sim", description=DESCRIPTION
    )

    manager.add_column(
        table_class_name="RealtimeTicket",
        tablename="realtime_ticket",
        column_name="session_id",
        db_column_name="session_id",
        column_class_name="Text",
        column_class=Text,
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
