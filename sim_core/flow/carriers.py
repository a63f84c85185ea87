"""Coroutines that are begun at once, and become a task only when they have to wait.

Most blocks never wait, and a task for each would cost more than they do. A coroutine is driven to its first wait in the
name of a parked task, its carrier: time-outs and task groups that it opens belong to the task that goes on with it.
"""

import asyncio
from asyncio import _enter_task, _leave_task  # pyright: ignore[reportPrivateUsage, reportUnknownVariableType, reportAttributeAccessIssue] - documented for task implementations: docs.python.org/3/library/asyncio-extending.html
from collections.abc import Callable, Coroutine, Generator
from contextvars import copy_context
from typing import Any, TypeAlias

Ended: TypeAlias = Callable[[Any, BaseException | None], None]
"""Told what a coroutine that had to wait has come to."""


class _Rest:
    """What is left of a coroutine that was driven by hand, to be awaited."""

    __slots__ = ("coroutine", "error", "yielded")

    def __init__(self, coroutine: Coroutine[Any, Any, Any], yielded: Any, error: BaseException | None) -> None:
        self.coroutine = coroutine
        self.yielded = yielded
        self.error = error

    def __await__(self) -> Generator[Any, Any, Any]:
        coroutine, yielded, error = self.coroutine, self.yielded, self.error
        try:
            if error is not None:
                yielded = coroutine.throw(error)
            while True:
                try:
                    sent = yield yielded
                except BaseException as thrown:
                    yielded = coroutine.throw(thrown)
                else:
                    yielded = coroutine.send(sent)
        except StopIteration as end:
            return end.value


class Carrier:
    """A parked task that takes over one coroutine."""

    __slots__ = ("_context", "_ended", "_parked", "_rest", "task")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._parked: asyncio.Future[None] = loop.create_future()
        self._rest: tuple[Coroutine[Any, Any, Any], Any] | None = None
        self._ended: Ended | None = None
        self._context = copy_context()
        self.task = loop.create_task(self._carry(), context=self._context)

    def begin(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """Drive a coroutine to its first wait; gives what it waits for, or raises `StopIteration` or its error."""
        return self._context.run(coroutine.send, None)

    def take(self, coroutine: Coroutine[Any, Any, Any], yielded: Any, ended: Ended) -> None:
        """Go on with a coroutine that waits, and tell what it has come to."""
        self._rest, self._ended = (coroutine, yielded), ended
        self.release()

    def release(self) -> None:
        """End the parking."""
        if not self._parked.done():
            self._parked.set_result(None)

    async def _carry(self) -> None:
        stop: BaseException | None = None
        try:
            await self._parked
        except asyncio.CancelledError as cancelled:
            stop = cancelled
        if self._rest is None or self._ended is None:
            return
        (coroutine, yielded), ended = self._rest, self._ended
        try:
            value = await _Rest(coroutine, yielded, stop)
        except (SystemExit, KeyboardInterrupt, GeneratorExit):
            raise
        except BaseException as error:
            ended(None, error)
        else:
            ended(value, None)


class Carriers:
    """Begins coroutines, with one parked carrier at hand."""

    __slots__ = ("_loop", "_spare", "working")

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._spare: Carrier | None = None
        self.working: set[asyncio.Task[None]] = set()

    def begin(self, coroutine: Coroutine[Any, Any, Any], ended: Ended) -> tuple[bool, Any]:
        """Begin a coroutine: `(True, value)`, or its error raised; `(False, None)` when it waits: `ended` will tell."""
        carrier = self._spare
        if carrier is None or carrier.task.done() or carrier.task.cancelling():
            carrier = self._spare = Carrier(self._loop)
        here = asyncio.current_task(self._loop)
        assert here is not None
        _leave_task(self._loop, here)
        _enter_task(self._loop, carrier.task)
        try:
            yielded = carrier.begin(coroutine)
        except StopIteration as end:
            return True, end.value
        finally:
            _leave_task(self._loop, carrier.task)
            _enter_task(self._loop, here)
        self._spare = None
        self.working.add(carrier.task)
        carrier.task.add_done_callback(self.working.discard)
        carrier.take(coroutine, yielded, ended)
        return False, None

    async def close(self) -> None:
        """Let the parked carrier go."""
        if self._spare is not None and not self._spare.task.done():
            self._spare.release()
            await asyncio.wait((self._spare.task,))
        self._spare = None
