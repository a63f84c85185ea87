"""Files of the workspace: listed, brought, fetched, renamed, moved and deleted."""

from typing import Annotated, Any
from urllib.parse import quote

import msgspec
from litestar.response.base import ASGIResponse
from litestar.response.streaming import ASGIStreamingResponse
from msgspec import Meta, Struct

from sim_core.accounts import audit
from sim_core.rest.ranges import Part, part_of
from sim_core.rest.routes import Call, Nothing, route
from sim_core.store.filenames import folder_of
from sim_core.store.files import FileEntry, FileFolder, IfExists, Upload, Wanted

Id = Annotated[str, Meta(max_length=64, pattern=r"^[^\x00]*$")]
Path = Annotated[str, Meta(max_length=6000)]
Name = Annotated[str, Meta(max_length=1000)]


class FileQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which files are wanted."""

    folder: Path | None = None
    """Only of this folder, and with the folders in it; the top is empty. Left out, of all folders."""
    search: Annotated[str, Meta(max_length=255, pattern=r"^[^\x00]*$")] = ""
    """What a name holds, in any case."""
    accept: Annotated[str, Meta(max_length=1000, pattern=r"^[^\x00]*$")] = ""
    """Media types and endings, as `image/*, .pdf`."""
    limit: Annotated[int, Meta(ge=1, le=500)] = 100
    cursor: Annotated[str, Meta(max_length=1200, pattern=r"^[^\x00]*$")] = ""


class FilePage(Struct, frozen=True, kw_only=True):
    """Files by their names, and how much there may be."""

    items: tuple[FileEntry, ...]
    next_cursor: str | None
    folders: tuple[FileFolder, ...]
    """The folders in the folder that was asked about."""
    used: int
    """Bytes of all files of the workspace."""
    quota: int
    """How many there may be; 0 is any number."""
    max_bytes: int
    """Bytes of one file at most."""


class UploadQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the file is called, and where it goes."""

    name: Name
    folder: Path = ""
    if_exists: IfExists = "refuse"
    """What becomes of it when its name is taken: it is refused, numbered, or takes the place of what is there."""
    sha256: Annotated[str, Meta(max_length=64, pattern="^[0-9a-fA-F]*$")] = ""
    """What its bytes have to come to; what was damaged on its way is refused."""


class ChangeFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a file is called, and where it lies."""

    name: Name | None = None
    folder: Path | None = None


class MoveFolder(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A folder, and where it goes with all that lies in it."""

    folder: Path
    to: Path


class DeleteFolder(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A folder that goes with all that lies in it."""

    folder: Path


class FilesTouched(Struct, frozen=True, kw_only=True):
    """How many files it was."""

    files: int


@route("GET", "/files", scope="read", query=FileQuery, reply=FilePage)
async def list_files(call: Call[None, FileQuery]) -> FilePage:
    """List the files of a folder, or those of all folders that fit."""
    files, query = call.services.files, call.query
    folder = None if query.folder is None else folder_of(query.folder)
    accept = tuple(one.strip().lower() for one in query.accept.split(",") if one.strip())
    wanted = Wanted(folder=folder, search=query.search, accept=accept)
    items, cursor = await files.list(call.workspace_id, wanted, after=query.cursor, limit=query.limit)
    shows_folders = folder is not None and not query.cursor
    return FilePage(
        items=items,
        next_cursor=cursor,
        folders=await files.folders(call.workspace_id, folder) if shows_folders and folder is not None else (),
        used=await files.used(call.workspace_id),
        quota=files.limits.workspace,
        max_bytes=files.limits.file,
    )


@route(
    "POST",
    "/files",
    scope="write",
    raw="*/*",
    streams=True,
    query=UploadQuery,
    reply=FileEntry,
    status=201,
    also={200: "It took the place of what was there.", 507: "The disk has no room left."},
)
async def upload_file(call: Call[None, UploadQuery]) -> ASGIResponse:
    """Bring a file: the body is the file itself, and `Content-Type` its kind.

    Nobody sees it before all of it is safe on the disk.
    """
    query, said = call.query, call.headers.get("content-length", "")
    upload = Upload(
        name=query.name,
        folder=query.folder,
        media_type=call.headers.get("content-type", ""),
        if_exists=query.if_exists,
        digest=query.sha256,
        size=int(said) if said.isdecimal() else None,
    )
    file, is_new = await call.services.files.put(call.workspace_id, upload, call.pieces(), actor=call.user_id)
    await _record(call, "file.upload" if is_new else "file.replace", file.id, after=file.facts())
    return ASGIResponse(
        body=msgspec.json.encode(file), status_code=201 if is_new else 200, media_type="application/json"
    )


@route("GET", "/files/{file_id}", scope="read", reply=FileEntry)
async def read_file(call: Call[None, Nothing]) -> FileEntry:
    """Read what is known of a file."""
    return await call.services.files.get(call.workspace_id, call.id("file_id"))


@route(
    "GET",
    "/files/{file_id}/content",
    scope="read",
    produces="*/*",
    also={206: "A part of it, as `Range` asked.", 304: "It is as it was.", 416: "It has no such part."},
)
async def download_file(call: Call[None, Nothing]) -> Any:
    """Fetch the bytes of a file, or with `Range` a part of them; always to be kept, never to be shown as a page."""
    file = await call.services.files.get(call.workspace_id, call.id("file_id"))
    headers = {
        "etag": f'"{file.digest}"',
        "accept-ranges": "bytes",
        "cache-control": "private, no-cache",
        "content-disposition": _attached(file.name),
    }
    match part_of(call.headers, size=file.size, etag=headers["etag"]):
        case "same":
            return ASGIResponse(status_code=304, headers=headers)
        case "none":
            headers["content-range"] = f"bytes */{file.size}"
            return ASGIResponse(status_code=416, headers=headers)
        case Part(start=start, size=size) as part:
            status = 206 if part.is_part else 200
            if part.is_part:
                headers["content-range"] = f"bytes {start}-{start + size - 1}/{file.size}"
            pieces = await call.services.files.read(call.workspace_id, file, start=start, size=size)
            headers["content-length"] = str(size)
            return ASGIStreamingResponse(
                iterator=pieces, status_code=status, media_type=file.media_type, headers=headers
            )


@route("PATCH", "/files/{file_id}", scope="write", body=ChangeFile, reply=FileEntry)
async def change_file(call: Call[ChangeFile, Nothing]) -> FileEntry:
    """Rename a file, or put it into another folder."""
    body, id = call.body, call.id("file_id")
    was, now = await call.services.files.change(call.workspace_id, id, name=body.name, folder=body.folder)
    await _record(call, "file.change", id, before=_place(was), after=_place(now))
    return now


@route("DELETE", "/files/{file_id}", scope="write", status=204)
async def delete_file(call: Call[None, Nothing]) -> None:
    """Delete a file, for good."""
    was = await call.services.files.delete(call.workspace_id, call.id("file_id"))
    await _record(call, "file.delete", was.id, before=was.facts())


@route("POST", "/files/folders/move", scope="write", body=MoveFolder, reply=FilesTouched)
async def move_folder_of_files(call: Call[MoveFolder, Nothing]) -> FilesTouched:
    """Call a folder otherwise or put it elsewhere, with all that lies in it."""
    body = call.body
    moved = await call.services.files.move_folder(call.workspace_id, body.folder, body.to)
    await _record(call, "file_folder.change", "", before={"folder": body.folder}, after={"folder": body.to})
    return FilesTouched(files=moved)


@route("POST", "/files/folders/delete", scope="write", body=DeleteFolder, reply=FilesTouched)
async def delete_folder_of_files(call: Call[DeleteFolder, Nothing]) -> FilesTouched:
    """Delete a folder with all that lies in it, for good."""
    gone = await call.services.files.delete_folder(call.workspace_id, call.body.folder)
    await _record(call, "file_folder.delete", "", before={"folder": call.body.folder, "files": gone})
    return FilesTouched(files=gone)


def _attached(name: str) -> str:
    """A name for whoever keeps the file, and one that old programs can read."""
    plain = "".join(
        letter if letter.isascii() and letter.isprintable() and letter not in '"\\%' else "_" for letter in name
    )
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _place(file: FileEntry) -> dict[str, Any]:
    return {"folder": file.folder, "name": file.name}


async def _record(call: Call[Any, Any], action: str, id: str, **how: Any) -> None:
    thing = (action.partition(".")[0], id)
    await audit.record(call.services.store, call.source, action, thing, workspace_id=call.workspace_id, **how)


ROUTES = (
    list_files,
    upload_file,
    read_file,
    download_file,
    change_file,
    delete_file,
    move_folder_of_files,
    delete_folder_of_files,
)
