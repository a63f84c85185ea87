"""The line in which runs wait, PgQueuer's tables, and what retention needs to find."""

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from sim_core.store import piccolo_conf

ID = "2026-11-22T12:00:00:000011"
VERSION = "1.38.0"
DESCRIPTION = "The queue, and indexes for it"

INDEXES = (
    "CREATE INDEX run_line ON workflow_execution_logs (workspace_id, priority DESC, id)"
    " WHERE status = 'pending' AND offered_at IS NULL",
    "CREATE INDEX run_taken ON workflow_execution_logs (workspace_id)"
    " WHERE offered_at IS NOT NULL AND status IN ('pending', 'running')",
    "CREATE INDEX run_input_blob ON workflow_execution_logs (input_blob) WHERE input_blob IS NOT NULL",
    "CREATE INDEX run_output_blob ON workflow_execution_logs (output_blob) WHERE output_blob IS NOT NULL",
    "CREATE INDEX execution_event_blob ON execution_event (blob) WHERE blob IS NOT NULL",
)


async def forwards() -> Any:
    """Add the indexes and the queue."""
    manager: Any = MigrationManager(migration_id=ID, app_name="sim", description=DESCRIPTION)

    async def indexes_and_queue() -> None:
        engine = piccolo_conf.ENGINES[-1]
        for statement in (*INDEXES, *_queue()):
            await engine.run_ddl(statement)

    manager.add_raw(indexes_and_queue)
    return manager


def _queue() -> list[str]:
    """PgQueuer's objects, each statement on its own."""
    from pgqueuer.adapters.persistence import schema_ddl as ddl
    from pgqueuer.domain.schema.declaration import target
    from pgqueuer.domain.settings import DBSettings, Durability

    # its log is statistics; what happened to a run is in the run's journal
    settings = DBSettings(prefix="sim_", durability=Durability.balanced)
    schema = target(settings)
    return [
        *(ddl.render_enum(one, settings) for one in schema.enums),
        *(ddl.render_table(one, settings) for one in schema.tables),
        *(ddl.render_index(one, settings) for one in schema.indexes),
        *(ddl.render_function(one, settings) for one in schema.functions),
        *(ddl.render_trigger(one, settings) for one in schema.triggers),
    ]
