"""What a plugin's papers say, written from what it declares: the README's table and the list of published ids."""

import re
import sys
from pathlib import Path

from sim_core.errors import Invalid
from sim_core.plugins.project import Project, of_project
from sim_core.registry import Found, Manifest
from sim_core.registry.declared import declared, load
from sim_core.registry.manifest import describe

_TABLE = re.compile(r"^\| (?:tool|block|provider) \| what it does \|\n(?:\|.*(?:\n|\Z))*\n*", re.MULTILINE)
_ROW = re.compile(r"^\| `([^`]+)` \| (.*) \|$", re.MULTILINE)


def ids(told: Manifest) -> tuple[str, ...]:
    """Every id that a plugin publishes, each with what it is."""
    blocks = (f"block {block.type}" for block in told.blocks)
    tools = (f"tool {tool.id}" for tool in told.tools)
    return (*blocks, *tools, *(f"provider {one.id}" for one in told.providers))


def rows(told: Manifest) -> dict[str, dict[str, str]]:
    """The tables of the README: id and sentence, by what they are."""
    services = {one.id for one in told.integrations}
    tables = {
        "tool": {tool.id: sentence(tool.doc) for tool in told.tools},
        "block": {block.type: sentence(block.doc) for block in told.blocks if block.id not in services},
        "provider": {one.id: sentence(one.doc) for one in told.providers},
    }
    return {kind: table for kind, table in tables.items() if table}


def sentence(doc: str) -> str:
    """The first paragraph of a docstring, on one line."""
    return " ".join(doc.strip().partition("\n\n")[0].split()).replace("|", r"\|")


def tables(told: Manifest) -> str:
    """The tables of the README as Markdown."""
    parts = (
        "\n".join((f"| {kind} | what it does |", "|---|---|", *(f"| `{id}` | {doc} |" for id, doc in table.items())))
        for kind, table in rows(told).items()
    )
    return "\n\n".join(parts)


def told_rows(readme: str) -> dict[str, str]:
    """Id and sentence of the rows that a README has."""
    return dict(row for table in _TABLE.findall(readme) for row in _ROW.findall(table))


def readmes(folder: Path) -> dict[Path, str]:
    """The README of every project below a folder, with its tables as they should be."""
    projects = (of_project(place.parent) for place in sorted(folder.glob("**/pyproject.toml")))
    found = ((project, manifest(project)) for project in projects if project.points)
    return {project.root / "README.md": _with_tables(project.readme, tables(told)) for project, told in found}


def write(folder: Path) -> Manifest:
    """Bring the README's tables and `ids.txt` of a project up to date; ids that were published stay listed."""
    project = of_project(folder)
    told = manifest(project)
    listed = dict.fromkeys((*project.published, *ids(told)))
    (project.package / "ids.txt").write_text("".join(f"{id}\n" for id in listed))
    (folder / "README.md").write_text(_with_tables(project.readme, tables(told)))
    return told


def manifest(project: Project) -> Manifest:
    """What a project declares, imported here and now from its own folder."""
    sys.path.insert(0, str(project.package.parent))
    try:
        told = [_told(project.name, *point) for point in project.points]
    finally:
        sys.path.remove(str(project.package.parent))
    return Manifest(
        plugin=project.name,
        package=project.name,
        version="",
        blocks=tuple(block for one in told for block in one.blocks),
        integrations=tuple(integration for one in told for integration in one.integrations),
        providers=tuple(provider for one in told for provider in one.providers),
    )


def _told(package: str, group: str, name: str, value: str) -> Manifest:
    found = Found(group=group, name=name, value=value, package=package, version="", place="", stamp=0)
    try:
        return describe(found, declared(found.plugin, load(value)))
    except ImportError as error:
        raise Invalid(f"{package} cannot be imported: {error}", code="plugin_import") from error


def _with_tables(readme: str, made: str) -> str:
    kept = _TABLE.sub("\0", readme)
    if "\0" not in kept:
        return f"{readme.rstrip()}\n\n{made}\n"
    before, _, after = kept.partition("\0")
    rest = after.replace("\0", "").strip()
    return f"{before.rstrip()}\n\n{made}\n" + (f"\n{rest}\n" if rest else "")
