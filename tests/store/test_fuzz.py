"""Random operations, applied in random batches by two processes: rows, history and reducer must agree."""

import random
from collections.abc import Callable

import pytest

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
from sim_core.document.workflow import Block, Edge, Loop, Subflow, Variable, Workflow
from sim_core.store.documents import create_workflow
from sim_core.store.operations import append_ops
from sim_core.store.pool import Store, open_store
from tests.store.places import a_workspace
from tests.store.test_operations import replayed, rows_are

IDS = [f"b{n}" for n in range(12)]


def an_operation(dice: random.Random) -> Operation:
    some = tuple(dice.sample(IDS, dice.randint(1, 3)))
    one, two = dice.choice(IDS), dice.choice(IDS)
    edge = Edge(id=f"{one}-{two}", source=one, target=two)
    name = dice.choice(["x", "y", "z"])
    kinds: list[Callable[[], Operation]] = [
        lambda: AddBlocks(blocks=tuple(_block(id, dice) for id in some), subflows=_subflows(some)),
        lambda: RemoveBlocks(ids=some),
        lambda: MoveBlocks(items=tuple(Move(id, dice.randint(0, 99), dice.random()) for id in some)),
        lambda: UpdateValues(items=(ValueChange(block_id=one, field=name, value=dice.choice([None, 1, "t", [1.0]])),)),
        lambda: UpdateBlocks(items=(BlockChange(one, {"enabled": dice.random() < 0.5, "advanced": True}),)),
        lambda: UpdateBlocks(items=(BlockChange(one, {"name": f"Renamed {dice.randint(0, 20)}"}),)),
        lambda: ReparentBlocks(items=(Reparent(id=one, parent=dice.choice([None, "b0", "b1"]), x=1, y=2),)),
        lambda: AddEdges(edges=(edge,)),
        lambda: RemoveEdges(ids=(edge.id,)),
        lambda: UpdateSubflow(id=dice.choice(["b0", "b1"]), set={"iterations": dice.randint(1, 9)}),
        lambda: AddVariables(variables=(Variable(id=name, name=name, value={"n": dice.randint(0, 9)}),)),
        lambda: UpdateVariable(id=name, set={"value": dice.randint(0, 9)}),
        lambda: RemoveVariables(ids=(name,)),
        lambda: UpdateWorkflow(set={"name": f"Named {dice.randint(0, 9)}"}),
    ]
    return dice.choice(kinds)()


def _block(id: str, dice: random.Random) -> Block:
    kind = "loop" if id in ("b0", "b1") else "function"
    return Block(id=id, type=kind, name=f"Block {id}", values={"code": str(dice.random())})


def _subflows(ids: tuple[str, ...]) -> tuple[Subflow, ...]:
    return tuple(Loop(id=id, iterations=1) for id in ids if id in ("b0", "b1"))


@pytest.mark.parametrize("seed", range(4))
async def test_rows_history_and_reducer_agree(store: Store, seed: int) -> None:
    dice = random.Random(seed)
    workspace = await a_workspace(store)
    made = await create_workflow(store, workspace_id=workspace, actor="u", name="Fuzzed")
    other = await open_store(store.url, size=1)
    applied = 0
    for turn in range(60):
        ops = [an_operation(dice) for _ in range(dice.randint(1, 8))]
        writer = dice.choice([store, other])
        cseq = turn * 100
        sent = {"workspace_id": workspace, "actor": "u", "client_id": "c", "whole": dice.random() < 0.1}
        done = await append_ops(writer, made.id, ops, cseq=cseq, **sent)
        applied += len(done.applied)
        if dice.random() < 0.2:
            again = await append_ops(dice.choice([store, other]), made.id, ops, cseq=cseq, **sent)
            before = {(one.index, one.seq) for one in done.applied}
            assert before <= {(one.index, one.seq) for one in again.applied} or again.outcome == "refused"
            applied += sum(not one.again for one in again.applied)
    final = await replayed(store, made.id, workspace, Workflow(name="Fuzzed"))
    assert applied > 60
    known = store.states.get(made.id)
    if known is not None and known.seq == applied:
        assert known.workflow == final
    await rows_are(store, made.id, final)
    await other.close()
