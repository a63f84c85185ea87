"""Run a workflow: at once, as a stream, or in the background."""

from typing import Annotated, Any
from uuid import UUID

from litestar.response.base import ASGIResponse
from msgspec import UNSET, Meta, Struct, field
from msgspec.structs import replace

from sim_core.errors import Invalid, Missing
from sim_core.jobs.again import Wish, base_of, order_again
from sim_core.jobs.documents import Picked, pick
from sim_core.jobs.orders import Order
from sim_core.rest import answers
from sim_core.rest.permission_groups import allowed
from sim_core.rest.routes import Call, route
from sim_core.rest.selected import selected, selection
from sim_core.rest.streams import event_stream
from sim_core.rest.waiting import ended
from sim_core.store import rooms

LONGEST_KEY = 255
SYNC_S, ASYNC_S = 300.0, 5400.0


class Execute(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a workflow is started with."""

    input: Any = None
    """What the start block hands on: an object by the names of its inputs, or any value."""
    stream: bool = False
    """Answer with server-sent events as things happen."""
    is_async: bool = field(default=False, name="async")
    """Answer 202 at once, with where to ask how the run is."""
    start: str | None = None
    """Id of the block to start at."""
    stop_after: str | None = None
    """Id of the block after which nothing more is started."""
    from_block: str | None = None
    """Id of the block to run from, with what an earlier run brought until there; not one in a container."""
    of_run: str | None = None
    """The earlier run; the last one that has ended when it is left out."""
    select: tuple[Annotated[str, Meta(min_length=1, max_length=500)], ...] = ()
    """With `stream`: outputs to send and nothing else, as `block` or `block.path`, by name or id."""
    timeout_s: Annotated[float, Meta(gt=0, le=604_800)] | None = None
    """Seconds after which the run is stopped; 300 by default, 5,400 for `async`."""
    durable: bool | None = None
    """Whether another process goes on with the run when its own dies. Runs of a deployed version are as it says, others
    are for `async`."""
    priority: Annotated[int, Meta(ge=-50, le=50)] = 0
    """The higher goes first among the runs of the workspace that wait for a worker."""


class Which(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which version of the workflow."""

    version: str = "draft"
    """`draft`, `live`, or the number of a deployed version."""


@route(
    "POST",
    "/workflows/{workflow_id}/execute",
    scope="run",
    body=Execute,
    query=Which,
    reply=answers.RunResult,
    also={
        202: "It runs in the background (`async`), or it waits for an answer.",
        409: "The idempotency key was used for something else, or the run was cancelled.",
        500: "The run failed; `error` says which block, and why.",
        429: "Too many runs of the workspace wait already (`Retry-After`).",
        503: "The server is busy or stops (`Retry-After`).",
        504: "The run took longer than it may.",
    },
    produces="text/event-stream, */*",
)
async def execute_workflow(call: Call[Execute, Which]) -> ASGIResponse:
    """Run a workflow.

    Waits for the end and answers with the output; with `stream` answers with server-sent events; with `async` at once
    with 202. A workflow that ends in a response block answers with that block's data, status and headers. Send an
    `Idempotency-Key` to start a run only once: the same key gets the answer of the first run.
    """
    body = call.body
    if body.stream and body.is_async:
        raise Invalid("Choose one of `stream` and `async`.")
    document = await pick(call.services.store, call.id("workflow_id"), call.workspace_id, call.query.version)
    choice = selection(document.workflow, body.select)
    order = _order(call, document) if body.from_block is None else await _order_from(call, document)
    order = replace(allowed(call, order), durable=_is_durable(body, document), priority=body.priority)
    runs = call.services.runs
    if body.is_async:
        run_id, _ = await runs.enqueue(order)
        return answers.accepted(run_id, "queued")
    running = await runs.start(order)
    if body.stream:
        if order.version is None:  # whoever has the workflow open is to see it run
            runs.later(rooms.tell(call.services.store, order.workflow_id, "run"))
        told = runs.follow(running.run_id)
        return event_stream(selected(told, choice) if choice else told, running.run_id)
    return await ended(runs, running)


def _is_durable(body: Execute, document: Picked) -> bool:
    if body.durable is not None:
        return body.durable
    return document.durable if document.version is not None else body.is_async


def _order(call: Call[Execute, Which], document: Picked) -> Order:
    body = call.body
    return Order(
        workspace_id=call.workspace_id,
        workflow_id=call.id("workflow_id"),
        workflow=document.workflow,
        seq=document.seq,
        version=document.version,
        input=body.input,
        start=body.start,
        stop_after=body.stop_after,
        timeout_s=_seconds(body),
        trigger="manual" if call.actor and call.actor.session_id else "api",
        actor=call.user_id,
        idempotency_key=key_of(call),
        streams=body.stream,
    )


async def _order_from(call: Call[Execute, Which], document: Picked) -> Order:
    """The same from a block, with what an earlier run brought."""
    body, services = call.body, call.services
    base = await base_of(services.store, call.workspace_id, run_id=_id(body.of_run), workflow_id=call.id("workflow_id"))
    wish = Wish(
        from_block=body.from_block,
        input=body.input if body.input is not None else UNSET,
        stop_after=body.stop_after,
        timeout_s=_seconds(body),
        streams=body.stream,
        actor=call.user_id,
        idempotency_key=key_of(call),
        strict=True,
    )
    return await order_again(services.runs.journal, base, document, wish, find=services.registry.block)


def _seconds(body: Execute) -> float:
    return body.timeout_s or (ASYNC_S if body.is_async else SYNC_S)


def _id(run_id: str | None) -> str | None:
    try:
        return None if run_id is None else str(UUID(run_id))
    except ValueError:
        raise Missing(f"There is no run {run_id!r}.") from None


def key_of(call: Call[Any, Any]) -> str | None:
    """The idempotency key of a request; raises `Invalid` for one that is none."""
    key = call.headers.get("idempotency-key")
    if key is not None and (not key or len(key) > LONGEST_KEY or not key.isprintable()):
        raise Invalid(f"An Idempotency-Key has 1 to {LONGEST_KEY} printable characters.", code="bad_idempotency_key")
    return key


ROUTES = (execute_workflow,)
