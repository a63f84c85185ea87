"""How plugins come into an instance, stay the same on all its machines, and leave it."""

import asyncio
import fcntl
import tempfile
import time
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO, Protocol

from msgspec import Struct

from sim_core.errors import Conflict, Invalid, Missing, Problem, SimError
from sim_core.plugins import resolver
from sim_core.plugins.environment import PLATFORM, Environment, core, normalised
from sim_core.plugins.resolver import Change, Where, wheel_name
from sim_core.plugins.snapshot import Snapshot
from sim_core.plugins.sources import Source, source_of
from sim_core.registry import PluginProblem, Registry


class Recorded(Struct, frozen=True, kw_only=True):
    """A plugin package that the instance should have."""

    name: str
    version: str
    origin: str
    """What was asked for: a name, a file or an address."""


class Ledger(Protocol):
    """Where the instance keeps which plugins it should have: a table that all its machines share."""

    async def record(self, package: Recorded, *, by: str) -> None:
        """Put a package down, in place of another version of it."""
        ...

    async def forget(self, name: str) -> None:
        """Strike a package out."""
        ...

    async def recorded(self) -> Sequence[Recorded]:
        """Every package that was put down."""
        ...


class Place(Struct, frozen=True, kw_only=True):
    """Where an instance keeps its plugins."""

    environment: Environment
    data: Path

    @classmethod
    def current(cls, data: Path) -> "Place":
        """The environment that runs this, with its data folder."""
        return cls(environment=Environment.current(), data=data)

    @property
    def wheels(self) -> Path:
        """Wheels that came as files, kept for the next machine or the next upgrade."""
        return self.data / "plugins" / "wheels"

    def registry(self) -> Registry:
        """What its plugins offer."""
        return Registry.open(self.data / "cache", paths=[str(self.environment.site)])


class Plan(Struct, frozen=True, kw_only=True):
    """What installing would do."""

    wanted: tuple[str, ...]
    changes: tuple[Change, ...]


class Installed(Struct, frozen=True, kw_only=True):
    """What installing did."""

    packages: tuple[Recorded, ...]
    changes: tuple[Change, ...]
    gone: tuple[str, ...] = ()
    """Ids of block types, tools and providers that the version before had and this one has not."""


class Converged(Struct, frozen=True, kw_only=True):
    """What had to be done so that the environment is what the ledger says."""

    installed: tuple[Recorded, ...] = ()
    problems: tuple[Problem, ...] = ()


async def plan(source: str, *, place: Place, offline: bool = False) -> Plan:
    """What `install` would change; `Conflict` when it would move something the platform stands on."""

    def work() -> Plan:
        with source_of(source, place.wheels) as found:
            return _plan(found, place, offline)

    return await asyncio.to_thread(work)


async def install(source: str, *, place: Place, ledger: Ledger, by: str = "", offline: bool = False) -> Installed:
    """Install a package by name, file, folder, bundle or address; whatever fails leaves everything as it was."""
    with source_of(source, place.wheels) as found:
        async with _alone(place), _whole(place) as snapshot:
            done = await asyncio.to_thread(_install, found, place, snapshot, offline)
            for package in done.packages:
                await ledger.record(package, by=by)
        found.keep()
        return done


async def remove(name: str, *, place: Place, ledger: Ledger) -> tuple[Change, ...]:
    """Take a plugin package out; `Conflict` when another package needs it."""
    package = normalised(name)
    async with _alone(place), _whole(place) as snapshot:
        _removable(package, place.environment)
        snapshot.keep([package])
        await asyncio.to_thread(resolver.uninstall, place.environment, [package])
        await ledger.forget(package)
    return (Change(name=package, before=snapshot.versions[package]),)


async def converge(ledger: Ledger, *, place: Place, offline: bool = False) -> Converged:
    """Install what the ledger says and the environment lacks; one that cannot be had is told and the rest goes on."""
    done: list[Recorded] = []
    problems: list[Problem] = []
    async with _alone(place, patience_s=resolver.PATIENCE_S):
        for package in await ledger.recorded():
            if place.environment.versions().get(normalised(package.name)) == package.version:
                continue
            try:
                await _converge(package, place, offline)
                done.append(package)
            except SimError as error:
                words = f"{package.name} {package.version} is recorded and cannot be installed: {error.message}"
                problems.append(Problem(code="plugin_missing", message=words))
    return Converged(installed=tuple(done), problems=tuple(problems))


async def _converge(package: Recorded, place: Place, offline: bool) -> None:
    exact = f"{package.name}=={package.version}"
    wanted = package.origin if "://" in package.origin and not _kept(package, place) else exact
    source = Source(wanted=(wanted,), origin=package.origin, wheels=(place.wheels,) if place.wheels.is_dir() else ())
    async with _whole(place) as snapshot:
        await asyncio.to_thread(_install, source, place, snapshot, offline)


def _kept(package: Recorded, place: Place) -> bool:
    wanted = (normalised(package.name), package.version)
    return any(wheel_name(file.name) == wanted for file in place.wheels.glob("*.whl"))


def _plan(source: Source, place: Place, offline: bool) -> Plan:
    where = Where(wheels=source.wheels, offline=offline or source.offline)
    changes = resolver.resolve(place.environment, source.wanted, where)
    pins = core(place.environment)
    moved = [f"{one.name} {one.before} to {one.after or 'none'}" for one in changes if one.name in pins]
    if moved:
        words = f"{', '.join(source.wanted)} would move what the platform stands on: {', '.join(moved)}"
        raise Conflict(words, code="plugin_core_pin")
    return Plan(wanted=source.wanted, changes=changes)


def _install(source: Source, place: Place, snapshot: Snapshot, offline: bool) -> Installed:
    planned = _plan(source, place, offline)
    before = place.registry()
    ids_before = _ids(before)
    quarrels = resolver.disagreements(place.environment)
    snapshot.keep(change.name for change in planned.changes)
    where = Where(wheels=source.wheels, offline=offline or source.offline)
    resolver.install(place.environment, source.wanted, where)
    changed = snapshot.changed() | {change.name for change in planned.changes}
    if new := resolver.disagreements(place.environment) - quarrels:
        raise Conflict(f"other packages would lack what they need: {'; '.join(sorted(new))}", code="plugin_breaks")
    after = place.registry()
    _works(before.problems, after.problems)
    packages = _plugins(place.environment, changed | {*map(_wanted_name, source.wanted)}, source.origin)
    return Installed(packages=packages, changes=planned.changes, gone=tuple(sorted(ids_before - _ids(after))))


def _works(before: Iterable[PluginProblem], after: Iterable[PluginProblem]) -> None:
    known = {(problem.plugin, problem.code) for problem in before}
    fresh = [one for one in after if one.severity == "error" and (one.plugin, one.code) not in known]
    if fresh:
        words = " ".join(dict.fromkeys(problem.message for problem in fresh))
        problems = [Problem(code=problem.code, message=problem.message) for problem in fresh]
        raise Invalid(f"everything is as it was before: {words}", code="plugin_broken", problems=problems)


def _plugins(environment: Environment, names: set[str], origin: str) -> tuple[Recorded, ...]:
    packages = environment.packages()
    found = [packages[name] for name in sorted(names & packages.keys()) if packages[name].is_plugin]
    if not found:
        words = "it names no entry point in sim.tools, sim.blocks, sim.providers or sim.plugins"
        raise Invalid(f"{origin} is no plugin of Sim: {words}", code="plugin_none")
    return tuple(Recorded(name=one.name, version=one.version, origin=origin) for one in found)


def _wanted_name(wanted: str) -> str:
    if wanted.endswith(".whl"):
        return wheel_name(wanted)[0]
    return normalised(wanted.partition("==")[0].partition("[")[0].strip())


def _ids(registry: Registry) -> set[str]:
    manifests = registry.catalogue()
    blocks = {block.type for told in manifests for block in told.blocks}
    tools = {tool.id for told in manifests for tool in told.tools}
    return blocks | tools | {f"provider {one.id}" for told in manifests for one in told.providers}


def _removable(name: str, environment: Environment) -> None:
    packages = environment.packages()
    if name not in packages:
        raise Missing(f"{name} is not installed")
    if name == PLATFORM or not packages[name].is_plugin:
        raise Conflict(f"{name} is no plugin", code="plugin_none")
    needed_by = [
        one.name for one in packages.values() if any(need == name and not extra for need, _, extra in one.requires)
    ]
    if needed_by:
        raise Conflict(f"{name} is needed by {', '.join(needed_by)}; remove that first", code="plugin_needed")


@asynccontextmanager
async def _whole(place: Place) -> AsyncGenerator[Snapshot, None]:
    """All of what is done inside, or nothing of it."""
    with tempfile.TemporaryDirectory() as folder:
        snapshot = Snapshot(place.environment, Path(folder))
        try:
            yield snapshot
        except BaseException:
            snapshot.restore()
            raise


@asynccontextmanager
async def _alone(place: Place, patience_s: float = 0) -> AsyncGenerator[None, None]:
    """One change at a time on one machine."""
    folder = place.data / "plugins"
    folder.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + patience_s
    with (folder / "lock").open("w") as file:
        while not _locked(file):
            if time.monotonic() >= deadline:
                raise Conflict("plugins are being changed by another process; try again when it has ended")
            await asyncio.sleep(0.2)
        yield


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
