"""The hub on asyncio alone, for machines where socketify cannot load."""

import asyncio
from http import HTTPStatus
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from sim_realtime.hub import HEALTH, IDLE_S, MAX_BEHIND, MAX_MESSAGE, Handlers


class AsyncioConnection:
    """A connection whose messages leave through one writer, in order."""

    def __init__(self, hub: "AsyncioHub", socket: ServerConnection) -> None:
        self.session: Any = None
        self._hub = hub
        self._socket = socket
        self._outbox: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._waiting = 0
        self._ending = (1000, "")
        self.topics: set[str] = set()
        self.is_open = True

    @property
    def behind(self) -> int:
        """Bytes that were sent and have not left yet."""
        return self._waiting

    def send(self, text: bytes) -> bool:
        """Queue a text message; a reader that is too far behind is closed."""
        if not self.is_open:
            return False
        self._waiting += len(text)
        if self._waiting > MAX_BEHIND:
            self.is_open = False
            self._socket.transport.abort()
            return False
        self._outbox.put_nowait(text)
        return True

    def follow(self, topic: str) -> None:
        """Get what is told on a topic from now on."""
        if self.is_open:
            self.topics.add(topic)
            self._hub.topics.setdefault(topic, {})[self] = None

    def unfollow(self, topic: str) -> None:
        """Get it no longer."""
        self.topics.discard(topic)
        followers = self._hub.topics.get(topic, {})
        followers.pop(self, None)
        if not followers:
            self._hub.topics.pop(topic, None)

    def tell(self, topic: str, text: bytes) -> None:
        """Queue a text message for everybody else who follows a topic."""
        self._hub.tell(topic, text, but=self)

    def close(self, code: int, reason: str = "") -> None:
        """End it after what is queued has left."""
        if self.is_open:
            self.is_open = False
            self._ending = (code, reason)
            self._outbox.put_nowait(None)

    async def write(self) -> None:
        """Send what is queued until the connection ends."""
        while (text := await self._outbox.get()) is not None:
            await self._socket.send(text, text=True)
            self._waiting -= len(text)
        await self._socket.close(*self._ending)


class AsyncioHub:
    """A WebSocket server made of `websockets`."""

    kind = "asyncio"

    def __init__(self) -> None:
        self._server: Server | None = None
        self.topics: dict[str, dict[AsyncioConnection, None]] = {}
        self._open: set[AsyncioConnection] = set()

    def tell(self, topic: str, text: bytes, but: AsyncioConnection | None = None) -> None:
        """Queue a text message for everybody who follows a topic."""
        for connection in tuple(self.topics.get(topic, ())):
            if connection is not but:
                connection.send(text)

    async def start(self, host: str, port: int, handlers: Handlers) -> None:
        """Listen; raises `OSError` when the port is taken."""

        def answer(connection: ServerConnection, request: Request) -> Response | None:
            if request.path.split("?")[0] == "/ws":
                return None
            if request.path in HEALTH:
                reply = connection.respond(HTTPStatus.OK, handlers.health().decode())
                del reply.headers["Content-Type"]
                reply.headers["Content-Type"] = "application/json"
                return reply
            return connection.respond(HTTPStatus.NOT_FOUND, "")

        async def talk(socket: ServerConnection) -> None:
            connection = AsyncioConnection(self, socket)
            self._open.add(connection)
            writer = asyncio.ensure_future(connection.write())
            try:
                handlers.opened(connection)
                async for message in socket:
                    handlers.received(connection, message.encode() if isinstance(message, str) else message)
            except ConnectionClosed:
                pass
            finally:
                connection.is_open = False
                self._open.discard(connection)
                for topic in tuple(connection.topics):
                    connection.unfollow(topic)
                handlers.closed(connection)
                writer.cancel()
                await asyncio.gather(writer, return_exceptions=True)

        self._server = await serve(
            talk, host, port, process_request=answer, max_size=MAX_MESSAGE, ping_interval=IDLE_S / 3,
            ping_timeout=IDLE_S * 2 / 3, compression=None, server_header=None,
        )  # fmt: skip

    async def stop(self) -> None:
        """Stop listening and close every connection."""
        for connection in tuple(self._open):
            connection.close(1012, "restart")
        if self._server:
            await asyncio.sleep(0)
            self._server.close(code=1012)
            await self._server.wait_closed()
