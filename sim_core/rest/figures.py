"""What is told of runs besides their list: figures over time, and the document that one ran."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from msgspec import Meta, Struct

from sim_core.document.workflow import Workflow
from sim_core.errors import Invalid, Missing
from sim_core.rest.routes import Call, Nothing, route
from sim_core.store import runs as stored
from sim_core.store.figures import Figure, run_figures

MOST = timedelta(days=400)


class FigureQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which runs, and in how many stretches."""

    since: datetime
    until: datetime | None = None
    """Now, unless said otherwise."""
    stretches: Annotated[int, Meta(ge=1, le=200)] = 48
    workflow_id: Annotated[str, Meta(max_length=64)] = ""
    trigger: Annotated[str, Meta(max_length=64)] = ""


class Figures(Struct, frozen=True, kw_only=True):
    """Runs over time."""

    since: datetime
    until: datetime
    step_s: float
    """How long a stretch is."""
    items: tuple[Figure, ...]


class RunDocument(Struct, frozen=True, kw_only=True):
    """The document that a run ran, as it was then."""

    workflow: Workflow


@route("GET", "/runs/figures", scope="read", query=FigureQuery, reply=Figures)
async def read_figures(call: Call[None, FigureQuery]) -> Figures:
    """Count runs and failures, and measure latency and cost, over time."""
    query = call.query
    since, until = _aware(query.since), _aware(query.until or datetime.now(UTC))
    if not timedelta(0) < until - since <= MOST:
        raise Invalid(f"`since` lies before `until`, and at most {MOST.days} days.", code="bad_time")
    step = (until - since) / query.stretches
    items = await run_figures(
        call.services.store,
        call.workspace_id,
        since=since,
        until=until,
        step=step,
        workflow_id=query.workflow_id or None,
        trigger=query.trigger or None,
    )
    return Figures(since=since, until=until, step_s=step.total_seconds(), items=items)


@route("GET", "/runs/{run_id}/document", scope="read", reply=RunDocument)
async def read_run_document(call: Call[None, Nothing]) -> RunDocument:
    """Read the workflow that a run ran, as it was then."""
    run = await stored.get_run(call.services.store, call.id("run_id"), call.workspace_id)
    if run.snapshot is None:
        raise Missing("This run kept no document.")
    return RunDocument(workflow=await stored.kept_document(call.services.store, run.snapshot))


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


ROUTES = (read_figures, read_run_document)
