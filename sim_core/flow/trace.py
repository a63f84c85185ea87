"""What happened in a run as a tree of spans, made from its events alone."""

from collections.abc import Iterable
from datetime import datetime
from itertools import chain, repeat
from typing import Any, Literal, TypeAlias

from msgspec import Struct

from sim_core.document.workflow import Workflow
from sim_core.flow.events import (
    BlockFailed,
    BlockFinished,
    BlockPaused,
    BlockResumed,
    BlockStarted,
    Event,
    Path,
    RunCancelled,
    RunFailed,
    RunFinished,
    RunPaused,
    RunStarted,
)
from sim_core.flow.plan import Plan
from sim_core.spec.prompts import Cost, Usage

Status: TypeAlias = Literal["running", "finished", "failed", "handled", "paused", "cancelled"]

WORST_FIRST: tuple[Status, ...] = ("failed", "cancelled", "running", "paused", "finished")


class Span(Struct, kw_only=True, omit_defaults=True):
    """A run, a step, or an iteration: how it went, and what happened inside."""

    id: str
    name: str
    type: str
    """`run`, `iteration`, `branch`, or the type of the block."""
    status: Status = "running"
    """`handled` is a failure that an error port took over."""
    order: int = 0
    started_at: datetime | None = None
    """When it began, where the journal knows."""
    block: str | None = None
    path: Path = ()
    ms: float = 0.0
    inputs: Any = None
    output: Any = None
    error: str | None = None
    port: str | None = None
    tries: int = 1
    usage: Usage | None = None
    cost: Cost | None = None
    stdout: str = ""
    child: str | None = None
    pause: str | None = None
    pinned: bool = False
    line: int | None = None
    """Where in its code a step failed."""
    children: list["Span"] = []


def tree(
    events: Iterable[Event], workflow: Plan | Workflow | None = None, *, times: Iterable[datetime | None] = ()
) -> Span:
    """The run as a span; its steps are in the order they began, iterations lie in their container as `Iteration N`.

    Without the workflow, blocks are called by their ids; `times` says when each of the events was told.
    """
    weaver = _Weaver(workflow.workflow if isinstance(workflow, Plan) else workflow or Workflow())
    for event, at in zip(events, chain(times, repeat(None)), strict=False):
        weaver.at = at
        weaver.take(event)
    return weaver.finish()


class _Weaver:
    """Puts events together."""

    def __init__(self, workflow: Workflow) -> None:
        self.workflow = workflow
        self.at: datetime | None = None
        self.root = Span(id="run", name=workflow.name or "Run", type="run", children=[])
        self.steps: dict[tuple[str, Path], Span] = {}
        self.groups: dict[Path, Span] = {}
        self.pauses: dict[str, Span] = {}

    def take(self, event: Event) -> None:
        """Add what an event tells."""
        match event:
            case RunStarted():
                self.root.inputs = event.input
                self.root.started_at = self.root.started_at or self.at
                self.root.status = "running"
            case BlockStarted():
                span = self._step(event.block, event.path, event.order, fresh=True)
                span.inputs, span.started_at = event.inputs, self.at
            case BlockFinished() | BlockFailed() | BlockPaused():
                self._ended(event)
            case BlockResumed():
                if event.pause in self.pauses:
                    self.pauses[event.pause].status = "running"
                self.root.status = "running"
            case RunFinished() | RunFailed() | RunCancelled() | RunPaused():
                self._run_ended(event)
            case _:
                pass

    def _step(self, block: str, path: Path, order: int, *, fresh: bool = False) -> Span:
        """The span of a step; one that begins anew, after a crash, replaces the one it had."""
        span = self.steps.get((block, path))
        if span is not None and not (fresh and span.status in ("failed", "cancelled", "finished")):
            span.order = order
            return span
        placed = self.workflow.blocks.get(block)
        name, type = (placed.name or block, placed.type.partition("@")[0]) if placed is not None else (block, "unknown")
        span = Span(id=_id(block, path, order), name=name, type=type, order=order, block=block, path=path, children=[])
        self.steps[block, path] = span
        self._within(path).append(span)
        return span

    def _within(self, path: Path) -> list[Span]:
        if not path:
            return self.root.children
        group = self.groups.get(path)
        if group is None:
            container, index = path[-1]
            box = self.steps.get((container, path[:-1])) or self._step(container, path[:-1], 0)
            kind = "branch" if box.type == "parallel" else "iteration"
            group = Span(id=_id(container, path, 0), name=f"Iteration {index + 1}", type=kind, path=path, children=[])
            self.groups[path] = group
            box.children.append(group)
        return group.children

    def _ended(self, event: BlockFinished | BlockFailed | BlockPaused) -> None:
        span = self._step(event.block, event.path, event.order)
        span.ms = round(span.ms + event.ms, 3)
        span.output, span.child = event.output, event.child or span.child
        match event:
            case BlockFinished():
                span.status, span.port, span.tries = "finished", event.port, event.tries
                span.usage, span.cost, span.stdout = event.usage, event.cost, event.stdout
                span.pinned = event.pinned
            case BlockFailed():
                failed: Status = "cancelled" if event.code == "cancelled" and not event.handled else "failed"
                span.status = "handled" if event.handled else failed
                span.error, span.tries, span.line = event.message, event.tries, event.line
            case BlockPaused():
                span.status, span.pause = "paused", event.pause
                self.pauses[event.pause] = span

    def _run_ended(self, event: RunFinished | RunFailed | RunCancelled | RunPaused) -> None:
        root = self.root
        root.output = event.output
        match event:
            case RunPaused():
                root.status = "paused"
                return
            case RunFinished():
                root.status = "finished"
            case RunFailed():
                root.status, root.error = "failed", event.message
            case RunCancelled():
                root.status, root.error = "cancelled", event.reason
        root.ms = round(root.ms + event.ms, 3)

    def finish(self) -> Span:
        """The whole tree, groups with their times and sums of tokens and cost on the run."""
        for group in self.groups.values():
            group.ms = round(sum(span.ms for span in group.children), 3)
            group.order = min((span.order for span in group.children), default=0)
            group.status = _worst(group.children)
        for box in {id(span): span for span in self.steps.values() if span.children}.values():
            box.children.sort(key=lambda span: span.path[-1][1] if span.path else 0)
        sum_up(self.root, self.steps.values())
        return self.root


def sum_up(root: Span, spans: Iterable[Span]) -> None:
    """Set the tokens and the cost of a run to the sums of those of its steps."""
    used = tuple(spans)
    usages = [span.usage for span in used if span.usage is not None]
    costs = [span.cost for span in used if span.cost is not None]
    if usages:
        names = Usage.__struct_fields__
        root.usage = Usage(**{name: sum(getattr(usage, name) for usage in usages) for name in names})
    if costs:
        names = Cost.__struct_fields__
        root.cost = Cost(**{name: sum(getattr(cost, name) for cost in costs) for name in names})


def _worst(spans: list[Span]) -> Status:
    statuses: set[Status] = {span.status for span in spans}
    found: list[Status] = [status for status in WORST_FIRST if status in statuses]
    return found[0] if found else "finished"


def _id(block: str, path: Path, order: int) -> str:
    where = "".join(f"/{container}.{index}" for container, index in path)
    return f"{block}{where}#{order}" if order else f"{block}{where}"
