"""Deployments: the draft frozen as numbered versions that never change."""

from typing import Annotated

from msgspec import Meta, Struct

from sim_core.errors import Missing
from sim_core.rest.routes import Call, Nothing, route
from sim_core.store import deployments, documents
from sim_core.store.deployments import Version


class NewDeployment(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A version to be made."""

    note: Annotated[str, Meta(max_length=2000)] = ""
    """What is new in it."""
    durable: bool = True
    """Whether another process goes on with a run of it when the process that performs it dies. `false` saves a few
    milliseconds of each call that must not happen twice; such a run then fails as `interrupted`."""


class VersionList(Struct, frozen=True, kw_only=True):
    """The versions of a workflow, the newest first."""

    items: tuple[Version, ...]
    next_cursor: str | None = None


@route("POST", "/workflows/{workflow_id}/deployments", scope="write", body=NewDeployment, reply=Version, status=201)
async def deploy_workflow(call: Call[NewDeployment, Nothing]) -> Version:
    """Freeze the draft as the next version, and make it the live one."""
    return await deployments.deploy(
        call.services.store,
        call.id("workflow_id"),
        call.workspace_id,
        actor="" if call.who.bound else call.user_id,
        note=call.body.note,
        durable=call.body.durable,
    )


@route("GET", "/workflows/{workflow_id}/deployments", scope=("read", "run"), reply=VersionList)
async def list_deployments(call: Call[None, Nothing]) -> VersionList:
    """List the versions of a workflow."""
    workflow_id = call.id("workflow_id")
    await documents.load(call.services.store, workflow_id, call.workspace_id)
    found = await deployments.list_versions(call.services.store, workflow_id, call.workspace_id)
    return VersionList(items=found)


@route("POST", "/workflows/{workflow_id}/deployments/{version}/promote", scope="write", reply=Version)
async def promote_version(call: Call[None, Nothing]) -> Version:
    """Make a version the live one; an earlier one to roll back."""
    text = call.text("version")
    if not (text.isascii() and text.isdecimal() and len(text) < 9):
        raise Missing(f"There is no version {text[:40]!r}.")
    return await deployments.promote(call.services.store, call.id("workflow_id"), call.workspace_id, version=int(text))


ROUTES = (deploy_workflow, list_deployments, promote_version)
