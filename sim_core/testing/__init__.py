"""The questions that every plugin is asked, ours or a stranger's, as a pytest plugin.

`pytest --sim-plugin NAME` asks an installed plugin, by its name or its package's; `--sim-plugin all` asks each. In the
project of a plugin no option is needed.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:  # pytest imports this module in every project where the platform is installed: it must cost nothing
    from sim_core.testing.questions import Asked


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let somebody say which plugins to ask."""
    words = "Ask an installed plugin of Sim what every plugin is asked; `all` asks each."
    parser.getgroup("sim").addoption("--sim-plugin", action="append", default=[], metavar="NAME", help=words)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Add the questions to whatever else is collected."""
    if names := config.getoption("--sim-plugin") or _own(config.rootpath):
        from sim_core.errors import Missing

        try:
            items.extend(collect(session, names))
        except Missing as error:
            raise pytest.UsageError(error.message) from error


def collect(parent: pytest.Session, names: Iterable[str]) -> list[pytest.Item]:
    """One item for each question to each plugin."""
    from sim_core.testing.questions import asked

    return [
        Question.from_parent(parent, name=one.title, asked=one)  # pyright: ignore[reportUnknownMemberType] - untyped there
        for one in asked(names)
    ]


def readme_tables(folder: Path) -> dict[Path, str]:
    """The README of every plugin below a folder, with the tables that its code makes."""
    from sim_core.plugins.papers import readmes

    return readmes(folder)


class Question(pytest.Item):
    """One question to one plugin."""

    def __init__(self, name: str, parent: pytest.Session, *, asked: "Asked") -> None:
        """Keep the question until its turn."""
        super().__init__(name, parent)  # pyright: ignore[reportUnknownMemberType] - pytest types no keywords
        self.asked = asked

    def runtest(self) -> None:
        """Ask."""
        if complaints := self.asked.complaints():
            raise Complaint("\n".join(complaints))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What is wrong, without a traceback of ours."""
        if isinstance(excinfo.value, Complaint):
            return f"{self.name}\n\n{excinfo.value}"
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where the plugin is."""
        return self.asked.place, None, self.name


class Complaint(AssertionError):
    """What a plugin owes."""


def _own(root: Path) -> list[str]:
    """Plugins that the project pytest runs in declares."""
    project = root / "pyproject.toml"
    if not project.is_file() or 'entry-points."sim.' not in project.read_text("utf-8", "replace"):
        return []
    import tomllib

    told = tomllib.loads(project.read_text("utf-8")).get("project", {})
    if told.get("name") == "sim-platform":
        return []
    points = told.get("entry-points", {})
    ours = {group.partition(".")[2]: names for group, names in points.items() if group.startswith("sim.")}
    return [f"{kind}.{name}" for kind, names in ours.items() for name in names]
