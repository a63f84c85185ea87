"""Keys of several columns, and what the database itself tells the rooms: roles, deployments, deletions."""

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from sim_core.store import piccolo_conf

ID = "2026-11-22T11:38:21:000001"
VERSION = "1.38.0"
DESCRIPTION = "Keys and triggers of realtime"

KEYS = {
    "workflow_text": "workflow_id, block_id, field",
    "workflow_snapshot": "workflow_id, seq",
}
TOLD = (
    "CREATE INDEX workflow_comment_thread ON workflow_comment (workflow_id, thread_id, id)",
    # Whoever changes a role or a key, by whatever way: rooms hear of it at once.
    """
    CREATE FUNCTION sim_tell_permission() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM pg_notify('sim_permission', coalesce(NEW.user_id, OLD.user_id));
      RETURN NULL;
    END $$
    """,
    "CREATE TRIGGER permission_told AFTER INSERT OR UPDATE OR DELETE ON permission"
    " FOR EACH ROW EXECUTE FUNCTION sim_tell_permission()",
    "CREATE TRIGGER api_key_told AFTER UPDATE OF revoked_at, expires_at, scopes OR DELETE ON api_key"
    " FOR EACH ROW EXECUTE FUNCTION sim_tell_permission()",
    """
    CREATE FUNCTION sim_tell_deployed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NEW.live THEN
        PERFORM pg_notify('sim_notice', json_build_object('r', NEW.workflow_id, 'kind', 'deployed',
          'facts', json_build_object('version', NEW.version, 'by', NEW.created_by))::text);
      END IF;
      RETURN NULL;
    END $$
    """,
    "CREATE TRIGGER deployed_told AFTER INSERT OR UPDATE OF live ON workflow_deployment_version"
    " FOR EACH ROW EXECUTE FUNCTION sim_tell_deployed()",
    """
    CREATE FUNCTION sim_tell_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL THEN
        PERFORM pg_notify('sim_notice', json_build_object('r', NEW.id, 'kind', 'deleted')::text);
      END IF;
      RETURN NULL;
    END $$
    """,
    "CREATE TRIGGER deleted_told AFTER UPDATE OF deleted_at ON workflow"
    " FOR EACH ROW EXECUTE FUNCTION sim_tell_deleted()",
)


async def forwards() -> Any:
    """Replace the keys and add the triggers."""
    manager: Any = MigrationManager(migration_id=ID, app_name="sim", description=DESCRIPTION)

    async def keys_and_triggers() -> None:
        engine = piccolo_conf.ENGINES[-1]
        for table, columns in KEYS.items():
            await engine.run_ddl(
                f"ALTER TABLE {table} DROP CONSTRAINT {table}_pkey, ADD PRIMARY KEY ({columns})"
            )
        for statement in TOLD:
            await engine.run_ddl(statement)

    manager.add_raw(keys_and_triggers)
    return manager
