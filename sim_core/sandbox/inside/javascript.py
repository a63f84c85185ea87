"""Runs one JavaScript function: quickjs, with the event loop it needs."""

import re
import time
import uuid
from collections.abc import Mapping
from json import dumps, loads
from pathlib import Path
from random import SystemRandom
from select import select
from typing import Any

from . import frames
from .host import Host, problem

OWN_LINES = 100_000
"""Our own JavaScript starts at this line, so that a stack tells whose frame is whose."""
HEADER = 2
"""Lines that the function constructor puts before a body."""
_FRAME = re.compile(r"at (?:(\S+) )?\(?<input>:(\d+):(\d+)\)?")
_THROWS_NULL = re.compile(r"throw\s+null|reject\(\s*null")
_PRELUDE = "\n" * OWN_LINES + Path(__file__).with_name("prelude.js").read_text()
_STACK = 1 << 20


class JavaScript:
    """One context, made before the fork, used once after it."""

    def __init__(self, quickjs: Any) -> None:
        self._context = quickjs.Context()
        self._context.set_max_stack_size(_STACK)
        self._host: Host | None = None
        self._random = SystemRandom()
        doors: dict[str, Any] = {
            "send": self._send,
            "print": self._print,
            "random": self._random.random,
            "uuid": lambda: str(uuid.uuid4()),
            "utf8": _utf8,
            "text": _text,
        }
        for name, door in doors.items():
            self._context.add_callable(f"__{name}", door)
        host = "{" + ",".join(f"{name}: __{name}" for name in doors) + "}"
        self._step = self._context.eval(f"({_PRELUDE})({host})")
        self._context.eval(";".join(f"delete globalThis.__{name}" for name in doors))

    def run(self, host: Host, code: str, names: str, env: Mapping[str, str], memory: int) -> None:
        """Run the code as an async function's body and tell the host what came of it."""
        self._host = host
        self._context.set_memory_limit(memory)
        try:
            self._step("env", dumps(dict(env)), names)
            bound = {name: value for name, value in loads(names).items() if usable(name)}
            self._step("run", dumps(list(bound)), dumps(list(bound.values())), code)
            outcome = self._settled()
        except Exception as error:
            host.failed(thrown(str(error), code))
            return
        if "value" in outcome:
            host.done(outcome["value"])
            return
        told = outcome["failed"]
        text = f"{told['error']}: {told['message']}\n{told['stack']}" if told["error"] != "null" else "null"
        host.failed(thrown(text, code))

    def _settled(self) -> dict[str, Any]:
        """Turn the event loop until the function has returned."""
        while True:
            while self._context.execute_pending_job():
                pass
            outcome = self._step("outcome")
            if outcome is not None:
                return loads(outcome)
            waits, delay = self._step("waiting"), self._step("wait")
            if not waits and delay < 0:
                message = "the function waits for something that never comes"
                return {"failed": {"error": "Error", "message": message, "stack": ""}}
            self._idle(waits, None if delay < 0 else delay / 1000)

    def _idle(self, waits: int, seconds: float | None) -> None:
        host = self._hosted()
        host.flush()
        if not waits:
            time.sleep(seconds or 0)
        elif select([host.fd], [], [], seconds)[0]:
            head, content = frames.receive(host.fd)
            self._step("answered", dumps(head), content.decode("latin-1"))
            return
        self._step("tick")

    def _hosted(self) -> Host:
        assert self._host is not None
        return self._host

    def _send(self, question: str, body: str) -> None:
        self._hosted().ask({"fetch": loads(question)}, body.encode("latin-1"))

    def _print(self, text: str) -> None:
        self._hosted().write(text)


def _utf8(text: str) -> str:
    """Text as its UTF-8 bytes, one letter a byte: what crosses into JavaScript is text."""
    return text.encode("utf-8", "replace").decode("latin-1")


def _text(letters: str) -> str:
    return letters.encode("latin-1", "replace").decode("utf-8", "replace")


def usable(name: str) -> bool:
    """Whether a value can be bound under this name."""
    return re.fullmatch(r"[A-Za-z_$][\w$]*", name) is not None and name not in RESERVED


def thrown(text: str, code: str, *, own: tuple[str, ...] = ()) -> dict[str, Any]:
    """What a JavaScript error says, in the lines of the user's own code."""
    first, _, stack = text.partition("\n    at ")
    name, colon, message = first.strip().partition(": ")
    # With no memory left for an error, the engine throws null.
    if (first.strip() == "null" and not _THROWS_NULL.search(code)) or (name == "InternalError" and "memory" in message):
        return problem("memory_limit", "MemoryError", "more memory was asked for than is allowed", line=None, trace=[])
    if first.strip() == "null":
        name, message = "Error", "null was thrown"
    elif not colon:
        name, message = "Error", first.strip()
    if name == "InternalError" and message == "interrupted":
        return problem("timeout", name, "it took longer than it may", line=None, trace=[])
    frames_of = [(who or "", int(line)) for who, line, _ in _FRAME.findall(f"at {stack}")]
    theirs = [(who, line - HEADER) for who, line in frames_of if line < OWN_LINES and who not in own]
    lines = code.splitlines()
    # What ends too early is noticed in the line after the last.
    inside = [(who, min(line, max(1, len(lines)))) for who, line in theirs if line >= 1]
    trace = [f"line {line}, in {_name(who)}: {_line(lines, line)}" for who, line in reversed(inside)]
    return problem("code_error", name, message, line=inside[0][1] if inside else None, trace=trace)


def _name(who: str) -> str:
    return "function" if who in ("", "anonymous", "<eval>") else who


def _line(lines: list[str], number: int) -> str:
    return lines[number - 1].strip() if 0 < number <= len(lines) else ""


_WORDS = """
await break case catch class const continue debugger default delete do else enum export extends false finally
for function if implements import in instanceof interface let new null package private protected public return static
super switch this throw true try typeof var void while with yield arguments eval undefined NaN
Infinity
"""
RESERVED = frozenset(_WORDS.split())
