"""The one way out: connections only to checked addresses, answers only up to a size."""

import ssl
import time
import zlib
from collections.abc import AsyncIterator, Iterable
from typing import Any, cast

import httpcore2
import httpx2

from sim_core.errors import Refused
from sim_core.net.guard import Guard


class GuardedBackend(httpcore2.AsyncNetworkBackend):
    """Connects to the address that the guard checked, never to a name that could mean another one a moment later."""

    def __init__(self, guard: Guard, inner: httpcore2.AsyncNetworkBackend) -> None:
        self._guard = guard
        self._inner = inner

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """A connection to the first checked address that answers; TLS above it still verifies the host's name."""
        started = time.monotonic()
        *others, last = await self._guard.addresses(host, port)
        for place in others:
            try:
                # Half of what is left, so that a dead first address leaves time for the next.
                half = None if timeout is None else max((timeout - (time.monotonic() - started)) / 2, 0.1)
                return await self._inner.connect_tcp(place.ip, port, half, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                continue
        left = None if timeout is None else max(timeout - (time.monotonic() - started), 0.1)
        return await self._inner.connect_tcp(last.ip, port, left, local_address, socket_options)

    async def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore2.AsyncNetworkStream:
        """Never: sockets of this machine are not the internet."""
        raise httpcore2.ConnectError("unix sockets are not reachable")

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await self._inner.sleep(seconds)


class GuardedTransport(httpx2.AsyncHTTPTransport):
    """An httpx2 transport over the guarded backend; answers are unpacked here, and never grow past their limit."""

    def __init__(
        self, guard: Guard, *, verify: ssl.SSLContext | None, connections: int, max_bytes: int, http2: bool
    ) -> None:
        self._max_bytes = max_bytes
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=verify or httpx2.create_ssl_context(trust_env=False),
            max_connections=connections,
            max_keepalive_connections=max(connections // 5, 1),
            keepalive_expiry=15.0,
            http2=http2,
            network_backend=GuardedBackend(guard, _sockets()),
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request; the answer's body is plain and bounded."""
        response = await super().handle_async_request(request)
        most = cast("int", request.extensions.get("max_bytes") or self._max_bytes)
        declared = response.headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > most and request.method != "HEAD":
            await response.aclose()
            raise too_large(request.url.host, most)
        coding = response.headers.pop("content-encoding", "identity").strip().lower()
        if coding != "identity":
            response.headers.pop("content-length", None)
        response.stream = Bounded(cast("httpx2.AsyncByteStream", response.stream), coding, most, request.url.host)
        return response


class Bounded(httpx2.AsyncByteStream):
    """A body unpacked as it comes, which ends with `Refused` where it passes its limit."""

    def __init__(self, inner: httpx2.AsyncByteStream, coding: str, most: int, host: str) -> None:
        self._inner = inner
        self._coding = coding
        self._most = most
        self._host = host

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = self._most
        unpack = Unpacked(self._coding, self._host)
        async for piece in self._inner:
            for plain in unpack.feed(piece):
                left -= len(plain)
                if left < 0:
                    raise too_large(self._host, self._most)
                yield plain
        unpack.end()

    async def aclose(self) -> None:
        """Let go of the connection."""
        await self._inner.aclose()


class Unpacked:
    """Takes gzip or deflate off a body, a bounded piece at a time, so that a bomb never unfolds in memory."""

    def __init__(self, coding: str, host: str) -> None:
        if coding not in ("identity", "", "gzip", "x-gzip", "deflate"):
            raise Refused(f"{host} answered in the encoding {coding!r}, which was not asked for", code="bad_encoding")
        self._host = host
        self._fed = False
        self._inflate: Any = None
        self._raw_deflate = coding == "deflate"
        if coding not in ("identity", ""):
            self._inflate = zlib.decompressobj(zlib.MAX_WBITS | (32 if not self._raw_deflate else 0))

    def feed(self, piece: bytes) -> Iterable[bytes]:
        """The plain pieces in a packed one."""
        if self._inflate is None:
            yield piece
            return
        self._fed = True
        while piece:
            plain = self._some(piece)
            if plain:
                yield plain
            elif self._inflate.eof:
                return
            piece = self._inflate.unconsumed_tail

    def end(self) -> None:
        """Refuse a packed body that stopped in the middle."""
        if self._fed and not self._inflate.eof:
            raise Refused(f"{self._host} answered with a cut {'deflate' if self._raw_deflate else 'gzip'} body")

    def _some(self, piece: bytes) -> bytes:
        try:
            return self._inflate.decompress(piece, 65536)
        except zlib.error as error:
            if self._raw_deflate:
                # Some servers send bare deflate without the zlib header that the standard asks for.
                self._raw_deflate, self._inflate = False, zlib.decompressobj(-zlib.MAX_WBITS)
                return self._some(piece)
            raise Refused(f"{self._host} answered with a broken packed body", code="bad_encoding") from error


def _sockets() -> httpcore2.AsyncNetworkBackend:
    # httpcore2 declares another class of that name for installations without anyio, which confuses the checker.
    return httpcore2.AnyIOBackend()  # pyright: ignore[reportReturnType]


def too_large(host: str, most: int) -> Refused:
    """The refusal of an answer that does not end in time."""
    return Refused(f"{host} answered with more than {most:,} bytes", code="reply_too_large")
