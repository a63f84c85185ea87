"""A plugin's whole life, with the network off: new, check, wheel, clean environment, run, upgrade, removal."""

import zipfile
from pathlib import Path
from typing import Any

import pytest

from sim_core.document.majors import modernise
from sim_core.document.validate import check
from sim_core.errors import Conflict, Invalid, Missing, Refused, SimError
from sim_core.flow.events import Event
from sim_core.flow.plan import compile
from sim_core.flow.run import run
from sim_core.plugin import BlockType
from sim_core.plugins import Place, Recorded, bundle, constraints, converge, install, plan, remove
from sim_core.plugins.resolver import build
from sim_core.plugins.scaffold import new
from sim_core.registry import Registry
from tests.plugins.conftest import Book, about
from tests.support.blocks import find
from tests.support.flows import block, flow
from tests.support.world import Tools


def changed(project: Path, *edits: tuple[str, str]) -> Path:
    """A project with words replaced in its files."""
    for file in [project / "pyproject.toml", *project.glob("sim_*/__init__.py"), *project.glob("sim_*/ids.txt")]:
        text = file.read_text()
        for old, new_ in edits:
            text = text.replace(old, new_)
        file.write_text(text)
    return project


async def used(registry: Registry, type_id: str, values: dict[str, Any]) -> Any:
    """What a workflow gives that starts and then has this block, as its document stores it."""
    stored = flow(block("it", type_id, **values), edges="start>it")

    def look_up(name: str) -> BlockType | None:
        return registry.block(name) or find(name)

    modern, _ = modernise(stored, look_up)
    assert not [problem for problem in check(modern, look_up) if problem.severity == "error"]
    events: list[Event] = []
    outcome = await run(compile(modern, look_up), {"word": "hi"}, world=Tools(), record=events.append, run_id="r")
    assert outcome.status == "finished", outcome
    return outcome.output


MIGRATION = """
def _up(values: dict[str, object]) -> dict[str, object]:
    return {"phrase": values.get("text", "")}


def _down(values: dict[str, object]) -> dict[str, object]:
    return {"text": values.get("phrase", "")}


@block(version=2, migrations=(Migration(to=2, up=_up, down=_down),), """


async def test_a_plugins_whole_life(tmp_path: Path, place: Place, book: Book) -> None:
    project = new("blocks/shout", into=tmp_path)
    first = build(project, tmp_path / "wheels")

    running = place.registry()
    assert running.block("shout") is None

    planned = await plan(str(first), place=place, offline=True)
    assert [(change.name, change.before, change.after) for change in planned.changes] == [
        ("sim-block-shout", "", "0.1.0")
    ]
    assert "sim-block-shout" not in place.environment.versions(), "a plan touches nothing"

    done = await install(str(first), place=place, ledger=book, by="ada", offline=True)
    assert done.packages == (Recorded(name="sim-block-shout", version="0.1.0", origin=str(first)),)
    assert running.refresh(now=True)
    assert running.block("shout"), "a server that runs finds it without a restart"
    assert await used(running, "shout", {"text": "<start.word> there"}) == {"text": "HI THERE"}

    changed(
        project,
        ('version = "0.1.0"', 'version = "0.2.0"'),
        ("BlockType, Doc", "BlockType, Migration, Doc"),
        ("@block(", MIGRATION.strip("\n")),
        ('    text: Annotated[str, Doc("Text to', '    phrase: Annotated[str, Doc("Text to'),
        ("inputs.text", "inputs.phrase"),
        ("block shout", "block shout\nblock shout@2"),
    )
    second = build(project, tmp_path / "wheels")
    upgraded = await install(str(second), place=place, ledger=book, offline=True)
    assert [(change.before, change.after) for change in upgraded.changes] == [("0.1.0", "0.2.0")]
    assert upgraded.gone == ("shout",)
    assert running.refresh(now=True)
    type = running.block("shout")
    assert type
    assert type.version == 2
    assert await used(running, "shout", {"text": "still <start.word>"}) == {"text": "STILL HI"}
    assert await used(running, "shout@2", {"phrase": "new"}) == {"text": "NEW"}

    assert [change.before for change in await remove("sim_block_shout", place=place, ledger=book)] == ["0.2.0"]
    assert running.refresh(now=True)
    assert running.block("shout") is None
    assert book.rows == {}
    assert not list(place.environment.site.glob("sim_block_shout*"))


@pytest.mark.parametrize(
    ("edit", "error", "said"),
    [
        (('["sim-platform"]', '["sim-platform", "msgspec<0.20"]'), Conflict, "stands on msgspec 0.22.0"),
        (('["sim-platform"]', '["sim-platform", "nothing-like-it"]'), Refused, "nothing-like-it"),
        (("return [shout]", "return [nothing]"), Invalid, "'nothing' is not defined"),
        (("sim.blocks", "other.blocks"), Invalid, "is no plugin of Sim"),
        (("async def shout", "async def kept"), Invalid, "both offer the block type 'kept'"),
    ],
)
async def test_what_fails_leaves_everything_as_it_was(
    tmp_path: Path, place: Place, book: Book, edit: tuple[str, str], error: type[SimError], said: str
) -> None:
    await install(str(new("blocks/kept", into=tmp_path)), place=place, ledger=book, offline=True)
    before = {str(file): file.read_bytes() for file in place.environment.site.rglob("*") if file.suffix == ".py"}
    versions = place.environment.versions()
    bad = changed(new("blocks/shout", into=tmp_path), edit, ("return [shout]", f"return [{edit[1][10:]}]")
                  if edit[1].startswith("async def") else edit)  # fmt: skip
    with pytest.raises(error) as caught:
        await install(str(bad), place=place, ledger=book, offline=True)
    assert said in caught.value.message
    assert place.environment.versions() == versions
    assert {str(f): f.read_bytes() for f in place.environment.site.rglob("*") if f.suffix == ".py"} == before
    assert [*book.rows] == ["sim-block-kept"]
    assert place.registry().block("kept")


async def test_an_upgrade_that_cannot_be_recorded_is_taken_back(tmp_path: Path, place: Place, book: Book) -> None:
    project = new("blocks/shout", into=tmp_path)
    await install(str(project), place=place, ledger=book, offline=True)
    book.refuses = True
    changed(project, ('version = "0.1.0"', 'version = "0.2.0"'), ("upper()", "lower()"))
    with pytest.raises(OSError, match="database is gone"):
        await install(str(project), place=place, ledger=book, offline=True)
    assert place.environment.versions()["sim-block-shout"] == "0.1.0"
    assert await used(place.registry(), "shout", {"text": "hi"}) == {"text": "HI"}


async def test_the_ledger_restores_what_an_environment_lost(tmp_path: Path, place: Place, book: Book) -> None:
    await install(str(new("blocks/shout", into=tmp_path)), place=place, ledger=book, offline=True)
    rows = dict(book.rows)
    await remove("sim-block-shout", place=place, ledger=book)
    book.rows = rows | {"sim-block-lost": Recorded(name="sim-block-lost", version="1.0", origin="sim-block-lost")}
    done = await converge(book, place=place, offline=True)
    assert [one.name for one in done.installed] == ["sim-block-shout"]
    assert "sim-block-lost 1.0 is recorded and cannot be installed" in done.problems[0].message
    assert place.registry().block("shout")
    assert (await converge(book, place=place, offline=True)).installed == ()


async def test_a_bundle_carries_plugins_to_a_machine_without_a_network(
    tmp_path: Path, place: Place, book: Book
) -> None:
    await install(str(new("blocks/shout", into=tmp_path)), place=place, ledger=book, offline=True)
    await install(str(new("tools/tea", into=tmp_path)), place=place, ledger=book, offline=True)
    file = tmp_path / "plugins.zip"
    facts = bundle(file, environment=place.environment)
    assert [(wheel.name, wheel.version, wheel.plugin) for wheel in facts.wheels] == [
        ("sim-block-shout", "0.1.0", True),
        ("sim-tool-tea", "0.1.0", True),
    ]
    with zipfile.ZipFile(file) as archive:
        assert b"sim-tool-tea==0.1.0 --hash=sha256:" in archive.read("requirements.lock")
    for name in [*book.rows]:
        await remove(name, place=place, ledger=book)
    done = await install(str(file), place=place, ledger=book)
    assert [one.name for one in done.packages] == ["sim-block-shout", "sim-tool-tea"]
    assert place.registry().tool("tea.read_item")

    damaged = tmp_path / "damaged.zip"
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(damaged, "w") as new_file:
        for name in old.namelist():
            new_file.writestr(name, b"other" if name.endswith("tea-0.1.0-py3-none-any.whl") else old.read(name))
    with pytest.raises(Invalid, match="is not what was packed"):
        await install(str(damaged), place=place, ledger=book)


async def test_what_others_need_stays(tmp_path: Path, place: Place, book: Book) -> None:
    await install(str(new("blocks/shout", into=tmp_path)), place=place, ledger=book, offline=True)
    about(place.environment, "sim-block-louder", "1.0", requires=("sim-block-shout",))
    with pytest.raises(Conflict, match="needed by sim-block-louder"):
        await remove("sim-block-shout", place=place, ledger=book)
    with pytest.raises(Conflict, match="sim-platform is no plugin"):
        await remove("sim-platform", place=place, ledger=book)
    with pytest.raises(Missing, match="not installed"):
        await remove("sim-block-none", place=place, ledger=book)


@pytest.mark.parametrize("source", ["", "no such thing", "/nowhere/x.whl", "rm -rf; x"])
async def test_a_source_that_is_none_is_refused(source: str, place: Place, book: Book) -> None:
    with pytest.raises(Invalid):
        await install(source, place=place, ledger=book, offline=True)


def test_the_constraints_are_what_the_platform_stands_on(place: Place) -> None:
    about(place.environment, "other", "3")
    assert constraints(place.environment) == "msgspec==0.22.0\nsim-platform==0.1.0\n"


@pytest.mark.parametrize("what", ["blocks", "blocks/", "things/x", "blocks/Shout", "tools/a__b", "tools/../x"])
def test_a_name_that_is_none_begins_nothing(what: str, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="tools/NAME"):
        new(what, into=tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_folder_with_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "shout").mkdir()
    (tmp_path / "shout" / "mine.txt").write_text("mine")
    with pytest.raises(Conflict, match="not empty"):
        new("blocks/shout", into=tmp_path)
