"""The packages that a change will touch, put aside so that it can be taken back whole without a network."""

import contextlib
import shutil
from collections.abc import Iterable
from pathlib import Path

from sim_core.plugins.environment import Environment, Package


class Snapshot:
    """Copies of installed packages, and the list of everything that was there."""

    def __init__(self, environment: Environment, folder: Path) -> None:
        """Keep copies in this folder."""
        self.environment = environment
        self.folder = folder
        self.versions = environment.versions()
        self._kept: set[str] = set()

    def keep(self, names: Iterable[str]) -> None:
        """Copy the files of these packages, as far as they are installed."""
        packages = self.environment.packages()
        for name in {*names} & packages.keys() - self._kept:
            for file in packages[name].files():
                copy = self._copy(file)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(file, copy)
            self._kept.add(name)

    def restore(self) -> None:
        """Make the environment what it was."""
        for name, package in self.environment.packages().items():
            if self.versions.get(name) != package.version or name in self._kept:
                _remove(package)
        for copy in sorted(self.folder.rglob("*")):
            if copy.is_file():
                file = Path("/") / copy.relative_to(self.folder)
                file.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(copy, file)

    def changed(self) -> set[str]:
        """Packages that are not what they were."""
        now = self.environment.versions()
        return {name for name in now | self.versions if now.get(name) != self.versions.get(name)}

    def _copy(self, file: Path) -> Path:
        return self.folder / file.relative_to(file.anchor)


def _remove(package: Package) -> None:
    files = list(package.files())
    for file in files:
        file.unlink(missing_ok=True)
    for folder in sorted({file.parent for file in files} | {package.about}, key=lambda one: -len(one.parts)):
        shutil.rmtree(folder / "__pycache__", ignore_errors=True)
        with contextlib.suppress(OSError):
            folder.rmdir()
