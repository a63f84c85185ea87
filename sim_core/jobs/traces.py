"""The trace of a run: what its journal tells as a tree, with the runs it started inside."""

from collections.abc import Iterator

from sim_core.errors import Missing
from sim_core.flow.trace import Span, sum_up, tree
from sim_core.jobs.past import entries
from sim_core.store import runs as stored
from sim_core.store.journal import Journal
from sim_core.store.pool import Store
from sim_core.store.runs import Run

DEEPEST = 5
"""Runs within runs that are shown; those below are read on their own."""


async def trace(store: Store, journal: Journal, run: Run, *, depth: int = 0) -> Span:
    """The spans of a run; a step that ran another workflow holds that run, whose tokens and cost count too."""
    told = await entries(journal, run.id)
    document = await stored.kept_document(store, run.snapshot) if run.snapshot else None
    root = tree((entry.event for entry in told), document, times=(entry.at for entry in told))
    callers = [span for span in _spans(root) if span.child is not None] if depth < DEEPEST else []
    inner = [found for span in callers if (found := await _inside(store, journal, run, span, depth)) is not None]
    if inner:
        sum_up(root, (root, *inner))
    return root


async def _inside(store: Store, journal: Journal, run: Run, caller: Span, depth: int) -> Span | None:
    try:
        child = await stored.get_run(store, caller.child or "", run.workspace_id)
    except Missing:
        return None
    span = await trace(store, journal, child, depth=depth + 1)
    span.id = child.id
    caller.children.append(span)
    return span


def _spans(root: Span) -> Iterator[Span]:
    yield root
    for child in root.children:
        yield from _spans(child)
