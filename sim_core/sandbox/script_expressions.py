"""JavaScript expressions: a few fenced processes, each with contexts made ready before they are asked for."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from sim_core.errors import Fault, SimError
from sim_core.sandbox import failures
from sim_core.sandbox.channel import Channel
from sim_core.sandbox.forkserver import Child, ForkServer
from sim_core.sandbox.functions import decoded, encoded
from sim_core.sandbox.limits import Limits

GRACE_S = 0.5
USES = 20_000
"""Expressions after which a process is replaced, so that nothing adds up."""


class Worker(msgspec.Struct):
    """A process that answers expressions."""

    child: Child
    channel: Channel
    uses: int = 0


class ScriptExpressions:
    """The processes, and whose turn it is."""

    def __init__(self, server: Callable[[], ForkServer], limits: Limits) -> None:
        self._server = server
        self._limits = limits
        self._turn = asyncio.Semaphore(limits.workers)
        self._idle: list[Worker] = []

    async def evaluate(self, code: str, names: Mapping[str, Any], seconds: float) -> Any:
        """The value of an expression, as plain data."""
        values = encoded(list(names.values()))
        async with self._turn:
            worker = await self._worker()
            try:
                worker.channel.send({"code": code, "names": list(names), "seconds": seconds}, values)
                async with asyncio.timeout(seconds + GRACE_S):
                    message = await worker.channel.receive()
            except BaseException as error:
                worker.child.stop()
                raise _failure(error, seconds) from None
            worker.uses += 1
            if message is None or worker.uses >= USES:
                worker.child.stop()
            else:
                self._idle.append(worker)
        if message is None:
            raise await _ended(worker, seconds)
        return self._value(*message, seconds)

    def close(self) -> None:
        """Hang up."""
        while self._idle:
            self._idle.pop().child.stop()

    async def _worker(self) -> Worker:
        while self._idle:
            worker = self._idle.pop()
            if worker.channel.is_open:
                return worker
            worker.child.stop()
        child = await self._server().take("expressions")
        return Worker(child, await child.open(self._limits.result_bytes + 1024))

    def _value(self, head: dict[str, Any], body: bytes, seconds: float) -> Any:
        if "failed" in head:
            raise failures.told(head["failed"], seconds=seconds)
        try:
            return decoded(body)
        except (ValueError, RecursionError):
            raise failures.CodeError("The value is not JSON data") from None


def _failure(error: BaseException, seconds: float) -> BaseException:
    match error:
        case TimeoutError():
            return failures.expired(seconds)
        case ValueError():
            return Fault("The expression worker answered what is no message")
        case _:
            return error


async def _ended(worker: Worker, seconds: float) -> SimError:
    ended = await worker.child.ended
    if ended.reason == "lost":
        return Fault("The sandbox process ended; try again")
    return failures.ended(ended.reason, ended.signal, ended.code, seconds=seconds)
