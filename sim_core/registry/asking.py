"""Asks plugins what they bring, in a process of its own: one that crashes or hangs takes nothing else down."""

import os
import select
import subprocess
import sys
import time
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from sim_core.errors import SimError
from sim_core.registry.declared import declared
from sim_core.registry.manifest import Manifest, describe
from sim_core.registry.scan import Found

PATIENCE_S = 20.0
SLOW_MS = 1500.0


class Question(Struct, frozen=True):
    """What the process is asked: which plugins, and where Python finds them."""

    paths: list[str]
    plugins: tuple[Found, ...]


class Answer(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one plugin told, or why it could not."""

    plugin: str
    manifest: Manifest | None = None
    code: str = ""
    message: str = ""
    ms: float = 0.0


def ask(
    plugins: Sequence[Found], *, cache: Path, paths: Sequence[str] = (), patience_s: float = PATIENCE_S
) -> Iterator[Answer]:
    """What each plugin tells, in order; one that kills or holds up the process is named, and the rest is asked anew."""
    left = list(plugins)
    where = list(dict.fromkeys(path or os.getcwd() for path in (*paths, *sys.path)))
    while left:
        ended = yield from _round(left, cache, where, patience_s)
        if left:
            yield Answer(plugin=left.pop(0).plugin, code="plugin_import", message=ended)


def _round(left: list[Found], cache: Path, where: list[str], patience_s: float) -> Generator[Answer, None, str]:
    """Ask until the process ends, taking off the list who has answered; returns why it ended."""
    question = msgspec.json.encode(Question(where, tuple(left)))
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}  # stevedore keeps a cache of its own there
    child = subprocess.Popen(
        [sys.executable, "-m", "sim_core.registry.asking"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment,
        cwd=Path(__file__).parent.parent.parent,
    )  # fmt: skip
    assert child.stdin and child.stdout
    try:
        child.stdin.write(question)
        child.stdin.close()
        for line in _lines(child.stdout.fileno(), patience_s):
            answer = msgspec.json.decode(line, type=Answer)
            left.pop(0)
            yield answer
        # The pipe is closed: it ended, or is ending.
        return f"importing it ended Python with exit code {child.wait(5)}"
    except TimeoutError:
        return f"importing it took longer than {patience_s:g} s"
    except (BrokenPipeError, subprocess.TimeoutExpired, msgspec.DecodeError):
        return "importing it broke the process that asked"
    finally:
        child.kill()
        child.wait()
        child.stdout.close()


def _lines(pipe: int, patience_s: float) -> Iterator[bytes]:
    buffer = b""
    while True:
        ready, _, _ = select.select([pipe], [], [], patience_s)
        if not ready:
            raise TimeoutError
        piece = os.read(pipe, 1 << 16)
        if not piece:
            return
        *whole, buffer = (buffer + piece).split(b"\n")
        yield from whole


def answer(found: Found) -> Answer:
    """Import one plugin and let it tell; nothing it does wrong gets out of here."""
    began = time.process_time()  # work, not waiting: a busy machine makes no plugin slow
    try:
        manifest = describe(found, declared(found.plugin, _imported(found)))
    except SimError as error:
        return Answer(plugin=found.plugin, code=error.reason, message=error.message)
    except BaseException as error:
        code = "plugin_import" if isinstance(error, ImportError | SystemExit) else "plugin_declaration"
        return Answer(plugin=found.plugin, code=code, message=f"{type(error).__name__}: {error}")
    return Answer(plugin=found.plugin, manifest=manifest, ms=(time.process_time() - began) * 1000)


def _imported(found: Found) -> Any:
    import stevedore

    failures: list[BaseException] = []

    def failed(manager: Any, point: Any, error: BaseException) -> None:
        failures.append(error)

    named: Any = stevedore.NamedExtensionManager  # generic over what it loads, which may be anything
    manager = named(
        found.group,
        [found.name],
        on_load_failure_callback=failed,
        on_missing_entrypoints_callback=None,
    )
    if failures:
        raise failures[0]
    loaded = [one.plugin for one in manager.extensions if one.entry_point.value == found.value]
    if not loaded:
        raise ImportError(f"{found.package} no longer names {found.name!r} in {found.group}")
    return loaded[0]


def main() -> None:
    """Read a question, write an answer a line; whatever plugins print goes nowhere."""
    question = msgspec.json.decode(sys.stdin.buffer.read(), type=Question)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    sys.path[:] = question.paths
    for found in question.plugins:
        answers.write(msgspec.json.encode(answer(found)) + b"\n")
        answers.flush()


if __name__ == "__main__":
    main()
