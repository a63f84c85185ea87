"""Removes a folder that hostile code filled: however deep, without rights on its own folders, links not followed."""

import contextlib
import os

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW


def remove(folder: str) -> None:
    """Remove a folder and all in it; what is gone already is fine."""
    try:
        top = os.open(folder, _FOLDER)
    except OSError:
        return
    try:
        _flatten(top)
    finally:
        os.close(top)
    with contextlib.suppress(OSError):
        os.rmdir(folder)


def _flatten(top: int) -> None:
    """Folders within folders are moved up to the top, one level at a time: no recursion, no long paths."""
    count = 0
    while names := os.listdir(top):
        left = 0
        for name in names:
            if not _unlinked(name, top):
                count, gone = _emptied(name, top, count)
                left += not gone
        if left == len(names):
            return


def _emptied(name: str, top: int, count: int) -> tuple[int, bool]:
    try:
        os.chmod(name, 0o700, dir_fd=top)
        inner = os.open(name, _FOLDER, dir_fd=top)
    except OSError:
        return count, False
    try:
        for entry in os.listdir(inner):
            if _unlinked(entry, inner):
                continue
            count += 1
            with contextlib.suppress(OSError):
                # A folder can only be moved by who may write in it.
                os.chmod(entry, 0o700, dir_fd=inner)
                os.rename(entry, f".sim-removed-{count}", src_dir_fd=inner, dst_dir_fd=top)
    finally:
        os.close(inner)
    try:
        os.rmdir(name, dir_fd=top)
    except OSError:
        return count, False
    return count, True


def _unlinked(name: str, folder: int) -> bool:
    """Whether it was no folder and is gone."""
    try:
        os.unlink(name, dir_fd=folder)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True
