"""The program that starts Monty's processes inside the fence; Monty's pool takes a path and no arguments."""

import os
import shlex
import sys
from pathlib import Path

_TEXT = """#!/bin/sh
exec {python} -I -S -B -c {boot} {root} {monty} "$@"
"""
_BOOT = "import sys; sys.path.insert(0, sys.argv[1]); from inside.launch import main; main()"


def written(folder: Path, monty: Path) -> Path:
    """The launcher, in a folder of its own name so that upgrades make another."""
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
