"""Runs: listed, read, followed, stopped, and woken from a pause."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from litestar.response.base import ASGIResponse
from litestar.response.streaming import ASGIStreamingResponse
from msgspec import Meta, Struct

from sim_core.errors import Invalid
from sim_core.flow.events import BlockPaused
from sim_core.flow.trace import Span
from sim_core.jobs.past import history, waiting
from sim_core.jobs.traces import trace
from sim_core.rest import answers
from sim_core.rest.routes import Call, Count, Nothing, route
from sim_core.rest.streams import event_stream
from sim_core.rest.waiting import ended
from sim_core.store import runs as stored
from sim_core.store.entries import Failure
from sim_core.store.runs import Run

Status = Literal["pending", "running", "paused", "finished", "failed", "cancelled"]


class Starter(Struct, frozen=True, kw_only=True):
    """The person who started a run, by hand or with a key of theirs."""

    id: str
    name: str


class RunEntry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A run in a list."""

    id: str
    workflow_id: str
    status: str
    trigger: str
    version: int | None = None
    seq: int | None = None
    parent_id: str | None = None
    created_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    duration_ms: float | None = None
    tokens_input: int = 0
    tokens_output: int = 0
    cost: float = 0.0
    error: Failure | None = None
    started_by: Starter | None = None


class PauseReply(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something a run waits for."""

    pause: str
    kind: str
    block: str = ""
    until: datetime | None = None
    form: tuple[dict[str, Any], ...] = ()
    output: Any = None
    child: str | None = None
    """The run that it waits for, when it waits for one."""


class RunReply(RunEntry, frozen=True, kw_only=True, omit_defaults=True):
    """A run with its input and output."""

    input: Any = None
    output: Any = None
    http_status: int | None = None
    pauses: tuple[PauseReply, ...] = ()
    repeats: str | None = None
    """The run that this one repeats, whole or from a block."""
    trace: Span | None = None
    """Spans of what ran, when asked for with `trace=true`."""


class PauseList(Struct, frozen=True, kw_only=True):
    """What a run waits for."""

    items: tuple[PauseReply, ...]


class RunPage(Struct, frozen=True, kw_only=True):
    """Part of the list of runs, the newest first."""

    items: tuple[RunEntry, ...]
    next_cursor: str | None


class RunQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which runs."""

    cursor: str = ""
    limit: Annotated[int, Meta(ge=1, le=200)] = 50
    workflow_id: str = ""
    status: Status | None = None
    trigger: Annotated[str, Meta(max_length=64)] = ""
    since: datetime | None = None
    until: datetime | None = None
    parent_id: str = ""
    """Only runs that this run started."""
    text: Annotated[str, Meta(max_length=200, pattern=r"^[^\x00]*$")] = ""
    """An id, or part of the workflow's name or of what went wrong."""


class ReadQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much is read."""

    trace: bool = False
    """With the spans of what ran."""


class EventQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where to begin."""

    after: Count = 0
    """Number of the last event you have; the header `Last-Event-ID` says the same."""


class Resume(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The answer to a pause."""

    pause: str = ""
    """Which pause; may be left out when there is only one."""
    input: dict[str, Any] = {}
    """The answer, by the names of the form."""
    stream: bool = False
    wait: bool = True
    """Wait for the end, or for the next pause."""


@route("GET", "/runs", scope="read", query=RunQuery, reply=RunPage)
async def list_runs(call: Call[None, RunQuery]) -> RunPage:
    """List runs, the newest first."""
    query = call.query
    page = await stored.list_runs(
        call.services.store,
        workspace_id=call.workspace_id,
        after=query.cursor or None,
        limit=query.limit,
        workflow_id=query.workflow_id or None,
        statuses=(query.status,) if query.status else (),
        trigger=query.trigger or None,
        since=_aware(query.since),
        until=_aware(query.until),
        parent_id=query.parent_id or None,
        text=query.text.strip() or None,
    )
    return RunPage(items=tuple(RunEntry(**_facts(run)) for run in page.items), next_cursor=page.next)


@route("GET", "/runs/{run_id}", scope=("read", "run"), query=ReadQuery, reply=RunReply)
async def read_run(call: Call[None, ReadQuery]) -> RunReply:
    """Read a run, while it runs and after."""
    run = await _run(call)
    reply: dict[str, Any] = {"input": run.input, "output": run.output, "http_status": run.http_status}
    facts: Mapping[str, Any] = run.facts or {}
    reply["repeats"] = facts.get("repeats")
    if call.query.trace or run.status in ("paused", "failed"):
        events = await history(call.services.runs.journal, run.id)
        reply["pauses"] = _pauses(waiting(events))
        if call.query.trace:
            reply["trace"] = await trace(call.services.store, call.services.runs.journal, run)
    return RunReply(**_facts(run), **reply)


@route("GET", "/runs/{run_id}/events", scope=("read", "run"), query=EventQuery, produces="text/event-stream")
async def follow_run(call: Call[None, EventQuery]) -> ASGIStreamingResponse:
    """Follow a run by server-sent events.

    Begins after `Last-Event-ID` or `after`, sends what is journaled and the words so far, then what comes, and ends
    with the run.
    """
    last = call.headers.get("last-event-id", "")
    if last and not (last.isdecimal() and len(last) < 19):
        raise Invalid("Last-Event-ID is the number of an event.", code="bad_event_id")
    after = int(last) if last else call.query.after
    run = await _run(call)
    return event_stream(call.services.runs.follow(run.id, after=after), run.id)


@route(
    "POST",
    "/runs/{run_id}/cancel",
    scope="run",
    reply=answers.RunResult,
    also={409: "The run has ended already."},
)
async def cancel_run(call: Call[None, Nothing]) -> answers.RunResult:
    """Stop a run; whatever it does now is stopped too."""
    run_id = call.id("run_id")
    status = await call.services.runs.cancel(run_id, call.workspace_id)
    return answers.RunResult(run_id=run_id, status=status, url=answers.url_of(run_id))


@route("GET", "/runs/{run_id}/pauses", scope=("read", "run"), reply=PauseList)
async def list_pauses(call: Call[None, Nothing]) -> PauseList:
    """List what a run waits for."""
    run = await _run(call)
    return PauseList(items=_pauses(waiting(await history(call.services.runs.journal, run.id))))


@route(
    "POST",
    "/runs/{run_id}/resume",
    scope="run",
    body=Resume,
    reply=answers.RunResult,
    also={202: "It goes on, or waits for another answer.", 409: "It does not wait for this (any more)."},
)
async def resume_run(call: Call[Resume, Nothing]) -> ASGIResponse:
    """Answer a pause, and have the run go on."""
    body, sleepers, runs = call.body, call.services.sleepers, call.services.runs
    run_id = call.id("run_id")
    facts: dict[str, Any] = {"pause": body.pause or None, "answer": body.input, "actor": call.user_id}
    if not body.wait and not body.stream:
        await sleepers.answer(run_id, call.workspace_id, **facts)
        return answers.accepted(run_id, "queued")
    running = await sleepers.resume(run_id, call.workspace_id, **facts)
    if body.stream:
        return event_stream(runs.follow(running.run_id, after=running.first_seq), running.run_id)
    return await ended(runs, running)


async def _run(call: Call[Any, Any]) -> Run:
    return await stored.get_run(call.services.store, call.id("run_id"), call.workspace_id)


def _facts(run: Run) -> dict[str, Any]:
    return {
        "id": run.id,
        "workflow_id": run.workflow_id,
        "status": run.status,
        "trigger": run.trigger,
        "version": run.version,
        "seq": run.workflow_seq,
        "parent_id": run.parent_id,
        "created_at": run.created_at,
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "duration_ms": run.ms if run.ended_at else None,
        "tokens_input": run.tokens_input,
        "tokens_output": run.tokens_output,
        "cost": run.cost,
        "error": run.error,
        "started_by": Starter(id=run.actor, name=run.actor_name) if run.actor and run.actor_name else None,
    }


def _pauses(waiting: dict[str, BlockPaused]) -> tuple[PauseReply, ...]:
    return tuple(
        PauseReply(
            pause=id,
            kind=event.kind,
            block=event.block,
            until=None if event.until is None else datetime.fromtimestamp(event.until, UTC),
            form=event.form,
            output=event.output,
            child=event.child,
        )
        for id, event in waiting.items()
    )


def _aware(moment: datetime | None) -> datetime | None:
    """A time without a zone is UTC."""
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment


ROUTES = (list_runs, read_run, follow_run, cancel_run, list_pauses, resume_run)
