"""What the engine costs: CPU per block by kind and size of workflow, events encoded, and the memory of a big run."""

import asyncio
import resource
import time
from collections.abc import Callable, Iterator
from statistics import median

import msgspec

from sim_core.document.workflow import Block, Edge, Loop, Parallel, Subflow, Variable, Workflow
from sim_core.flow.events import Event
from sim_core.flow.plan import Plan, compile
from sim_core.flow.run import run as run_plan
from sim_core.sandbox.sandbox import Sandbox
from tests.bench.figures import Figure
from tests.support.blocks import find
from tests.support.world import Fenced, Tools

SIZES = (10, 100, 1000, 5000)
GOAL_US = 20.0
PROMISED = ("sequence", "reference", "fan-out", "loop", "for each")
LINEAR = 1.5
"""How much more a block may cost among 5,000 than among 100."""
CONDITION_GOAL_US = 300.0

_encode = msgspec.json.Encoder().encode


def run() -> Iterator[Figure]:
    """Each kind of workflow at each size; the plan is made before, its cost stands beside."""
    for name, make in WORKLOADS.items():
        costs: dict[int, float] = {}
        goal = GOAL_US if name in PROMISED else None
        for size in SIZES:
            workflow = make(size)
            began = time.process_time()
            plan = compile(workflow, find)
            compiling = (time.process_time() - began) / size * 1e6
            rounds = max(3, 3000 // size)
            took = [asyncio.run(once(plan, Tools())) for _ in range(rounds)]
            costs[size] = min(cpu for cpu, _ in took) / size * 1e6
            walls = [wall / size * 1e6 for _, wall in took]
            at = f"{name}, {size} blocks"
            yield Figure(name=at, value=round(costs[size], 2), unit="µs CPU", goal=goal)
            yield Figure(name=f"{at}, minimum", value=round(min(walls), 2), unit="µs")
            yield Figure(name=f"{at}, median", value=round(median(walls), 2), unit="µs")
            yield Figure(name=f"{at}, compiling", value=round(compiling, 2), unit="µs CPU")
        yield Figure(name=f"{name}, 5,000 to 100", value=round(costs[5000] / costs[100], 2), unit="x", goal=LINEAR)
    for language in ("python", "javascript"):
        cost = asyncio.run(conditions(100, language))
        yield Figure(name=f"condition in {language}", value=round(cost, 1), unit="µs", goal=CONDITION_GOAL_US)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield Figure(name="memory of this process", value=round(peak, 1), unit="MB", goal=120)


async def once(plan: Plan, world: Tools) -> tuple[float, float]:
    """Seconds of CPU and of the clock of one run whose events are encoded."""
    events: list[Event] = []
    began, began_at = time.process_time(), time.perf_counter()
    outcome = await run_plan(plan, {"x": 1}, world=world, record=events.append, run_id="r")
    for event in events:
        _encode(event)
    spent = time.process_time() - began, time.perf_counter() - began_at
    assert outcome.status == "finished", outcome
    return spent


async def conditions(size: int, language: str) -> float:
    """Microseconds per condition of a chain, with the sandbox warm."""
    rows = [{"id": "i", "title": "if", "value": "<start.x> == 1"}]
    values = {"language": language, "conditions": rows}
    blocks = [Block(id=f"b{n}", type="condition", name=f"b{n}", values=values) for n in range(size)]
    edges = [_edge("start", "b0"), *(_edge(f"b{n}", f"b{n + 1}", "condition-i") for n in range(size - 1))]
    plan = compile(_workflow(blocks, edges), find)
    sandbox = Sandbox()
    try:
        await once(plan, Fenced(sandbox))
        began = time.perf_counter()
        await once(plan, Fenced(sandbox))
        return (time.perf_counter() - began) / size * 1e6
    finally:
        await sandbox.close()


def _edge(source: str, target: str, handle: str = "source") -> Edge:
    return Edge(id=f"{source}-{handle}-{target}", source=source, target=target, source_handle=handle)


def _workflow(blocks: list[Block], edges: list[Edge], *subflows: Subflow) -> Workflow:
    start = Block(id="start", type="start", name="Start")
    return Workflow(
        blocks={block.id: block for block in (start, *blocks)},
        edges={edge.id: edge for edge in edges},
        subflows={subflow.id: subflow for subflow in subflows},
    )


def _noop(id: str, parent: str | None = None, **values: str) -> Block:
    return Block(id=id, type="noop", name=id, values=values, parent=parent)


def _chain(size: int, value: Callable[[int], str] | None = None) -> Workflow:
    blocks = [_noop(f"b{n}", **({"value": value(n)} if value else {})) for n in range(size)]
    return _workflow(blocks, [_edge("start" if n == 0 else f"b{n - 1}", f"b{n}") for n in range(size)])


def sequence(size: int) -> Workflow:
    """Blocks that do nothing, one after another."""
    return _chain(size)


def references(size: int) -> Workflow:
    """Each with a reference to the one before."""
    return _chain(size, lambda n: f"<b{n - 1}.result>" if n else "<start.x>")


def variables(size: int) -> Workflow:
    """Each sets a variable, from the one before."""
    rows = [{"id": "r", "variable_name": "v", "type": "plain", "value": "<start.x>"}]
    blocks = [Block(id=f"b{n}", type="variables", name=f"b{n}", values={"variables": rows}) for n in range(size)]
    edges = [_edge("start" if n == 0 else f"b{n - 1}", f"b{n}") for n in range(size)]
    known = Variable(id="v", name="v", type="plain", value=0)
    return msgspec.structs.replace(_workflow(blocks, edges), variables={"v": known})


def fan_out(size: int) -> Workflow:
    """All at once, and a join."""
    blocks = [_noop(f"b{n}") for n in range(size)]
    edges = [edge for n in range(size) for edge in (_edge("start", f"b{n}"), _edge(f"b{n}", "join"))]
    return _workflow([*blocks, _noop("join")], edges)


def loop(size: int) -> Workflow:
    """One block, again and again."""
    edges = [_edge("start", "L"), _edge("L", "x", "loop-start-source")]
    blocks = [Block(id="L", type="loop", name="L"), _noop("x", "L", value="<loop.index>")]
    return _workflow(blocks, edges, Loop(id="L", iterations=size))


def for_each(size: int) -> Workflow:
    """One block for each item."""
    edges = [_edge("start", "L"), _edge("L", "x", "loop-start-source")]
    blocks = [Block(id="L", type="loop", name="L"), _noop("x", "L", value="<loop.current_item>")]
    return _workflow(blocks, edges, Loop(id="L", loop_type="for_each", collection=list(range(size))))


def parallel(size: int) -> Workflow:
    """One block in each branch, twenty at a time."""
    edges = [_edge("start", "P"), _edge("P", "x", "parallel-start-source")]
    blocks = [Block(id="P", type="parallel", name="P"), _noop("x", "P", value="<parallel.index>")]
    return _workflow(blocks, edges, Parallel(id="P", count=size))


WORKLOADS: dict[str, Callable[[int], Workflow]] = {
    "sequence": sequence,
    "reference": references,
    "variables": variables,
    "fan-out": fan_out,
    "loop": loop,
    "for each": for_each,
    "parallel": parallel,
}
