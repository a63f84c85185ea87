"""A network between clients and the service: it delays frames, doubles them, and swallows them until it breaks."""

import asyncio
import random
from contextlib import suppress

from msgspec import Struct


class Weather(Struct):
    """How bad it is; everything is as usual at nought."""

    delay_s: float = 0.0
    """Seconds that a frame takes at most."""
    doubles: float = 0.0
    """Share of frames that come twice."""
    breaks: float = 0.0
    """Share of frames after which a line swallows everything, and then breaks."""
    silent_s: float = 0.3
    """Seconds that a line swallows at most before it breaks."""


class Proxy:
    """Listens at a port of its own, and passes whole WebSocket frames to another, in order."""

    def __init__(self, target: int, weather: Weather, seed: int = 0) -> None:
        self.target, self.weather, self.rng = target, weather, random.Random(seed)
        self.port = 0
        self.broken = self.doubled = 0
        self._server: asyncio.Server
        self._lines: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "Proxy":
        self._server = await asyncio.start_server(self._line, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for line in tuple(self._lines):
            line.cancel()
        await asyncio.gather(*self._lines, return_exceptions=True)

    async def _line(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._lines.add(task)
        task.add_done_callback(self._lines.discard)
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
            deaf = asyncio.Event()
            ways = [
                asyncio.create_task(self._way(reader, far_writer, deaf)),
                asyncio.create_task(self._way(far_reader, writer, deaf)),
            ]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
                far_writer.transport.abort()
        writer.transport.abort()

    async def _way(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, deaf: asyncio.Event) -> None:
        writer.write(await reader.readuntil(b"\r\n\r\n"))
        while True:
            frame = await _frame(reader)
            weather, rng = self.weather, self.rng
            if weather.delay_s:
                await asyncio.sleep(rng.random() * weather.delay_s)
            if not deaf.is_set() and rng.random() < weather.breaks:
                self.broken += 1
                deaf.set()
                asyncio.get_running_loop().call_later(rng.random() * weather.silent_s, writer.transport.abort)
            if deaf.is_set():
                continue
            writer.write(frame)
            if rng.random() < weather.doubles and frame[0] & 15 == 1:
                self.doubled += 1
                writer.write(frame)
            await writer.drain()


async def _frame(reader: asyncio.StreamReader) -> bytes:
    """One whole frame, as it was sent."""
    head = await reader.readexactly(2)
    size, wide = head[1] & 127, b""
    if size >= 126:
        wide = await reader.readexactly(2 if size == 126 else 8)
        size = int.from_bytes(wide, "big")
    mask = await reader.readexactly(4) if head[1] & 128 else b""
    return head + wide + mask + await reader.readexactly(size)
