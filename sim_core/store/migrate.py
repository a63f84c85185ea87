"""Bring a database to the shape this version needs: one query when it has it, and two processes may start at once."""

import contextlib
import importlib
import io
import pkgutil
import re
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sim_core.errors import Conflict
from sim_core.store import migrations
from sim_core.store.wire import Connection, UndefinedTable, connect

APP = "sim"
TURN = 0x53494D01
"""The advisory lock under which migrations run."""
ID = re.compile(r"""^ID = ["'](.+?)["']$""", re.M)
HOME = "SELECT EXISTS (SELECT 1 FROM workspace w JOIN permission p ON p.workspace_id = w.id AND p.role = 'admin')"
DONE = "SELECT name FROM migration WHERE app_name = $1"


async def migrate(url: str) -> tuple[str, ...]:
    """Run what has not been run yet; which migrations those were. A database of a newer version is a `Conflict`."""
    connection = await connect(url)
    try:
        if not await _missing(connection):
            return ()
        await connection.execute(f"SELECT pg_advisory_lock({TURN})")
        missing = await _missing(connection)
        if missing:
            await _run(url, missing)
        return missing
    finally:
        await connection.close()


async def is_current(url: str) -> bool:
    """Whether a database has the shape this version needs and a first workspace: then nothing is to be done to it."""
    connection = await connect(url)
    try:
        return not await _missing(connection) and bool(await connection.fetchval(HOME))
    finally:
        await connection.close()


def known() -> dict[str, str]:
    """Every migration of this version, oldest first: the module by the id that Piccolo knows it by."""
    found: dict[str, str] = {}
    for module in pkgutil.iter_modules(migrations.__path__):
        text = Path(migrations.__path__[0], f"{module.name}.py").read_text()
        if match := ID.search(text):
            found[match[1]] = module.name
    return dict(sorted(found.items()))


async def _missing(connection: Connection) -> tuple[str, ...]:
    try:
        done = {str(row["name"]) for row in await connection.fetch(DONE, APP)}
    except UndefinedTable:
        done = set[str]()
    ours = known()
    if ahead := done.difference(ours):
        raise Conflict(
            f"The database was migrated by a newer version of Sim ({max(ahead)}): upgrade this one",
            code="newer_database",
        )
    return tuple(name for name in ours if name not in done)


async def _run(url: str, names: Sequence[str]) -> None:
    # Imported late: Piccolo's migrations bring a code formatter along.
    import os

    from piccolo.apps.migrations.tables import Migration
    from piccolo.engine.postgres import PostgresEngine

    from sim_core.store import piccolo_conf
    from sim_core.store.pool import start_pool

    os.environ.setdefault("PICCOLO_CONF", "sim_core.store.piccolo_conf")
    engine = PostgresEngine(config={"dsn": url}, extensions=())
    await start_pool(engine, size=2)
    piccolo_conf.use(engine)
    Migration._meta.db = engine  # pyright: ignore[reportPrivateUsage] -- the documented `db=` class keyword, set later
    try:
        await Migration.create_table(if_not_exists=True)
        modules = known()
        for name in names:
            async with engine.transaction():
                with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # a table named `user` is worth a warning to Piccolo
                    module: Any = importlib.import_module(f"{migrations.__name__}.{modules[name]}")
                    manager = await module.forwards()
                    await manager.run()
                await Migration.insert(Migration(name=name, app_name=APP))
    finally:
        piccolo_conf.forget(engine)
        await engine.close_connection_pool()
