import gc
import time

import pytest

from sim_core.document.workflow import Block, Edge, Loop, Workflow
from sim_core.errors import Invalid
from sim_core.flow.plan import compile
from tests.support.blocks import find
from tests.support.flows import block, flow, mock


def test_a_run_asked_to_start_somewhere_starts_there_or_says_why_not() -> None:
    workflow = flow(mock("a"), mock("b"), edges="start>a")
    assert compile(workflow, find, start="b").start.id == "b"
    with pytest.raises(Invalid, match="no block 'c'"):
        compile(workflow, find, start="c")
    off = Block(id="t", type="start", name="T", enabled=False)
    assert compile(flow(off), find, start="t").start.id == "start"


def test_a_workflow_that_others_run_has_one_start() -> None:
    workflow = flow(Block(id="s2", type="start", name="Other"))
    assert compile(workflow, find).start.id == "start"
    with pytest.raises(Invalid, match="one start block"):
        compile(workflow, find, surface="child")


def test_a_trigger_of_an_integration_is_for_what_comes_from_outside() -> None:
    hook = Block(id="hook", type="mock", name="Hook", trigger=True)
    workflow = flow(hook, mock("a"), edges="start>a hook>a")
    assert compile(workflow, find).start.id == "start"
    assert compile(workflow, find, surface="external").start.id == "hook"


def test_without_a_start_block_it_is_the_first_that_nothing_leads_to() -> None:
    workflow = Workflow(blocks={"b": mock("b"), "a": mock("a")}, edges={"e": Edge(id="e", source="a", target="b")})
    assert compile(workflow, find).start.id == "a"
    with pytest.raises(Invalid, match="no block that could run"):
        compile(Workflow(), find)


def test_unknown_types_are_all_told_when_they_are_reached_and_never_otherwise() -> None:
    workflow = flow(block("x", "alien"), block("y", "other"), block("z", "far"), edges="start>x x>y")
    with pytest.raises(Invalid) as caught:
        compile(workflow, find)
    assert [problem.block for problem in caught.value.problems] == ["x", "y"]


def test_edges_over_the_border_of_a_container_do_not_count() -> None:
    workflow = flow(
        block("L", "loop"), mock("x", parent="L"), mock("out"), mock("in", parent="L"),
        edges="start>L L:loop-start-source>x x>out start>in start>out", subflows=(Loop(id="L", iterations=1),),
    )  # fmt: skip
    plan = compile(workflow, find)
    assert plan.nodes["x"].out == {}
    inside = plan.nodes["L"].inside
    assert inside is not None
    assert inside.entries == (0, 1)


def test_older_handles_mean_the_ports_they_stood_for() -> None:
    rows = [{"id": "p", "title": "if", "value": "1"}, {"id": "q", "title": "else"}]
    workflow = flow(
        block("c", "condition", conditions=rows), mock("a"), mock("b"),
        edges="start:source-right>c c>a c>b",
    )  # fmt: skip
    plan = compile(workflow, find)
    assert set(plan.nodes["c"].out) == {"condition-p", "condition-q"}
    assert set(plan.start.out) == {"source"}


def test_compiling_grows_with_the_workflow_and_not_faster() -> None:
    def cost(n: int) -> float:
        blocks = [mock(f"b{k}", value=f"<b{k - 1}.result>") for k in range(n)]
        edges = "start>b0 " + " ".join(f"start>b{k} b{k - 1}>b{k}" for k in range(1, n))
        workflow = flow(*blocks, edges=edges)
        began = time.process_time()
        compile(workflow, find)
        return (time.process_time() - began) / n

    gc.disable()
    try:
        cost(50)
        small = min(cost(200) for _ in range(3))
        assert min(cost(3200) for _ in range(2)) < small * 5
    finally:
        gc.enable()
