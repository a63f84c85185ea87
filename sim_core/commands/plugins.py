"""`sim plugin` and `sim plugins`: what is installed, and the life of a plugin."""

from pathlib import Path
from typing import Annotated, Any

import cyclopts
import msgspec

from sim_core.commands.terminal import FAILED, Json, emit, run_async, table

app = cyclopts.App(name="plugin", help="Install, check, bundle, remove and begin plugins.")

Offline = Annotated[bool, cyclopts.Parameter(negative="", help="Ask no index; use files and bundles only.")]


def plugins(*, json: Json = False) -> int:
    """List what is installed, what it brings, and what is wrong with any."""
    from sim_core.commands.offline import registry

    found = registry()
    manifests = found.catalogue()
    if json:
        items = [
            {
                "plugin": one.plugin,
                "package": one.package,
                "version": one.version,
                "blocks": [block.type for block in one.blocks],
                "tools": [tool.id for tool in one.tools],
                "providers": [provider.id for provider in one.providers],
            }
            for one in manifests
        ]
        emit({"items": items, "problems": found.problems})
    else:
        rows = [(one.plugin, f"{one.package} {one.version}", _brings(one)) for one in manifests]
        table(rows, empty="No plugins are installed.")
        for problem in found.problems:
            print(f"{problem.severity}: {problem.plugin}: {problem.message}")
    return FAILED if any(problem.severity == "error" for problem in found.problems) else 0


app.command(plugins, name="list")


@app.command
def install(
    source: str,
    /,
    *,
    dry_run: Annotated[bool, cyclopts.Parameter(negative="", help="Only say what would change.")] = False,
    offline: Offline = False,
    json: Json = False,
) -> None:
    """Install a plugin by name, file, folder, bundle or address; whatever fails leaves everything as it was."""
    done = run_async(_plan(source, offline) if dry_run else _install(source, offline))
    if json:
        emit(done)
        return
    for change in done.changes:
        print(f"{'would be ' if dry_run else ''}{_change(change)}")
    if not done.changes:
        print("Nothing to do.")


@app.command
def remove(name: str, /, *, json: Json = False) -> None:
    """Take a plugin out."""
    changes = run_async(_remove(name))
    if json:
        emit({"changes": changes})
    else:
        for change in changes:
            print(_change(change))


@app.command
def bundle(
    file: Path = Path("plugins.zip"),
    /,
    *,
    name: Annotated[tuple[str, ...], cyclopts.Parameter(negative="", help="Only these packages.")] = (),
    json: Json = False,
) -> None:
    """Write installed plugins with all they need into one file, for a machine without a network."""
    from sim_core.plugins import Environment
    from sim_core.plugins import bundle as write

    made = write(file, environment=Environment.current(), names=name or None)
    if json:
        emit(made)
    else:
        print(f"{file}: {len(made.wheels)} packages. `sim plugin install {file}` installs them.")


@app.command
def check(folder: Path = Path("."), /, *, json: Json = False) -> int:
    """Check a plugin's project without running it; exit code 1 when something must be mended."""
    from sim_core.plugins.check import check as examine

    report = examine(folder)
    if json:
        emit(report)
    else:
        for one in report.findings:
            hint = f" ({one.hint})" if one.hint else ""
            print(f"- {one.severity} {one.code}: {one.message}{hint}")
        print(f"Quality: {report.quality} of 100.")
    return 0 if report.passes else FAILED


@app.command
def new(what: str, /, *, into: Path = Path("."), json: Json = False) -> None:
    """Begin a plugin: tools/NAME, blocks/NAME or providers/NAME."""
    from sim_core.plugins.scaffold import new as begin

    place = begin(what, into=into)
    if json:
        emit({"folder": str(place)})
    else:
        print(f"{place}: change it, then `sim plugin check {place}` and `sim plugin install {place}`.")


def _brings(one: Any) -> str:
    counted = (("block", one.blocks), ("tool", one.tools), ("model", [m for p in one.providers for m in p.models]))
    return ", ".join(f"{len(found)} {word}{'s' if len(found) != 1 else ''}" for word, found in counted if found)


def _change(change: Any) -> str:
    facts = msgspec.to_builtins(change)
    match facts["before"], facts["after"]:
        case "", after:
            return f"installed {facts['name']} {after}"
        case before, "":
            return f"removed {facts['name']} {before}"
        case before, after:
            return f"changed {facts['name']} {before} to {after}"


async def _plan(source: str, offline: bool) -> Any:
    from sim_core import settings
    from sim_core.plugins import Place, plan

    return await plan(source, place=Place.current(settings.read(keep=False).data), offline=offline)


async def _install(source: str, offline: bool) -> Any:
    from sim_core.app.ledger import StoredLedger
    from sim_core.commands.database import desk
    from sim_core.plugins import Place, install

    async with desk() as here:
        place = Place.current(here.settings.data)
        return await install(source, place=place, ledger=StoredLedger(here.store), by=here.user_id, offline=offline)


async def _remove(name: str) -> Any:
    from sim_core.app.ledger import StoredLedger
    from sim_core.commands.database import desk
    from sim_core.plugins import Place, remove

    async with desk() as here:
        return await remove(name, place=Place.current(here.settings.data), ledger=StoredLedger(here.store))
