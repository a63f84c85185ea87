"""Runs that build on an earlier one: from a block of it, or all of it again, with inputs that somebody edited."""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from sim_core.document.reduce import digest
from sim_core.document.references import pointer
from sim_core.document.workflow import Workflow
from sim_core.errors import Conflict, Invalid, Problem
from sim_core.flow.events import Event, RunStarted
from sim_core.flow.forms import form
from sim_core.flow.plan import Plan
from sim_core.flow.replay import check_from
from sim_core.flow.starts import Find
from sim_core.jobs.documents import Picked
from sim_core.jobs.orders import Order
from sim_core.jobs.past import bases_of, history
from sim_core.jobs.running import Past
from sim_core.store import runs as stored
from sim_core.store.journal import Journal
from sim_core.store.pool import Store
from sim_core.store.runs import Run

GOING = ("pending", "running")

Edits = Mapping[str, Mapping[str, Any]]
"""New values of fields, by block id."""


class Wish(Struct, frozen=True, kw_only=True):
    """What is to be different this time."""

    from_block: str | None = None
    input: Any | UnsetType = UNSET
    values: Edits = {}
    timeout_s: float | None = None
    stop_after: str | None = None
    streams: bool = False
    idempotency_key: str | None = None
    actor: str = ""
    strict: bool = False
    """Whether a block in a container is refused, rather than its container run."""


async def base_of(store: Store, workspace_id: str, *, run_id: str | None, workflow_id: str | None = None) -> Run:
    """The run to build on: the one asked for, else the workflow's last that has ended; raises `Conflict`."""
    if run_id is None:
        ended = ("finished", "failed", "cancelled", "paused")
        page = await stored.list_runs(
            store, workspace_id=workspace_id, workflow_id=workflow_id, statuses=ended, limit=1
        )
        if not page.items:
            raise Conflict("The workflow has not run yet; run it whole first.", code="no_history")
        run_id = page.items[0].id
    run = await stored.get_run(store, run_id, workspace_id)
    if workflow_id is not None and run.workflow_id != workflow_id:
        raise Invalid(f"The run {run_id!r} is of another workflow.", code="other_workflow")
    if run.status in GOING:
        raise Conflict(f"The run {run_id!r} has not ended yet.", code="run_not_ended")
    return run


async def as_it_was(store: Store, run: Run) -> Picked:
    """The document that a run ran."""
    workflow = await stored.kept_document(store, run.snapshot or "")
    return Picked(workflow=workflow, seq=run.workflow_seq or 0, version=run.version)


async def order_again(journal: Journal, run: Run, document: Picked, wish: Wish, *, find: Find) -> Order:
    """The order for a run that builds on another; raises `Invalid` where a block or a field is not there."""
    workflow = edited(document.workflow, wish.values, find)
    facts: Mapping[str, Any] = run.facts or {}
    begin = wish.from_block
    if begin is not None and not (wish.strict and begin in workflow.blocks):
        begin = outermost(workflow, begin)
    past = await history(journal, run.id) if begin is not None else ()
    return Order(
        workspace_id=run.workspace_id,
        workflow_id=run.workflow_id,
        workflow=workflow,
        edited=digest(workflow),
        seq=document.seq,
        version=document.version,
        input=run.input if wish.input is UNSET else wish.input,
        start=facts.get("start"),
        stop_after=wish.stop_after,
        timeout_s=wish.timeout_s,
        trigger="replay",
        actor=wish.actor,
        streams=wish.streams,
        idempotency_key=wish.idempotency_key,
        from_block=begin,
        bases=(*bases_of(run), (run.id, len(past))) if begin is not None else (),
        repeats=run.id,
    )


def edited(workflow: Workflow, values: Edits, find: Find) -> Workflow:
    """The document with other values in fields of blocks; raises `Invalid` with each block or field not there."""
    if not values:
        return workflow
    if problems := [problem for id, fields in values.items() for problem in _amiss(workflow, id, fields, find)]:
        words = "; ".join(problem.message for problem in problems)
        raise Invalid(words, code=problems[0].code, problems=problems)
    blocks = dict(workflow.blocks)
    for id, fields in values.items():
        blocks[id] = replace(blocks[id], values={**blocks[id].values, **fields}, pinned=None)
    return replace(workflow, blocks=blocks)


def _amiss(workflow: Workflow, id: str, values: Mapping[str, Any], find: Find) -> Iterator[Problem]:
    block = workflow.blocks.get(id)
    if block is None:
        yield _no_block(id, f"/values/{pointer(id)}")
        return
    type = find(block.type)
    known = form(type.input_for({**block.values, **values})) if type is not None else values
    for field in values:
        if field not in known:
            words = f"{block.name!r} has no field {field!r}; it has {', '.join(sorted(known))}"
            at = f"/values/{pointer(id)}/{pointer(field)}"
            yield Problem(code="no_such_field", message=words, pointer=at, block=id, field=field)


def outermost(workflow: Workflow, block: str) -> str:
    """The block, or the outermost container around it: a step within one cannot run without its siblings."""
    if block not in workflow.blocks:
        problem = _no_block(block, "/from_block")
        raise Invalid(problem.message, code="no_such_block", problems=[problem])
    seen: set[str] = set()
    while block not in seen:
        seen.add(block)
        parent = workflow.blocks[block].parent
        block = parent if parent is not None and parent in workflow.blocks else block
    return block


async def past_of(journal: Journal, order: Order, plan: Plan) -> Past:
    """What a new run builds on; raises `Invalid` where it cannot begin there."""
    if order.from_block is None:
        return Past()
    events = await history(journal, "", order.bases)
    check_from(plan, events, order.from_block)
    return Past(events=events, from_block=order.from_block)


async def past_behind(
    journal: Journal, run: Run, events: tuple[Event, ...], answers: Mapping[str, Mapping[str, Any]]
) -> Past:
    """What a run that goes on has behind it: the runs it builds on, and its own events so far."""
    bases = bases_of(run)
    if not bases:
        return Past(events=events, answers=answers)
    facts: Mapping[str, Any] = run.facts or {}
    begun = any(isinstance(event, RunStarted) for event in events)
    before = await history(journal, "", bases)
    return Past(events=(*before, *events), answers=answers, from_block=None if begun else facts.get("from_block"))


def _no_block(id: str, pointer: str) -> Problem:
    return Problem(code="no_such_block", message=f"The workflow has no block {id!r}.", pointer=pointer, block=id)
