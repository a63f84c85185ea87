"""Messages between the server and the code it runs: a JSON head, a body of bytes, both with their length first."""

import os
import struct
from json import dumps, loads
from typing import Any

LENGTHS = struct.Struct(">II")


def pack(head: Any, body: bytes = b"") -> bytes:
    """One message as bytes."""
    text = dumps(head, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return LENGTHS.pack(len(text), len(body)) + text + body


def send(fd: int, head: Any, body: bytes = b"") -> None:
    """Write one message, however many writes it takes."""
    rest = memoryview(pack(head, body))
    while rest:
        rest = rest[os.write(fd, rest) :]


def receive(fd: int) -> tuple[Any, bytes]:
    """The next message; raises `EOFError` when the other side is gone."""
    head, body = LENGTHS.unpack(_exactly(fd, LENGTHS.size))
    return loads(_exactly(fd, head)), _exactly(fd, body)


def _exactly(fd: int, size: int) -> bytes:
    pieces: list[bytes] = []
    while size:
        piece = os.read(fd, min(size, 1 << 20))
        if not piece:
            raise EOFError
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)
