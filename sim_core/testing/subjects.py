"""The plugins that are asked: what each declares, and where its papers are."""

import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from msgspec import Struct

from sim_core.errors import Missing
from sim_core.plugins.environment import Package
from sim_core.plugins.project import Project, of_project
from sim_core.plugins.reading import Source, read
from sim_core.registry import Found, Manifest
from sim_core.registry.declared import Declared, declared, load
from sim_core.registry.manifest import describe
from sim_core.registry.scan import scan


class Subject(Struct, frozen=True, kw_only=True):
    """A plugin under question."""

    found: Found
    told: Declared
    manifest: Manifest
    package: Path
    """Folder of its code."""
    project: Project | None
    """Its project, while under development."""

    @property
    def name(self) -> str:
        """What it is called in the house."""
        return self.found.plugin

    @property
    def papers(self) -> Path:
        """Folder that holds its cassettes."""
        inside = self.package / "cassettes"
        return self.package if inside.is_dir() or self.project is None else self.package.parent

    @property
    def readme(self) -> str:
        """Its README: the project's, or what the installed package kept of it."""
        if self.project:
            return self.project.readme
        about = Path(self.found.place) / f"{self.found.package.replace('-', '_')}-{self.found.version}.dist-info"
        return Package(self.found.package, self.found.version, about).text("METADATA").partition("\n\n")[2]

    @property
    def published(self) -> tuple[str, ...]:
        """Ids that it published."""
        if self.project:
            return self.project.published
        listed = self.package / "ids.txt"
        return tuple(line for line in listed.read_text().splitlines() if line) if listed.is_file() else ()

    @property
    def source(self) -> Source:
        """What its source says."""
        return self.project.source if self.project else read(self.package)


class Broken(Struct, frozen=True):
    """A plugin that cannot be asked."""

    found: Found
    reason: str


def subjects(names: Iterable[str]) -> list[Subject | Broken]:
    """The installed plugins of these names; `Missing` says which is not installed."""
    installed = scan([path or "." for path in sys.path])
    wanted = {*names}
    chosen = [one for one in installed if "all" in wanted or wanted & {one.plugin, one.name, one.package}]
    found = {name for one in chosen for name in (one.plugin, one.name, one.package)}
    if absent := wanted - found - {"all"}:
        raise Missing(f"not installed: {', '.join(sorted(absent))}; install it with `pip install -e .`")
    return [_subject(one) for one in chosen]


@cache
def _subject(found: Found) -> Subject | Broken:
    try:
        told = declared(found.plugin, load(found.value))
    except Exception as error:
        return Broken(found, f"{type(error).__name__}: {error}")
    module = sys.modules[found.module.partition(".")[0]]
    package = Path(module.__file__ or "").parent
    root = next((at for at in (package.parent, package.parent.parent) if (at / "pyproject.toml").is_file()), None)
    project = of_project(root) if found.source and root else None
    return Subject(found=found, told=told, manifest=describe(found, told), package=package, project=project)
