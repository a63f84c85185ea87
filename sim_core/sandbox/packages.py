"""Which installed packages functions may import, and where their files are."""

import re
from collections.abc import Iterable
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from msgspec import Struct


class Importable(Struct, frozen=True):
    """What may be imported and what may be read for it."""

    modules: dict[str, str]
    """Top-level name → folder of the package, or file."""
    readable: tuple[str, ...]


def importable(names: Iterable[str]) -> Importable:
    """The installed ones of these packages, with all they need; absent ones are left out."""
    modules: dict[str, str] = {}
    readable: list[str] = []
    seen: set[str] = set()
    waiting = list(names)
    while waiting:
        name = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if name in seen:
            continue
        seen.add(name)
        try:
            found = distribution(name)
        except PackageNotFoundError:
            continue
        waiting += [one for one in map(_needed, found.requires or ()) if one]
        for top, place in _tops(found).items():
            readable.append(str(place))
            if module := _module(top):
                modules[module] = str(place)
    return Importable(modules, tuple(readable))


def _needed(requirement: str) -> str | None:
    """The name of a requirement that is not for an extra."""
    if "extra ==" in requirement:
        return None
    match = re.match(r"[A-Za-z0-9][\w.-]*", requirement)
    return match[0] if match else None


def _tops(found: Distribution) -> dict[str, Path]:
    """The entries that a package has in the installation folder, without its paperwork and programs."""
    files = [file for file in found.files or () if not file.parts[0].startswith("..")]
    code = {file.parts[0] for file in files if file.suffix in (".py", ".so")}
    libraries = {file.parts[0] for file in files if file.parts[0].endswith(".libs")}
    return {name: Path(str(found.locate_file(name))) for name in (code | libraries) - {"__pycache__"}}


def _module(top: str) -> str | None:
    stem = top.partition(".")[0]
    if not stem.isidentifier() or not (stem == top or top.endswith((".py", ".so"))):
        return None
    return stem
