"""`sim file`: the files of the workspace."""

import sys
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import cyclopts

from sim_core.commands.terminal import Json, Usage, emit, run_async, table
from sim_core.errors import Missing

if TYPE_CHECKING:
    from sim_core.commands.database import Desk
    from sim_core.store.files import FileEntry, Files, IfExists

app = cyclopts.App(name="file", help="List, bring, fetch and delete files of the workspace.")
PIECE = 1 << 20
Folder = Annotated[str, cyclopts.Parameter(help="Folder of the workspace; the top when left out.")]


@app.command(name="list")
def list_files(*, folder: Folder = "", search: str = "", json: Json = False) -> None:
    """List the files of a folder, or with --search those of all folders whose names hold it."""
    found = run_async(_list(folder, search))
    if json:
        emit({"items": found})
        return
    rows = [(f"{one.size:>12}", f"{one.updated_at:%Y-%m-%d %H:%M}", one.media_type, _path(one)) for one in found]
    table(rows, empty="There are no files here; `sim file put FILE` brings one.")


@app.command
def put(
    file: Annotated[Path, cyclopts.Parameter(help="File of this machine.")],
    /,
    *,
    folder: Folder = "",
    name: Annotated[str, cyclopts.Parameter(help="What to call it; left out, as it is called here.")] = "",
    replace: Annotated[bool, cyclopts.Parameter(negative="", help="Take the place of one of that name.")] = False,
    json: Json = False,
) -> None:
    """Bring a file into the workspace; one whose name is taken is refused, unless it replaces it."""
    if not file.is_file():
        raise Usage(f"There is no file {str(file)!r} on this machine.")
    made = run_async(_put(file, folder, name or file.name, "replace" if replace else "refuse"))
    if json:
        emit(made)
    else:
        print(f"Brought {_path(made)} ({made.size} bytes, {made.id}).")


@app.command
def get(
    path: Annotated[str, cyclopts.Parameter(help="Folder and name, or the id.")],
    /,
    *,
    to: Annotated[str, cyclopts.Parameter(help="Where to write it; - is the output.", allow_leading_hyphen=True)] = "",
) -> None:
    """Fetch a file to this machine; nothing of this machine is written over."""
    run_async(_get(path, to))


@app.command
def delete(
    path: Annotated[str, cyclopts.Parameter(help="Folder and name, or the id.")], /, *, json: Json = False
) -> None:
    """Delete a file, for good."""
    gone = run_async(_delete(path))
    if json:
        emit({"deleted": gone.id})
    else:
        print(f"Deleted {_path(gone)}.")


@asynccontextmanager
async def _opened() -> "AsyncGenerator[tuple[Desk, Files]]":
    from sim_core.app.files import open_files
    from sim_core.commands.database import desk

    async with desk() as here:
        yield here, open_files(here.settings, here.store)


async def _list(folder: str, search: str) -> "list[FileEntry]":
    from sim_core.store.filenames import folder_of
    from sim_core.store.files import Wanted

    wanted = Wanted(folder=None if search else folder_of(folder), search=search)
    found: list[FileEntry] = []
    cursor: str | None = ""
    async with _opened() as (here, files):
        while cursor is not None:
            page, cursor = await files.list(here.workspace_id, wanted, after=cursor, limit=500)
            found += page
    return found


async def _put(file: Path, folder: str, name: str, if_exists: "IfExists") -> "FileEntry":
    from sim_core.store.files import Upload

    async with _opened() as (here, files):
        upload = Upload(name=name, folder=folder, if_exists=if_exists, size=file.stat().st_size)
        with file.open("rb") as content:
            made, is_new = await files.put(here.workspace_id, upload, _pieces(content), actor=here.user_id)
        await _record(here, "file.upload" if is_new else "file.replace", made)
        return made


async def _get(path: str, to: str) -> None:
    async with _opened() as (here, files):
        file = await _find(here, files, path)
        pieces = await files.read(here.workspace_id, file)
        if to == "-":
            await _write(sys.stdout.buffer, pieces)
            return
        place = Path(to or file.name)
        place = place / file.name if place.is_dir() else place
        with place.open("xb") as content:
            await _write(content, pieces)
        print(f"Wrote {place} ({file.size} bytes).")


async def _delete(path: str) -> "FileEntry":
    async with _opened() as (here, files):
        gone = await files.delete(here.workspace_id, (await _find(here, files, path)).id)
        await _record(here, "file.delete", gone)
        return gone


async def _find(here: "Desk", files: "Files", path: str) -> "FileEntry":
    """A file by its id, or by its folder and name."""
    from sim_core.store.filenames import folder_of, name_of

    folder, _, name = path.strip("/").rpartition("/")
    if id := await files.find(here.workspace_id, folder_of(folder), name_of(name)):
        return await files.get(here.workspace_id, id)
    try:
        return await files.get(here.workspace_id, path)
    except Missing:
        raise Missing(f"There is no file {path!r}; `sim file list` shows them.") from None


async def _record(here: "Desk", action: str, file: "FileEntry") -> None:
    from sim_core.accounts import audit

    source = audit.Source(actor_id=here.user_id, actor="command line")
    thing = ("file", file.id)
    await audit.record(here.store, source, action, thing, after=file.facts(), workspace_id=here.workspace_id)


async def _pieces(content: BinaryIO) -> AsyncGenerator[bytes]:
    while piece := content.read(PIECE):
        yield piece


async def _write(content: BinaryIO, pieces: AsyncIterator[bytes]) -> None:
    async for piece in pieces:
        content.write(piece)


def _path(file: "FileEntry") -> str:
    return f"{file.folder}/{file.name}" if file.folder else file.name
