"""One pipe to running code, as the event loop sees it: messages in order, bounded, until the end."""

import asyncio
import socket
import struct
from collections import deque
from typing import Any, cast

import msgspec

from sim_core.errors import TooLarge

LENGTHS = struct.Struct(">II")
HEAD_BYTES = 4 << 20


class Channel(asyncio.Protocol):
    """Messages of a head (JSON) and a body (bytes); what comes in is not trusted."""

    def __init__(self, *, body_bytes: int, messages: int | None) -> None:
        self._most = body_bytes
        self._left = messages
        self._buffer = bytearray()
        self._messages: deque[tuple[dict[str, Any], bytes]] = deque()
        self._failed: Exception | None = None
        self._wake: asyncio.Future[None] | None = None
        self._transport: asyncio.Transport | None = None
        self._closed = False
        self._room = asyncio.Event()
        self._room.set()

    @classmethod
    async def over(cls, pipe: socket.socket, *, body_bytes: int, messages: int | None = None) -> "Channel":
        """A channel over a connected socket."""
        pipe.setblocking(False)
        loop = asyncio.get_running_loop()
        _, channel = await loop.create_unix_connection(lambda: cls(body_bytes=body_bytes, messages=messages), sock=pipe)
        return channel

    def send(self, head: Any, body: bytes = b"") -> None:
        """Write a message."""
        text = msgspec.json.encode(head)
        if self._transport is not None and not self._closed:
            self._transport.write(LENGTHS.pack(len(text), len(body)) + text + body)

    async def drained(self) -> None:
        """Wait until the other side has read most of what was sent to it, or is gone."""
        await self._room.wait()

    async def receive(self) -> tuple[dict[str, Any], bytes] | None:
        """The next message, `None` at the end; raises `TooLarge` and `ValueError` for what is no message."""
        while not self._messages:
            if self._failed is not None:
                raise self._failed
            if self._closed:
                return None
            self._wake = asyncio.get_running_loop().create_future()
            await self._wake
        message = self._messages.popleft()
        if self._transport is not None and not self._closed and len(self._messages) < 16:
            self._transport.resume_reading()
        return message

    def close(self) -> None:
        """Hang up."""
        self._closed = True
        if self._transport is not None:
            self._transport.abort()

    @property
    def is_open(self) -> bool:
        """Whether the other side is still there."""
        return not self._closed

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The pipe is open."""
        # uvloop's transports are no subclass of asyncio's
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Take in some bytes and split off whole messages."""
        self._buffer += data
        while self._failed is None and (message := self._split()) is not None:
            self._messages.append(message)
        if len(self._messages) >= 64 and self._transport is not None:
            self._transport.pause_reading()
        self._notify()

    def pause_writing(self) -> None:
        """Too much waits to be read by the other side."""
        self._room.clear()

    def resume_writing(self) -> None:
        """There is room again."""
        self._room.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """The other side is gone."""
        self._closed = True
        self._room.set()
        self._notify()

    def _split(self) -> tuple[dict[str, Any], bytes] | None:
        if len(self._buffer) < LENGTHS.size:
            return None
        head, body = LENGTHS.unpack_from(self._buffer)
        if head > HEAD_BYTES or body > self._most:
            told = f"The code sent {max(head, body)} bytes at once; {self._most} are allowed"
            self._fail(TooLarge(told, code="output_too_large"))
            return None
        size = LENGTHS.size + head + body
        if len(self._buffer) < size:
            return None
        start = LENGTHS.size + head
        content = bytes(self._buffer[start:size])
        try:
            told = msgspec.json.decode(self._buffer[LENGTHS.size : start], type=dict[str, Any])
        except ValueError as error:
            self._fail(error)
            return None
        del self._buffer[:size]
        if self._left is not None:
            self._left -= 1
            if self._left < 0:
                self._fail(TooLarge("The code sent too many messages", code="output_too_large"))
                return None
        return told, content

    def _fail(self, error: Exception) -> None:
        self._failed = error
        if self._transport is not None:
            self._transport.abort()

    def _notify(self) -> None:
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)
