"""A quick expression where it is asked for: handing it to a thread and back would cost more than it does."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, cast

from sim_core.sandbox import interpreter
from sim_core.sandbox.failures import CodeError

QUICK_S = 0.005
"""An expression that takes longer is begun again in a thread: it can only compute, so nobody notices."""
REST = 100
"""After one that took longer there is none for so many times what it took: a hundredth of the event loop at most."""
CODE, TEXT, VALUES = 4000, 20_000, 300
"""Characters of code, characters of one text, and values, that are handed over in no time worth speaking of."""
NOT_HERE: Any = object()
"""The answer where an expression is to be worked out in a thread."""


class AtOnce:
    """One session, made ready before it is asked for; it holds its caller up for `QUICK_S`, and ends then."""

    def __init__(self, open: Callable[[float], Any]) -> None:
        self._open = open
        self._session: Any = None
        self._lock = threading.Lock()
        self._rests_until = 0.0

    def value(self, code: str, names: Mapping[str, Any], seconds: float) -> Any:
        """The value of an expression, or `NOT_HERE`; raises `CodeError`."""
        if self._session is None or seconds < QUICK_S or len(code) > CODE or not _is_small(names):
            return NOT_HERE
        if not self._lock.acquire(blocking=False):
            return NOT_HERE
        try:
            return self._value(code, names)
        finally:
            self._lock.release()

    def prepare(self) -> None:
        """Have a session ready; a process may have to be started for it, so this is for threads."""
        with self._lock:
            if self._session is None and time.monotonic() >= self._rests_until:
                self._reopen()

    def close(self) -> None:
        """Give the session up."""
        with self._lock:
            session, self._session = self._session, None
            interpreter.leave(session)

    def _value(self, code: str, names: Mapping[str, Any]) -> Any:
        session, self._session = self._session, None
        if session is None:
            return NOT_HERE
        began, is_over = time.monotonic(), True
        try:
            found = interpreter.value(session, code, names, QUICK_S)
            is_over = False
        except CodeError as error:
            is_over = error.reason == "memory_limit"
            if not is_over:
                raise
            found = NOT_HERE
        except Exception:
            # Its time is up or its process is gone: a thread says what there is to say.
            found = NOT_HERE
        finally:
            interpreter.leave(session)
            if is_over:
                now = time.monotonic()
                self._rests_until = now + REST * (now - began)
            else:
                self._reopen()
        return found

    def _reopen(self) -> None:
        try:
            self._session = self._open(QUICK_S)
        except Exception:
            # The next thread tries again; an expression of its own says what is wrong.
            self._session = None


def _is_small(value: Any) -> bool:
    """Whether a value holds little: few values, and no long text."""
    waiting, seen = [value], 0
    while waiting:
        one = waiting.pop()
        seen += 1
        if isinstance(one, str):
            if len(one) > TEXT:
                return False
        elif isinstance(one, dict):
            inner = cast("dict[Any, Any]", one)
            if len(inner) > VALUES:
                return False
            waiting += inner.values()
        elif isinstance(one, list | tuple):
            items = cast("list[Any]", one)
            if len(items) > VALUES:
                return False
            waiting += items
        if seen > VALUES:
            return False
    return True
