"""What a browser's main thread spends on each frame, read from its trace: CPU of the thread, and wall beside it."""

import json
import statistics
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Struct
from playwright.sync_api import Browser, Page

from tests.bench.figures import Figure

Event = dict[str, Any]
Thread = tuple[int, int]

FRAME, TASK, MAIN = "Commit", "ThreadControllerImpl::RunTask", "CrRendererMain"
TRACED = ["-*", "toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline", "blink", "cc"]

STAGES = {
    "FunctionCall": "script", "EventDispatch": "script", "FireAnimationFrame": "script", "TimerFire": "script",
    "RunMicrotasks": "script", "V8.GC_SCAVENGER": "script", "MinorGC": "script", "MajorGC": "script",
    "Document::recalcStyle": "style", "Document::updateStyle": "style", "UpdateLayoutTree": "style",
    "Layout": "layout", "LocalFrameView::performLayout": "layout",
    "PrePaint": "pre-paint", "Blink.PrePaint.UpdateTime": "pre-paint",
    "Blink.CompositingInputs.UpdateTime": "pre-paint",
    "Paint": "paint", "Blink.Paint.UpdateTime": "paint", "LocalFrameView::RunPaintLifecyclePhase": "paint",
    "PaintArtifactCompositor::Update": "layerize", "Layerize": "layerize",
    "Commit": "commit", "ProxyMain::BeginMainFrame": "commit",
    "HitTest": "hit test",
}  # fmt: skip
"""Which part of a frame an event of the trace belongs to."""


class Frames(Struct, frozen=True):
    """The frames of a gesture, in ms each."""

    cpu: list[float]
    wall: list[float]
    stages: dict[str, float]
    seconds: float

    def figures(self, name: str, goal: float | None = None) -> Iterator[Figure]:
        """The promise is the p95 of CPU; the rest says where it goes, and what else the machine did meanwhile."""
        yield Figure(name=f"{name}: CPU per frame, p95", value=percentile(self.cpu, 0.95), unit="ms", goal=goal)
        yield Figure(name=f"{name}: CPU per frame, p50", value=percentile(self.cpu, 0.5), unit="ms")
        yield Figure(name=f"{name}: wall per frame, p95", value=percentile(self.wall, 0.95), unit="ms")
        yield Figure(name=f"{name}: frames", value=round(len(self.cpu) / self.seconds, 1), unit="/s")
        for stage, spent in sorted(self.stages.items(), key=lambda one: -one[1]):
            if spent >= 0.1:
                yield Figure(name=f"{name}: {stage} per frame", value=round(spent, 3), unit="ms")


def traced(browser: Browser, page: Page, act: Callable[[], object]) -> Frames:
    """The frames drawn while something is done."""
    browser.start_tracing(page=page, categories=TRACED)
    act()
    trace: list[Event] = json.loads(browser.stop_tracing())["traceEvents"]
    return frames_of(trace)


def spent(browser: Browser, page: Page, act: Callable[[], object]) -> float:
    """Seconds of CPU of the page's main thread while something is done."""
    browser.start_tracing(page=page, categories=["-*", "toplevel"])
    act()
    trace: list[Event] = json.loads(browser.stop_tracing())["traceEvents"]
    return round(sum(one.get("tdur", 0) for one in busiest(trace) if one["name"] == TASK) / 1e6, 3)


def frames_of(trace: list[Event]) -> Frames:
    """CPU and wall of the main thread, from each commit to the next."""
    mine = busiest(trace)
    marks = sorted(one["ts"] for one in mine if one["name"] == FRAME)
    cpu, wall = [0.0] * (len(marks) - 1), [0.0] * (len(marks) - 1)
    at = 0
    for task in sorted((one for one in mine if one["name"] == TASK), key=lambda one: one["ts"]):
        while at < len(cpu) and task["ts"] >= marks[at + 1]:
            at += 1
        if at < len(cpu) and task["ts"] >= marks[at]:
            cpu[at] += task.get("tdur", 0) / 1000
            wall[at] += task["dur"] / 1000
    stages = {name: spent / 1000 / len(cpu) for name, spent in spent_by_stage(mine).items()}
    return Frames(cpu, wall, stages, (marks[-1] - marks[0]) / 1e6)


def busiest(trace: list[Event]) -> list[Event]:
    """What the main thread of the page did: of all renderers, the one that worked most."""
    named = {of(one): one["args"].get("name") for one in trace if one["name"] == "thread_name"}
    spent: Counter[Thread] = Counter()
    for one in trace:
        if one["name"] == TASK and named.get(of(one)) == MAIN:
            spent[of(one)] += one.get("tdur", 0)
    thread = spent.most_common(1)[0][0]
    return [one for one in trace if of(one) == thread and one.get("ph") == "X"]


def spent_by_stage(events: list[Event]) -> dict[str, float]:
    """Each event's own CPU, without that of the events inside it, in µs by stage."""
    spent: Counter[str] = Counter()
    around: list[tuple[float, str]] = []
    for one in sorted(events, key=lambda one: (one["ts"], -one["dur"])):
        while around and around[-1][0] <= one["ts"]:
            around.pop()
        stage = STAGES.get(one["name"]) or ("other" if not around else around[-1][1])
        spent[stage] += one.get("tdur", 0)
        if around:
            spent[around[-1][1]] -= one.get("tdur", 0)
        around.append((one["ts"] + one["dur"], stage))
    return dict(spent)


def of(event: Event) -> Thread:
    """The thread that an event belongs to."""
    return event["pid"], event["tid"]


def percentile(values: list[float], share: float) -> float:
    """The value that a share of them does not exceed."""
    if share == 0.5:
        return round(statistics.median(values), 2)
    return round(sorted(values)[min(len(values) - 1, int(share * len(values)))], 2)
