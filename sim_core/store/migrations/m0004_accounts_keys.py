"""The indexes of accounts, and the triggers that tell every process when somebody's rights changed."""

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from sim_core.store import piccolo_conf

ID = "2026-11-22T11:40:00:000002"
VERSION = "1.38.0"
DESCRIPTION = "Indexes of accounts, and word of changed permissions"

TELL = """
CREATE FUNCTION sim_permission_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('permission_changed', coalesce(NEW.user_id, OLD.user_id));
  RETURN NULL;
END $$
"""
TELL_USER = """
CREATE FUNCTION sim_user_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('permission_changed', coalesce(NEW.id, OLD.id));
  RETURN NULL;
END $$
"""
TELL_ALL = """
CREATE FUNCTION sim_permissions_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('permission_changed', '*');
  RETURN NULL;
END $$
"""
STATEMENTS = (
    # Addresses are one however they are spelled; rows of earlier versions hold them as they came.
    'CREATE INDEX user_email_folded ON "user" (lower(email))',
    "CREATE INDEX session_ends ON session (expires_at)",
    "CREATE INDEX code_ends ON code (expires_at)",
    "CREATE INDEX ceremony_ends ON ceremony (expires_at)",
    "CREATE INDEX rate_limit_due ON rate_limit (due_at)",
    "CREATE INDEX audit_log_of_organization ON audit_log (organization_id, id)",
    "CREATE INDEX audit_log_of_workspace ON audit_log (workspace_id, id)",
    "CREATE INDEX audit_log_of_actor ON audit_log (actor_id, id)",
    "ALTER TABLE rate_limit SET (fillfactor = 70)",
    "ALTER TABLE session SET (fillfactor = 80)",
    TELL,
    TELL_USER,
    TELL_ALL,
    *(
        f"CREATE TRIGGER {table}_tells AFTER INSERT OR UPDATE OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION sim_permission_changed()"
        for table in ("permission", "member", "permission_group_member")
    ),
    "CREATE TRIGGER api_key_tells AFTER UPDATE OF revoked_at, expires_at, scopes OR DELETE ON api_key"
    " FOR EACH ROW EXECUTE FUNCTION sim_permission_changed()",
    "CREATE TRIGGER session_tells AFTER UPDATE OF revoked_at, expires_at OR DELETE ON session"
    " FOR EACH ROW EXECUTE FUNCTION sim_permission_changed()",
    'CREATE TRIGGER user_tells AFTER UPDATE OF disabled_at, delete_after, is_operator OR DELETE ON "user"'
    " FOR EACH ROW EXECUTE FUNCTION sim_user_changed()",
    *(
        f"CREATE TRIGGER {table}_tells_all AFTER UPDATE OR DELETE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION sim_permissions_changed()"
        for table in ("organization", "workspace", "permission_group")
    ),
    # Whoever owned an instance before there were operators runs it.
    'UPDATE "user" SET is_operator = true WHERE email = \'owner@localhost\'',
)


async def forwards() -> Any:
    """Add the indexes and the triggers."""
    manager: Any = MigrationManager(migration_id=ID, app_name="sim", description=DESCRIPTION)

    async def run() -> None:
        engine = piccolo_conf.ENGINES[-1]
        for statement in STATEMENTS:
            await engine.run_ddl(statement)

    manager.add_raw(run)
    return manager
