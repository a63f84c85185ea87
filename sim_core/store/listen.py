"""Hearing what other processes tell through the database, over one connection that comes back by itself."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from sim_core.store.wire import BEAT_S, DOWN, Connection, DatabaseError, connect, keep_alive

Hear = Callable[[str | None], None]
"""Gets each message; `None` after an outage, when messages may have been missed."""


class Listening:
    """The channels of one process."""

    def __init__(self, url: str, *, beat_s: float = BEAT_S) -> None:
        self._url, self._beat_s = url, beat_s
        self._heard: dict[str, list[Hear]] = {}
        self._task: asyncio.Task[None] | None = None
        self._connection: Connection | None = None
        self._turn = asyncio.Lock()
        self._ready = asyncio.Event()
        self._joined: set[str] = set()

    async def on(self, channel: str, hear: Hear) -> None:
        """Hear a channel from now on; in an outage, once it is over. To ask twice for the same is to ask once."""
        hears = self._heard.setdefault(channel, [])
        if hear not in hears:
            hears.append(hear)
        if self._task is None:
            self._task = asyncio.create_task(self._stay())
        await self._ready.wait()
        if self._connection is not None:
            with suppress(*DOWN):  # the next connection joins all channels
                await self._join(self._connection, channel)

    async def close(self) -> None:
        """Stop hearing."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _stay(self) -> None:
        wait = 0.05
        first = True
        while True:
            try:
                connection = await connect(self._url)
            except (*DOWN, DatabaseError):
                await asyncio.sleep(wait)
                wait = min(wait * 2, 2.0)
                continue
            wait = 0.05
            gone = asyncio.Event()
            connection.add_termination_listener(lambda _, gone=gone: gone.set())
            beating = asyncio.create_task(keep_alive(connection, self._turn, beat_s=self._beat_s))
            try:
                await self._attend(connection, missed=not first)
                first = False
                await gone.wait()
            except (*DOWN, DatabaseError):
                pass
            finally:
                self._connection = None
                beating.cancel()
                with suppress(*DOWN):
                    await connection.close()

    async def _attend(self, connection: Connection, *, missed: bool) -> None:
        self._joined.clear()
        while coming := self._heard.keys() - self._joined:  # some may be asked for meanwhile
            for channel in coming:
                await self._join(connection, channel)
        self._connection = connection
        self._ready.set()
        if missed:
            for hears in self._heard.values():
                for hear in hears:
                    hear(None)

    async def _join(self, connection: Connection, channel: str) -> None:
        async with self._turn:
            if channel in self._joined:
                return
            try:
                async with asyncio.timeout(self._beat_s):
                    await connection.add_listener(channel, lambda _c, _pid, name, payload: self._tell(name, payload))
            except TimeoutError:
                connection.terminate()
                raise
            self._joined.add(channel)

    def _tell(self, channel: str, payload: str) -> None:
        for hear in self._heard.get(channel, ()):
            hear(payload)
