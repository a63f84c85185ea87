"""Workflows: make, load, list, duplicate, archive, delete."""

from datetime import datetime

from msgspec import Struct

from sim_core.document.operations import AddBlocks, AddVariables, Operation
from sim_core.document.workflow import Workflow
from sim_core.errors import Invalid, Missing, Problem
from sim_core.ids import new_id
from sim_core.store.chains import Appended, Batch, Chain, make
from sim_core.store.lives import TELL
from sim_core.store.pool import Store
from sim_core.store.reading import decode_operation, fresh_state, head
from sim_core.store.sql import documents as sql
from sim_core.store.states import Stored

__all__ = ["Change", "Page", "Stored", "Summary", "create_workflow", "load"]


class Summary(Struct, frozen=True, kw_only=True):
    """A workflow without its document."""

    id: str
    workspace_id: str
    name: str
    description: str
    seq: int
    folder_id: str | None
    created_by: str | None
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None
    position: int | None
    """Order among its neighbours in the folder; those without one come first, the newest before."""


class Page(Struct, frozen=True, kw_only=True):
    """Some workflows, and where the next ones begin."""

    items: tuple[Summary, ...]
    next: str | None = None


class Change(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One operation of a workflow's history."""

    seq: int
    effective: Operation
    actor: str
    client_id: str
    at: datetime
    cseq: int | None = None
    ts: int | None = None
    op: Operation | None = None
    """What was asked, where it differs from what took effect."""


async def create_workflow(
    store: Store,
    *,
    workspace_id: str,
    actor: str,
    document: Workflow | None = None,
    name: str = "",
    description: str = "",
    folder_id: str | None = None,
) -> Stored:
    """Make a workflow, empty or holding a document; raises `Invalid` with every problem of the document."""
    document = document or Workflow()
    title = name or document.name or "Untitled workflow"
    empty = Workflow(name=title, description=description or document.description)
    start = Stored(id=new_id(), workspace_id=workspace_id, workflow=empty, seq=0, folder_id=folder_id, created_by=actor)
    chain = Chain(start)
    ops = _contents(document)
    chain.add(0, Batch(workflow_id=start.id, workspace_id=workspace_id, ops=ops, actor=actor, whole=True), {})
    done = chain.results[0]
    if isinstance(done, Appended) and done.refusals:
        raise Invalid(
            f"The document cannot be stored: {done.refusals[0].message}",
            code="invalid_document",
            problems=[
                Problem(code=why.code, message=why.message, pointer=_in_document(document, why.pointer))
                for why in done.refusals
            ],
        )
    if folder_id is not None:
        await _folder(store, folder_id, workspace_id)
    await make(store, chain)
    return await load(store, start.id, workspace_id)


async def load(store: Store, workflow_id: str, workspace_id: str) -> Stored:
    """A workflow with its document as it stands; raises `Missing`."""
    stored = await fresh_state(store, workflow_id)
    if stored is None or stored.workspace_id != workspace_id:
        raise _missing(workflow_id)
    return stored


async def list_workflows(
    store: Store,
    *,
    workspace_id: str,
    after: str | None = None,
    limit: int = 50,
    folder_id: str | None = None,
    archived: bool = False,
) -> Page:
    """A workspace's workflows, newest first; `after` is the `next` of the page before."""
    rows = await store.rows(sql.LIST, workspace_id, after, folder_id, archived, limit + 1)
    items = tuple(
        Summary(name=row["name"], description=row["description"], position=row["position"], **head(row))
        for row in rows[:limit]
    )
    return Page(items=items, next=items[-1].id if len(rows) > limit else None)


async def history(
    store: Store, workflow_id: str, workspace_id: str, *, after: int = 0, limit: int = 500
) -> tuple[Change, ...]:
    """The operations of a workflow after a sequence number, in order."""
    rows = await store.rows(sql.OPERATIONS, workflow_id, workspace_id, after, limit)
    return tuple(
        Change(
            seq=row["seq"],
            effective=decode_operation(row["effective"]),
            actor=row["actor"],
            client_id=row["client_id"],
            at=row["at"],
            cseq=row["cseq"],
            ts=row["ts"],
            op=None if row["op"] is None else decode_operation(row["op"]),
        )
        for row in rows
    )


async def duplicate(store: Store, workflow_id: str, workspace_id: str, *, actor: str, name: str = "") -> Stored:
    """Make a copy of a workflow beside it."""
    stored = await load(store, workflow_id, workspace_id)
    return await create_workflow(
        store,
        workspace_id=workspace_id,
        actor=actor,
        document=stored.workflow,
        name=name or f"{stored.workflow.name} (copy)",
        folder_id=stored.folder_id,
    )


async def delete(store: Store, workflow_id: str, workspace_id: str) -> None:
    """Delete a workflow; its rows and history stay until they are purged."""
    if not await store.execute(sql.DELETE, workflow_id, workspace_id):
        raise _missing(workflow_id)
    store.states.drop(workflow_id)
    store.lives.hear(workflow_id)
    await store.execute(TELL, workflow_id)


async def archive(store: Store, workflow_id: str, workspace_id: str, *, archived: bool = True) -> None:
    """Put a workflow away, or take it out again."""
    if not await store.execute(sql.ARCHIVE, workflow_id, workspace_id, archived):
        raise _missing(workflow_id)
    store.states.drop(workflow_id)


def _in_document(document: Workflow, pointer: str) -> str:
    """A pointer into the operations that make a document, as one into the document, whose parts go by their ids."""
    _, part, index, *rest = [*pointer.split("/"), "", ""]
    known: dict[str, list[str]] = {
        "blocks": list(document.blocks),
        "edges": list(document.edges),
        "subflows": list(document.subflows),
        "variables": list(document.variables),
    }
    if part not in known or not index.isdecimal() or int(index) >= len(known[part]):
        return pointer
    return "/".join(["", part, known[part][int(index)], *rest]).rstrip("/")


def _contents(document: Workflow) -> tuple[Operation, ...]:
    ops: list[Operation] = []
    if document.blocks:
        blocks, edges = tuple(document.blocks.values()), tuple(document.edges.values())
        ops.append(AddBlocks(blocks=blocks, edges=edges, subflows=tuple(document.subflows.values())))
    if document.variables:
        ops.append(AddVariables(variables=tuple(document.variables.values())))
    return tuple(ops)


def _missing(workflow_id: str) -> Missing:
    return Missing(f"There is no workflow {workflow_id!r}")


async def _folder(store: Store, folder_id: str, workspace_id: str) -> None:
    if not await store.value(sql.HAS_FOLDER, folder_id, workspace_id):
        raise Missing(f"There is no folder {folder_id!r}")
