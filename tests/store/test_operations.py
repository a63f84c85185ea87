import asyncio
from typing import Any

import pytest

from sim_core.document.operations import (
    AddBlocks,
    AddEdges,
    AddVariables,
    Move,
    MoveBlocks,
    Operation,
    RemoveBlocks,
    Reparent,
    ReparentBlocks,
    UpdateSubflow,
    UpdateValues,
    UpdateVariable,
    UpdateWorkflow,
    ValueChange,
)
from sim_core.document.reduce import apply
from sim_core.document.workflow import Block, Edge, Loop, Position, Retry, Variable, Workflow
from sim_core.errors import Conflict, Invalid, Missing
from sim_core.store.documents import create_workflow, delete, history, load
from sim_core.store.operations import Batch, append_many, append_ops
from sim_core.store.pool import Store, open_store
from sim_core.store.reading import load_state
from tests.store.places import a_workspace


def block(id: str, **facts: Any) -> Block:
    return Block(id=id, type="function", name=f"Block {id}", **facts)


def move(id: str, x: float, y: float = 0) -> MoveBlocks:
    return MoveBlocks(items=(Move(id, x, y),))


def value(id: str, field: str, value: Any) -> UpdateValues:
    return UpdateValues(items=(ValueChange(block_id=id, field=field, value=value),))


ONE = Workflow(blocks={"b": block("b")})
WHOLE = Workflow(
    name="All there is",
    description="of everything",
    blocks={
        "b": block("b", values={"z": 1, "a": {"k": 1.0, "text": "nul \x00 and ümläut", "list": [1, None, True]}}),
        "loop": Block(id="loop", type="loop", name="Loop 1", position=Position(10.5, -3), size=(300.0, 200.0)),
        "in": block(
            "in", parent="loop", retry=Retry(tries=4), enabled=False, extra={"height": 7}, modes={"f": "advanced"}
        ),
        "a": block("a", locked=True, advanced=True, error_port=True),
        "t": block("t", trigger=True),
    },
    edges={
        "e2": Edge(id="e2", source="b", target="loop"),
        "e1": Edge(id="e1", source="loop", target="a", source_handle="loop-end-source"),
    },
    subflows={"loop": Loop(id="loop", loop_type="for_each", collection=[1, 2])},
    variables={"v": Variable(id="v", name="count", type="number", value=2)},
)


async def rows_are(store: Store, workflow_id: str, expected: Workflow) -> None:
    store.states.drop(workflow_id)
    stored = await load_state(store, workflow_id)
    assert stored is not None
    assert stored.workflow == expected
    for part in ("blocks", "edges", "subflows", "variables"):
        assert list(getattr(stored.workflow, part)) == list(getattr(expected, part)), part


async def replayed(store: Store, workflow_id: str, workspace_id: str, start: Workflow) -> Workflow:
    changes = await history(store, workflow_id, workspace_id, limit=100_000)
    assert [change.seq for change in changes] == list(range(1, len(changes) + 1))
    workflow = start
    for change in changes:
        done = apply(workflow, change.effective)
        assert not done.refusals
        workflow = done.workflow
    return workflow


async def test_a_document_comes_back_as_it_was_put_in(store: Store) -> None:
    workspace = await a_workspace(store)
    stored = await create_workflow(store, workspace_id=workspace, actor="u", document=WHOLE)
    assert stored.workflow == WHOLE
    assert list(stored.workflow.blocks["b"].values) == ["z", "a"]
    await rows_are(store, stored.id, WHOLE)
    empty = Workflow(name=WHOLE.name, description=WHOLE.description)
    assert await replayed(store, stored.id, workspace, empty) == WHOLE


async def test_every_kind_of_operation_reaches_its_rows(store: Store) -> None:
    workspace = await a_workspace(store)
    stored = await create_workflow(store, workspace_id=workspace, actor="u", name="W")
    ops: list[Operation] = [
        AddBlocks(
            blocks=(block("1"), block("2"), Block(id="L", type="loop", name="L")),
            subflows=(Loop(id="L", iterations=2),),
        ),
        AddEdges(edges=(Edge(id="e", source="1", target="2"), Edge(id="f", source="2", target="L"))),
        AddVariables(variables=(Variable(id="v", name="v", value=1), Variable(id="w", name="w"))),
        move("1", 5, 6),
        value("2", "code", "return 1"),
        UpdateSubflow(id="L", set={"iterations": 9}),
        UpdateVariable(id="v", set={"value": [1, 2]}),
        UpdateWorkflow(set={"name": "Renamed"}),
        AddBlocks(blocks=(block("3"),)),
        ReparentBlocks(items=(Reparent(id="3", parent="L", x=1, y=2),)),
        RemoveBlocks(ids=("1",)),
        AddBlocks(blocks=(block("1"),)),
        move("1", 7),
    ]
    expected = stored.workflow
    for op in ops:
        done = apply(expected, op)
        assert not done.refusals, done.refusals
        expected = done.workflow
    one = await append_ops(store, stored.id, ops, workspace_id=workspace, actor="u")
    assert one.outcome == "applied"
    assert [done.seq for done in one.applied] == list(range(1, len(ops) + 1))
    await rows_are(store, stored.id, expected)

    again = await create_workflow(store, workspace_id=workspace, actor="u", name="W")
    for op in ops:
        await append_ops(store, again.id, [op], workspace_id=workspace, actor="u")
    await rows_are(store, again.id, expected)


async def test_a_move_touches_positions_only(store: Store) -> None:
    workspace = await a_workspace(store)
    stored = await create_workflow(
        store, workspace_id=workspace, actor="u", document=Workflow(blocks={"b": block("b")})
    )
    await store.execute("UPDATE workflow_blocks SET name = 'as it is' WHERE workflow_id = $1", stored.id)
    await append_ops(store, stored.id, [move("b", 1)], workspace_id=workspace, actor="u")
    assert await store.value("SELECT name FROM workflow_blocks WHERE workflow_id = $1", stored.id) == "as it is"


async def test_the_same_operation_sent_twice_is_applied_once(store: Store) -> None:
    workspace = await a_workspace(store)
    stored = await create_workflow(store, workspace_id=workspace, actor="u")

    async def send(ops: list[Operation], cseq: int) -> Any:
        return await append_ops(store, stored.id, ops, workspace_id=workspace, actor="u", client_id="tab", cseq=cseq)

    first = await send([AddBlocks(blocks=(block("b"),))], 1)
    moved = await send([move("b", 1), move("b", 2)], 2)
    away = await append_ops(store, stored.id, [move("b", 50)], workspace_id=workspace, actor="someone else")
    for forget in (False, True):
        if forget:
            store.states.drop(stored.id)
        again = await send([AddBlocks(blocks=(block("b"),))], 1)
        assert again.outcome == "dup"
        assert not again.refusals
        assert [one.seq for one in again.applied] == [one.seq for one in first.applied]
        both = await send([move("b", 1), move("b", 2)], 2)
        assert both.outcome == "dup"
        assert [one.seq for one in both.applied] == [one.seq for one in moved.applied]
    partly = await send([move("b", 2), move("b", 3)], 3)
    assert [(one.again, one.seq) for one in partly.applied] == [(True, moved.applied[1].seq), (False, away.seq + 1)]
    assert (await load(store, stored.id, workspace)).workflow.blocks["b"].position.x == 3


async def test_a_refusal_names_the_operation_and_leaves_the_others(store: Store) -> None:
    workspace = await a_workspace(store)
    stored = await create_workflow(
        store, workspace_id=workspace, actor="u", document=Workflow(blocks={"b": block("b")})
    )
    ops = [move("b", 1), move("gone", 1), move("b", 2)]
    done = await append_ops(store, stored.id, ops, workspace_id=workspace, actor="u")
    assert [one.index for one in done.applied] == [0, 2]
    assert [(why.index, why.code) for why in done.refusals] == [(1, "not_found")]
    before = await load(store, stored.id, workspace)
    none = await append_ops(store, stored.id, ops, workspace_id=workspace, actor="u", whole=True)
    assert none.outcome == "refused"
    assert (await load(store, stored.id, workspace)).seq == before.seq


async def test_nothing_to_do_is_said_and_not_written(store: Store) -> None:
    workspace = await a_workspace(store)
    stored = await create_workflow(
        store, workspace_id=workspace, actor="u", document=Workflow(blocks={"b": block("b")})
    )
    done = await append_ops(store, stored.id, [move("b", 0)], workspace_id=workspace, actor="u")
    assert (done.outcome, done.seq) == ("noop", stored.seq)
    assert len(await history(store, stored.id, workspace)) == stored.seq


async def test_a_writer_who_expects_an_older_document_is_told(store: Store) -> None:
    workspace = await a_workspace(store)
    stored = await create_workflow(
        store, workspace_id=workspace, actor="u", document=Workflow(blocks={"b": block("b")})
    )
    await append_ops(store, stored.id, [move("b", 1)], workspace_id=workspace, actor="u", expected_seq=stored.seq)
    with pytest.raises(Conflict) as caught:
        await append_ops(store, stored.id, [move("b", 2)], workspace_id=workspace, actor="u", expected_seq=stored.seq)
    assert caught.value.reason == "stale"


async def test_a_workflow_of_another_workspace_is_not_there(store: Store) -> None:
    here, there = await a_workspace(store), await a_workspace(store, "There")
    stored = await create_workflow(store, workspace_id=here, actor="u", document=ONE)
    for forget in (False, True):
        if forget:
            store.states.drop(stored.id)
        with pytest.raises(Missing):
            await append_ops(store, stored.id, [move("b", 1)], workspace_id=there, actor="u")
        with pytest.raises(Missing):
            await load(store, stored.id, there)
    with pytest.raises(Missing):
        await delete(store, stored.id, there)
    assert await history(store, stored.id, there) == ()


async def test_a_deleted_workflow_takes_no_operations(store: Store) -> None:
    workspace = await a_workspace(store)
    stored = await create_workflow(
        store, workspace_id=workspace, actor="u", document=Workflow(blocks={"b": block("b")})
    )
    other = await open_store(store.url, size=1)
    await load(other, stored.id, workspace)
    await delete(store, stored.id, workspace)
    with pytest.raises(Missing):
        await append_ops(other, stored.id, [move("b", 1)], workspace_id=workspace, actor="u")
    await other.close()


async def test_a_document_that_breaks_the_rules_is_not_made(store: Store) -> None:
    workspace = await a_workspace(store)
    twins = Workflow(blocks={"a": block("a"), "b": Block(id="b", type="function", name="block A")})
    with pytest.raises(Invalid) as caught:
        await create_workflow(store, workspace_id=workspace, actor="u", document=twins)
    assert [problem.code for problem in caught.value.problems] == ["name_conflict"]
    assert await store.value("SELECT count(*) FROM workflow") == 0


async def test_twenty_writers_in_three_processes_lose_nothing_and_double_nothing(store: Store) -> None:
    workspace = await a_workspace(store)
    blocks = {str(n): block(str(n)) for n in range(20)}
    stored = await create_workflow(store, workspace_id=workspace, actor="u", document=Workflow(blocks=blocks))
    others = [await open_store(store.url, size=4), await open_store(store.url, size=4)]
    stores = [store, *others]

    async def write(writer: int) -> list[int]:
        mine = stores[writer % 3]
        seqs: list[int] = []
        for turn in range(10):
            ops: list[Operation] = [value(str(writer), "n", turn), value("0", f"by_{writer}", turn)]
            if turn == 5:
                ops.append(AddBlocks(blocks=(block(f"{writer}-new"),)))
            sent = await append_ops(
                mine, stored.id, ops, workspace_id=workspace, actor=f"u{writer}", client_id=f"c{writer}", cseq=turn * 10
            )
            assert len(sent.applied) == len(ops)
            seqs += [one.seq for one in sent.applied]
        return seqs

    seqs = sorted(seq for done in await asyncio.gather(*(write(n) for n in range(20))) for seq in done)
    assert seqs == list(range(stored.seq + 1, stored.seq + 1 + 20 * 21))
    empty = Workflow(name=stored.workflow.name)
    final = await replayed(store, stored.id, workspace, empty)
    assert all(final.blocks["0"].values[f"by_{n}"] == 9 for n in range(20))
    for one in stores:
        assert (await load(one, stored.id, workspace)).workflow == final
    await rows_are(store, stored.id, final)
    for other in others:
        await other.close()


async def test_batches_of_many_workflows_share_a_commit_and_one_lost_race_holds_up_none(store: Store) -> None:
    workspace = await a_workspace(store)
    document = Workflow(blocks={"b": block("b")})
    made = [await create_workflow(store, workspace_id=workspace, actor="u", document=document) for _ in range(5)]
    other = await open_store(store.url, size=1)
    await append_ops(other, made[2].id, [move("b", 99)], workspace_id=workspace, actor="x")
    batches = [
        Batch(workflow_id=one.id, workspace_id=workspace, ops=(value("b", "n", n),), actor="u")
        for one in made
        for n in (1, 2)
    ]
    batches.append(Batch(workflow_id="nowhere", workspace_id=workspace, ops=(move("b", 1),), actor="u"))
    done = await append_many(store, batches)
    assert isinstance(done.pop(), Missing)
    for one, late in zip(made, done[1::2], strict=True):
        assert not isinstance(late, Exception)
        raced = one is made[2]
        assert late.seq == one.seq + 2 + raced
        current = await load(store, one.id, workspace)
        assert current.workflow.blocks["b"].values == {"n": 2}
        assert current.workflow.blocks["b"].position.x == (99 if raced else 0)
    await other.close()


async def test_rooms_hear_of_every_commit(store: Store) -> None:
    from sim_core.store.wire import connect

    heard: list[str] = []
    connection = await connect(store.url)
    await connection.add_listener("sim_ops", lambda _c, _pid, _channel, payload: heard.append(payload))
    workspace = await a_workspace(store)
    stored = await create_workflow(
        store, workspace_id=workspace, actor="u", document=Workflow(blocks={"b": block("b")})
    )
    await append_ops(store, stored.id, [move("b", 1)], workspace_id=workspace, actor="u")
    async with asyncio.timeout(30):
        while len(heard) < 2:
            await asyncio.sleep(0.01)
    assert heard == [f"{stored.id} 1", f"{stored.id} 2"]
    await connection.close()
