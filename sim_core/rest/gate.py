"""What every request passes first and last: its id, the security headers, the access log."""

import asyncio
import contextlib
import re
import time
from typing import Any

from litestar.types import ASGIApp, Message, Receive, ReceiveMessage, Scope, Send

from sim_core.ids import new_id
from sim_core.rest.policies import Policies

DISCARD_S = 10.0
_GIVEN_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")


class Gate:
    """Wraps an ASGI app; the request's id is in `scope["state"]["request_id"]`."""

    def __init__(self, app: ASGIApp, policies: Policies, log: Any | None = None) -> None:
        """Wrap the app; `log` is told of each request, without its query and its headers."""
        self.app = app
        self.policies = policies
        self.log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        began, status, is_whole = time.perf_counter(), 0, False

        async def take() -> ReceiveMessage:
            nonlocal is_whole
            message = await receive()
            is_whole = message["type"] != "http.request" or not message["more_body"]
            return message

        async def finish(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                dressed = self.policies.dress(scope["path"], message["headers"])
                message["headers"] = [*dressed, (b"x-request-id", request_id.encode())]
            elif (
                status >= 400 and not is_whole and message["type"] == "http.response.body" and not message["more_body"]
            ):
                await send({**message, "more_body": True})
                await _discard(receive)
                message = {"type": "http.response.body", "body": b"", "more_body": False}
            await send(message)

        try:
            await self.app(scope, take, finish)
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


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _GIVEN_ID.fullmatch(value):
            return value.decode()
    return new_id()
