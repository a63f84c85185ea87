"""Runs one function in a forked child: hands it over, serves its requests, and reads what came of it."""

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal, TypeAlias, get_args

import msgspec

from sim_core.errors import Fault, Invalid, SimError
from sim_core.sandbox import failures
from sim_core.sandbox.channel import Channel
from sim_core.sandbox.forkserver import Child
from sim_core.sandbox.limits import Limits
from sim_core.spec.requests import Reply, Request
from sim_core.spec.steps import Executed, Language

Fetch: TypeAlias = Callable[[Request], Awaitable[Reply]]
Method: TypeAlias = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
log = logging.getLogger("sim.sandbox")

GRACE_S = 2.0
"""Seconds that the fork-server has to end a call whose time is over, before we do without it."""


MESSAGES = 20_000
"""Messages of one call: what prints line after line for ten minutes needs no more."""


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One function to run."""

    language: Language
    code: str
    names: Mapping[str, Any]
    env: Mapping[str, str]
    timeout_s: float
    memory_mb: int
    fetch: Fetch | None


class Asked(msgspec.Struct, frozen=True):
    """A request as the code sent it; decoded strictly, since the code may send anything."""

    id: int
    url: str
    method: str = "GET"
    headers: dict[str, str] = {}
    timeout: float | None = None
    has_body: bool = False


async def run(child: Child, call: Call, limits: Limits) -> Executed:
    """What the function returned and printed; raises `CodeError`, `CodeExpired`, `TooLarge`, `Fault`."""
    began = time.perf_counter()
    printed: list[str] = []
    order = {
        "language": call.language,
        "code": call.code,
        "env": dict(call.env),
        "memory": call.memory_mb << 20,
        "cpu_seconds": int(call.timeout_s) + 2,
    }
    try:
        channel = await child.open(max(limits.result_bytes, limits.request_bytes) + 1024, messages=MESSAGES)
        child.start(call.timeout_s)
        channel.send(order, encoded(call.names))
        async with asyncio.timeout(call.timeout_s + GRACE_S):
            body = await _outcome(child, channel, call, limits, printed)
    except TimeoutError:
        raise failures.expired(call.timeout_s, stdout="".join(printed)) from None
    finally:
        child.stop()
    try:
        result = decoded(body)
    except (ValueError, RecursionError):
        raise failures.CodeError("The code sent a result that is not JSON", stdout="".join(printed)) from None
    return Executed(result=result, stdout="".join(printed), ms=1000 * (time.perf_counter() - began))


def encoded(value: Any) -> bytes:
    """A value as JSON for the code; raises `Invalid` when it is no data."""
    try:
        return msgspec.json.encode(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise Invalid(f"A value handed to the code is not plain data: {error}", code="bad_value") from None


async def _outcome(child: Child, channel: Channel, call: Call, limits: Limits, printed: list[str]) -> bytes:
    room = 2 * limits.stdout_bytes
    async with _Fetches(channel, call.fetch, limits) as fetches:
        while (message := await _message(channel)) is not None:
            head, body = message
            match head:
                case {"print": str(text)}:
                    room -= len(text)
                    if room > 0:
                        printed.append(text)
                case {"fetch": asked}:
                    fetches.begin(asked, body)
                case {"failed": _}:
                    raise failures.told(head["failed"], stdout="".join(printed), seconds=call.timeout_s)
                case {"done": _}:
                    return body
                case _:
                    continue
    ended = await child.ended
    if ended.reason == "lost":
        raise Fault("The sandbox process ended; try again")
    raise failures.ended(ended.reason, ended.signal, ended.code, stdout="".join(printed), seconds=call.timeout_s)


async def _message(channel: Channel) -> tuple[dict[str, Any], bytes] | None:
    try:
        return await channel.receive()
    except ValueError:
        raise failures.CodeError("The code wrote to the pipe that its result takes") from None


class _Fetches:
    """The requests of one call: bounded in number, ended with it."""

    def __init__(self, channel: Channel, fetch: Fetch | None, limits: Limits) -> None:
        self._channel = channel
        self._fetch = fetch
        self._left = limits.fetches
        self._limits = limits
        self._turn = asyncio.Semaphore(limits.fetches_at_once)
        self._group = asyncio.TaskGroup()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "_Fetches":
        await self._group.__aenter__()
        return self

    async def __aexit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        for task in self._tasks:
            task.cancel()
        try:
            await self._group.__aexit__(None, None, None)
        finally:
            self._tasks.clear()

    def begin(self, asked: Any, body: bytes) -> None:
        """Start one request."""
        task = self._group.create_task(self._answer(asked, body))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, asked: Any, body: bytes) -> None:
        try:
            wanted = msgspec.convert(asked, Asked)
        except msgspec.ValidationError:
            return
        self._left -= 1
        async with self._turn:
            try:
                reply = await self._reply(wanted, body)
            except SimError as error:
                self._channel.send({"fetched": wanted.id, "error": error.message})
                return
            except Exception:
                log.exception("a request of user code failed on our side")
                self._channel.send({"fetched": wanted.id, "error": Fault.__doc__})
                return
            head = {"fetched": wanted.id, "status": reply.status, "headers": dict(reply.headers), "url": reply.url}
            self._channel.send(head, reply.content)
            # Code that asks and never reads holds up its own requests, not our memory.
            await self._channel.drained()

    async def _reply(self, wanted: Asked, body: bytes) -> Reply:
        if self._fetch is None:
            raise Invalid("fetch is not available here")
        if self._left < 0:
            raise Invalid(f"the code made more than {self._limits.fetches} requests")
        if len(body) > self._limits.request_bytes:
            raise Invalid(f"the body is {len(body)} bytes; {self._limits.request_bytes} are allowed")
        return await self._fetch(request(wanted, body, self._limits.reply_bytes))


def request(asked: Asked, body: bytes, most: int) -> Request:
    """A request of the code as the guarded client takes it; raises `Invalid`."""
    timeout = asked.timeout if asked.timeout and asked.timeout > 0 else None
    return Request(
        method=_method(asked.method),
        url=asked.url,
        headers=asked.headers,
        content=body if asked.has_body else None,
        timeout_s=timeout,
        max_bytes=most,
    )


def _method(name: str) -> Method:
    try:
        return msgspec.convert(name, Method)
    except msgspec.ValidationError:
        raise Invalid(f"the method is {name[:20]!r}; it can be {', '.join(get_args(Method))}") from None


def decoded(body: bytes) -> Any:
    """The data of a JSON text; halves of characters, which JavaScript has and UTF-8 has not, become `?`."""
    try:
        return msgspec.json.decode(body)
    except ValueError:
        text = json.dumps(json.loads(body), ensure_ascii=False)
        return msgspec.json.decode(text.encode("utf-8", "replace"))
