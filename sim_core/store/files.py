"""Files of workspaces: rows that say what they are called, over a storage that keeps their bytes."""

import hashlib
from collections.abc import AsyncIterable, AsyncIterator, Sequence
from datetime import datetime
from typing import Any, Literal, TypeAlias

from msgspec import Struct

from sim_core.errors import Conflict, Fault, Invalid, Missing, TooLarge
from sim_core.ids import new_id
from sim_core.store.filenames import folder_of, kind_of, name_of, numbered
from sim_core.store.pool import Store
from sim_core.store.sql import files as sql
from sim_core.store.storage import FileTooLarge, Storage
from sim_core.store.wire import Connection, Row, UniqueViolation

IfExists: TypeAlias = Literal["refuse", "number", "replace"]


class FileEntry(Struct, frozen=True, kw_only=True):
    """A file of a workspace."""

    id: str
    folder: str
    """Names with `/` between them; empty at the top."""
    name: str
    media_type: str
    size: int
    """Bytes."""
    digest: str
    """SHA-256 of its bytes, in hex."""
    created_at: datetime
    updated_at: datetime
    updated_by: str | None
    """The name of whoever put these bytes here."""

    def facts(self) -> dict[str, Any]:
        """What the audit log keeps of it."""
        return {"folder": self.folder, "name": self.name, "size": self.size, "digest": self.digest}


class FileFolder(Struct, frozen=True, kw_only=True):
    """A folder: it is there as long as something lies in it."""

    name: str
    files: int
    """How many lie in it, and in the folders within."""
    size: int


class Wanted(Struct, frozen=True, kw_only=True):
    """Which files are wanted."""

    folder: str | None = ""
    """Only of this folder; `None` is any."""
    search: str = ""
    accept: tuple[str, ...] = ()
    """Media types and endings, as `image/*` and `.pdf`; none is any."""


class Limits(Struct, frozen=True, kw_only=True):
    """How much there may be."""

    file: int
    """Bytes of one file."""
    workspace: int
    """Bytes of all files of a workspace; 0 is any number."""


class Upload(Struct, frozen=True, kw_only=True):
    """What somebody brings."""

    name: str
    folder: str = ""
    media_type: str = ""
    if_exists: IfExists = "refuse"
    digest: str = ""
    """What it has to come to, where whoever brings it says so."""
    size: int | None = None
    """How much it will be, where that is known before."""


class Files:
    """The files of all workspaces."""

    def __init__(self, store: Store, storage: Storage, limits: Limits) -> None:
        """Keep rows in a store and bytes in a storage."""
        self.store = store
        self.storage = storage
        self.limits = limits

    async def put(
        self, workspace_id: str, upload: Upload, pieces: AsyncIterable[bytes], *, actor: str
    ) -> tuple[FileEntry, bool]:
        """Take a file in, and whether it is new; raises `Conflict` for a name that is taken, `TooLarge`, `NoRoom`.

        Nobody sees it before all of it is safe.
        """
        name, folder = name_of(upload.name), folder_of(upload.folder)
        await self._look_ahead(workspace_id, upload, folder, name)
        async with self.storage.receive(pieces, most=self.limits.file) as incoming:
            if upload.digest and upload.digest.lower() != incoming.digest:
                raise Invalid(
                    f"What came is not what was sent: its SHA-256 is {incoming.digest}.", code="digest_mismatch"
                )
            async with self.store.transaction() as connection:
                await connection.execute(sql.LOCK, workspace_id)
                id, name, is_new = await _chosen(connection, workspace_id, folder, name, upload.if_exists)
                await self._check_quota(workspace_id, incoming.size, instead_of=None if is_new else id)
                kind = kind_of(upload.media_type, name)
                given = (id, workspace_id, folder, name, kind, incoming.size, incoming.digest, actor)
                earlier = None if is_new else await connection.fetchval(sql.DIGEST, id)
                await connection.execute(sql.PUT, *given)
                await self.storage.keep(workspace_id, incoming)
        if earlier and earlier != incoming.digest:
            await self._let_go(workspace_id, (earlier,))
        return await self.get(workspace_id, id), is_new

    async def get(self, workspace_id: str, file_id: str) -> FileEntry:
        """A file; raises `Missing` for one of another workspace as for one that there is not."""
        row = await self.store.row(sql.GET, workspace_id, file_id)
        if row is None:
            raise Missing(f"There is no file {file_id[:80]!r}: it was deleted, or it is not of this workspace.")
        return _file(row)

    async def find(self, workspace_id: str, folder: str, name: str) -> str | None:
        """The id of a file by its folder and name; `None` where there is none."""
        return await self.store.value(sql.FIND, workspace_id, folder, name)

    async def list(
        self, workspace_id: str, wanted: Wanted, *, after: str = "", limit: int = 100
    ) -> tuple[tuple[FileEntry, ...], str | None]:
        """Files by their names, and from where to go on."""
        kinds, endings = _patterns(wanted.accept)
        last_id, _, last_name = after.partition(":")
        place = (last_name, last_id) if after else (None, None)
        rows = await self.store.rows(
            sql.LIST, workspace_id, wanted.folder, _like(wanted.search), kinds, endings, *place, limit + 1
        )
        files = tuple(_file(row) for row in rows[:limit])
        return files, f"{files[-1].id}:{files[-1].name}" if len(rows) > limit else None

    async def folders(self, workspace_id: str, folder: str) -> tuple[FileFolder, ...]:
        """The folders that lie in a folder, by their names."""
        rows = await self.store.rows(sql.FOLDERS, workspace_id, _within(folder))
        return tuple(FileFolder(name=row["name"], files=row["files"], size=row["size"]) for row in rows)

    async def used(self, workspace_id: str) -> int:
        """Bytes of all files of a workspace."""
        return await self.store.value(sql.USED, workspace_id, None)

    async def read(
        self, workspace_id: str, file: FileEntry, *, start: int = 0, size: int | None = None
    ) -> AsyncIterator[bytes]:
        """The bytes of a file, or a part of them, piece by piece."""
        wanted = file.size - start if size is None else size
        return await self.storage.read(workspace_id, file.digest, start=start, size=wanted)

    async def whole(self, workspace_id: str, file: FileEntry) -> bytes:
        """All bytes of a file; raises `Fault` when they are not what they were."""
        content = b"".join([piece async for piece in await self.read(workspace_id, file)])
        if hashlib.sha256(content).hexdigest() != file.digest:
            raise Fault(f"The file {file.name!r} was damaged where it is kept.", code="file_damaged")
        return content

    async def change(
        self, workspace_id: str, file_id: str, *, name: str | None, folder: str | None
    ) -> tuple[FileEntry, FileEntry]:
        """Rename a file or put it elsewhere; how it was and is."""
        was = await self.get(workspace_id, file_id)
        new_name = was.name if name is None else name_of(name)
        new_folder = was.folder if folder is None else folder_of(folder)
        try:
            await self.store.execute(sql.CHANGE, workspace_id, file_id, new_name, new_folder)
        except UniqueViolation:
            raise _taken(new_name, new_folder) from None
        return was, await self.get(workspace_id, file_id)

    async def move_folder(self, workspace_id: str, folder: str, to: str) -> int:
        """Call a folder otherwise or put it elsewhere, with all that lies in it; how many files that were."""
        here, there = folder_of(folder), folder_of(to, field="to")
        if not here or not there:
            raise Invalid("The top is no folder that moves.", code="no_folder")
        if f"{there}/".startswith(f"{here}/"):
            raise Invalid("A folder cannot lie inside itself.", code="folder_cycle")
        try:
            moved = await self.store.execute(sql.MOVE_FOLDER, workspace_id, here, there)
        except UniqueViolation:
            raise Conflict(
                f"In {there!r} lie files with the names of some that would come there.", code="name_taken"
            ) from None
        if not moved:
            raise Missing(f"There is no folder {here!r}.")
        return moved

    async def delete(self, workspace_id: str, file_id: str) -> FileEntry:
        """Delete a file; what it was."""
        was = await self.get(workspace_id, file_id)
        await self.store.execute(sql.DELETE, workspace_id, file_id)
        await self._let_go(workspace_id, (was.digest,))
        return was

    async def delete_folder(self, workspace_id: str, folder: str) -> int:
        """Delete a folder and all that lies in it; how many files that were."""
        here = folder_of(folder)
        if not here:
            raise Invalid("Name the folder; the top cannot be deleted.", code="no_folder")
        rows = await self.store.rows(sql.DELETE_FOLDER, workspace_id, here)
        if not rows:
            raise Missing(f"There is no folder {here!r}.")
        await self._let_go(workspace_id, {row["digest"] for row in rows})
        return len(rows)

    async def sweep(self) -> None:
        """Remove bytes that no file refers to any more, and what was left of uploads that were cut off."""
        await self.storage.sweep()
        for owner in await self.storage.owners():
            if await self.store.value(sql.IS_WORKSPACE, owner):
                await self._let_go(owner, await self.storage.kept(owner))
            else:
                await self.storage.forget(owner)

    async def _look_ahead(self, workspace_id: str, upload: Upload, folder: str, name: str) -> None:
        """Refuse what would be refused in the end before all of it has come."""
        if upload.size is not None:
            if upload.size > self.limits.file:
                raise FileTooLarge(self.limits.file)
            if upload.if_exists != "replace":
                await self._check_quota(workspace_id, upload.size)
        if upload.if_exists == "refuse" and await self.find(workspace_id, folder, name):
            raise _taken(name, folder)

    async def _check_quota(self, workspace_id: str, size: int, *, instead_of: str | None = None) -> None:
        most = self.limits.workspace
        if most and (used := await self.store.value(sql.USED, workspace_id, instead_of)) + size > most:
            raise TooLarge(
                f"The files of a workspace have at most {most} bytes here; {used} are used, and this is {size}.",
                code="file_quota",
            )

    async def _let_go(self, workspace_id: str, digests: "Sequence[str] | set[str]") -> None:
        """Remove bytes unless a file refers to them; nobody brings the same ones meanwhile."""
        async with self.store.transaction() as connection:
            await connection.execute(sql.LOCK, workspace_id)
            held = {row["digest"] for row in await connection.fetch(sql.HELD, workspace_id, list(digests))}
            for digest in digests:
                if digest not in held:
                    await self.storage.remove(workspace_id, digest)


async def _chosen(
    connection: Connection, workspace_id: str, folder: str, name: str, if_exists: IfExists
) -> tuple[str, str, bool]:
    """The id and the name that a file gets, and whether it is new."""
    taken = await connection.fetchval(sql.FIND, workspace_id, folder, name)
    if taken is None:
        return new_id(), name, True
    match if_exists:
        case "replace":
            return taken, name, False
        case "refuse":
            raise _taken(name, folder)
        case "number":
            number = 2
            while await connection.fetchval(sql.FIND, workspace_id, folder, numbered(name, number)):
                number += 1
            return new_id(), numbered(name, number), True


def _taken(name: str, folder: str) -> Conflict:
    where = f"In {folder!r}" if folder else "Here"
    return Conflict(f"{where} is a file {name!r} already; replace it, or keep both.", code="name_taken")


def _patterns(accept: Sequence[str]) -> tuple[list[str] | None, list[str]]:
    """Patterns of media types and of endings; no list of the first where anything goes."""
    if not accept or "*/*" in accept:
        return None, []
    kinds = [_like(one).strip("%").replace("*", "%") for one in accept if "/" in one]
    return kinds, ["%" + _like(one).strip("%") for one in accept if one.startswith(".")]


def _like(text: str) -> str:
    """A text as a pattern that finds it anywhere, whatever it holds."""
    escaped = text.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def _within(folder: str) -> str:
    return f"{folder}/" if folder else ""


def _file(row: Row) -> FileEntry:
    return FileEntry(**{name: row[name] for name in FileEntry.__struct_fields__})
