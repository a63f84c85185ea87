"""The plugins of an instance in one file: a lock and the wheels, for a machine without a network."""

import hashlib
import platform
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

import msgspec
from msgspec import Struct

from sim_core.errors import Invalid
from sim_core.plugins.environment import PLATFORM, Environment, Package, core
from sim_core.plugins.repack import repack

FACTS = "bundle.json"
LOCK = "requirements.lock"


class Wheel(Struct, frozen=True, kw_only=True):
    """One package of a bundle."""

    name: str
    version: str
    file: str
    sha256: str
    plugin: bool


class Bundle(Struct, frozen=True, kw_only=True):
    """What is in a bundle, and what it was made on."""

    sim: str
    """Version of the platform."""
    python: str
    machine: str
    wheels: tuple[Wheel, ...]


def bundle(file: Path, *, environment: Environment, names: Iterable[str] | None = None) -> Bundle:
    """Write plugins with everything they need beyond the platform; all that are installed, or these."""
    packages = environment.packages()
    wanted = {*names} if names is not None else {one.name for one in packages.values() if one.is_plugin} - {PLATFORM}
    if absent := wanted - packages.keys():
        raise Invalid(f"not installed: {', '.join(sorted(absent))}", code="plugin_none")
    with tempfile.TemporaryDirectory() as folder:
        wheels: list[Wheel] = []
        for package in _with_needs(wanted, packages, {*core(environment)}):
            wheel = repack(package, Path(folder))
            digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
            wheels.append(Wheel(name=package.name, version=package.version, file=wheel.name, sha256=digest,
                                plugin=package.name in wanted))  # fmt: skip
        about = packages.get(PLATFORM)
        facts = Bundle(
            sim=about.version if about else "",
            python=platform.python_version(),
            machine=f"{platform.system().lower()}-{platform.machine()}",
            wheels=tuple(wheels),
        )
        _write(file, facts, Path(folder))
    return facts


def is_bundle(file: Path) -> bool:
    """Whether a file is a bundle."""
    if not zipfile.is_zipfile(file):
        return False
    with zipfile.ZipFile(file) as archive:
        return FACTS in archive.namelist()


def read_bundle(file: Path, folder: Path) -> tuple[tuple[str, ...], tuple[Path, ...]]:
    """Unpack the wheels of a bundle into a folder; what to install, and the wheels, each checked by its digest."""
    with zipfile.ZipFile(file) as archive:
        try:
            facts = msgspec.json.decode(archive.read(FACTS), type=Bundle)
        except msgspec.DecodeError as error:
            raise Invalid(f"{file.name} is damaged: {error}", code="plugin_bundle") from error
        made: list[Path] = []
        for wheel in facts.wheels:
            content = _member(archive, wheel, file)
            place = folder / Path(wheel.file).name
            place.write_bytes(content)
            made.append(place)
    return tuple(f"{wheel.name}=={wheel.version}" for wheel in facts.wheels if wheel.plugin), tuple(made)


def _member(archive: zipfile.ZipFile, wheel: Wheel, file: Path) -> bytes:
    try:
        content = archive.read(f"wheels/{wheel.file}")
    except (KeyError, zipfile.BadZipFile) as error:
        raise Invalid(f"{file.name} is damaged: it lacks {wheel.file}", code="plugin_bundle") from error
    if hashlib.sha256(content).hexdigest() != wheel.sha256:
        raise Invalid(f"{file.name} is damaged: {wheel.file} is not what was packed", code="plugin_bundle")
    return content


def _with_needs(wanted: set[str], packages: dict[str, Package], platform_has: set[str]) -> list[Package]:
    found: dict[str, Package] = {}
    waiting = sorted(wanted)
    while waiting:
        name = waiting.pop(0)
        if name in found or name in platform_has or name not in packages:
            continue
        found[name] = packages[name]
        waiting += sorted(need for need, _, extra in packages[name].requires if not extra)
    return [found[name] for name in sorted(found)]


def _write(file: Path, facts: Bundle, folder: Path) -> None:
    fresh = file.with_name(f".{file.name}.new")
    file.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(fresh, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(FACTS, msgspec.json.format(msgspec.json.encode(facts), indent=2))
        lock = (f"{wheel.name}=={wheel.version} --hash=sha256:{wheel.sha256}\n" for wheel in facts.wheels)
        archive.writestr(LOCK, "".join(lock))
        for wheel in facts.wheels:
            archive.write(folder / wheel.file, f"wheels/{wheel.file}")
    fresh.replace(file)
