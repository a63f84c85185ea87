"""Which engine Piccolo's tables speak through: that of the store opened last in this process."""

import os
from typing import Any

from piccolo.engine.postgres import PostgresEngine

ENGINES: list[PostgresEngine] = []


def use(engine: PostgresEngine) -> None:
    """Send the tables' queries through this engine."""
    ENGINES.append(engine)
    _tell()


def forget(engine: PostgresEngine) -> None:
    """Stop using an engine; the one used before it takes over."""
    if engine in ENGINES:
        ENGINES.remove(engine)
        _tell()


def _tell() -> None:
    # Set here because Piccolo's own finder imports the code formatter of its migrations: 10 MB in every process.
    from sim_core.store.tables import TABLES

    for table in TABLES:
        table._meta._db = ENGINES[-1] if ENGINES else None  # pyright: ignore[reportPrivateUsage] -- the documented `db=` class keyword, set later


def __getattr__(name: str) -> Any:
    """What the `piccolo` command and migrations ask for: `DB` and `APP_REGISTRY`."""
    if name == "DB":
        return ENGINES[-1] if ENGINES else PostgresEngine(config={"dsn": os.environ.get("DATABASE_URL", "")})
    if name == "APP_REGISTRY":
        from piccolo.conf.apps import AppRegistry

        return AppRegistry(apps=["sim_core.store.piccolo_app"])
    raise AttributeError(name)
