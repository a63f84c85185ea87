import asyncio

import pytest

from sim_core.accounts.bootstrap import bootstrap
from sim_core.errors import Conflict
from sim_core.store.migrate import is_current, known, migrate
from sim_core.store.pool import Store
from sim_core.store.tables import TABLES
from sim_core.store.wire import connect


async def test_tables_and_migrations_say_the_same(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PICCOLO_CONF", "sim_core.store.piccolo_conf")
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from piccolo.apps.migrations.commands.new import AutoMigrationManager

        from sim_core.store.piccolo_app import APP_CONFIG

        changes = await AutoMigrationManager(auto_input="n").get_alter_statements(APP_CONFIG)
    statements = [text for change in changes for text in change.statements]
    assert statements == [], "write a migration: the tables are not what the migrations make"


async def test_the_database_has_the_columns_that_the_tables_declare(store: Store) -> None:
    rows = await store.rows(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
    )
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row["table_name"], set()).add(row["column_name"])
    for table in TABLES:
        declared = {column._meta.db_column_name for column in table._meta.columns}
        assert declared == found[table._meta.tablename], table


async def test_a_block_id_alone_addresses_nothing(store: Store) -> None:
    rows = await store.rows(
        "SELECT c.conrelid::regclass::text AS name, pg_get_constraintdef(c.oid) AS key FROM pg_constraint c"
        " WHERE c.contype = 'p'"
    )
    keys = {row["name"]: row["key"] for row in rows}
    for table in ("workflow_blocks", "workflow_edges", "workflow_subflows", "workflow_variables"):
        assert keys[table] == "PRIMARY KEY (workflow_id, id)"
    assert keys["execution_event"] == "PRIMARY KEY (run_id, seq)"


async def test_processes_that_start_together_migrate_once(postgres_url: str) -> None:
    admin = await connect(postgres_url)
    await admin.execute("DROP DATABASE IF EXISTS sim_fresh")
    await admin.execute("CREATE DATABASE sim_fresh")
    fresh = postgres_url.replace("/sim?", "/sim_fresh?") if "/sim?" in postgres_url else None
    if fresh is None:
        pytest.skip("needs the embedded server")
    done = await asyncio.gather(*(migrate(fresh) for _ in range(3)))
    assert sorted(len(names) for names in done) == [0, 0, len(known())]
    assert await migrate(fresh) == ()
    await admin.execute("DROP DATABASE sim_fresh")
    await admin.close()


async def test_a_database_is_current_once_it_has_its_shape_and_a_home(store: Store) -> None:
    assert not await is_current(store.url)
    await bootstrap(store)
    assert await is_current(store.url)
    name = list(known())[-1]
    await store.execute("DELETE FROM migration WHERE name = $1", name)
    try:
        assert not await is_current(store.url)
    finally:
        await store.execute("INSERT INTO migration (name, app_name, ran_on) VALUES ($1, 'sim', now())", name)


async def test_a_database_of_a_newer_version_is_left_alone(store: Store) -> None:
    await store.execute("INSERT INTO migration (name, app_name, ran_on) VALUES ('2999-01-01', 'sim', now())")
    try:
        with pytest.raises(Conflict, match="newer version"):
            await migrate(store.url)
    finally:
        await store.execute("DELETE FROM migration WHERE name = '2999-01-01'")
