"""Deployments: the draft frozen as numbered versions that never change."""

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from sim_core.document.workflow import Workflow
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


class FrozenVersion(Version, frozen=True, kw_only=True):
    """A version with the document that it froze."""

    workflow: Workflow


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


@route("GET", "/workflows/{workflow_id}/deployments", scope="read", reply=VersionList)
async def list_deployments(call: Call[None, Nothing]) -> VersionList:
    """List the versions of a workflow."""
    workflow_id = call.id("workflow_id")
    await documents.load(call.services.store, workflow_id, call.workspace_id)
    found = await deployments.list_versions(call.services.store, workflow_id, call.workspace_id)
    return VersionList(items=found)


@route("GET", "/workflows/{workflow_id}/deployments/{version}", scope="read", reply=FrozenVersion)
async def read_deployment(call: Call[None, Nothing]) -> FrozenVersion:
    """Read a version, by its number or as `live`, with the document that it froze."""
    number = None if call.text("version") == "live" else _number(call)
    store = call.services.store
    version = await deployments.get_version(store, call.id("workflow_id"), call.workspace_id, version=number)
    return FrozenVersion(**msgspec.structs.asdict(version), workflow=await deployments.document_of(store, version))


@route("POST", "/workflows/{workflow_id}/undeploy", scope="write", status=204)
async def undeploy_workflow(call: Call[None, Nothing]) -> None:
    """Leave the workflow without a live version; all versions stay."""
    await deployments.undeploy(call.services.store, call.id("workflow_id"), call.workspace_id)


@route("POST", "/workflows/{workflow_id}/deployments/{version}/promote", scope="write", reply=Version)
async def promote_version(call: Call[None, Nothing]) -> Version:
    """Make a version the live one; an earlier one to roll back."""
    return await deployments.promote(
        call.services.store, call.id("workflow_id"), call.workspace_id, version=_number(call)
    )


def _number(call: Call[None, Nothing]) -> int:
    text = call.text("version")
    if not (text.isascii() and text.isdecimal() and len(text) < 9):
        raise Missing(f"There is no version {text[:40]!r}.")
    return int(text)


ROUTES = (deploy_workflow, list_deployments, read_deployment, undeploy_workflow, promote_version)
