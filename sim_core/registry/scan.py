"""Which plugins are installed, without importing any of them."""

import hashlib
import importlib
import importlib.util
import os
import re
import site
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from msgspec import Struct

from sim_core.registry.origin import Origin, origin

GROUPS = {"sim.providers": "providers", "sim.tools": "tools", "sim.blocks": "blocks", "sim.plugins": "plugins"}
Key = tuple[tuple[str, int], ...]
ASIDE = ("__pycache__", "node_modules")
"""Folders that hold thousands of files, none of which declares anything."""


class Found(Struct, frozen=True, kw_only=True):
    """A plugin that an installed package names in its entry points."""

    group: str
    name: str
    value: str
    """What to import: `module`, or `module:name`."""
    package: str
    version: str
    place: str
    """Folder of the environment that the package is installed in."""
    stamp: int
    """When it was installed, in nanoseconds."""
    source: str = ""
    """Folder of the code of a package under development; its files are watched."""
    origin: Origin = Origin()

    @property
    def plugin(self) -> str:
        """What the plugin is called in the house: `tools.github`."""
        return f"{GROUPS[self.group]}.{self.name}"

    @property
    def module(self) -> str:
        """The module to import."""
        return self.value.partition(":")[0].strip()


def key(paths: Iterable[str]) -> Key:
    """What changes whenever a package is installed or removed in one of these folders."""
    return tuple((path, _mtime(path)) for path in paths)


def scan(paths: Sequence[str]) -> tuple[Found, ...]:
    """Every plugin that is installed in these folders; of a package installed twice the first counts."""
    found: list[Found] = []
    seen: set[str] = set()
    for path in paths:
        for folder in _metadata_folders(path):
            package = os.path.basename(folder).partition("-")[0].lower()
            if package not in seen:
                seen.add(package)
                found.extend(_read(folder))
    return tuple(sorted(found, key=lambda one: (one.group, one.name, one.package)))


def fingerprint(found: Found) -> str:
    """Changes with the plugin's code: its version and time of installation, or its files while under development."""
    parts = (core_stamp(), found.group, found.name, found.value, found.package, found.version, str(found.stamp))
    watched = _files_stamp(found.source) if found.source else ""
    return hashlib.sha256("\0".join((*parts, watched)).encode()).hexdigest()[:24]


@cache
def core_stamp() -> str:
    """Changes with the platform's own code that describes plugins."""
    here = Path(__file__).parent
    return "".join(_files_stamp(str(folder)) for folder in (here, here.parent / "spec"))


def source_of(module: str, place: str) -> str:
    """Folder of a module of a package under development, found without importing it; empty when there is none."""
    top = module.partition(".")[0]
    spec = importlib.util.find_spec(top)
    if spec is None:
        # A .pth file is read when Python starts; a package installed since then needs it read again.
        site.addsitedir(place)
        importlib.invalidate_caches()
        spec = importlib.util.find_spec(top)
    origin = spec.origin if spec else None
    return str(Path(origin).parent) if origin else ""


def _metadata_folders(path: str) -> list[str]:
    try:
        with os.scandir(path or ".") as entries:
            names = [entry.name for entry in entries if entry.name.endswith((".dist-info", ".egg-info"))]
    except OSError:
        return []
    return [os.path.join(path or ".", name) for name in sorted(names)]


def _read(folder: str) -> Iterator[Found]:
    text = _text(folder, "entry_points.txt")
    if "[sim." not in text:
        return
    package, version = _package(folder)
    place = os.path.abspath(os.path.dirname(folder))
    came_from = origin(package, _text(folder, "direct_url.json"))
    for group, name, value in _points(text):
        yield Found(
            group=group,
            name=name,
            value=value,
            package=package,
            version=version,
            place=place,
            stamp=_mtime(folder),
            source=source_of(value.partition(":")[0].strip(), place) if came_from.editable else "",
            origin=came_from,
        )


def _points(text: str) -> Iterator[tuple[str, str, str]]:
    """Group, name and object of our entry points; read here, as any library takes longer than the whole scan may."""
    group = ""
    for line in map(str.strip, text.splitlines()):
        if line.startswith("["):
            group = line.strip("[] ")
        elif group in GROUPS and "=" in line and not line.startswith(("#", ";")):
            name, _, value = line.partition("=")
            yield group, name.strip(), value.partition("[")[0].strip()


def _package(folder: str) -> tuple[str, str]:
    """Name and version; the folder's name tells them in a tenth of the time that the metadata take."""
    file = os.path.basename(folder)
    if file.endswith(".egg-info"):
        from importlib_metadata import Distribution  # 50 ms, and only for packages of the old kind

        installed: Any = Distribution.at(folder)
        return installed.metadata["Name"], installed.version
    name, _, version = file.removesuffix(".dist-info").partition("-")
    return re.sub(r"[-_.]+", "-", name).lower(), version


def _text(folder: str, name: str) -> str:
    try:
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            return file.read()
    except (OSError, ValueError):
        return ""


def _files_stamp(folder: str) -> str:
    """Newest change, number and size of the files that can change what a plugin declares."""
    newest = count = size = 0
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in ASIDE and not name.startswith(".")]
        for name in names:
            if name.endswith((".py", ".toml")):
                about = os.stat(os.path.join(place, name))
                newest, count, size = max(newest, about.st_mtime_ns), count + 1, size + about.st_size
    return f"{newest}.{count}.{size};"


def _mtime(path: str) -> int:
    try:
        return os.stat(path or ".").st_mtime_ns
    except OSError:
        return -1
