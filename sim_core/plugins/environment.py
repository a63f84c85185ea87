"""A Python environment as it stands on disk: which packages are in it, and which files are whose."""

import csv
import os
import re
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from sim_core.errors import Missing

GROUPS = ("sim.providers", "sim.tools", "sim.blocks", "sim.plugins")
PLATFORM = "sim-platform"
_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[([^\]]*)\])?")


class Package(Struct, frozen=True):
    """An installed package."""

    name: str
    version: str
    about: Path
    """Its metadata folder."""

    def text(self, file: str) -> str:
        """One of its metadata files; empty when it is not there."""
        try:
            return (self.about / file).read_text("utf-8")
        except OSError:
            return ""

    @property
    def is_plugin(self) -> bool:
        """Whether it names an entry point of the platform."""
        return any(f"[{group}]" in self.text("entry_points.txt") for group in GROUPS)

    @property
    def requires(self) -> tuple[tuple[str, frozenset[str], str], ...]:
        """What it needs: name, extras, and the extra of its own that needs it."""
        found = (line[15:] for line in self.text("METADATA").split("\n\n")[0].splitlines() if _is_requirement(line))
        return tuple(_requirement(text) for text in found)

    def files(self) -> Iterator[Path]:
        """Every file that belongs to it and exists, compiled ones left out."""
        for row in csv.reader(self.text("RECORD").splitlines()):
            place = Path(os.path.normpath(self.about.parent / row[0])) if row else None
            if place and place.suffix != ".pyc" and place.is_file():
                yield place


class Environment(Struct, frozen=True):
    """An interpreter and the folder that packages are installed in for it."""

    python: Path
    site: Path

    @classmethod
    def current(cls) -> "Environment":
        """The environment that runs this."""
        return cls(Path(sys.executable), Path(sysconfig.get_path("purelib")))

    @classmethod
    def of(cls, python: Path) -> "Environment":
        """The environment of an interpreter."""
        code = "import sysconfig; print(sysconfig.get_path('purelib'))"
        try:
            said = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True, timeout=30)
        except (OSError, subprocess.SubprocessError) as error:
            raise Missing(f"{str(python)!r} is no Python: {error}") from error
        return cls(python, Path(said.stdout.strip()))

    def packages(self) -> dict[str, Package]:
        """Everything installed, by normalised name."""
        with os.scandir(self.site) as entries:
            names = sorted(entry.name for entry in entries if entry.name.endswith(".dist-info"))
        found = (Package(*_name(name), self.site / name) for name in names)
        return {package.name: package for package in found}

    def versions(self) -> dict[str, str]:
        """Name and version of everything installed."""
        return {package.name: package.version for package in self.packages().values()}


def normalised(name: str) -> str:
    """A package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def core(environment: Environment) -> dict[str, str]:
    """The platform and everything it stands on, with the versions that are installed: what no plugin may move."""
    packages = environment.packages()
    found: dict[str, str] = {}
    waiting: list[tuple[str, frozenset[str]]] = [(PLATFORM, frozenset())]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        name, extras = waiting.pop()
        if (name, extras) in seen or name not in packages:
            continue
        seen.add((name, extras))
        found[name] = packages[name].version
        waiting += [(need, wanted) for need, wanted, extra in packages[name].requires if not extra or extra in extras]
    return dict(sorted(found.items()))


def constraints(environment: Environment) -> str:
    """The published constraints, as a constraints file."""
    return "".join(f"{name}=={version}\n" for name, version in core(environment).items())


def _is_requirement(line: str) -> bool:
    return line.startswith("Requires-Dist: ")


def _requirement(text: str) -> tuple[str, frozenset[str], str]:
    found = _REQUIREMENT.match(text)
    extra = re.search(r"extra\s*==\s*['\"]([^'\"]+)['\"]", text.partition(";")[2])
    name, listed = (str(found[1]), str(found[2] or "")) if found else (text, "")
    extras = frozenset(part.strip() for part in listed.split(",") if part.strip())
    return normalised(name), extras, str(extra[1]) if extra else ""


def _name(folder: str) -> tuple[str, str]:
    name, _, version = folder.removesuffix(".dist-info").partition("-")
    return normalised(name), version
