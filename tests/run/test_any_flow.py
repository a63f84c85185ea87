import asyncio
from collections import Counter
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from sim_core.document.workflow import Block, Loop, Parallel, Subflow, Workflow
from sim_core.flow.events import BlockFailed, BlockFinished, BlockStarted, Event
from sim_core.flow.plan import compile
from sim_core.flow.run import Outcome, run
from tests.support.blocks import find
from tests.support.flows import block, flow, mock
from tests.support.world import Tools

LIMIT_S = 20
KINDS = ("mock", "mock", "mock", "failing", "condition", "loop", "parallel")


@st.composite
def workflows(draw: st.DrawFn) -> Workflow:
    """Acyclic, nested up to three deep, with conditions and error ports; every failure is handled."""
    blocks: list[Block] = []
    subflows: list[Subflow] = []
    edges: list[str] = []
    regions: dict[str | None, list[str]] = {None: []}
    kinds: dict[str, str] = {}
    depth: dict[str | None, int] = {None: 0}
    for n in range(draw(st.integers(1, 12))):
        parent = draw(st.sampled_from(list(regions)))
        kind = draw(st.sampled_from(KINDS if depth[parent] < 3 else KINDS[:5]))
        id = f"b{n}"
        before = regions[parent]
        sources = draw(st.lists(st.sampled_from(before), max_size=3, unique=True)) if before else []
        blocks.append(_made(draw, id, kind, parent, sources, subflows))
        edges += _wired(draw, id, parent, sources, kinds)
        regions[parent].append(id)
        kinds[id] = kind
        if kind in ("loop", "parallel"):
            regions[id], depth[id] = [], depth[parent] + 1
    for container, inside in list(regions.items()):
        if container is not None and not inside:
            blocks.append(mock(f"in{container}", parent=container, value="<loop.index><parallel.index>"))
            edges.append(f"{container}:{kinds[container]}-start-source>in{container}")
    for id in [id for id, kind in kinds.items() if kind == "failing"]:
        parent = next(one.parent for one in blocks if one.id == id)
        blocks.append(mock(f"h{id}", parent=parent, value=f"<{id}.error>"))
        edges.append(f"{id}:error>h{id}")
    return flow(*blocks, edges=" ".join(edges), subflows=tuple(subflows))


def _made(
    draw: st.DrawFn, id: str, kind: str, parent: str | None, sources: list[str], subflows: list[Subflow]
) -> Block:
    words = "".join(f"<{source}.result>" for source in sources)
    match kind:
        case "failing":
            return mock(id, parent=parent, fail=f"{id} <loop.index>")
        case "condition":
            holds = draw(st.sampled_from(("True", "False", "len('<loop.index>') == 1")))
            rows = [{"id": "i", "title": "if", "value": holds}, {"id": "e", "title": "else"}]
            return block(id, "condition", parent=parent, conditions=rows)
        case "loop":
            times = draw(st.integers(0, 3))
            condition = f"<loop.index> < {times}"
            kinds = (Loop(id=id, iterations=times), Loop(id=id, loop_type="while", condition=condition))
            subflows.append(draw(st.sampled_from(kinds)))
            return block(id, "loop", parent=parent)
        case "parallel":
            subflows.append(Parallel(id=id, count=draw(st.integers(0, 4)), batch_size=draw(st.integers(1, 3))))
            return block(id, "parallel", parent=parent)
        case _:
            return mock(id, parent=parent, value=f"{id}:{words}:<loop.index>:<parallel.index>")


def _wired(draw: st.DrawFn, id: str, parent: str | None, sources: list[str], kinds: dict[str, str]) -> list[str]:
    if not sources:
        return [f"start>{id}" if parent is None else f"{parent}:{kinds[parent]}-start-source>{id}"]
    ports = {
        "condition": ("condition-i", "condition-e"),
        "failing": ("source", "error"),
        "mock": ("source", "source", "error"),
    }
    return [f"{source}:{draw(st.sampled_from(ports.get(kinds[source], ('source',))))}>{id}" for source in sources]


def delayed(workflow: Workflow, delays: list[int]) -> Workflow:
    blocks = {
        one.id: replace(one, values={**one.values, "delay_ms": delays[at % len(delays)]}) if one.type == "mock" else one
        for at, one in enumerate(workflow.blocks.values())
    }
    return replace(workflow, blocks=blocks)


async def perform(workflow: Workflow, history: list[Event]) -> tuple[Outcome, list[Event]]:
    events: list[Event] = []
    async with asyncio.timeout(LIMIT_S):
        facts: dict[str, Any] = {"world": Tools(), "record": events.append, "run_id": "r", "history": history}
        return await run(compile(workflow, find), {}, **facts), events


def told(events: list[Event]) -> Counter[str]:
    """What every step brought, whatever order things happened in."""
    ended = [event for event in events if isinstance(event, BlockFinished | BlockFailed)]
    return Counter(f"{event.block}{event.path}{getattr(event, 'port', 'error')}{event.output}" for event in ended)


def began(events: list[Event]) -> Counter[tuple[str, Any]]:
    return Counter((event.block, event.path) for event in events if isinstance(event, BlockStarted))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(workflow=workflows(), delays=st.lists(st.integers(0, 2), min_size=1, max_size=5), cut=st.floats(0, 1))
def test_any_flow_ends_runs_each_step_once_and_brings_the_same_whatever_the_timing(
    workflow: Workflow, delays: list[int], cut: float
) -> None:
    async def everything() -> None:
        outcome, events = await perform(workflow, [])
        assert outcome.status == "finished", outcome.error
        assert set(began(events).values()) == {1}
        late, others = await perform(delayed(workflow, delays), [])
        assert late.status == "finished", late.error
        assert told(others) == told(events)
        past = others[: max(1, int(len(others) * cut))]
        resumed, rest = await perform(delayed(workflow, delays), past)
        assert resumed.status == "finished", resumed.error
        assert told([*past[:-1], *rest] if past[-1:] == others[-1:] else [*past, *rest]) == told(events)

    asyncio.run(everything())
