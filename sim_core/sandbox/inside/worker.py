"""A forked child: closes what is not its own, fences itself in, runs one function or many expressions."""

import os
import random
import sys
import tempfile
from importlib import import_module
from typing import Any

from . import expressions as answering
from . import fence, frames, python
from .host import Host
from .javascript import JavaScript

PIPE, RULES = 3, 4
WARM = ("base64", "collections", "datetime", "functools", "hashlib", "itertools", "math", "re", "statistics", "string")
_SLACK = 64 << 20
"""Address space beyond the JavaScript engine's own limit, so that the engine notices first."""


def warm(quickjs: Any) -> JavaScript:
    """What children find ready: modules that nearly all code uses, and a JavaScript context."""
    # Without this asyncio would load OpenSSL, which no call can use.
    sys.modules["ssl"] = None  # pyright: ignore[reportArgumentType] -- `None` is how an import is refused
    import_module("asyncio")
    del sys.modules["ssl"]
    for name in WARM:
        import_module(name)
    return JavaScript(quickjs)


def keep_only(fd: int, rules: int | None) -> int:
    """Close everything but the pipe and the file rules, and give those their places."""
    high = os.dup2(fd, 100, inheritable=False)
    rules_high = os.dup2(rules, 101, inheritable=False) if rules is not None else None
    os.closerange(3, 100)
    os.dup2(high, PIPE, inheritable=False)
    if rules_high is not None:
        os.dup2(rules_high, RULES, inheritable=False)
    os.closerange(5, 1024)
    return PIPE


def call(javascript: JavaScript, fd: int, kept: fence.Fence | None, setup: dict[str, Any], folder: str) -> None:
    """Wait for one function, run it, and end."""
    mapped = fence.mapped()
    fence.come_last()
    tempfile.tempdir = folder
    os.environ["TMPDIR"] = os.environ["HOME"] = folder
    if kept is not None:
        fence.enclose(kept, folder)
    try:
        order, names = frames.receive(fd)
    except EOFError:
        return
    host = Host(fd, stdout_bytes=setup["stdout_bytes"], result_bytes=setup["result_bytes"])
    is_python = order["language"] == "python"
    memory = order["memory"] + (0 if is_python else _SLACK)
    fence.limit(memory=mapped + memory, seconds=order["cpu_seconds"], file_bytes=setup["file_bytes"])
    if kept is not None:
        fence.close(kept)
    random.seed()
    if is_python:
        os.environ.update(order["env"])
        python.run(host, order["code"], names, order["env"])
    else:
        javascript.run(host, order["code"], names.decode(), order["env"], order["memory"])


def expressions(quickjs: Any, fd: int, kept: fence.Fence | None, setup: dict[str, Any]) -> None:
    """Answer expressions until the server is gone."""
    memory = setup["expression_bytes"]
    most = fence.mapped() + (answering.SPARES + 1) * memory + _SLACK
    if kept is not None:
        fence.enclose(kept, os.getcwd())
    fence.limit(memory=most, seconds=None, file_bytes=0)
    if kept is not None:
        fence.close(kept)
    answering.serve(quickjs, fd, memory, setup["result_bytes"])
