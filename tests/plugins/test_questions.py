"""The questions themselves: a new plugin passes them, a careless one hears each complaint."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sim_core.plugins import Place, install
from sim_core.plugins.check import check
from sim_core.plugins.papers import told_rows, write
from sim_core.plugins.resolver import build
from sim_core.plugins.scaffold import new
from tests.plugins.conftest import Book
from tests.support.packages import HEAD

CARELESS = (
    HEAD
    + '''
import requests
from sim_core.spec.tools import snake
from sim_tool_github import github

shop = Integration("shop", title="Shop", base_url="https://shop.test", auth=Bearer("SHOP_KEY"))
print("hello")

class Order(Output):
    id: str

@shop.post("/orders", returns=Order)
class CreateOrder(Input):
    """Order something"""
    item: str

@hookimpl
def register_integration():
    return [shop]

def register_blocks():
    return []
'''
)


def pytest_says(place: Place, *arguments: str, cwd: Path) -> str:
    """What pytest prints in a process of its own, with the plugins of that place."""
    environment = {**os.environ, "PYTHONPATH": f"{place.environment.site}{os.pathsep}{Path.cwd()}"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # pytest rewrites what it imports, and would do so each time
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=120, check=False)
    return done.stdout + done.stderr


@pytest.fixture
def quiet(tmp_path: Path) -> Path:
    folder = tmp_path / "quiet"
    folder.mkdir()
    return folder


async def test_what_is_generated_passes_as_it_is(tmp_path: Path, place: Place, book: Book, quiet: Path) -> None:
    kinds = ("tools/tea", "blocks/shout", "providers/brain")
    for kind in kinds:
        project = new(kind, into=tmp_path)
        report = check(project)
        assert (report.findings, report.quality) == ((), 100)
        assert check(build(project, tmp_path / "wheels")).quality == 100
        await install(str(project), place=place, ledger=book, offline=True)
    said = pytest_says(place, *(f"--sim-plugin={kind.replace('/', '.')}" for kind in kinds), cwd=quiet)
    assert "22 passed" in said, said


async def test_a_project_asks_itself_and_says_what_it_owes(
    tmp_path: Path, place: Place, book: Book, quiet: Path
) -> None:
    project = new("tools/tea", into=tmp_path)
    package = project / "sim_tool_tea"
    code = (package / "__init__.py").read_text()
    (package / "__init__.py").write_text(
        code.replace('"""Read one item."""', '"""Read one item"""')
        .replace('"/items/{id}"', '"/things/{id}"')
        .replace("from typing import Annotated", "from typing import Annotated\n\nimport yaml")
        .replace('base_url="https://api.example.com"', 'base_url="https://other.example.com"')
    )
    (package / "ids.txt").write_text("block tea\ntool tea.read_item\ntool tea.brew\n")
    await install(str(project), place=place, ledger=book, offline=True)
    said = pytest_says(place, cwd=project)
    for complaint in (
        "importing sim_tool_tea imports yaml",
        "tool tea.read_item has no sentence that ends in a full stop: 'Read one item'",
        "tool tea.brew was published and is gone",
        "the README says 'Read one item.' of tea.read_item, the code 'Read one item'",
        "request 1: url is",
        "tea.read_item asks api.example.com, which is no host of Tea",
    ):
        assert complaint in said, said
    assert "not installed: tools.none" in pytest_says(place, "--sim-plugin=tools.none", cwd=quiet)


def test_a_look_at_a_careless_project_names_each_fault_with_a_hint(tmp_path: Path) -> None:
    project = new("tools/shop", into=tmp_path)
    (project / "sim_tool_shop" / "__init__.py").write_text(CARELESS)
    (project / "README.md").write_text("# Shop\n")
    cassette = project / "sim_tool_shop" / "cassettes" / "read_item.json"
    cassette.write_text('{"source": "made up", "token": "ghp_' + "a" * 30 + '"}')
    text = (project / "pyproject.toml").read_text()
    (project / "pyproject.toml").write_text(text.replace('["sim-platform"]', "[]"))
    report = check(project)
    assert {finding.code for finding in report.findings} == {
        "cassette_missing",
        "cassette_secret",
        "cassette_source",
        "field_undescribed",
        "hook_unknown",
        "hook_unmarked",
        "id_vanished",
        "import_core",
        "import_heavy",
        "import_network",
        "import_plugin",
        "project_dependency",
        "readme_row",
        "tool_sentence",
        "work_at_import",
    }
    assert not report.passes
    assert report.quality < 60
    unknown = next(finding for finding in report.findings if finding.code == "hook_unknown")
    assert (unknown.hint, unknown.file) == ("did you mean 'register_integrations'?", "sim_tool_shop/__init__.py")
    assert unknown.line > 0


def test_source_that_does_not_parse_is_named_with_its_line(tmp_path: Path) -> None:
    project = new("blocks/shout", into=tmp_path)
    (project / "sim_block_shout" / "__init__.py").write_text('"""Broken."""\n\ndef (:\n')
    finding = next(one for one in check(project).findings if one.code == "syntax")
    assert (finding.file, finding.line) == ("sim_block_shout/__init__.py", 3)


async def test_papers_are_written_from_the_code_and_published_ids_stay(
    tmp_path: Path, place: Place, book: Book
) -> None:
    project = new("tools/tea", into=tmp_path)
    await install(str(project), place=place, ledger=book, offline=True)
    (project / "README.md").write_text(
        "# Tea\n\n| tool | what it does |\n|---|---|\n| `tea.old` | Gone. |\n\nMore words.\n"
    )
    (project / "sim_tool_tea" / "ids.txt").write_text("tool tea.old\n")
    write(project)
    readme = (project / "README.md").read_text()
    assert told_rows(readme) == {"tea.read_item": "Read one item."}
    assert readme.startswith("# Tea\n\n| tool |")
    assert readme.endswith("\n\nMore words.\n")
    listed = (project / "sim_tool_tea" / "ids.txt").read_text().split("\n")
    assert listed == ["tool tea.old", "block tea", "tool tea.read_item", ""]
    write(project)
    assert (project / "README.md").read_text() == readme
