"""Documents and operations drawn at random, for the property tests of the document."""

from typing import Any

from hypothesis import strategies as st

from sim_core.document.operations import (
    AddBlocks,
    AddEdges,
    AddVariables,
    BlockChange,
    Move,
    MoveBlocks,
    Operation,
    RemoveBlocks,
    RemoveEdges,
    RemoveVariables,
    Reparent,
    ReparentBlocks,
    UpdateBlocks,
    UpdateSubflow,
    UpdateValues,
    UpdateVariable,
    UpdateWorkflow,
    ValueChange,
)
from sim_core.document.reduce import apply
from sim_core.document.workflow import Block, Edge, Loop, Parallel, Position, Retry, Variable, Workflow

IDS = tuple(f"b{n}" for n in range(8))
NAMES = ("Start", "Agent 1", "agent1", "Loop A", "Fan out", "Écrire", "A.B", "ab", "Send it", "x")
TYPES = ("agent", "loop", "parallel", "function", "note", "start", "loop@2", "github")

json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=("Cs",)), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc/~ .", max_size=4), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
ids = st.sampled_from(IDS)
some_ids = st.lists(ids, min_size=1, max_size=3).map(tuple)
numbers = st.integers(-500, 500).map(float)
positions = st.builds(Position, numbers, numbers)
edge_ids = st.sampled_from([f"e{n}" for n in range(8)])
handles = st.sampled_from(["source", "error", "condition-b1-if"])
edges = st.builds(Edge, id=edge_ids, source=ids, target=ids, source_handle=handles)
variable_ids = st.sampled_from(["v1", "v2", "v3"])
variables = st.builds(Variable, id=variable_ids, name=st.sampled_from(["One", "two", "T wo", "three"]), value=json)
values = st.dictionaries(st.sampled_from(["text", "code", "rows"]), json, max_size=2)
sizes = st.none() | st.tuples(numbers, numbers)
retries = st.none() | st.builds(Retry, st.integers(2, 5), st.integers(0, 5000))
blocks = st.builds(
    Block, id=ids, type=st.sampled_from(TYPES), name=st.sampled_from(NAMES), position=positions, values=values,
    enabled=st.booleans(), locked=st.sampled_from([False, False, False, True]), parent=st.none() | ids, size=sizes,
    retry=retries, modes=st.dictionaries(st.just("channel"), st.just("basic"), max_size=1),
)  # fmt: skip
loops = st.builds(Loop, id=ids, iterations=st.none() | st.integers(0, 9), condition=st.sampled_from(["", "True"]))
parallels = st.builds(Parallel, id=ids, count=st.none() | st.integers(0, 9))

facts: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(NAMES), "type": st.sampled_from(TYPES), "enabled": st.booleans(),
        "locked": st.booleans(), "trigger": st.booleans(), "modes.channel": st.sampled_from(["basic", None]),
        "retry": st.sampled_from([None, {"tries": 4, "wait_ms": 0}]), "size": st.sampled_from([None, [1.0, 2.0]]),
        "extra": st.sampled_from([{}, {"height": 3}]),
    },
)  # fmt: skip


def _many(item: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(item, min_size=1, max_size=3).map(tuple)


operations: st.SearchStrategy[Operation] = st.one_of(
    st.builds(AddBlocks, blocks=_many(blocks), edges=st.lists(edges, max_size=3).map(tuple),
              subflows=st.lists(loops | parallels, max_size=1).map(tuple)),
    st.builds(RemoveBlocks, ids=some_ids),
    st.builds(MoveBlocks, items=_many(st.builds(Move, ids, numbers, numbers))),
    st.builds(ReparentBlocks, items=_many(st.builds(Reparent, id=ids, parent=st.none() | ids, x=numbers, y=numbers,
              drop_edges=st.lists(edge_ids, max_size=1).map(tuple)))),
    st.builds(UpdateBlocks, items=_many(st.builds(BlockChange, ids, facts))),
    st.builds(UpdateValues, items=_many(st.builds(ValueChange, block_id=ids, field=st.sampled_from(["text", "code"]),
              value=json))),
    st.builds(AddEdges, edges=_many(edges)),
    st.builds(RemoveEdges, ids=_many(edge_ids)),
    st.builds(UpdateSubflow, id=ids, set=st.fixed_dictionaries({}, optional={
        "iterations": st.integers(0, 5), "collection": json, "count": st.integers(0, 5)})),
    st.builds(AddVariables, variables=_many(variables)),
    st.builds(RemoveVariables, ids=_many(variable_ids)),
    st.builds(UpdateVariable, id=variable_ids, set=st.fixed_dictionaries({}, optional={
        "name": st.sampled_from(["One", "two", "four"]), "value": json})),
    st.builds(UpdateWorkflow, set=st.fixed_dictionaries({}, optional={"name": st.text("ab\n", max_size=3)})),
)  # fmt: skip


@st.composite
def workflows(draw: st.DrawFn) -> Workflow:
    """A document that operations made."""
    workflow = Workflow(name="W")
    for name, type in zip(NAMES, draw(st.permutations(TYPES)), strict=False):
        id = IDS[NAMES.index(name) % len(IDS)]
        parent = draw(st.none() | ids)
        block = Block(id=id, type=type, name=name, values=draw(values), position=draw(positions))
        inside = Block(id=id, type=type, name=name, values=block.values, position=block.position, parent=parent)
        added = apply(workflow, AddBlocks(blocks=(inside,)))
        workflow = (added if added.effective else apply(workflow, AddBlocks(blocks=(block,)))).workflow
    for op in draw(st.lists(operations, max_size=8)):
        workflow = apply(workflow, op).workflow
    for edge in draw(st.lists(edges, max_size=6)):
        workflow = apply(workflow, AddEdges(edges=(edge,))).workflow
    return workflow
