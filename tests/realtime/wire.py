"""A WebSocket client that costs next to nothing, so that a crowd of them measures the service and not itself."""

import asyncio
import base64
import os
from collections.abc import Callable
from typing import cast

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
NO_MASK = b"\0\0\0\0"
"""A client has to mask what it sends; this mask changes nothing."""


class Wire(asyncio.Protocol):
    """One connection; `heard` gets each text message as it came."""

    def __init__(self, host: str, heard: Callable[[bytes], None], lost: Callable[[], None] = lambda: None) -> None:
        self.transport: asyncio.Transport
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.is_open = False
        self.code = 0
        """The code it was closed with."""
        self._host, self._heard, self._lost = host, heard, lost
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's own is no subclass
        key = base64.b64encode(os.urandom(16)).decode()
        self.transport.write(
            f"GET /ws HTTP/1.1\r\nHost: {self._host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        data = self._rest + data if self._rest else data
        if not self.is_open:
            at = data.find(b"\r\n\r\n")
            if at < 0:
                self._rest = data
                return
            assert data.startswith(b"HTTP/1.1 101"), data[:80]
            self.is_open, data = True, data[at + 4 :]
            self.opened.set_result(None)
        self._rest = self._frames(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_open = False
        if not self.opened.done():
            self.opened.set_exception(ConnectionResetError())
        self._lost()

    def send(self, text: bytes, kind: int = TEXT) -> None:
        """Send a message, if there is anybody to hear it."""
        if not self.is_open:
            return
        size = len(text)
        if size < 126:
            head = bytes((0x80 | kind, 0x80 | size))
        elif size < 65536:
            head = bytes((0x80 | kind, 0xFE)) + size.to_bytes(2, "big")
        else:
            head = bytes((0x80 | kind, 0xFF)) + size.to_bytes(8, "big")
        self.transport.write(head + NO_MASK + text)

    def _frames(self, data: bytes) -> bytes:
        """Hear every whole frame; what is left."""
        at, end = 0, len(data)
        while end - at >= 2:
            size, start = data[at + 1], at + 2
            if size >= 126:
                wide = 2 if size == 126 else 8
                if end - start < wide:
                    break
                size, start = int.from_bytes(data[start : start + wide], "big"), start + wide
            if end - start < size:
                break
            self._frame(data[at] & 15, data[start : start + size])
            at = start + size
        return data[at:]

    def _frame(self, kind: int, payload: bytes) -> None:
        if kind == TEXT:
            self._heard(payload)
        elif kind == PING:
            self.send(payload, PONG)
        elif kind == CLOSE:
            self.code = int.from_bytes(payload[:2], "big")
            self.transport.close()


async def dial(
    port: int, heard: Callable[[bytes], None], lost: Callable[[], None] = lambda: None, host: str = "127.0.0.1"
) -> Wire:
    """An open connection; raises `OSError` when nobody answers."""
    loop = asyncio.get_running_loop()
    _, wire = await loop.create_connection(lambda: Wire(f"{host}:{port}", heard, lost), host, port)
    async with asyncio.timeout(60):
        await wire.opened
    return wire
