"""Workflows: made, read, listed, changed by operations, duplicated, checked and deleted."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from sim_core.document.majors import modernise
from sim_core.document.operations import Operation
from sim_core.document.validate import check
from sim_core.document.workflow import Workflow
from sim_core.errors import Invalid, Problem
from sim_core.rest.routes import Call, Count, Nothing, route
from sim_core.store import documents
from sim_core.store.chains import Appended
from sim_core.store.operations import append_ops

MOST_OPS = 1000


class NewWorkflow(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A workflow to be made: empty, or from a document."""

    name: Annotated[str, Meta(max_length=255)] = ""
    description: Annotated[str, Meta(max_length=10_000)] = ""
    folder_id: str | None = None
    workflow: Workflow | None = None


class WorkflowReply(Struct, frozen=True, kw_only=True):
    """A workflow and where its history stands."""

    id: str
    name: str
    description: str
    folder_id: str | None
    seq: int
    """Number of the last operation; send it as `expected_seq` to change nothing that you have not seen."""
    created_at: datetime | None
    updated_at: datetime | None
    workflow: Workflow


class WorkflowEntry(Struct, frozen=True, kw_only=True):
    """A workflow in a list."""

    id: str
    name: str
    description: str
    folder_id: str | None
    position: int | None
    """Order among its neighbours in the folder; those without one come first, the newest before."""
    seq: int
    created_at: datetime | None
    updated_at: datetime | None


class WorkflowPage(Struct, frozen=True, kw_only=True):
    """Part of the list of workflows, the newest first."""

    items: tuple[WorkflowEntry, ...]
    next_cursor: str | None
    """Send it as `cursor` for what follows."""


class PageQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which part of the list."""

    cursor: str = ""
    limit: Annotated[int, Meta(ge=1, le=200)] = 50
    folder_id: str = ""
    archived: bool = False
    """Those that were put away, instead."""


class Operations(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Changes to a workflow, in order."""

    operations: Annotated[tuple[Operation, ...], Meta(min_length=1, max_length=MOST_OPS)]
    client_id: Annotated[str, Meta(max_length=128)] = ""
    """Who sends them, in words of your own; with `cseq` each is applied once, however often it is sent."""
    cseq: Count | None = None
    """Your number of the first operation; the others follow."""
    expected_seq: Count | None = None
    """Refuse them all when the workflow has changed since."""
    whole: bool = False
    """Refuse them all when one is refused."""


class Duplicate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the copy is called."""

    name: Annotated[str, Meta(max_length=255)] = ""


class Validation(Struct, frozen=True, kw_only=True):
    """Everything that is wrong with a workflow."""

    valid: bool
    """Whether it can run."""
    problems: tuple[Problem, ...]


@route("POST", "/workflows", scope="write", body=NewWorkflow, reply=WorkflowReply, status=201)
async def create_workflow(call: Call[NewWorkflow, Nothing]) -> WorkflowReply:
    """Make a workflow, empty or from a document."""
    body = call.body
    try:
        stored = await documents.create_workflow(
            call.services.store,
            workspace_id=call.workspace_id,
            actor=call.user_id,
            document=body.workflow,
            name=body.name,
            description=body.description,
            folder_id=body.folder_id,
        )
    except Invalid as error:
        if error.reason != "invalid_document":
            raise
        problems = [replace(problem, pointer=f"/workflow{problem.pointer}") for problem in error.problems]
        raise Invalid(error.message, code=error.reason, problems=problems) from None
    return of_stored(stored)


@route("GET", "/workflows", scope="read", query=PageQuery, reply=WorkflowPage)
async def list_workflows(call: Call[None, PageQuery]) -> WorkflowPage:
    """List the workflows."""
    page = await documents.list_workflows(
        call.services.store,
        workspace_id=call.workspace_id,
        after=call.query.cursor or None,
        limit=call.query.limit,
        folder_id=call.query.folder_id or None,
        archived=call.query.archived,
    )
    return WorkflowPage(items=tuple(_entry(one) for one in page.items), next_cursor=page.next)


@route("GET", "/workflows/{workflow_id}", scope="read", reply=WorkflowReply)
async def read_workflow(call: Call[None, Nothing]) -> WorkflowReply:
    """Read a workflow with its document."""
    return of_stored(await documents.load(call.services.store, call.id("workflow_id"), call.workspace_id))


@route(
    "PATCH",
    "/workflows/{workflow_id}",
    scope="write",
    body=Operations,
    reply=Appended,
    also={409: "The workflow has changed since `expected_seq`.", 422: "Operations were refused; `problems` says why."},
)
async def change_workflow(call: Call[Operations, Nothing]) -> Appended:
    """Change a workflow by operations.

    Answers with what really changed. When some operations were applied and others refused, `refusals` names the
    refused; when nothing was applied and something refused, the answer is a problem.
    """
    return await _change(call)


@route(
    "POST",
    "/workflows/{workflow_id}/operations",
    scope="write",
    body=Operations,
    reply=Appended,
    also={409: "The workflow has changed since `expected_seq`.", 422: "Operations were refused; `problems` says why."},
)
async def append_operations(call: Call[Operations, Nothing]) -> Appended:
    """Change a workflow by operations; the same as PATCH of the workflow."""
    return await _change(call)


@route("DELETE", "/workflows/{workflow_id}", scope="write", status=204)
async def delete_workflow(call: Call[None, Nothing]) -> None:
    """Delete a workflow; its runs stay."""
    await documents.delete(call.services.store, call.id("workflow_id"), call.workspace_id)


@route("POST", "/workflows/{workflow_id}/duplicate", scope="write", body=Duplicate, reply=WorkflowReply, status=201)
async def duplicate_workflow(call: Call[Duplicate, Nothing]) -> WorkflowReply:
    """Copy a workflow."""
    stored = await documents.duplicate(
        call.services.store,
        call.id("workflow_id"),
        call.workspace_id,
        actor=call.user_id,
        name=call.body.name,
    )
    return of_stored(stored)


@route("POST", "/workflows/{workflow_id}/validate", scope="read", reply=Validation)
async def validate_workflow(call: Call[None, Nothing]) -> Validation:
    """Say everything that is wrong with a workflow, at once."""
    stored = await documents.load(call.services.store, call.id("workflow_id"), call.workspace_id)
    return validation(stored.workflow, call)


def validation(workflow: Workflow, call: Call[Any, Any]) -> Validation:
    """What the rules have to say about a document."""
    modern, notes = modernise(workflow, call.services.registry.block)
    problems = (*notes, *check(modern, call.services.registry.block))
    return Validation(valid=all(problem.severity != "error" for problem in problems), problems=problems)


async def _change(call: Call[Operations, Nothing]) -> Appended:
    body = call.body
    if body.cseq is not None and not body.client_id:
        raise Invalid("`cseq` needs a `client_id`: it counts one client's operations.")
    done = await append_ops(
        call.services.store,
        call.id("workflow_id"),
        body.operations,
        workspace_id=call.workspace_id,
        actor=call.user_id,
        client_id=body.client_id or (f"key:{call.actor.key_id}" if call.actor else ""),
        cseq=body.cseq,
        expected_seq=body.expected_seq,
        whole=body.whole,
    )
    if done.outcome == "refused":
        raise _refused(done)
    return done


def _refused(done: Appended) -> Invalid:
    problems = [
        Problem(code=why.code, message=why.message, pointer=f"/operations/{why.index}{why.pointer}")
        for why in done.refusals
    ]
    return Invalid(f"Nothing was changed: {problems[0].message}.", code="refused_operations", problems=problems)


def of_stored(stored: documents.Stored) -> WorkflowReply:
    """A stored workflow as it is answered."""
    return WorkflowReply(
        id=stored.id,
        name=stored.workflow.name,
        description=stored.workflow.description,
        folder_id=stored.folder_id,
        seq=stored.seq,
        created_at=stored.created_at,
        updated_at=stored.updated_at,
        workflow=stored.workflow,
    )


def _entry(one: Any) -> WorkflowEntry:
    return msgspec.convert(one, WorkflowEntry, from_attributes=True)


ROUTES = (
    list_workflows,
    create_workflow,
    read_workflow,
    change_workflow,
    append_operations,
    delete_workflow,
    duplicate_workflow,
    validate_workflow,
)
