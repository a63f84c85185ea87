"""A cable between a browser and a server, which can be cut and mended."""

import asyncio
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress


class Cable:
    """Listens at a port of its own, and passes every byte on to another while it is whole."""

    def __init__(self, target: int, loop: asyncio.AbstractEventLoop) -> None:
        self._target, self._loop = target, loop
        self._whole = True
        self._ends: set[asyncio.StreamWriter] = set()
        self.url = ""

    async def open(self) -> asyncio.Server:
        server = await asyncio.start_server(self._line, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        return server

    def cut(self) -> None:
        """Break every connection, and refuse new ones."""
        self._loop.call_soon_threadsafe(self._cut)

    def mend(self) -> None:
        self._whole = True

    def _cut(self) -> None:
        self._whole = False
        for end in self._ends:
            end.transport.abort()

    async def _line(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._ends.add(writer)
        with suppress(OSError):
            if self._whole:
                far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
                self._ends.add(far_writer)
                await asyncio.gather(_way(reader, far_writer), _way(far_reader, writer))
                self._ends.discard(far_writer)
        self._ends.discard(writer)
        writer.transport.abort()


async def _way(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while some := await reader.read(65_536):
            writer.write(some)
            await writer.drain()
    writer.close()


@contextmanager
def cable(target: int) -> Generator[Cable]:
    """A cable to a port of this machine, in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    one = Cable(target, loop)
    server = asyncio.run_coroutine_threadsafe(one.open(), loop).result(10)
    try:
        yield one
    finally:
        one.cut()
        loop.call_soon_threadsafe(server.close)
        asyncio.run_coroutine_threadsafe(_ended(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _ended() -> None:
    """Wait until every line has noticed that it is cut."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    await asyncio.gather(*others, return_exceptions=True)
