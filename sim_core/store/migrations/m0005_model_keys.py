"""When keys of model vendors were used last, and which are asked in their order."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Text, Timestamptz
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.columns.indexes import IndexMethod
from piccolo.constraints import Unique

ID = "2026-11-22T20:10:00:000001"
VERSION = "1.38.0"
DESCRIPTION = "When keys of model vendors were used last, and which are asked in their order"

COLUMNS = (
    ("KeyUse", "key_use", "digest", Text, {"default": "", "primary_key": True}),
    (
        "KeyUse",
        "key_use",
        "used_at",
        Timestamptz,
        {"default": TimestamptzNow(), "primary_key": False},
    ),
    ("KeyOrder", "key_order", "id", Text, {"default": "", "primary_key": True}),
    ("KeyOrder", "key_order", "owner", Text, {"default": "", "primary_key": False}),
    ("KeyOrder", "key_order", "name", Text, {"default": "", "primary_key": False}),
)


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="sim", description=DESCRIPTION
    )

    for table, name in (("KeyUse", "key_use"), ("KeyOrder", "key_order")):
        manager.add_table(class_name=table, tablename=name, schema=None, columns=None)

    for table, name, column, kind, params in COLUMNS:
        manager.add_column(
            table_class_name=table,
            tablename=name,
            column_name=column,
            db_column_name=column,
            column_class_name=kind.__name__,
            column_class=kind,
            params={
                "null": False,
                "unique": False,
                "index": False,
                "index_method": IndexMethod.btree,
                "choices": None,
                "db_column_name": None,
                "secret": False,
                **params,
            },
            schema=None,
        )

    manager.add_constraint(
        table_class_name="KeyOrder",
        tablename="key_order",
        constraint_name="order_once",
        constraint_class=Unique,
        params={
            "columns": ["owner", "name"],
            "nulls_distinct": True,
        },
        schema=None,
    )

    return manager
