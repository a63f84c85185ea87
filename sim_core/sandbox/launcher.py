"""The program that starts Monty's processes inside the fence; Monty's pool takes a path and no arguments."""

import os
import shlex
import sys
import tempfile
from pathlib import Path

TEMPORARY = "sim-launcher-"
_TEXT = """#!/bin/sh
exec {python} -I -S -B -c {boot} {root} {monty} "$@"
"""
_BOOT = "import sys; sys.path.insert(0, sys.argv[1]); from inside.launch import main; main()"


def found(scratch: Path | None) -> Path | None:
    """The launcher in a folder where programs may start; `None` where there is none, as on a system without a shell."""
    from pydantic_monty._binary import find_monty_binary

    monty = Path(find_monty_binary()).resolve()
    if not Path("/bin/sh").exists():
        return None
    if scratch is not None:
        scratch.mkdir(parents=True, exist_ok=True, mode=0o711)
        if _may_start(scratch):
            return _written(scratch / "launcher", monty)
    if _may_start(Path(tempfile.gettempdir())):
        return _written(Path(tempfile.mkdtemp(prefix=TEMPORARY)), monty)
    return None


def _may_start(folder: Path) -> bool:
    return not os.statvfs(folder).f_flag & os.ST_NOEXEC


def _written(folder: Path, monty: Path) -> Path:
    text = _TEXT.format(
        python=shlex.quote(sys.executable),
        boot=shlex.quote(_BOOT),
        root=shlex.quote(str(Path(__file__).parent)),
        monty=shlex.quote(str(monty)),
    )
    path = folder / "monty"
    if not path.exists() or path.read_text() != text:
        folder.mkdir(parents=True, exist_ok=True, mode=0o711)
        fresh = folder / f"monty.{os.getpid()}"
        fresh.write_text(text)
        fresh.chmod(0o700)
        fresh.replace(path)
    return path
