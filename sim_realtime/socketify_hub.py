"""The hub on socketify: its callbacks are synchronous and only enqueue, and nothing is sent to what has closed.

socketify 0.0.31 replaces the loop's task factory, binds a taken port without a word, drops messages by default and
crashes when a closed socket is written to (issues 141 and 197 there); each is undone below.
"""

import asyncio
from typing import Any, cast

from sim_realtime.bridge import UvBridge
from sim_realtime.hub import HEALTH, IDLE_S, MAX_BEHIND, MAX_MESSAGE, Handlers

EXCLUSIVE_PORT = 1
"""LIBUS_LISTEN_EXCLUSIVE_PORT of uSockets: without it two processes share a port silently."""


class SocketifyConnection:
    """The only handle that is kept; the socket behind it is never touched once it has closed."""

    def __init__(self, hub: "SocketifyHub") -> None:
        self.session: Any = None
        self.is_open = False
        self._hub = hub
        self._socket: Any = None

    def opened(self, socket: Any) -> None:
        """Remember the socket, until `gone`."""
        self._socket = socket
        self.is_open = True

    def gone(self) -> None:
        """Forget the socket."""
        self.is_open = False
        self._socket = None

    @property
    def behind(self) -> int:
        """Bytes that were sent and have not left yet."""
        return self._socket.get_buffered_amount() if self.is_open else 0

    def send(self, text: bytes) -> bool:
        """Hand a text message to the socket's own buffer."""
        if not self.is_open:
            return False
        self._socket.send(text, self._hub.text)
        self._hub.kick()
        return self.is_open

    def follow(self, topic: str) -> None:
        """Get what is told on a topic from now on."""
        if self.is_open:
            self._socket.subscribe(topic)

    def unfollow(self, topic: str) -> None:
        """Get it no longer."""
        if self.is_open:
            self._socket.unsubscribe(topic)

    def tell(self, topic: str, text: bytes) -> None:
        """Hand a text message to the buffers of everybody else who follows a topic."""
        if self.is_open:
            self._hub.tell_but(self._socket, topic, text)

    def close(self, code: int, reason: str = "") -> None:
        """End it with a close frame."""
        if self.is_open:
            self.is_open = False
            self._socket.end(code, reason)
            self._hub.kick()


class SocketifyHub:
    """A WebSocket server made of socketify, in the loop of everything else."""

    kind = "socketify"

    def __init__(self) -> None:
        self.text: Any = None
        self._app: Any = None
        self._bridge: UvBridge | None = None
        self._open: set[SocketifyConnection] = set()
        self._native: Any = None

    def tell(self, topic: str, text: bytes) -> None:
        """Hand a text message to everybody's buffers at once; each gets what a turn of the loop has for it as one."""
        if self._app:
            self._app.publish(topic, text, self.text)
            self.kick()

    def tell_but(self, socket: Any, topic: str, text: bytes) -> None:
        """The same without one; socketify's own `publish` of a connection would tell it too."""
        name = topic.encode()
        self._native.uws_ws_publish_with_options(
            self._app.SSL, socket.ws, name, len(name), text, len(text), int(self.text), False
        )
        self.kick()

    def kick(self) -> None:
        """Let what was just sent leave."""
        if self._bridge:
            self._bridge.kick()

    async def start(self, host: str, port: int, handlers: Handlers) -> None:
        """Listen; raises `OSError` when the port is taken."""
        import socketify  # pyright: ignore[reportMissingTypeStubs]

        library: Any = socketify
        from socketify.native import lib  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]

        self._native = lib
        loop = asyncio.get_running_loop()
        self.text = library.OpCode.TEXT
        app: Any = library.App()
        loop.set_task_factory(None)
        loop.set_exception_handler(None)

        def health(response: Any, request: Any) -> None:
            response.write_header("Content-Type", "application/json")
            response.end(handlers.health())

        def nothing(response: Any, request: Any) -> None:
            response.write_status(404)
            response.end("")

        for address in HEALTH:
            app.get(address, health)
        app.any("/*", nothing)
        app.ws("/ws", self._behavior(handlers))
        listening: list[Any] = []
        app.listen({"host": host, "port": port, "options": EXCLUSIVE_PORT}, listening.append)
        if not listening or not _is_bound(app):
            raise OSError(f"port {port} on {host} is taken")
        self._app = app
        self._bridge = UvBridge(app, loop)

    async def stop(self) -> None:
        """Stop listening and close every connection."""
        if not self._app or not self._bridge:
            return
        from socketify.native import ffi  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]

        pointers = cast("Any", ffi)
        self._native.us_listen_socket_close(self._app.SSL, self._app.socket)
        self._app.socket = pointers.NULL
        for connection in tuple(self._open):
            connection.close(1012, "restart")
        for _ in range(50):
            if not self._open:
                break
            await asyncio.sleep(0.01)
        self._bridge.close()

    def _behavior(self, handlers: Handlers) -> dict[str, Any]:
        def upgrade(response: Any, request: Any, context: Any) -> None:
            names = ("sec-websocket-key", "sec-websocket-protocol", "sec-websocket-extensions")
            response.upgrade(*(request.get_header(name) for name in names), context, SocketifyConnection(self))

        def opened(socket: Any) -> None:
            connection: SocketifyConnection = socket.get_user_data()
            connection.opened(socket)
            self._open.add(connection)
            handlers.opened(connection)

        def received(socket: Any, message: Any, code: Any) -> None:
            connection: SocketifyConnection = socket.get_user_data()
            if connection.is_open:
                handlers.received(connection, message.encode() if isinstance(message, str) else bytes(message))

        def closed(socket: Any, code: Any, message: Any) -> None:
            connection: SocketifyConnection = socket.get_user_data()
            connection.gone()
            self._open.discard(connection)
            handlers.closed(connection)

        return {
            "upgrade": upgrade, "open": opened, "message": received, "close": closed, "compression": 0,
            "max_payload_length": MAX_MESSAGE, "idle_timeout": IDLE_S, "max_backpressure": MAX_BEHIND,
            "close_on_backpressure_limit": True, "send_pings_automatically": True,
        }  # fmt: skip


def _is_bound(app: Any) -> bool:
    from socketify.native import ffi  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]

    return getattr(app, "socket", cast("Any", ffi).NULL) != cast("Any", ffi).NULL
