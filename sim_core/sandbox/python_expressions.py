"""Python expressions: Monty, an interpreter that can do nothing but compute, in processes of its own."""

import asyncio
import math
import re
import textwrap
import threading
from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from queue import SimpleQueue
from types import ModuleType
from typing import Any

import msgspec
from msgspec import Struct

from sim_core.errors import Fault, SimError
from sim_core.sandbox import failures
from sim_core.sandbox.limits import Limits

AS_TEXT = """import json
def __sim_text(value):
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(',', ':'))
"""
PRINTED = 64 * 1024
"""Bytes that an expression may print; nobody reads them."""
MESSAGE = 2000
"""Characters of an error's message; it may quote the user's text."""
_UNSUPPORTED = re.compile(r"The monty syntax parser does not yet support (.*)", re.DOTALL)
_NO_MODULE = re.compile(r"No module named '(.*)'")


class Job(Struct, frozen=True, kw_only=True):
    """One expression to work out."""

    code: str
    names: Mapping[str, Any]
    seconds: float
    loop: asyncio.AbstractEventLoop
    answer: asyncio.Future[Any]


class PythonExpressions:
    """A few threads, each with an interpreter process that is made new for every expression."""

    def __init__(self, limits: Limits, *, seconds: float, binary: Path | None = None) -> None:
        self._limits = limits
        self._seconds = seconds
        self._binary = binary
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._idle = 0
        self._lock = threading.Lock()
        self._pool: Any = None

    async def evaluate(self, code: str, names: Mapping[str, Any], seconds: float) -> Any:
        """The value of an expression, as plain data."""
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
        pool, self._pool = self._pool, None
        if pool is not None:
            await asyncio.to_thread(pool.__exit__, None, None, None)
        self._idle = 0

    def _work(self) -> None:
        session: Any = None
        while (job := self._jobs.get()) is not None:
            value, error = None, None
            try:
                monty = import_module("pydantic_monty")
                if session is None or job.seconds != self._seconds:
                    _leave(session)
                    session = self._session(monty, job.seconds)
                value = _value(monty, session, job)
            except SimError as failure:
                error = failure
            except Exception as failure:
                error = Fault(f"The expression worker failed: {failure}")
            # The answer goes first, the interpreter is made new while the caller is at work with it.
            with suppress(RuntimeError):  # whoever asked has ended its event loop
                job.loop.call_soon_threadsafe(_settle, job.answer, value, error)
            _leave(session)
            session = self._fresh()
            with self._lock:
                self._idle += 1
        _leave(session)

    def _fresh(self) -> Any:
        try:
            return self._session(import_module("pydantic_monty"), self._seconds)
        except Exception:
            # The next expression tries again, and says what is wrong.
            return None

    def _session(self, monty: ModuleType, seconds: float) -> Any:
        with self._lock:
            if self._pool is None:
                pool = monty.Monty(
                    binary_path=self._binary, min_processes=1, max_processes=self._limits.workers, checkout_timeout=10.0
                )
                self._pool = pool.__enter__()
        limits = {"max_feed_duration_secs": seconds, "max_memory": self._limits.expression_mb << 20}
        return self._pool.checkout(limits=limits).__enter__()


def _leave(session: Any) -> None:
    if session is not None:
        try:
            session.__exit__(None, None, None)
        except Exception:
            # A worker that has died is replaced by the pool.
            return


def _settle(answer: asyncio.Future[Any], value: Any, error: SimError | None) -> None:
    if answer.done():
        return
    if error is not None:
        answer.set_exception(error)
    else:
        answer.set_result(value)


def _value(monty: ModuleType, session: Any, job: Job) -> Any:
    code = job.code.rstrip()
    try:
        if "__sim_text" in code:
            session.feed_run(AS_TEXT)
        return _plain(monty, _fed(monty, session, code, job.names))
    except monty.MontyCrashedError as error:
        if error.timed_out:
            raise failures.expired(job.seconds) from None
        raise failures.CodeError("The expression used more than it may", code="memory_limit") from None
    except monty.MontyConversionError as error:
        raise failures.CodeError(f"A value handed to the expression is not plain data: {error}") from None
    except monty.MontyError as error:
        raise _failure(error, job.seconds) from None


def _fed(monty: ModuleType, session: Any, code: str, names: Mapping[str, Any]) -> Any:
    """An expression may begin anywhere and run over lines; statements with a value at their end work too."""
    inputs, printed = dict(names), monty.CollectString(max_bytes=PRINTED)
    if "\n" in code or code[:1].isspace():
        try:
            return session.feed_run(f"({code}\n)", inputs=inputs, print_callback=printed)
        except monty.MontySyntaxError:
            code = textwrap.dedent(code)
            code = code if "\n" in code else code.lstrip()
    return session.feed_run(code, inputs=inputs, print_callback=printed)


def _failure(error: Any, seconds: float) -> SimError:
    inner = error.exception()
    name, message = type(inner).__name__, str(inner)
    if name == "TimeoutError" and "time limit exceeded" in message:
        return failures.expired(seconds)
    frames: list[Any] = error.traceback() if hasattr(error, "traceback") else []
    line: int | None = frames[-1].line if frames else None
    code = None
    if name == "MemoryError":
        code, message = "memory_limit", "more memory was asked for than is allowed"
    elif match := _UNSUPPORTED.match(message):
        message = f"an expression cannot have {match[1]}; a Python function can"
    elif match := _NO_MODULE.match(message):
        message = f"an expression cannot import {match[1]!r}; a Python function can import the standard library"
    elif "not supported in this environment" in message or name == "PermissionError":
        message = f"{message}: an expression can only compute"
    place = f"line {line}: " if line is not None else ""
    message = message if len(message) <= MESSAGE else message[:MESSAGE] + "…"
    return failures.CodeError(f"{place}{name}: {message}", code=code, line=line)


def _plain(monty: ModuleType, value: Any) -> Any:
    """The value as JSON data."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    try:
        return msgspec.json.decode(msgspec.json.encode(value, enc_hook=_unplain))
    except (TypeError, ValueError, NotImplementedError, RecursionError):
        kind = getattr(value, "name", None) or type(value).__name__
        raise failures.CodeError(f"The value is a {kind}, which is not JSON data") from None


def _unplain(value: Any) -> Any:
    raise NotImplementedError(type(value).__name__)
