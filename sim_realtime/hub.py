"""What the service asks of a WebSocket server; two of them can give it."""

import importlib
from collections.abc import Callable
from typing import Any, Protocol

from msgspec import Struct

from sim_realtime.bridge import libuv

MAX_MESSAGE = 512 * 1024
"""Bytes of one message at most."""
MAX_BEHIND = 1024 * 1024
"""Bytes a reader may be behind before it is closed."""
IDLE_S = 60
"""Seconds without a sign of life before a connection is closed; pings are sent by themselves."""


HEALTH = ("/health", "/health/live", "/health/ready")
"""Where it is told over HTTP that the service lives; any other address answers 404."""


class Connection(Protocol):
    """One open WebSocket."""

    session: Any
    """What the service keeps about it."""

    @property
    def is_open(self) -> bool:
        """Whether anything can still be sent."""
        ...

    @property
    def behind(self) -> int:
        """Bytes that were sent and have not left yet."""
        ...

    def send(self, text: bytes) -> bool:
        """Queue a text message; false when the connection is gone. Never blocks."""
        ...

    def follow(self, topic: str) -> None:
        """Get what is told on a topic from now on, in order with what is sent to it alone."""
        ...

    def unfollow(self, topic: str) -> None:
        """Get it no longer; what was told in the same moment may be lost."""
        ...

    def tell(self, topic: str, text: bytes) -> None:
        """Queue a text message for everybody else who follows a topic that one follows oneself."""
        ...

    def close(self, code: int, reason: str = "") -> None:
        """End it with a close frame."""
        ...


class Handlers(Struct, frozen=True):
    """What happens when; all are synchronous and must only enqueue."""

    opened: Callable[[Connection], None]
    received: Callable[[Connection, bytes], None]
    closed: Callable[[Connection], None]
    health: Callable[[], bytes]


class Crier(Protocol):
    """Tells many connections the same at once."""

    kind: str

    def tell(self, topic: str, text: bytes) -> None:
        """Queue a text message for everybody who follows a topic; those who are too far behind are closed."""
        ...


class Hub(Crier, Protocol):
    """A WebSocket server at `/ws`, with `/health` beside it."""

    async def start(self, host: str, port: int, handlers: Handlers) -> None:
        """Listen; raises `OSError` when the port is taken."""
        ...

    async def stop(self) -> None:
        """Stop listening and close every connection with 1012, service restart."""
        ...


def why_not_socketify() -> str:
    """Empty when socketify can run here, else what is missing and how to get it."""
    if libuv() is None:
        return "the system library libuv is missing (on Debian: apt-get install libuv1)"
    try:
        importlib.import_module("socketify.native")
    except Exception as error:  # a broken or missing library shows itself in many ways
        return f"socketify does not load here: {error}"
    return ""
