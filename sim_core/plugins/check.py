"""Looks a plugin over without running it: what is wrong, what would be right, and how good it is."""

import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from msgspec import Struct

from sim_core.errors import Missing
from sim_core.plugins.project import Project, of_project, of_wheel
from sim_core.plugins.rules import RULES, Finding, networks


class Fact(Struct, frozen=True):
    """How much of something there is, of how much there could be."""

    name: str
    have: int
    of: int


class Report(Struct, frozen=True, kw_only=True):
    """What a look at a plugin came to."""

    plugin: str
    findings: tuple[Finding, ...]
    quality: int
    """0 to 100, from the facts and nothing else."""
    facts: tuple[Fact, ...]

    @property
    def passes(self) -> bool:
        """Whether nothing stands in the way of offering it."""
        return not any(finding.severity == "error" for finding in self.findings)


def check(place: Path) -> Report:
    """Look over a plugin's project folder or its wheel."""
    if place.is_file() and zipfile.is_zipfile(place):
        with TemporaryDirectory() as folder, zipfile.ZipFile(place) as archive:
            archive.extractall(folder)
            return _report(of_wheel(Path(folder)))
    if not (place / "pyproject.toml").is_file():
        raise Missing(f"{str(place)!r} is neither a project with a pyproject.toml nor a wheel")
    return _report(of_project(place))


def _report(project: Project) -> Report:
    found = tuple(one for rule in RULES for one in rule(project))
    facts = tuple(fact for fact in _facts(project) if fact.of)
    score = sum(fact.have / fact.of for fact in facts) / len(facts) if facts else 0
    return Report(plugin=project.name, findings=found, quality=round(100 * score), facts=facts)


def _facts(project: Project) -> Iterator[Fact]:
    source = project.source
    tools = [one for one in source.things if one.kind == "tool"]
    writing = [one for one in tools if one.method == "post"]
    told = [one for one in source.things if one.kind != "provider"]
    proven = {name.split(".")[0] for name in project.cassettes}
    yield _count("fields described", source.fields, lambda one: one.described)
    yield _count("sentences", source.things, lambda one: one.sentence.strip().endswith("."))
    yield _count("tools proven by a cassette", tools, lambda one: one.id.partition(".")[2] in proven)
    yield _count("results with a type", told, lambda one: one.typed)
    yield _count("writing tools that say whether they may repeat", writing, lambda one: "once" in one.keywords)
    yield _count("functions with types", source.functions, lambda one: one.typed)
    yield Fact("typed for others", int((project.package / "py.typed").is_file()), 1)
    yield _count("documented in the README", source.things, lambda one: f"`{one.id}`" in project.readme)
    yield Fact("opens no connection of its own", int(not [*networks(project)]), 1)
    yield Fact("published ids kept", int(bool(project.published)), 1)


def _count(name: str, things: Iterable[Any], holds: Callable[[Any], bool]) -> Fact:
    found = list(things)
    return Fact(name, sum(1 for one in found if holds(one)), len(found))
