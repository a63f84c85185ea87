"""A clean environment to install plugins in, offline."""

import importlib
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from sim_core.plugins import Environment, Place, Recorded
from sim_core.plugins.resolver import uv


class Book:
    """A ledger in memory."""

    def __init__(self) -> None:
        self.rows: dict[str, Recorded] = {}
        self.refuses = False

    async def record(self, package: Recorded, *, by: str) -> None:
        if self.refuses:
            raise OSError("the database is gone")
        self.rows[package.name] = package

    async def forget(self, name: str) -> None:
        self.rows.pop(name, None)

    async def recorded(self) -> Sequence[Recorded]:
        return list(self.rows.values())


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """An environment with a platform of the same version and nothing else."""
    tool = uv(Environment.current())
    if not tool:
        pytest.skip("uv is not here")
    folder = tmp_path / "env"
    subprocess.run([*tool, "venv", "--quiet", "--offline", "--python", sys.executable, str(folder)], check=True)
    environment = Environment.of(folder / "bin" / "python")
    about(environment, "sim-platform", "0.1.0", requires=("msgspec",))
    about(environment, "msgspec", "0.22.0")
    before = {*sys.modules}
    sys.path.append(str(environment.site))
    yield Place(environment=environment, data=tmp_path / "data")
    sys.path.remove(str(environment.site))
    for name in {*sys.modules} - before:
        if name.startswith(("sim_tool_", "sim_block_", "sim_provider_")):
            del sys.modules[name]
    importlib.invalidate_caches()


def about(environment: Environment, name: str, version: str, *, requires: Sequence[str] = ()) -> None:
    """Make a package look installed."""
    folder = environment.site / f"{name.replace('-', '_')}-{version}.dist-info"
    folder.mkdir()
    needs = "".join(f"Requires-Dist: {need}\n" for need in requires)
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}")
    (folder / "WHEEL").write_text("Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    (folder / "RECORD").write_text(f"{folder.name}/METADATA,,\n{folder.name}/WHEEL,,\n{folder.name}/RECORD,,\n")
