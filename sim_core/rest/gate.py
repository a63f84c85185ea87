"""What every request passes first and last: its id, the security headers, the access log."""

import asyncio
import contextlib
import re
import time
from typing import Any

from litestar.types import ASGIApp, Message, Receive, Scope, Send

from sim_core.ids import new_id

DISCARD_S = 10.0
_GIVEN_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
]
_NO_STORE = (b"cache-control", b"no-store")
_CLOSED = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")


class Gate:
    """Wraps an ASGI app; the request's id is in `scope["state"]["request_id"]`."""

    def __init__(self, app: ASGIApp, log: Any | None = None) -> None:
        """Wrap the app; `log` is told of each request, without its query and its headers."""
        self.app = app
        self.log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        began, status = time.perf_counter(), 0

        async def finish(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = _dressed(message["headers"], request_id)
            elif status == 413 and message["type"] == "http.response.body" and not message["more_body"]:
                await send({**message, "more_body": True})
                await _discard(receive)
                message = {"type": "http.response.body", "body": b"", "more_body": False}
            await send(message)

        try:
            await self.app(scope, receive, finish)
        finally:
            if self.log is not None:
                ms = round((time.perf_counter() - began) * 1000, 2)
                path = scope["path"]
                tell = self.log.debug if path.startswith("/health/") and status < 400 else self.log.info
                tell("request", method=scope["method"], path=path, status=status, ms=ms, request_id=request_id)


async def _discard(receive: Receive) -> None:
    """Let a client that still sends finish, for a while: one that is cut off in the middle never reads why."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(DISCARD_S):
            while (message := await receive())["type"] == "http.request" and message.get("more_body"):
                pass


def _dressed(headers: Any, request_id: str) -> list[tuple[bytes, bytes]]:
    dressed = [*headers, *_HEADERS, (b"x-request-id", request_id.encode())]
    present = {name for name, _ in headers}
    dressed.extend(pair for pair in (_NO_STORE, _CLOSED) if pair[0] not in present)
    return dressed


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _GIVEN_ID.fullmatch(value):
            return value.decode()
    return new_id()
