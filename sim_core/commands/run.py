"""`sim run`: a workflow file, run here without a server or a database."""

import os
import sys
from collections import ChainMap
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import cyclopts
import msgspec

from sim_core.commands.terminal import FAILED, Json, Usage, emit, run_async
from sim_core.errors import Invalid, Missing

Input: TypeAlias = Annotated[
    str, cyclopts.Parameter(allow_leading_hyphen=True, help="JSON, `@file`, or `-` for the pipe.")
]
Pairs: TypeAlias = Annotated[
    tuple[str, ...], cyclopts.Parameter(negative="", help="NAME=VALUE; may be given more than once.")
]
From: TypeAlias = Annotated[
    str | None,
    cyclopts.Parameter(name="--from", help="Name or id of the block to run from; the rest is read from --journal."),
]
Journal: TypeAlias = Annotated[
    str, cyclopts.Parameter(help="File to keep what happens in, for --from: an event in JSON on each line.")
]


def run(
    file: str,
    /,
    *,
    input: Input = "",
    secret: Pairs = (),
    env_file: Annotated[str, cyclopts.Parameter(help="File of NAME=VALUE lines with secrets.")] = "",
    start: Annotated[str | None, cyclopts.Parameter(help="Name or id of the block to start at.")] = None,
    timeout: Annotated[float, cyclopts.Parameter(help="Seconds it may take.")] = 3600.0,
    until: Annotated[str | None, cyclopts.Parameter(help="Name or id of the block to stop after.")] = None,
    from_block: From = None,
    journal: Journal = "",
    pins: Annotated[bool, cyclopts.Parameter(help="Take pinned outputs instead of running their blocks.")] = True,
    stream: Annotated[bool, cyclopts.Parameter(negative="", help="Tell on stderr what happens.")] = False,
    json: Json = False,
) -> int:
    """Run a workflow file here, without a server or a database, and print its output.

    With --journal FILE, what happened is kept, and --from BLOCK runs that block and what follows it again, with what
    the others brought then. Secrets are looked up in --secret, then in --env-file, then in the environment.
    """
    secrets = ChainMap(_pairs(secret), _env_file(env_file), dict(os.environ))
    from sim_core.app.offline import run_file
    from sim_core.commands.offline import read_bytes

    if from_block is not None and not journal:
        raise Usage("--from needs the --journal of an earlier run.")
    work = run_file(
        file, read_bytes(file), input=_input(input), secrets=secrets, start=start, until=until, from_block=from_block,
        journal=journal, pins=pins, timeout_s=timeout, tell=_tell if stream else None,
    )  # fmt: skip
    result = run_async(work)
    if json:
        emit(result.facts())
        return 0 if result.ok else FAILED
    if result.ok:
        _print(result.output)
        return 0
    print(f"sim: {result.words()}", file=sys.stderr)
    return FAILED


def _input(text: str) -> Any:
    if not text:
        return None
    from sim_core.commands.offline import read_bytes

    raw = (
        read_bytes(text[1:] if text.startswith("@") else "-") if text == "-" or text.startswith("@") else text.encode()
    )
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Usage(f"--input is not JSON: {error}") from None


def _pairs(given: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in given:
        name, sign, value = pair.partition("=")
        if not sign or not name:
            raise Usage("--secret is given as NAME=VALUE.")
        found[name] = value
    return found


def _env_file(name: str) -> dict[str, str]:
    if not name:
        return {}
    place = Path(name)
    if not place.is_file():
        raise Missing(f"There is no file {name!r}.")
    found: dict[str, str] = {}
    for number, line in enumerate(place.read_text().splitlines(), 1):
        line = line.strip().removeprefix("export ")
        if not line or line.startswith("#"):
            continue
        key, sign, value = line.partition("=")
        if not sign:
            raise Invalid(f"{name}, line {number}: NAME=VALUE is expected.")
        value = value.strip()
        quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
        found[key.strip()] = value[1:-1] if quoted else value
    return found


def _print(value: Any) -> None:
    if isinstance(value, str):
        print(value)
    else:
        print(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
