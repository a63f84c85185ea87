"""Runs one Python function: the user's code, the names bound for it, and what came of it."""

import builtins
import io
import sys
import traceback
from collections.abc import Mapping
from json import dumps, loads
from typing import Any

from . import body, plain
from .fetching import FetchError, Fetching
from .host import Host, problem


class Printed(io.TextIOBase):
    """A stream whose text goes to the server."""

    encoding = "utf-8"

    def __init__(self, host: Host) -> None:
        self._host = host

    def writable(self) -> bool:
        """It is for writing."""
        return True

    def write(self, text: str, /) -> int:
        """Print a text."""
        return self._host.write(text + "")


def run(host: Host, code: str, names: bytes, env: Mapping[str, str]) -> None:
    """Run the code as a function's body and tell the host what it returned or how it failed."""
    sys.stdout = sys.stderr = Printed(host)
    try:
        result = plain.text(_call(host, code, loads(names), env))
    except BaseException as error:
        host.failed(_problem(error, code))
        return
    host.done(result)


def _call(host: Host, code: str, names: Mapping[str, Any], env: Mapping[str, str]) -> Any:
    bound = {name: value for name, value in names.items() if body.usable(name)}
    compiled, is_async = body.compiled(code, list(bound))
    fetching = Fetching(host)
    scope: dict[str, Any] = {
        "__name__": "function",
        "__builtins__": builtins,
        "params": dict(names),
        "env": dict(env),
        "fetch": fetching.fetch,
        "FetchError": FetchError,
        "__sim_text": as_text,
        body.spelled("__sim_text"): as_text,
    }
    exec(compiled, scope)
    function = scope.pop("function")
    if not is_async:
        return function(*bound.values())
    import asyncio

    return asyncio.run(function(*bound.values()))


def as_text(value: Any) -> str:
    """A value inside longer text: strings as they are, others as JSON."""
    return value if isinstance(value, str) else dumps(value, ensure_ascii=False, separators=(",", ":"))


def _problem(error: BaseException, code: str) -> dict[str, Any]:
    kind = "memory_limit" if isinstance(error, MemoryError) else "code_error"
    name = type(error).__name__
    if isinstance(error, SyntaxError) and error.filename == body.FILE:
        return problem(kind, name, error.msg, line=error.lineno, trace=[])
    try:
        message = str(error)
    except BaseException:
        message = ""
    if isinstance(error, SystemExit):
        message = "the code ended the process; use `return`"
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == body.FILE]
    lines = code.splitlines()
    trace = [f"line {at.lineno}, in {at.name}: {_line(lines, at.lineno)}" for at in own if at.lineno]
    return problem(kind, name, message, line=own[-1].lineno if own else None, trace=trace)


def _line(lines: list[str], number: int) -> str:
    return lines[number - 1].strip() if 0 < number <= len(lines) else ""
