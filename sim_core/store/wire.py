"""The driver's connection as the rest of the store sees it: typed, and its outages told apart from its errors."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, TypeAlias

import asyncpg

_driver: Any = asyncpg

Listener: TypeAlias = Callable[["Connection", int, str, str], None]


class Row(Protocol):
    """A row, by column name or position."""

    def __getitem__(self, key: str | int, /) -> Any: ...


class Connection(Protocol):
    """What the store uses of a connection."""

    async def fetch(self, query: str, *args: object) -> Sequence[Row]:
        """All rows."""
        ...

    async def fetchrow(self, query: str, *args: object) -> Row | None:
        """The first row."""
        ...

    async def fetchval(self, query: str, *args: object, timeout: float | None = None) -> Any:
        """The first value of the first row."""
        ...

    async def execute(self, query: str, *args: object) -> str:
        """Run a statement; several without arguments."""
        ...

    def transaction(self) -> AbstractAsyncContextManager[object]:
        """A transaction, or a savepoint inside one."""
        ...

    async def add_listener(self, channel: str, callback: Listener) -> None:
        """Hear a channel."""
        ...

    def add_termination_listener(self, callback: Callable[["Connection"], None]) -> None:
        """Be told when the connection has gone."""
        ...

    def is_closed(self) -> bool:
        """Whether it has gone."""
        ...

    def terminate(self) -> None:
        """End it at once."""
        ...

    async def close(self) -> None:
        """Part in good order."""
        ...


DatabaseError: type[Exception] = _driver.PostgresError
BAD_TEXT: tuple[type[Exception], ...] = (_driver.DataError, UnicodeEncodeError)
"""What a text that cannot be stored looks like: a NUL, or half of a surrogate pair."""
ForeignKeyViolation: type[Exception] = _driver.ForeignKeyViolationError
NotNullViolation: type[Exception] = _driver.NotNullViolationError
UniqueViolation: type[Exception] = _driver.UniqueViolationError
NoDatabase: type[Exception] = _driver.InvalidCatalogNameError
UndefinedTable: type[Exception] = _driver.UndefinedTableError
DOWN: tuple[type[Exception], ...] = (
    OSError,
    TimeoutError,
    _driver.PostgresConnectionError,
    _driver.AdminShutdownError,
    _driver.CrashShutdownError,
    _driver.CannotConnectNowError,
    _driver.TooManyConnectionsError,
    _driver.InterfaceError,
    _driver.InternalClientError,
)
"""What an absent or restarting database looks like; the same statement may succeed a moment later."""


BEAT_S = 5.0
"""Seconds between two signs of life of a connection that is held for good, and how long one may take."""


async def connect(url: str, *, timeout: float = 10, settings: Mapping[str, str] | None = None) -> Connection:
    """A connection of one's own, with settings of Postgres that hold for it alone."""
    opened: Awaitable[Connection] = _driver.connect(url, timeout=timeout, server_settings=settings)
    return await opened


async def keep_alive(connection: Connection, turn: asyncio.Lock, *, beat_s: float = BEAT_S) -> None:
    """Ask for a sign of life again and again, and end the connection when none comes.

    A network may drop what is idle without telling either side; whoever only listens would never hear again.
    """
    while not connection.is_closed():
        await asyncio.sleep(beat_s)
        async with turn:
            try:
                await connection.fetchval("SELECT 1", timeout=beat_s)
            except (*DOWN, DatabaseError):
                connection.terminate()
