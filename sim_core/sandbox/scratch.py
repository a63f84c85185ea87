"""Where calls write: one folder per process, removed with it, and swept when a process could not."""

import fcntl
import os
import tempfile
from io import TextIOWrapper
from pathlib import Path

from sim_core.sandbox.inside import fence, removal


class Scratch:
    """A folder of one sandbox, with a lock that says it is in use."""

    def __init__(self, folder: Path, lock: TextIOWrapper | None) -> None:
        self.folder = folder
        self._lock = lock

    @classmethod
    def made(cls, place: Path | None, uid: int | None) -> "Scratch":
        """A new folder in `place`, or among the temporary files where `uid` could not reach that."""
        if place is not None:
            place.mkdir(parents=True, exist_ok=True, mode=0o711)
            _sweep(place)
            if uid is None or fence.reachable(uid, [str(place)]):
                folder = Path(tempfile.mkdtemp(prefix="run-", dir=place))
                return cls(folder, _locked(folder.with_suffix(".lock")))
        return cls(Path(tempfile.mkdtemp(prefix="sim-sandbox-")), None)

    def remove(self) -> None:
        """Remove the folder and what is in it."""
        removal.remove(str(self.folder))
        if self._lock is not None:
            Path(self._lock.name).unlink(missing_ok=True)
            self._lock.close()


def _locked(path: Path) -> TextIOWrapper:
    lock = open(path, "w")  # noqa: SIM115 -- held until the folder is removed
    os.chmod(path, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return lock


def _sweep(place: Path) -> None:
    """Remove the folders whose owner is gone."""
    for path in place.glob("run-*.lock"):
        with open(path) as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                continue
            removal.remove(str(path.with_suffix("")))
            path.unlink(missing_ok=True)
