"""One Python expression in a session of Monty, an interpreter that can do nothing but compute."""

import math
import re
import textwrap
from collections.abc import Mapping
from importlib import import_module
from types import ModuleType
from typing import Any

import msgspec

from sim_core.errors import SimError
from sim_core.sandbox import failures

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


def value(session: Any, code: str, names: Mapping[str, Any], seconds: float) -> Any:
    """The value of an expression as plain data; raises `CodeError`, and `CodeExpired` past the session's time."""
    monty = import_module("pydantic_monty")
    code = code.rstrip()
    try:
        if "__sim_text" in code:
            session.feed_run(AS_TEXT)
        return _plain(_fed(monty, session, code, names))
    except monty.MontyCrashedError as error:
        if error.timed_out:
            raise failures.expired(seconds) from None
        raise failures.CodeError("The expression used more than it may", code="memory_limit") from None
    except monty.MontyConversionError as error:
        raise failures.CodeError(f"A value handed to the expression is not plain data: {error}") from None
    except monty.MontyError as error:
        raise _failure(error, seconds) from None


def leave(session: Any) -> None:
    """Give a session's process back to its pool."""
    if session is not None:
        try:
            session.__exit__(None, None, None)
        except Exception:
            # A worker that has died is replaced by the pool.
            return


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


def _plain(value: Any) -> Any:
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
