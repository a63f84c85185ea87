"""Python expressions: at once on the event loop where they are quick, else in a thread, each in a fresh interpreter."""

import asyncio
import threading
from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from msgspec import Struct

from sim_core.errors import Fault, SimError
from sim_core.sandbox import interpreter
from sim_core.sandbox.at_once import NOT_HERE, AtOnce
from sim_core.sandbox.limits import Limits

GRACE_S = 0.1
"""Seconds after its time in which an interpreter may say that it is over; then its process is killed."""


class Job(Struct, frozen=True, kw_only=True):
    """One expression to work out."""

    code: str
    names: Mapping[str, Any]
    seconds: float
    loop: asyncio.AbstractEventLoop
    answer: asyncio.Future[Any]


class PythonExpressions:
    """Interpreter processes; whoever uses one does so in a session that nothing else has touched."""

    def __init__(self, limits: Limits, *, binary: Path | None = None) -> None:
        self._limits = limits
        self._binary = binary
        self._at_once = AtOnce(self._session)
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._idle = 0
        self._lock = threading.Lock()
        self._pool: Any = None

    async def evaluate(self, code: str, names: Mapping[str, Any], seconds: float) -> Any:
        """The value of an expression, as plain data."""
        value = self._at_once.value(code, names, seconds)
        return await self._in_a_thread(code, names, seconds) if value is NOT_HERE else value

    async def _in_a_thread(self, code: str, names: Mapping[str, Any], seconds: float) -> Any:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Any] = loop.create_future()
        with self._lock:
            if not self._idle and len(self._threads) < self._limits.workers:
                # Daemons: an interpreter exit must not wait for them; `close` ends them in order.
                thread = threading.Thread(target=self._work, name="sim-expressions", daemon=True)
                self._threads.append(thread)
                thread.start()
            elif self._idle:
                self._idle -= 1
        self._jobs.put(Job(code=code, names=names, seconds=seconds, loop=loop, answer=answer))
        return await answer

    async def close(self) -> None:
        """End the threads and their processes."""
        threads, self._threads = self._threads, []
        for _ in threads:
            self._jobs.put(None)
        for thread in threads:
            await asyncio.to_thread(thread.join)
        self._at_once.close()
        pool, self._pool = self._pool, None
        if pool is not None:
            await asyncio.to_thread(pool.__exit__, None, None, None)
        self._idle = 0

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            value, error, session = None, None, None
            try:
                session = self._session(job.seconds)
                value = interpreter.value(session, job.code, job.names, job.seconds)
            except SimError as failure:
                error = failure
            except Exception as failure:
                error = Fault(f"The expression worker failed: {failure}")
            # The answer goes first, all else is done while the caller is at work with it.
            with suppress(RuntimeError):  # whoever asked has ended its event loop
                job.loop.call_soon_threadsafe(_settle, job.answer, value, error)
            interpreter.leave(session)
            self._at_once.prepare()
            with self._lock:
                self._idle += 1

    def _session(self, seconds: float) -> Any:
        """A fresh interpreter whose expression may take so long."""
        with self._lock:
            if self._pool is None:
                pool = import_module("pydantic_monty").Monty(
                    binary_path=self._binary,
                    min_processes=1,
                    max_processes=self._limits.workers + 1,
                    checkout_timeout=10.0,
                    feed_duration_limit_grace=GRACE_S,
                )
                self._pool = pool.__enter__()
        limits = {"max_feed_duration_secs": seconds, "max_memory": self._limits.expression_mb << 20}
        return self._pool.checkout(limits=limits).__enter__()


def _settle(answer: asyncio.Future[Any], value: Any, error: SimError | None) -> None:
    if answer.done():
        return
    if error is not None:
        answer.set_exception(error)
    else:
        answer.set_result(value)
