"""Short ways to write workflows and to run them."""

from collections.abc import Mapping
from typing import Any

from sim_core.document.workflow import Block, Edge, Retry, Subflow, Variable, Workflow
from sim_core.flow.events import BlockFailed, BlockFinished, BlockStarted, Event
from sim_core.flow.plan import compile
from sim_core.flow.run import Outcome, run
from sim_core.spec.blocks import BlockType
from tests.support.blocks import find
from tests.support.world import Tools

FIND = find


def mock(id: str, *, parent: str | None = None, retry: Retry | None = None, name: str = "", **values: Any) -> Block:
    return Block(id=id, type="mock", name=name or id, values=values, parent=parent, retry=retry)


def block(id: str, type: str, *, parent: str | None = None, name: str = "", **values: Any) -> Block:
    return Block(id=id, type=type, name=name or id, values=values, parent=parent)


def flow(
    *blocks: Block, edges: str = "", subflows: tuple[Subflow, ...] = (), variables: tuple[Variable, ...] = ()
) -> Workflow:
    """Edges are written `a>b a:error>c L:loop-start-source>x`; a start block `start` is there already."""
    wired = {}
    for at, words in enumerate(edges.split()):
        source, target = words.split(">")
        id, _, handle = source.partition(":")
        wired[f"e{at}"] = Edge(id=f"e{at}", source=id, target=target, source_handle=handle or "source")
    begin = Block(id="start", type="start", name="Start")
    return Workflow(
        blocks={one.id: one for one in (begin, *blocks)},
        edges=wired,
        subflows={one.id: one for one in subflows},
        variables={one.id: one for one in variables},
    )


class Ran:
    """A run that has ended: its outcome and what it told."""

    def __init__(self, outcome: Outcome, events: list[Event]) -> None:
        self.outcome = outcome
        self.events = events

    @property
    def output(self) -> Any:
        return self.outcome.output

    @property
    def status(self) -> str:
        return self.outcome.status

    def began(self, block: str | None = None) -> list[Any]:
        """Blocks in the order they began, or the paths on which one did."""
        started = [event for event in self.events if isinstance(event, BlockStarted)]
        return [event.path for event in started if event.block == block] if block else [e.block for e in started]

    def outputs(self, block: str) -> list[Any]:
        ended = [event for event in self.events if isinstance(event, BlockFinished | BlockFailed)]
        return [event.output for event in ended if event.block == block]

    def of(self, kind: type) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]


async def perform(
    workflow: Workflow,
    input: Any = None,
    *,
    world: Tools | None = None,
    plan: Mapping[str, Any] | None = None,
    **facts: Any,
) -> Ran:
    """Compile and run; `history` goes on from what is handed over."""
    events: list[Event] = []
    compiled = compile(workflow, find, **(plan or {}))
    facts.setdefault("run_id", "r")
    outcome = await run(compiled, input, world=world or Tools(), record=events.append, **facts)
    return Ran(outcome, events)


async def with_types(workflow: Workflow, *types: BlockType, **facts: Any) -> Ran:
    """Run a workflow that also has blocks of these types."""
    known = {type.id: type for type in types}
    events: list[Event] = []
    plan = compile(workflow, lambda id: known.get(id) or find(id))
    outcome = await run(plan, None, **{"world": Tools(), "record": events.append, "run_id": "r", **facts})
    return Ran(outcome, events)
