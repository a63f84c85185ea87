"""Where manifests are kept between starts; several processes may write, and a damaged file is one that is not there."""

import contextlib
import fcntl
import hashlib
import os
import time
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

from sim_core.errors import Problem
from sim_core.registry.manifest import Manifest
from sim_core.registry.scan import Found, Key

T = TypeVar("T")
DAY_S = 86_400
TURN_S = 10.0
"""Seconds after which a process asks plugins itself, though another is still at it: one of them may hang."""


class Line(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One plugin in the index: where it is and which ids it brings."""

    found: Found
    fingerprint: str
    blocks: tuple[tuple[str, int], ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()
    """Foreign name, and what a document stores for it here."""
    integrations: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    hooks: tuple[str, ...] = ()
    trouble: Problem | None = None

    @property
    def plugin(self) -> str:
        """What the plugin is called in the house."""
        return self.found.plugin


class Index(Struct, frozen=True):
    """All plugins of an environment, as they were when it had this key."""

    key: Key
    core: str
    lines: tuple[Line, ...]


class Cache:
    """A folder of manifests and of indexes, one for each set of folders that Python looks in."""

    def __init__(self, folder: Path) -> None:
        """Keep files in this folder; it is made when the first is written."""
        self.folder = folder

    def index(self, paths: Iterable[str]) -> Index | None:
        """The index of an environment, if one was kept."""
        return self._read(self._index_name(paths), Index)

    def keep_index(self, paths: Iterable[str], index: Index) -> None:
        """Keep an index, and let go of manifests that nothing has named for a day."""
        self._write(self._index_name(paths), index)
        self._sweep({f"{line.fingerprint}.json" for line in index.lines})

    def manifest(self, fingerprint: str) -> Manifest | None:
        """The manifest of a plugin, if it was asked."""
        return self._read(f"{fingerprint}.json", Manifest)

    def keep_manifest(self, fingerprint: str, manifest: Manifest) -> None:
        """Keep what a plugin told."""
        self._write(f"{fingerprint}.json", manifest)

    @contextlib.contextmanager
    def turn(self) -> Generator[None]:
        """Wait a while until no other process asks plugins; where no file can be kept there is nothing to wait for."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            place = os.open(self.folder / ".turn", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError:
            yield
            return
        try:
            deadline = time.monotonic() + TURN_S
            while not _locked(place) and time.monotonic() < deadline:
                time.sleep(0.01)
            yield
        finally:
            os.close(place)

    def _index_name(self, paths: Iterable[str]) -> str:
        return f"index-{hashlib.sha256(os.pathsep.join(paths).encode()).hexdigest()[:16]}.json"

    def _read(self, name: str, kind: type[T]) -> T | None:
        try:
            return msgspec.json.decode((self.folder / name).read_bytes(), type=kind)
        except (OSError, ValueError):
            return None

    def _write(self, name: str, value: Struct) -> None:
        fresh = self.folder / f".{name}.{os.getpid()}"
        # A folder that cannot be written costs the next start some time, and nothing else.
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            fresh.write_bytes(msgspec.json.encode(value))
            fresh.replace(self.folder / name)

    def _sweep(self, named: set[str]) -> None:
        long_ago = time.time() - DAY_S
        with contextlib.suppress(OSError), os.scandir(self.folder) as entries:
            for entry in entries:
                if entry.name not in named and entry.name.endswith(".json") and entry.stat().st_mtime < long_ago:
                    os.unlink(entry.path)


def _locked(place: int) -> bool:
    try:
        fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
