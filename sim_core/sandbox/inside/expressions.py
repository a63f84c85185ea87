"""Answers JavaScript expressions one after the other, each in a context that nothing else has touched."""

import contextlib
import ctypes
import json
from select import select
from typing import Any

from . import frames
from .javascript import thrown, usable

SPARES = 4
OWN = ("__sim_text", "__sim_value")
"""Names of our own functions in a stack."""
_STACK = 1 << 18
# Short, since it is compiled anew in every context: a third of what a context costs was its driver once.
_DRIVER = """(({parse:p,stringify:s},F)=>function __sim_value(n,v,c){const r=new F(...p(n),c)(...p(v));\
if(typeof r?.then=="function")throw new TypeError("an expression cannot wait for a promise; use a function");\
return s(r)??"null"})(JSON,Function)"""
_AS_TEXT = """
function __sim_text(value) { return typeof value === "string" ? value : JSON.stringify(value) ?? "null"; }
"""


def serve(quickjs: Any, fd: int, memory: int, most: int) -> None:
    """Read expressions, write values, until the server is gone."""
    _keep_freed_memory()
    spares: list[tuple[Any, Any]] = []
    while True:
        while len(spares) < SPARES and not select([fd], [], [], 0)[0]:
            spares.append(_context(quickjs, memory))
        try:
            head, values = frames.receive(fd)
        except EOFError:
            return
        context, call = spares.pop() if spares else _context(quickjs, memory)
        context.set_time_limit(head["seconds"])
        value, problem = _value(context, call, head["code"], head["names"], values.decode())
        body = value.encode("utf-8", "replace")
        if len(body) > most:
            problem = {"kind": "too_large", "message": f"The value is {len(body)} bytes; {most} are allowed"}
        frames.send(fd, {"failed": problem} if problem else {"done": True}, b"" if problem else body)
        del context, call


def _keep_freed_memory() -> None:
    """Contexts come and go: memory given back to the system each time would cost more than making one."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(-1, 64 << 20)


def _context(quickjs: Any, memory: int) -> tuple[Any, Any]:
    context = quickjs.Context()
    context.set_memory_limit(memory)
    context.set_max_stack_size(_STACK)
    return context, context.eval(_DRIVER)


def _value(context: Any, call: Any, code: str, names: list[str], values: str) -> tuple[str, dict[str, Any] | None]:
    if not all(map(usable, names)):
        bound = [(name, value) for name, value in zip(names, json.loads(values), strict=True) if usable(name)]
        names, values = [name for name, _ in bound], json.dumps([value for _, value in bound])
    code = code.rstrip().rstrip(";")
    try:
        if "__sim_text" in code:
            context.eval(_AS_TEXT)
        text = call(json.dumps(names), values, f"return ({code}\n)")
    except Exception as error:
        return "", thrown(str(error), code, own=OWN)
    return text, None
