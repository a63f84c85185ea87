"""The door to the database: one pool of connections per process, shared by Piccolo's tables and by hand-written SQL.

JSON columns are of the type `json`, not `jsonb`: what was stored comes back byte for byte (order of keys, `1.0`,
`\\u0000`) and is written without being taken apart. It travels as text and is encoded and decoded by msgspec where the
types are known.
"""

import logging
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from piccolo.engine.postgres import PostgresEngine
from piccolo.table import Table

from sim_core.errors import Invalid, Missing, Unreachable
from sim_core.store import piccolo_conf
from sim_core.store.lives import Lives
from sim_core.store.states import States
from sim_core.store.wire import BAD_TEXT, DOWN, Connection, ForeignKeyViolation, Row

POOL_SIZE = 8
"""Connections of one process at most; those of all processes together stay below 100."""


class Store:
    """An open database. Queries made inside `transaction()` belong to it, Piccolo's and ours alike."""

    def __init__(self, url: str, engine: PostgresEngine) -> None:
        self.url = url
        self.engine = engine
        self.states = States()
        self.lives = Lives()

    async def rows(self, query: str, *args: object) -> Sequence[Row]:
        """All rows of a query."""
        async with self.connection() as connection:
            return await connection.fetch(query, *args)

    async def row(self, query: str, *args: object) -> Row | None:
        """The first row of a query."""
        async with self.connection() as connection:
            return await connection.fetchrow(query, *args)

    async def value(self, query: str, *args: object) -> Any:
        """The first value of a query's first row."""
        async with self.connection() as connection:
            return await connection.fetchval(query, *args)

    async def execute(self, query: str, *args: object) -> int:
        """Run a statement; how many rows it touched."""
        async with self.connection() as connection:
            told = await connection.execute(query, *args)
        count = told.rpartition(" ")[2]
        return int(count) if count.isdecimal() else 0

    async def add(self, *rows: Table) -> None:
        """Insert rows of Piccolo's tables, in order."""
        for row in rows:
            table: Any = type(row)
            await table.insert(row)

    @asynccontextmanager
    async def connection(self) -> AsyncGenerator[Connection]:
        """A connection: the current transaction's, or one from the pool; raises `Unreachable` when there is none."""
        current: Any = self.engine.current_transaction.get()
        if current is not None:
            yield current.connection
            return
        pool: Any = self.engine.pool
        if pool is None:
            raise Unreachable("The database is closed", code="database_closed")
        with told_plainly():
            async with pool.acquire() as connection:
                yield connection

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Connection]:
        """A transaction; one inside another is the same one."""
        with told_plainly():
            begun: Any = self.engine.transaction()
            async with begun as transaction:
                yield transaction.connection

    async def close(self) -> None:
        """Give all connections back."""
        piccolo_conf.forget(self.engine)
        if self.engine.pool is not None:
            await self.engine.close_connection_pool()


@contextmanager
def told_plainly() -> Generator[None]:
    """The driver's errors as ours: what cannot be stored, what refers to nothing, and a database that is away."""
    try:
        yield
    except BAD_TEXT as error:
        raise Invalid(f"This cannot be stored: {error}", code="invalid_text") from error
    except ForeignKeyViolation as error:
        raise Missing("This refers to something that does not exist") from error
    except DOWN as error:
        raise Unreachable(f"The database does not answer: {error}", code="database") from error


async def open_store(url: str, *, size: int = POOL_SIZE) -> Store:
    """Open a database that is ready for use; raises `Unreachable` when it does not answer."""
    engine = PostgresEngine(config={"dsn": url}, extensions=())
    try:
        await start_pool(engine, size=size)
    except (*DOWN, ValueError) as error:
        raise Unreachable(f"The database does not answer: {error}", code="database") from error
    piccolo_conf.use(engine)
    return Store(url, engine)


async def start_pool(engine: Any, *, size: int) -> None:
    """Give an engine its pool of connections."""
    # it would tell each try to come back after an outage, with its stack; whoever asks is told by `Unreachable`
    logging.getLogger("asyncpg.pool").setLevel(logging.ERROR)
    await engine.start_connection_pool(min_size=1, max_size=size, timeout=10, reset=_leave_as_it_is)


async def _leave_as_it_is(connection: object) -> None:
    """A connection goes back without the round trip that would undo session settings: nothing of ours makes any.

    The driver has rolled back an open transaction before it asks.
    """
