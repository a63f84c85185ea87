"""Runs once more: a failed one goes on, any one is repeated from a block with edited inputs."""

from typing import Annotated, Any, Literal

from litestar.response.base import ASGIResponse
from msgspec import UNSET, Meta, Struct, UnsetType, field
from msgspec.structs import replace

from sim_core.errors import Invalid
from sim_core.jobs import again
from sim_core.jobs.documents import pick
from sim_core.jobs.running import Running
from sim_core.rest import answers
from sim_core.rest.execute import ASYNC_S, SYNC_S, key_of
from sim_core.rest.permission_groups import allowed
from sim_core.rest.routes import Call, Nothing, route
from sim_core.rest.streams import event_stream
from sim_core.rest.waiting import ended

ALSO = {
    202: "It runs in the background (`async`), or it waits for an answer.",
    429: "Too many runs of the workspace wait already (`Retry-After`).",
    503: "The server is busy or stops (`Retry-After`).",
    409: "The run has not ended yet, or not in a way that this can follow.",
    422: "A block or field is not there, or the run cannot begin at that block; `problems` says why.",
    500: "The run failed; `error` says which block, and why.",
    504: "The run took longer than it may.",
}


class Replay(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be different this time."""

    from_block: str | None = None
    """Id of the block to begin at, with what the run brought until there; for a block in a container it is the
    outermost container around it. Left out, all of it runs again."""
    input: Any | UnsetType = UNSET
    """Another input for the run."""
    values: dict[str, dict[str, Any]] = {}
    """Other values for fields of blocks, by block id and field name."""
    document: Literal["run", "draft", "live"] = "run"
    """Which document runs: the one that ran then, or the workflow as it is now."""
    stream: bool = False
    is_async: bool = field(default=False, name="async")
    stop_after: str | None = None
    timeout_s: Annotated[float, Meta(gt=0, le=604_800)] | None = None
    durable: bool | None = None
    """Whether another process goes on with the run when its own dies; as the run it repeats, and `true` for `async`."""
    priority: Annotated[int, Meta(ge=-50, le=50)] = 0
    """The higher goes first among the runs of the workspace that wait for a worker."""


class Retry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the answer is given."""

    stream: bool = False
    is_async: bool = field(default=False, name="async")


@route("POST", "/runs/{run_id}/replay", scope="run", body=Replay, reply=answers.RunResult, also=ALSO)
async def replay_run(call: Call[Replay, Nothing]) -> ASGIResponse:
    """Repeat a run from one of its blocks, or whole, with edited inputs.

    It is a run of its own. What does not depend on the block keeps what it brought; the block and all that follows it
    run anew.
    """
    body, services = call.body, call.services
    if body.stream and body.is_async:
        raise Invalid("Choose one of `stream` and `async`.")
    base = await again.base_of(services.store, call.workspace_id, run_id=call.id("run_id"))
    if body.document == "run":
        document = await again.as_it_was(services.store, base)
    else:
        document = await pick(services.store, base.workflow_id, call.workspace_id, body.document)
    wish = again.Wish(
        from_block=body.from_block,
        input=body.input,
        values=body.values,
        timeout_s=body.timeout_s or (ASYNC_S if body.is_async else SYNC_S),
        stop_after=body.stop_after,
        streams=body.stream,
        actor=call.user_id,
        idempotency_key=key_of(call),
    )
    find = services.registry.block
    order = await again.order_again(services.runs.journal, base, document, wish, find=find)
    is_durable = base.durable if body.document == "run" else document.durable or body.is_async
    order = replace(
        allowed(call, order),
        durable=is_durable if body.durable is None else body.durable,
        priority=body.priority,
    )
    if body.is_async:
        run_id, _ = await services.runs.enqueue(order)
        return answers.accepted(run_id, "queued")
    return await _answer(call, await services.runs.start(order), stream=body.stream)


@route("POST", "/runs/{run_id}/retry", scope="run", body=Retry, reply=answers.RunResult, also=ALSO)
async def retry_run(call: Call[Retry, Nothing]) -> ASGIResponse:
    """Have a run that failed or was stopped go on from its journal.

    It stays the same run: blocks that have ended are not run again, the one that failed is.
    """
    body, sleepers, run_id = call.body, call.services.sleepers, call.id("run_id")
    if body.stream and body.is_async:
        raise Invalid("Choose one of `stream` and `async`.")
    if body.is_async:
        await sleepers.requeue(run_id, call.workspace_id)
        return answers.accepted(run_id, "queued")
    return await _answer(call, await sleepers.retry(run_id, call.workspace_id), stream=body.stream)


async def _answer(call: Call[Any, Any], running: Running, *, stream: bool) -> ASGIResponse:
    runs = call.services.runs
    if stream:
        return event_stream(runs.follow(running.run_id, after=running.first_seq), running.run_id)
    return await ended(runs, running)


ROUTES = (replay_run, retry_run)
