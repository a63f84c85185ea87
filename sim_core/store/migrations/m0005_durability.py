"""When a run has to be done, whether runs of a version are taken over, and what retention needs to find."""

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Boolean, Timestamptz

from sim_core.store import piccolo_conf

ID = "2026-11-22T13:40:00:000020"
VERSION = "1.38.0"
DESCRIPTION = "Deadlines that outlive a process, light deployments, and what is still referred to"

INDEXES = (
    "CREATE INDEX run_snapshot ON workflow_execution_logs (snapshot)",
    # few runs build on others; those whose journals are needed are found among them
    "CREATE INDEX run_repeats ON workflow_execution_logs (id) WHERE facts->>'repeats' IS NOT NULL",
)


async def forwards() -> Any:
    """Add the columns and the indexes."""
    manager: Any = MigrationManager(migration_id=ID, app_name="sim", description=DESCRIPTION)
    for table, tablename, name, kind, params in (
        ("WorkflowExecutionLog", "workflow_execution_logs", "deadline_at", Timestamptz, {"default": None, "null": True}),
        ("WorkflowExecutionSnapshot", "workflow_execution_snapshots", "used_at", Timestamptz,
         {"default": None, "null": True}),
        ("WorkflowDeploymentVersion", "workflow_deployment_version", "durable", Boolean,
         {"default": True, "null": False}),
    ):  # fmt: skip
        manager.add_column(
            table_class_name=table,
            tablename=tablename,
            column_name=name,
            db_column_name=name,
            column_class_name=kind.__name__,
            column_class=kind,
            params={
                "primary_key": False, "unique": False, "index": False, "choices": None, "db_column_name": None,
                "secret": False, **params,
            },
        )  # fmt: skip

    async def indexes() -> None:
        engine = piccolo_conf.ENGINES[-1]
        for statement in INDEXES:
            await engine.run_ddl(statement)

    manager.add_raw(indexes)
    return manager
