"""Folders of workflows: made, renamed, deleted; and where workflows and folders stand."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from sim_core.rest.routes import Call, Nothing, route
from sim_core.store import folders, order

Title = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]*$")]
Id = Annotated[str, Meta(max_length=64, pattern=r"^[^\x00]*$")]


class FolderEntry(Struct, frozen=True, kw_only=True):
    """A folder of workflows."""

    id: str
    name: str
    parent_id: str | None
    position: int | None
    """Order among its neighbours; those without one follow by name."""
    created_at: datetime


class FolderList(Struct, frozen=True, kw_only=True):
    """All folders of a workspace, in their order."""

    items: tuple[FolderEntry, ...]
    next_cursor: str | None = None


class NewFolder(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A folder to be made."""

    name: Title
    parent_id: Id | None = None
    """The folder that it lies in."""


class ChangeFolder(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a folder is called."""

    name: Title


class Standing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where something stands."""

    folder_id: Id | None = None
    """The folder that it lies in; `null` is none."""
    before: Id | None = None
    """The neighbour that follows it; `null` is the end."""


@route("GET", "/folders", scope="read", reply=FolderList)
async def list_folders(call: Call[None, Nothing]) -> FolderList:
    """List all folders."""
    found = await folders.list_folders(call.services.store, call.workspace_id)
    return FolderList(items=tuple(msgspec.convert(one, FolderEntry, from_attributes=True) for one in found))


@route("POST", "/folders", scope="write", body=NewFolder, reply=FolderEntry, status=201)
async def create_folder(call: Call[NewFolder, Nothing]) -> FolderEntry:
    """Make a folder, in another or in none."""
    body = call.body
    made = await folders.create_folder(
        call.services.store, workspace_id=call.workspace_id, name=body.name, parent_id=body.parent_id
    )
    return msgspec.convert(made, FolderEntry, from_attributes=True)


@route("PATCH", "/folders/{folder_id}", scope="write", body=ChangeFolder, status=204)
async def change_folder(call: Call[ChangeFolder, Nothing]) -> None:
    """Rename a folder."""
    await folders.rename_folder(call.services.store, call.id("folder_id"), call.workspace_id, call.body.name)


@route("PUT", "/folders/{folder_id}/place", scope="write", body=Standing, status=204)
async def place_folder(call: Call[Standing, Nothing]) -> None:
    """Put a folder into another or out of all, before a neighbour or at the end."""
    body, id = call.body, call.id("folder_id")
    await order.place_folder(call.services.store, id, call.workspace_id, parent_id=body.folder_id, before=body.before)


@route("DELETE", "/folders/{folder_id}", scope="write", status=204)
async def delete_folder(call: Call[None, Nothing]) -> None:
    """Delete a folder; what lies in it moves up."""
    await folders.delete_folder(call.services.store, call.id("folder_id"), call.workspace_id)


@route("PUT", "/workflows/{workflow_id}/place", scope="write", body=Standing, status=204)
async def place_workflow(call: Call[Standing, Nothing]) -> None:
    """Put a workflow into a folder or out of all, before a neighbour or at the end."""
    body, id = call.body, call.id("workflow_id")
    await order.place_workflow(call.services.store, id, call.workspace_id, folder_id=body.folder_id, before=body.before)


ROUTES = (list_folders, create_folder, change_folder, place_folder, delete_folder, place_workflow)
