"""Resolves, installs and removes packages with uv, or with pip where there is no uv."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

import msgspec
from msgspec import Struct

from sim_core.errors import Conflict, Expired, Fault, Missing, Refused
from sim_core.plugins.environment import Environment, constraints, core, normalised

PATIENCE_S = 600
_LINE = re.compile(r"^ ([+~-]) ([A-Za-z0-9._-]+)(?:==(\S+)| @ (\S+))?", re.MULTILINE)


class Change(Struct, frozen=True, kw_only=True):
    """What happens to one package; no version before is new, none after is gone."""

    name: str
    before: str = ""
    after: str = ""


class Where(Struct, frozen=True, kw_only=True):
    """Where packages may come from."""

    wheels: tuple[Path, ...] = ()
    """Folders of wheels."""
    offline: bool = False
    """Nothing but those folders."""


def resolve(environment: Environment, wanted: Sequence[str], where: Where) -> tuple[Change, ...]:
    """What installing would change; `Conflict` when it cannot be had beside what the platform stands on."""
    said = _install(environment, wanted, where, dry=True)
    return _pip_changes(said, environment.versions()) if said.startswith("{") else _uv_changes(said)


def install(environment: Environment, wanted: Sequence[str], where: Where) -> None:
    """Install, under the platform's constraints."""
    _install(environment, wanted, where, dry=False)


def uninstall(environment: Environment, names: Iterable[str]) -> None:
    """Take packages out."""
    tool = uv(environment)
    if tool:
        _run([*tool, "pip", "uninstall", "--no-config", "--python", str(environment.python), *names])
    else:
        _run([str(environment.python), "-m", "pip", "uninstall", "--yes", *names])


def disagreements(environment: Environment) -> set[str]:
    """Which packages lack something they need, in the resolver's words."""
    tool = uv(environment)
    command = (
        [*tool, "pip", "check", "--no-config", "--python", str(environment.python)]
        if tool
        else [str(environment.python), "-m", "pip", "check"]
    )
    said = _try(command)
    told = said.stdout + said.stderr
    return {line.strip() for line in told.splitlines() if "require" in line or "has requirement" in line}


def build(project: Path, folder: Path) -> Path:
    """The wheel of a project's folder or source archive."""
    folder.mkdir(parents=True, exist_ok=True)
    before = {*folder.glob("*.whl")}
    environment = Environment.current()
    tool = uv(environment)
    if tool:
        _run([*tool, "build", "--wheel", "--no-config", "--python", str(environment.python), "-o", str(folder),
              str(project)])  # fmt: skip
    else:
        _run([str(environment.python), "-m", "pip", "wheel", "--no-deps", "-w", str(folder), str(project)])
    made = {*folder.glob("*.whl")} - before or {max(folder.glob("*.whl"), key=lambda one: one.stat().st_mtime_ns)}
    return made.pop()


def uv(environment: Environment) -> list[str]:
    """How uv is called: beside the interpreter, or on the path; empty when there is none."""
    beside = environment.python.parent / "uv"
    here = Environment.current().python.parent / "uv"
    found = next((str(one) for one in (beside, here) if one.is_file()), None) or shutil.which("uv")
    return [found] if found else []


def wheel_name(file: str) -> tuple[str, str]:
    """Name and version that a wheel's file name tells."""
    name, version, *_ = Path(unquote(urlsplit(file).path)).name.split("-")
    return normalised(name), version


def _install(environment: Environment, wanted: Sequence[str], where: Where, *, dry: bool) -> str:
    tool = uv(environment)
    names = [one for one in wanted if re.fullmatch(r"[A-Za-z0-9._-]+", one)]
    files = [one for one in wanted if one.endswith(".whl")]
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(constraints(environment))
        file.flush()
        if tool:
            command = [*tool, "pip", "install", "--no-config", "--color", "never", "--python", str(environment.python)]
            command += [part for one in names for part in ("--upgrade-package", one)]
            command += [part for one in files for part in ("--reinstall-package", wheel_name(one)[0])]
            command += ["--offline"] if where.offline else []
        else:
            command = [str(environment.python), "-m", "pip", "install", "--no-input"]
            command += ["--upgrade"] if names else []
            command += ["--quiet", "--report", "-"] if dry else []
        command += ["--dry-run"] if dry else []
        command += ["--no-index"] if where.offline else []
        command += [part for folder in where.wheels for part in ("--find-links", str(folder))]
        done = _try([*command, "--constraint", file.name, *wanted])
    if done.returncode:
        raise _refusal(done.stderr or done.stdout, core(environment), wanted)
    return done.stdout if done.stdout.lstrip().startswith("{") else done.stderr + done.stdout


def _refusal(words: str, pins: Mapping[str, str], wanted: Sequence[str]) -> Exception:
    told = " ".join(re.sub(r"^(error|cause|hint): ", "", line.strip(" ╰─▶x")) for line in words.splitlines()).strip()
    blocked = [name for name in pins if re.search(rf"(?<![\w-]){re.escape(name)}(==|>=|<|>|~=|!=)", told)]
    named = ", ".join(wanted)
    if blocked:
        pinned = ", ".join(f"{name} {pins[name]}" for name in blocked)
        return Conflict(
            f"{named} cannot be installed beside this platform, which stands on {pinned}: {told}",
            code="plugin_core_pin",
        )
    return Refused(f"{named} cannot be installed: {told}", code="plugin_unresolved")


def _uv_changes(said: str) -> tuple[Change, ...]:
    before: dict[str, str] = {}
    after: dict[str, str] = {}
    for sign, name, version, url in _LINE.findall(said):
        told = version or (wheel_name(url)[1] if url.endswith(".whl") else url)
        if sign in "-~":
            before[normalised(name)] = told
        if sign in "+~":
            after[normalised(name)] = told
    return tuple(
        Change(name=name, before=before.get(name, ""), after=after.get(name, "")) for name in sorted(before | after)
    )


class _Metadata(Struct):
    name: str
    version: str


class _Item(Struct):
    metadata: _Metadata


class _Report(Struct):
    install: tuple[_Item, ...] = ()


def _pip_changes(said: str, installed: Mapping[str, str]) -> tuple[Change, ...]:
    told = (item.metadata for item in msgspec.json.decode(said, type=_Report).install)
    return tuple(
        Change(name=normalised(one.name), before=installed.get(normalised(one.name), ""), after=one.version)
        for one in told
    )


def _run(command: list[str]) -> None:
    done = _try(command)
    if done.returncode:
        raise Refused((done.stderr or done.stdout).strip(), code="plugin_command")


def _try(command: list[str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, stdin=subprocess.DEVNULL)
    except FileNotFoundError as error:
        raise Missing(f"{command[0]!r} is not here; install uv: `pip install uv`") from error
    except subprocess.TimeoutExpired as error:
        raise Expired(f"{' '.join(command[:3])} took longer than {PATIENCE_S} s") from error
    except OSError as error:
        raise Fault(str(error)) from error
