"""Where the bytes of files lie: a small interface, and a folder of this machine that keeps them by their digest."""

import asyncio
import errno
import fcntl
import hashlib
import os
import shutil
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from io import FileIO
from pathlib import Path
from typing import Any, Protocol, TypeVar

from msgspec import Struct

from sim_core.errors import Missing, SimError, TooLarge
from sim_core.ids import new_id

T = TypeVar("T")
PIECE = 1 << 20
"""Bytes that are written, hashed or read in one go, off the loop."""
INCOMING = "incoming"
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class NoRoom(SimError):
    """The disk that keeps the files has no room left; whoever runs this instance can make some."""

    code = "no_room"
    status = 507


class FileTooLarge(TooLarge):
    """A file has more bytes than are taken here."""

    code = "file_too_large"

    def __init__(self, most: int) -> None:
        super().__init__(f"A file has at most {most} bytes here.")


class Incoming(Struct, frozen=True, kw_only=True):
    """Bytes that have come whole, and are not kept yet."""

    digest: str
    """SHA-256, in hex."""
    size: int
    place: str


class Storage(Protocol):
    """Keeps bytes for workspaces. What is kept never changes: it is found by what it holds."""

    def receive(self, pieces: AsyncIterable[bytes], *, most: int) -> AbstractAsyncContextManager[Incoming]:
        """Take bytes in; they are gone again after the block that takes them, unless they are kept there."""
        ...

    async def keep(self, owner: str, incoming: Incoming) -> None:
        """Make bytes that have come durable under their digest."""
        ...

    async def read(self, owner: str, digest: str, *, start: int, size: int) -> AsyncIterator[bytes]:
        """A part of what is kept, piece by piece; raises `Missing` at once when it is not there."""
        ...

    async def remove(self, owner: str, digest: str) -> None:
        """Forget it."""
        ...

    async def owners(self) -> tuple[str, ...]:
        """Whose bytes there are."""
        ...

    async def kept(self, owner: str) -> tuple[str, ...]:
        """Digests of all that is kept for somebody."""
        ...

    async def forget(self, owner: str) -> None:
        """Remove all that is kept for somebody."""
        ...

    async def sweep(self) -> None:
        """Remove what was left by processes that died while they took something in."""
        ...


class Disk:
    """A folder: `<owner>/<ab>/<digest>`, and `incoming/` for what is on its way, on the same disk."""

    def __init__(self, folder: Path) -> None:
        """Keep everything in this folder, which is made when it is needed."""
        self._folder = folder
        self._incoming = folder / INCOMING

    @asynccontextmanager
    async def receive(self, pieces: AsyncIterable[bytes], *, most: int) -> AsyncGenerator[Incoming]:
        """Write what comes into a file that only this process has a lock on, and count and hash it meanwhile."""
        file, place = await _aside(self._begin)
        try:
            hashed, size = hashlib.sha256(), 0
            async for piece in _gathered(pieces):
                size += len(piece)
                if size > most:
                    raise FileTooLarge(most)
                await _aside(_take, file, hashed, piece)
            await _aside(os.fsync, file.fileno())
            yield Incoming(digest=hashed.hexdigest(), size=size, place=str(place))
        finally:
            file.close()
            place.unlink(missing_ok=True)

    async def keep(self, owner: str, incoming: Incoming) -> None:
        """Put it in its place in one step; a crash leaves either nothing or all of it."""
        await _aside(_put, Path(incoming.place), self._place(owner, incoming.digest))

    async def read(self, owner: str, digest: str, *, start: int, size: int) -> AsyncIterator[bytes]:
        """It is open before this returns, so that what is deleted meanwhile is read to its end."""
        try:
            file = await _aside(FileIO, self._place(owner, digest))
        except FileNotFoundError:
            raise Missing("The bytes of this file are not where they were kept.", code="bytes_gone") from None
        return _read(file, start, size)

    async def remove(self, owner: str, digest: str) -> None:
        """Forget it."""
        await _aside(self._place(owner, digest).unlink, True)

    async def owners(self) -> tuple[str, ...]:
        """Whose bytes there are."""
        return tuple(one for one in await _aside(_names, self._folder) if one != INCOMING)

    async def kept(self, owner: str) -> tuple[str, ...]:
        """Digests of all that is kept for somebody."""
        home = self._folder / owner
        return await _aside(lambda: tuple(one for part in _names(home) for one in _names(home / part)))

    async def forget(self, owner: str) -> None:
        """Remove all that is kept for somebody."""
        await _aside(shutil.rmtree, self._folder / owner, True)

    async def sweep(self) -> None:
        """Whoever takes something in holds a lock; what nobody holds was left."""
        await _aside(lambda: [_unlink_if_left(self._incoming / one) for one in _names(self._incoming)])

    def _begin(self) -> tuple[FileIO, Path]:
        self._incoming.mkdir(parents=True, exist_ok=True, mode=0o700)
        while True:
            place = self._incoming / new_id()
            file = FileIO(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w")
            fcntl.flock(file, fcntl.LOCK_EX)
            if os.fstat(file.fileno()).st_nlink:  # a broom may have come between the two lines above
                return file, place
            file.close()

    def _place(self, owner: str, digest: str) -> Path:
        return self._folder / owner / digest[:2] / digest


async def _aside(work: Callable[..., T], *given: Any) -> T:
    """Work with the disk off the loop. Whoever is cancelled waits for its end: a thread goes on with what it has."""
    working = asyncio.ensure_future(asyncio.to_thread(work, *given))
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        await asyncio.wait((working,))
        raise
    except OSError as error:
        if error.errno in FULL:
            raise NoRoom from error
        raise


async def _gathered(pieces: AsyncIterable[bytes]) -> AsyncGenerator[bytes]:
    """The same bytes in pieces that are worth a trip to a thread."""
    waiting = bytearray()
    async for piece in pieces:
        waiting += piece
        if len(waiting) >= PIECE:
            yield bytes(waiting)
            waiting.clear()
    if waiting:
        yield bytes(waiting)


async def _read(file: FileIO, start: int, size: int) -> AsyncGenerator[bytes]:
    with file:
        file.seek(start)
        while size and (piece := await _aside(file.read, min(PIECE, size))):
            size -= len(piece)
            yield piece


def _take(file: FileIO, hashed: Any, piece: bytes) -> None:
    hashed.update(piece)
    left = memoryview(piece)
    while left:
        left = left[file.write(left) :]


def _put(here: Path, there: Path) -> None:
    there.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    here.replace(there)
    for folder in (there.parent, there.parent.parent, there.parent.parent.parent):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _names(folder: Path) -> Iterable[str]:
    try:
        return sorted(os.listdir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return ()


def _unlink_if_left(place: Path) -> None:
    try:
        with FileIO(os.open(place, os.O_RDWR)) as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            place.unlink(missing_ok=True)
    except (BlockingIOError, FileNotFoundError):
        return
