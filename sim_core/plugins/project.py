"""A plugin's files: what its project or its wheel says of it."""

import re
import tomllib
from configparser import ConfigParser
from pathlib import Path
from typing import Any, cast

from msgspec import Struct

from sim_core.plugins.environment import GROUPS
from sim_core.plugins.reading import Source, read


class Project(Struct, frozen=True, kw_only=True):
    """A plugin's files."""

    root: Path
    package: Path
    name: str
    points: tuple[tuple[str, str, str], ...]
    """Group, name and module of each entry point."""
    requires: tuple[str, ...]
    readme: str
    source: Source

    @property
    def cassettes(self) -> dict[str, Path]:
        """The cassettes, by file name."""
        found = [*self.package.glob("cassettes/*.json"), *self.root.glob("cassettes/*.json")]
        return {file.name: file for file in found}

    @property
    def published(self) -> tuple[str, ...]:
        """The ids that were published: what `ids.txt` lists."""
        files = [place for place in (self.package / "ids.txt", self.root / "ids.txt") if place.is_file()]
        return tuple(line.strip() for line in files[0].read_text().splitlines() if line.strip()) if files else ()


def of_project(place: Path) -> Project:
    """The plugin in a project's folder."""
    told: dict[str, Any] = tomllib.loads((place / "pyproject.toml").read_text("utf-8")).get("project", {})
    groups = cast("dict[str, dict[str, str]]", told.get("entry-points", {}))
    points = tuple((group, name, value) for group in GROUPS for name, value in groups.get(group, {}).items())
    readme = place / "README.md"
    return _project(place, str(told.get("name", place.name)), points, tuple(told.get("dependencies", ())),
                    readme.read_text("utf-8") if readme.is_file() else "")  # fmt: skip


def of_wheel(folder: Path) -> Project:
    """The plugin in a wheel that was unpacked."""
    about = next(folder.glob("*.dist-info"))
    entries = ConfigParser(delimiters=("=",))
    entries.read(about / "entry_points.txt")
    points = tuple((group, name, value) for group in GROUPS if entries.has_section(group)
                   for name, value in entries.items(group))  # fmt: skip
    head, _, body = (about / "METADATA").read_text("utf-8").partition("\n\n")
    requires = tuple(re.findall(r"^Requires-Dist: (.+)$", head, re.MULTILINE))
    return _project(folder, re.findall(r"^Name: (.+)$", head, re.MULTILINE)[0], points, requires, body)


def _project(
    root: Path, name: str, points: tuple[tuple[str, str, str], ...], requires: tuple[str, ...], readme: str
) -> Project:
    module = points[0][2].partition(":")[0].partition(".")[0] if points else name.replace("-", "_")
    package = next((at for at in (root / module, root / "src" / module) if at.is_dir()), root / module)
    return Project(root=root, package=package, name=name, points=points, requires=requires, readme=readme,
                   source=read(package))  # fmt: skip
