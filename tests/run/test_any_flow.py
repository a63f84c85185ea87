"""Random workflows of every construct: they end, run each step once, and bring the same whatever happens to them."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from sim_core.document.workflow import Block, Loop, Parallel, Pin, Retry, Subflow, Workflow
from sim_core.flow.events import BlockFailed, BlockFinished, BlockPaused, BlockStarted, Event, RunFailed
from sim_core.flow.plan import compile
from sim_core.flow.run import Outcome, run
from sim_core.flow.world import Child, Site
from tests.support.blocks import find
from tests.support.flows import block, flow, mock
from tests.support.world import Tools

LIMIT_S = 30
SIMPLE = ("mock", "mock", "failing", "flaky", "condition", "router", "pinned")
KINDS = (*SIMPLE, "human", "child", "sleepy", "loop", "parallel")
BOXES = ("loop", "parallel")
WHILE_AWAY = 500
"""Answers that a run may ask for before it counts as endless."""


class Made(Struct):
    """A workflow in the making."""

    blocks: list[Block]
    subflows: list[Subflow]
    edges: list[str]
    kinds: dict[str, str]

    def ports(self, id: str, *, handled: bool) -> tuple[str, ...]:
        """The ports that a block may be left by; those that are not wired end its branch."""
        match self.kinds[id]:
            case "condition":
                return ("condition-i", "condition-e")
            case "router":
                return ("router-0", "router-1")
            case "failing":
                return ("error",) if handled else ("source", "error")
            case _:
                return ("source", "source", "source", "error")


@st.composite
def workflows(draw: st.DrawFn, *, handled: bool = True, kinds: tuple[str, ...] = KINDS, most: int = 12) -> Workflow:
    """Acyclic, nested up to three deep; where they are not handled, failures end containers and runs."""
    made = Made([], [], [], {})
    regions: dict[str | None, list[str]] = {None: []}
    depth: dict[str | None, int] = {None: 0}
    flat = tuple(kind for kind in kinds if kind not in BOXES)
    for n in range(draw(st.integers(1, most))):
        parent = draw(st.sampled_from(list(regions)))
        kind = draw(st.sampled_from(kinds if depth[parent] < 3 else flat))
        id = f"b{n}"
        before = regions[parent]
        sources = draw(st.lists(st.sampled_from(before), max_size=3, unique=True)) if before else []
        made.blocks.append(_block(draw, id, kind, parent, sources, made.subflows))
        made.kinds[id] = kind
        made.edges += _wired(draw, made, id, parent, sources, handled=handled)
        regions[parent].append(id)
        if kind in BOXES:
            regions[id], depth[id] = [], depth[parent] + 1
    for container, inside in list(regions.items()):
        if container is not None and not inside:
            made.blocks.append(mock(f"in{container}", parent=container, value="<loop.index><parallel.index>"))
            made.edges.append(f"{container}:{made.kinds[container]}-start-source>in{container}")
    for one in [one for one in made.blocks if handled and made.kinds.get(one.id) == "failing"]:
        made.blocks.append(mock(f"h{one.id}", parent=one.parent, value=f"<{one.id}.error>"))
        made.edges.append(f"{one.id}:error>h{one.id}")
    return flow(*made.blocks, edges=" ".join(made.edges), subflows=tuple(made.subflows))


def _block(
    draw: st.DrawFn, id: str, kind: str, parent: str | None, sources: list[str], subflows: list[Subflow]
) -> Block:
    words = "".join(f"<{source}.result>" for source in sources)
    match kind:
        case "failing":
            return mock(id, parent=parent, fail=f"{id} <loop.index>")
        case "flaky":
            return mock(
                id, parent=parent, value=words, fail_times=draw(st.integers(1, 2)), retry=Retry(tries=3, wait_ms=0)
            )
        case "pinned":
            made = mock(id, parent=parent, fail="a pinned block never runs")
            return replace(made, pinned=Pin(output={"result": f"pin of {id}"}))
        case "condition":
            holds = draw(st.sampled_from(("True", "False", "len('<loop.index>') == 1")))
            rows = [{"id": "i", "title": "if", "value": holds}, {"id": "e", "title": "else"}]
            return block(id, "condition", parent=parent, conditions=rows)
        case "router":
            return block(id, "router", parent=parent, route_to=str(draw(st.integers(0, 1))))
        case "human":
            rows = [{"name": "result", "type": "string"}]
            return block(id, "human_in_the_loop", parent=parent, input_format=rows)
        case "child" | "sleepy":
            return block(id, "workflow", parent=parent, workflow_id=kind, input=f"{id} {words}")
        case "loop":
            subflows.append(_loop(draw, id))
            return block(id, "loop", parent=parent)
        case "parallel":
            subflows.append(Parallel(id=id, count=draw(st.integers(0, 3)), batch_size=draw(st.integers(1, 3))))
            return block(id, "parallel", parent=parent)
        case _:
            return mock(id, parent=parent, value=f"{id}:{words}:<loop.index>:<parallel.index>")


def _loop(draw: st.DrawFn, id: str) -> Loop:
    times = draw(st.integers(0, 3))
    condition = f"<loop.index> < {times}"
    made = (
        Loop(id=id, iterations=times),
        Loop(id=id, loop_type="while", condition=condition),
        Loop(id=id, loop_type="do_while", condition=condition),
        Loop(id=id, loop_type="for_each", collection=[f"item {n}" for n in range(times)]),
    )
    return draw(st.sampled_from(made))


def _wired(draw: st.DrawFn, made: Made, id: str, parent: str | None, sources: list[str], *, handled: bool) -> list[str]:
    if not sources:
        return [f"start>{id}" if parent is None else f"{parent}:{made.kinds[parent]}-start-source>{id}"]
    ports = {source: made.ports(source, handled=handled) for source in sources}
    return [f"{source}:{draw(st.sampled_from(ports[source]))}>{id}" for source in sources]


class Elsewhere(Tools):
    """A world with two other workflows: one that is run on the spot, and one that sleeps until it is answered."""

    def __init__(self, inner: Workflow, delays: list[int]) -> None:
        super().__init__(workflows={"child": self._runs, "sleepy": self._sleeps})
        self.inner = delayed(inner, delays)

    async def _runs(self, site: Site, input: Any) -> Child:
        facts: dict[str, Any] = {"world": Tools(), "record": lambda event: None, "run_id": site.key}
        outcome = await run(compile(self.inner, find), {}, **facts)
        assert outcome.status == "finished", outcome
        return Child(run_id=site.key, name="Child", output=[input, outcome.status])

    async def _sleeps(self, site: Site, input: Any) -> Child:
        return Child(run_id=site.key, name="Child", pauses=("h",))


def delayed(workflow: Workflow, delays: list[int]) -> Workflow:
    blocks = {
        one.id: replace(one, values={**one.values, "delay_ms": delays[at % len(delays)]}) if one.type == "mock" else one
        for at, one in enumerate(workflow.blocks.values())
    }
    return replace(workflow, blocks=blocks)


async def carried(
    workflow: Workflow, world: Tools, past: list[Event], choose: Callable[[tuple[str, ...]], str]
) -> tuple[Outcome, list[Event]]:
    """The run to its end, each pause answered as soon as nothing else can go on; `past` is where it had got to."""
    plan, events = compile(workflow, find), list(past)
    answers: dict[str, Any] = {}
    for _ in range(WHILE_AWAY):
        history = tuple(events)
        async with asyncio.timeout(LIMIT_S):
            outcome = await run(
                plan, {}, world=world, record=events.append, run_id="r", history=history, answers=answers, pins=True
            )
        if outcome.status != "paused":
            return outcome, events
        chosen = choose(outcome.pauses)
        kind = next(one.kind for one in reversed(events) if isinstance(one, BlockPaused) and one.pause == chosen)
        answers = {chosen: {"output": f"of {chosen}"} if kind == "child" else {"result": f"of {chosen}"}}
    raise AssertionError("the run never stops to ask")


def told(events: list[Event]) -> Counter[str]:
    """What every step brought, whatever order things happened in."""
    ended = [event for event in events if isinstance(event, BlockFinished | BlockFailed)]
    return Counter(f"{event.block}{event.path}{getattr(event, 'port', 'error')}{event.output}" for event in ended)


def began(events: list[Event]) -> Counter[tuple[str, Any]]:
    return Counter((event.block, event.path) for event in events if isinstance(event, BlockStarted))


def until(events: list[Event], cut: float) -> list[Event]:
    """A journal as a crash left it: cut somewhere before the word of its end."""
    return events[: max(1, int((len(events) - 1) * cut))]


FACTS: dict[str, Any] = {
    "workflow": workflows(),
    "inner": workflows(kinds=(*SIMPLE[:-1], "parallel", "loop"), most=4),
    "delays": st.lists(st.integers(0, 2), min_size=1, max_size=5),
    "cuts": st.lists(st.floats(0, 1), min_size=1, max_size=3),
}


async def brings_the_same(workflow: Workflow, inner: Workflow, delays: list[int], cuts: list[float]) -> None:
    outcome, events = await carried(workflow, Elsewhere(inner, [0]), [], min)
    assert outcome.status == "finished", outcome.error
    assert set(began(events).values()) == {1}
    slow, world = delayed(workflow, delays), Elsewhere(inner, delays)
    late, others = await carried(slow, world, [], max)
    assert late.status == "finished", late.error
    assert set(began(others).values()) == {1}
    assert told(others) == told(events)
    for cut in cuts:
        others, past = await _again(slow, world, others, cut)
        assert told(others) == told(events)
        # what had ended is not begun again, and what was on its way is begun once more at most
        ended = {(one.block, one.path) for one in past if isinstance(one, BlockFinished | BlockFailed)}
        rest = began(others[len(past) :])
        assert not ended & set(rest)
        assert set(rest.values()) <= {1}


async def _again(workflow: Workflow, world: Tools, events: list[Event], cut: float) -> tuple[list[Event], list[Event]]:
    past = until(events, cut)
    outcome, whole = await carried(workflow, world, past, min)
    assert outcome.status == "finished", outcome.error
    return whole, past


async def ends_somehow(workflow: Workflow, inner: Workflow, delays: list[int], cuts: list[float]) -> None:
    world = Elsewhere(inner, delays)
    outcome, events = await carried(delayed(workflow, delays), world, [], min)
    assert outcome.status in ("finished", "failed")
    assert set(began(events).values()) == {1}
    assert outcome.error is None or outcome.error.code != "stuck", outcome.error
    failed = [one for one in events if isinstance(one, BlockFailed) and not one.handled]
    assert bool(outcome.error) <= bool(failed)
    past = until(events, cuts[0])
    while past and isinstance(past[-1], RunFailed):
        past.pop()
    again, rest = await carried(delayed(workflow, delays), world, past, min)
    assert again.status == outcome.status, (again.error, outcome.error)
    assert set(began(rest[len(past) :]).values()) <= {1}


BOUNDED: dict[str, Any] = {"deadline": None, "suppress_health_check": list(HealthCheck)}


@settings(max_examples=100, **BOUNDED)
@given(**FACTS)
def test_any_flow_ends_runs_each_step_once_and_brings_the_same_whatever_the_timing_and_wherever_it_was_cut(
    workflow: Workflow, inner: Workflow, delays: list[int], cuts: list[float]
) -> None:
    asyncio.run(brings_the_same(workflow, inner, delays, cuts))


@pytest.mark.full
@settings(max_examples=3000, **BOUNDED)
@given(**FACTS)
def test_thousands_of_flows_do_the_same(
    workflow: Workflow, inner: Workflow, delays: list[int], cuts: list[float]
) -> None:
    asyncio.run(brings_the_same(workflow, inner, delays, cuts))


@settings(max_examples=60, **BOUNDED)
@given(**{**FACTS, "workflow": workflows(handled=False)})
def test_any_flow_whose_failures_nobody_takes_ends_too_and_as_it_did_before_it_was_cut(
    workflow: Workflow, inner: Workflow, delays: list[int], cuts: list[float]
) -> None:
    asyncio.run(ends_somehow(workflow, inner, delays, cuts))


@pytest.mark.full
@settings(max_examples=3000, **BOUNDED)
@given(**{**FACTS, "workflow": workflows(handled=False)})
def test_thousands_of_flows_that_fail_do_the_same(
    workflow: Workflow, inner: Workflow, delays: list[int], cuts: list[float]
) -> None:
    asyncio.run(ends_somehow(workflow, inner, delays, cuts))
