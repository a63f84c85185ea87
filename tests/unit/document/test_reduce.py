from typing import Any

import pytest

from sim_core.document.difference import diff
from sim_core.document.inverse import inverse
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
    Reparent,
    ReparentBlocks,
    UpdateBlocks,
    UpdateSubflow,
    UpdateValues,
    UpdateVariable,
    ValueChange,
)
from sim_core.document.reduce import apply, apply_all, digest
from sim_core.document.workflow import Block, Edge, Loop, Parallel, Position, Variable, Workflow


def block(id: str, name: str | None = None, **facts: Any) -> Block:
    return Block(id=id, type=facts.pop("type", "agent"), name=name or id.upper(), **facts)


def edge(source: str, target: str, handle: str = "source", id: str | None = None) -> Edge:
    return Edge(id=id or f"{source}-{handle}-{target}", source=source, target=target, source_handle=handle)


def made(*ops: Operation) -> Workflow:
    result = apply_all(Workflow(), ops)
    assert not result.refusals, result.refusals
    return result.workflow


DOCUMENT = made(
    AddBlocks(
        blocks=(
            block("start", type="start"), block("a"), block("b", values={"text": "hi"}), block("l", type="loop"),
            block("in1", parent="l"), block("in2", parent="l"), block("p", type="parallel", parent="l"),
            block("deep", parent="p"), block("safe", locked=True), block("note", type="note"),
        ),
        edges=(edge("start", "a"), edge("a", "b"), edge("b", "l"), edge("l", "in1", "loop-start-source"),
               edge("in1", "in2"), edge("in2", "p")),
        subflows=(Loop(id="l", iterations=3),),
    ),
    AddVariables(variables=(Variable(id="v1", name="My Counter"),)),
)  # fmt: skip


def refused(op: Operation) -> list[str]:
    result = apply(DOCUMENT, op)
    assert result.workflow is DOCUMENT and result.effective is None
    return [refusal.code for refusal in result.refusals]


@pytest.mark.parametrize(
    ("op", "codes"),
    [
        (AddBlocks(blocks=(block("a", "Other"),)), ["id_conflict"]),
        (AddBlocks(blocks=(block("x", "A"),)), ["name_conflict"]),
        (AddBlocks(blocks=(block("x", "loop"),)), ["name_conflict"]),
        (AddBlocks(blocks=(block("x", " . "),)), ["invalid"]),
        (AddBlocks(blocks=(block("x", parent="gone"),)), ["not_found"]),
        (AddBlocks(blocks=(block("x", parent="a"),)), ["invalid"]),
        (AddBlocks(blocks=(block("x", position=Position(float("nan"), 0)),)), ["invalid"]),
        (AddBlocks(blocks=(block("x", values={"big": "x" * 5_000_000}),)), ["too_large"]),
        (AddBlocks(blocks=(block("x"),), subflows=(Loop(id="x"),)), ["invalid"]),
        (AddEdges(edges=(edge("b", "a"),)), ["edge_cycle"]),
        (AddEdges(edges=(edge("a", "a"),)), ["edge_cycle"]),
        (AddEdges(edges=(edge("a", "b", id="again"),)), ["edge_duplicate"]),
        (AddEdges(edges=(edge("a", "in1"),)), ["edge_scope"]),
        (AddEdges(edges=(edge("a", "start"),)), ["edge_target"]),
        (AddEdges(edges=(edge("a", "note"),)), ["edge_target"]),
        (AddEdges(edges=(edge("a", "gone"),)), ["not_found"]),
        (AddEdges(edges=(edge("a", "safe"),)), ["locked"]),
        (RemoveBlocks(ids=("a", "safe")), ["locked"]),
        (MoveBlocks(items=(Move("a", 1, 1), Move("gone", 1, 1), Move("safe", 1, 1))), ["not_found", "locked"]),
        (ReparentBlocks(items=(Reparent(id="l", parent="p", x=0, y=0),)), ["parent_cycle"] * 5),
        (UpdateBlocks(items=(BlockChange("a", {"name": "b"}),)), ["name_conflict"]),
        (UpdateBlocks(items=(BlockChange("a", {"enabled": "yes"}),)), ["invalid"]),
        (UpdateBlocks(items=(BlockChange("a", {"parent": "l"}),)), ["invalid"]),
        (UpdateBlocks(items=(BlockChange("l", {"type": "agent"}),)), ["invalid"]),
        (UpdateBlocks(items=(BlockChange("safe", {"enabled": False}),)), ["locked"]),
        (UpdateValues(items=(ValueChange(block_id="b", field="text", value="x", expected="other"),)), ["conflict"]),
        (UpdateValues(items=(ValueChange(block_id="safe", field="text", value="x"),)), ["locked"]),
        (UpdateSubflow(id="l", set={"iterations": [1]}), ["invalid"]),
        (UpdateSubflow(id="l", set={"count": 1}), ["invalid"]),
        (AddVariables(variables=(Variable(id="v2", name="mycounter"),)), ["name_conflict"]),
        (UpdateVariable(id="gone", set={"value": 1}), ["not_found"]),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_whole_with_its_reason(op: Operation, codes: list[str]) -> None:
    assert refused(op) == codes


def test_every_bad_item_is_named_with_its_place_and_what_stands_there() -> None:
    items = (
        ValueChange(block_id="b", field="text", value="new", expected="old"),
        ValueChange(block_id="gone", field="text", value=1),
        ValueChange(block_id="a", field="text", value=1),
    )
    first, second = apply(DOCUMENT, UpdateValues(items=items)).refusals
    assert (first.index, first.pointer, first.now) == (0, "/items/0", "hi")
    assert (second.index, second.pointer) == (1, "/items/1/block_id")


def test_removing_a_container_takes_everything_in_it_and_every_edge_at_it() -> None:
    result = apply(DOCUMENT, RemoveBlocks(ids=("l", "gone")))
    assert isinstance(result.effective, RemoveBlocks)
    assert set(result.effective.ids) == {"l", "in1", "in2", "p", "deep"}
    assert set(result.effective.edges) == {"b-source-l", "l-loop-start-source-in1", "in1-source-in2", "in2-source-p"}
    assert result.workflow.subflows == {}
    assert apply_all(result.workflow, inverse(DOCUMENT, RemoveBlocks(ids=("l",)))).workflow == DOCUMENT


def test_a_container_without_settings_gets_empty_ones() -> None:
    assert DOCUMENT.subflows["p"] == Parallel(id="p")


def test_dragging_into_a_container_drops_only_the_edges_that_would_cross_its_wall() -> None:
    op = ReparentBlocks(items=(
        Reparent(id="a", parent="l", x=1, y=1), Reparent(id="b", parent="l", x=2, y=2),
    ))  # fmt: skip
    result = apply(DOCUMENT, op)
    assert isinstance(result.effective, ReparentBlocks)
    assert [item.drop_edges for item in result.effective.items] == [("start-source-a",), ("b-source-l",)]
    assert "a-source-b" in result.workflow.edges


def test_what_is_not_touched_is_shared() -> None:
    after = apply(DOCUMENT, MoveBlocks(items=(Move("a", 9, 9),))).workflow
    assert after.blocks["b"] is DOCUMENT.blocks["b"]
    assert after.edges is DOCUMENT.edges and after.subflows is DOCUMENT.subflows


def test_names_may_be_swapped_in_one_operation() -> None:
    op = UpdateBlocks(items=(BlockChange("a", {"name": "B"}), BlockChange("b", {"name": "A"})))
    assert {apply(DOCUMENT, op).workflow.blocks[id].name for id in ("a", "b")} == {"A", "B"}


def test_unlocking_goes_together_with_changing() -> None:
    op = UpdateBlocks(items=(BlockChange("safe", {"locked": False, "name": "Open"}),))
    assert apply(DOCUMENT, op).workflow.blocks["safe"].name == "Open"


def test_what_is_so_already_has_no_effect() -> None:
    ops: tuple[Operation, ...] = (
        AddBlocks(blocks=(DOCUMENT.blocks["a"],), edges=(DOCUMENT.edges["a-source-b"],)),
        RemoveBlocks(ids=("gone",)),
        RemoveEdges(ids=("gone",)),
        MoveBlocks(items=(Move("a", 0, 0),)),
        UpdateValues(items=(ValueChange(block_id="b", field="text", value="hi"),)),
        UpdateSubflow(id="l", set={"iterations": 3}),
    )
    for op in ops:
        assert apply(DOCUMENT, op).effective is None and not apply(DOCUMENT, op).refusals


def test_containers_nest_ten_deep_and_no_deeper() -> None:
    chain = [block(f"c{n}", type="loop", parent=f"c{n - 1}" if n else None) for n in range(10)]
    workflow = made(AddBlocks(blocks=tuple(chain)), AddBlocks(blocks=(block("leaf", parent="c9"),)))
    [refusal] = apply(
        workflow, AddBlocks(blocks=(block("c10", type="loop", parent="c9"), block("x", parent="c10")))
    ).refusals
    assert refusal.code == "too_deep"
    outer = made(AddBlocks(blocks=(*chain, block("leaf", parent="c9"), block("top", type="loop"))))
    move = ReparentBlocks(items=(Reparent(id="c0", parent="top", x=0, y=0),))
    assert [refusal.code for refusal in apply(outer, move).refusals] == ["too_deep"]


def test_a_restore_changes_no_more_than_it_must() -> None:
    after = apply_all(DOCUMENT, [
        UpdateValues(items=(ValueChange(block_id="b", field="text", value="new"),)),
        MoveBlocks(items=(Move("a", 5, 5),)),
        AddEdges(edges=(edge("a", "l"),)),
    ]).workflow  # fmt: skip
    ops = diff(after, DOCUMENT)
    assert [type(op) for op in ops] == [RemoveEdges, MoveBlocks, UpdateValues]
    assert apply_all(after, ops).workflow == DOCUMENT


def test_the_digest_is_that_of_the_content_and_not_of_how_it_came_to_be() -> None:
    one = Workflow(name="w", blocks={"a": block("a", position=Position(1, 2)), "b": block("b")})
    other = Workflow(name="w", blocks={"b": block("b"), "a": block("a", position=Position(1.0, 2.0))})
    assert digest(one) == digest(other)
    built = Edge(id="e", source="a", target="b", source_handle="".join(["so", "urce"]))
    assert digest(Workflow(edges={"e": built})) == digest(Workflow(edges={"e": Edge(id="e", source="a", target="b")}))
    assert digest(one) != digest(Workflow(name="w"))


def test_true_is_not_one_and_one_is_one_point_nought() -> None:
    start = made(AddBlocks(blocks=(block("a", values={"x": True, "y": [1]}),)))

    def wrote(value: Any, field: str = "x", **more: Any) -> Any:
        return apply(start, UpdateValues(items=(ValueChange(block_id="a", field=field, value=value, **more),)))

    assert wrote(1).workflow.blocks["a"].values["x"] == 1
    assert wrote(1).workflow.blocks["a"].values["x"] is not True
    assert wrote(True).effective is None
    assert wrote([True], "y").effective is not None
    assert wrote([1.0], "y").effective is None
    assert [why.code for why in wrote("z", expected=1).refusals] == ["conflict"]
    assert apply_all(start, diff(start, wrote(1).workflow)).workflow.blocks["a"].values["x"] is not True
