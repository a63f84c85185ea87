"""The reference's cases on edges: which block runs after which, and which never does."""

from itertools import pairwise
from typing import Any

import pytest

from sim_core.document.workflow import Block, Loop, Parallel, Subflow, Workflow
from sim_core.flow.events import BlockFailed, BlockFinished, BlockStarted
from tests.support.flows import Ran, block, flow, mock, perform

ASK = [{"name": "ok", "type": "string"}]


def rows(*conditions: str) -> list[dict[str, str]]:
    """Rows `0`, `1`, …; an empty condition is `else`."""
    return [
        {"id": str(at), "title": "if" if condition else "else", "value": condition}
        for at, condition in enumerate(conditions)
    ]


def fork(id: str, *conditions: str, parent: str | None = None) -> Block:
    return block(id, "condition", parent=parent, conditions=rows(*conditions))


def boxed(
    kind: str, times: int, *inside: Block, edges: str, outer: str = "", more: tuple[Subflow, ...] = ()
) -> Workflow:
    """Blocks in a loop or a parallel `L`, the first of them `a`, and `after` behind it."""
    subflow = Loop(id="L", iterations=times) if kind == "loop" else Parallel(id="L", count=times)
    return flow(
        block("L", kind), *inside, mock("after", value="<l.results>"),
        edges=f"start>L L:{kind}-start-source>a L>after {edges} {outer}", subflows=(subflow, *more),
    )  # fmt: skip


def order(ran: Ran, *blocks: str) -> bool:
    """Whether each of the blocks began after the one before it had ended."""
    places = {type(event).__name__ + event.block: at for at, event in enumerate(ran.events) if hasattr(event, "block")}
    return all(places[f"BlockFinished{one}"] < places[f"BlockStarted{two}"] for one, two in pairwise(blocks))


async def test_a_chain_runs_one_after_the_other_and_each_once() -> None:
    """Cases 1, 3, 58, 88, 89."""
    ran = await perform(flow(mock("a", delay_ms=1), mock("b"), mock("c", value=3), edges="start>a a>b b>c"))
    assert (ran.began(), ran.status, ran.output) == (["start", "a", "b", "c"], "finished", {"result": 3})
    assert order(ran, "start", "a", "b", "c")


@pytest.mark.parametrize(("n", "taken"), [(1, "x"), (2, "y")])
async def test_only_the_chosen_branch_runs(n: int, taken: str) -> None:
    """Cases 2, 9, 26."""
    workflow = flow(
        fork("c", "<start.n> == 1", ""), mock("x"), mock("y"), mock("x2"), mock("y2"), mock("merge"),
        edges="start>c c:condition-0>x c:condition-1>y x>x2 y>y2 x2>merge y2>merge",
    )  # fmt: skip
    ran = await perform(workflow, {"n": n})
    assert ran.began() == ["start", "c", taken, f"{taken}2", "merge"]


@pytest.mark.parametrize(("n", "taken"), [(1, "A"), (2, "B"), (3, "A"), (4, "A")])
async def test_rows_that_share_a_target_run_it_once_whichever_of_them_holds(n: int, taken: str) -> None:
    """Cases 5, 6, 7, 37, 200."""
    workflow = flow(
        fork("c", "<start.n> == 1", "<start.n> == 2", "<start.n> == 3", ""), mock("A"), mock("B"),
        edges="start>c c:condition-0>A c:condition-1>B c:condition-2>A c:condition-3>A",
    )  # fmt: skip
    assert (await perform(workflow, {"n": n})).began() == ["start", "c", taken]


async def test_each_iteration_takes_its_own_way_over_the_same_edges() -> None:
    """Cases 8, 15, 19, 41, 49."""
    body = (
        fork("a", "<loop.index> == 0", "<loop.index> == 1", "", parent="L"),
        mock("x", parent="L"), mock("y", parent="L"), mock("z", parent="L"),
    )  # fmt: skip
    edges = "a:condition-0>x a:condition-1>y a:condition-2>z"
    ran = await perform(boxed("loop", 4, *body, edges=edges))
    assert [block for block in ran.began() if block in "xyz"] == ["x", "y", "z", "z"]


async def test_blocks_whose_ids_begin_alike_are_kept_apart() -> None:
    """Case 16."""
    body = (
        fork("a", "<loop.index> == 0", "", parent="L"), mock("x", parent="L"), mock("x-long", parent="L"),
        mock("x-long-er", parent="L"),
    )  # fmt: skip
    ran = await perform(boxed("loop", 2, *body, edges="a:condition-0>x a:condition-1>x-long x-long>x-long-er"))
    assert [block for block in ran.began() if block.startswith("x")] == ["x", "x-long", "x-long-er"]


@pytest.mark.parametrize(("failing", "ways"), [(True, "error"), (False, "source")])
async def test_a_block_leaves_by_its_error_port_or_by_the_other_and_never_by_both(failing: bool, ways: str) -> None:
    """Cases 10, 11, 28."""
    one = mock("a", fail="no") if failing else mock("a", value=1)
    workflow = flow(
        one, mock("ok"), mock("ok2"), mock("bad"), mock("bad2"), edges="start>a a>ok ok>ok2 a:error>bad bad>bad2"
    )
    expected = ["bad", "bad2"] if ways == "error" else ["ok", "ok2"]
    assert (await perform(workflow)).began() == ["start", "a", *expected]


async def test_an_output_that_has_an_error_in_it_is_data() -> None:
    """Cases 10, 241."""
    workflow = flow(mock("a", output={"error": "soft"}), mock("ok", value="<a.error>"), mock("bad"),
                    edges="start>a a>ok a:error>bad")  # fmt: skip
    ran = await perform(workflow)
    assert (ran.began(), ran.output) == (["start", "a", "ok"], {"result": "soft"})


async def test_an_older_spelling_of_the_source_handle_is_the_source() -> None:
    """Case 12."""
    workflow = flow(mock("a"), mock("b"), mock("h"), edges="start:source-right>a a:source-right>b a:error>h")
    assert (await perform(workflow)).began() == ["start", "a", "b"]


async def test_a_router_goes_one_way() -> None:
    """Cases 13, 39."""
    router = Block(id="r", type="mock", name="r", values={"route_to": "two"})
    workflow = flow(router, mock("x"), mock("y"), edges="start>r r:router-one>x r:router-two>y")
    assert (await perform(workflow)).began() == ["start", "r", "y"]
    nowhere = Block(id="r", type="mock", name="r", values={"route_to": "three"})
    lost = await perform(
        flow(
            nowhere,
            mock("x"),
            block("L", "loop"),
            mock("in", parent="L"),
            subflows=(Loop(id="L", iterations=1),),
            edges="start>r r:router-one>x r:router-two>L L:loop-start-source>in",
        )
    )
    assert (lost.began(), lost.status) == (["start", "r"], "finished")


async def test_a_join_waits_for_all_that_lives() -> None:
    """Cases 14, 27."""
    workflow = flow(
        mock("a", delay_ms=5, value="A"), mock("b", value="B"), mock("j", value="<a.result><b.result>"),
        edges="start>a start>b a>j b>j",
    )  # fmt: skip
    ran = await perform(workflow)
    assert ran.began().count("j") == 1
    assert (order(ran, "a", "j"), order(ran, "b", "j"), ran.output) == (True, True, {"result": "AB"})


async def test_an_edge_into_a_container_from_outside_neither_starts_nor_stops_what_is_in_it() -> None:
    """Cases 17, 71."""
    body = (mock("a", parent="L"), mock("b", parent="L"))
    workflow = boxed("loop", 2, *body, fork("c", "False", ""), mock("dead"), edges="a>b",
                     outer="start>c c:condition-0>dead dead>b start>b")  # fmt: skip
    ran = await perform(workflow)
    assert (len(ran.began("b")), len(ran.began("a")), "dead" in ran.began()) == (2, 2, False)


async def test_a_loop_of_whose_ways_in_one_died_runs_all_its_iterations() -> None:
    """Case 18."""
    workflow = boxed("loop", 3, mock("a", parent="L"), fork("c", "False", ""), mock("dead"), mock("alive"), edges="",
                     outer="start>c c:condition-0>dead c:condition-1>alive dead>L alive>L")  # fmt: skip
    assert len((await perform(workflow)).began("a")) == 3


async def test_what_was_answered_goes_on_by_its_source_and_its_handler_never_runs() -> None:
    """Cases 23, 91, 92, 94."""
    asked = block("h", "human_in_the_loop", input_format=ASK)
    workflow = flow(
        asked, mock("x", value="<h.ok>"), mock("bad"), mock("both"),
        edges="start>h h>x h:error>bad h>both h:error>both",
    )  # fmt: skip
    paused = await perform(workflow)
    ran = await perform(workflow, history=paused.events, answers={"h": {"ok": "y"}})
    assert sorted(ran.began()) == ["both", "x"]
    assert ran.status == "finished"


async def test_a_shared_handler_still_hears_of_a_real_failure_after_an_answer() -> None:
    """Case 24."""
    workflow = flow(
        block("h", "human_in_the_loop", input_format=ASK), mock("b", fail="real"), mock("bad", value="<b.error>"),
        edges="start>h h>b h:error>bad b:error>bad",
    )  # fmt: skip
    paused = await perform(workflow)
    ran = await perform(workflow, history=paused.events, answers={"h": {}})
    assert (ran.began(), ran.output) == (["b", "bad"], {"result": "real"})


async def test_a_join_behind_a_pause_and_its_error_port_runs_once_after_the_answer() -> None:
    """Cases 21, 25, 93."""
    workflow = flow(
        block("h", "human_in_the_loop", input_format=ASK), mock("b", value="b"), mock("j", value="<b.result>"),
        edges="start>h h>b b>j h:error>j",
    )  # fmt: skip
    paused = await perform(workflow)
    ran = await perform(workflow, history=paused.events, answers={"h": {}})
    assert (ran.began(), ran.output) == (["b", "j"], {"result": "b"})


@pytest.mark.parametrize(("first", "second"), [("no", None), (None, "no"), (None, None), ("no", "no")])
async def test_a_handler_of_two_runs_once_if_any_failed_after_both_have_settled(
    first: str | None, second: str | None
) -> None:
    """Cases 30, 31, 32, 33."""
    workflow = flow(
        mock("a", fail=first),
        mock("b", fail=second, delay_ms=2),
        mock("h"),
        edges="start>a start>b a:error>h b:error>h",
    )
    ran = await perform(workflow)
    assert ran.began().count("h") == (1 if first or second else 0)
    assert ran.status == "finished"
    if first or second:
        ends = [event.block for event in ran.events if isinstance(event, BlockFinished | BlockFailed)]
        assert ends.index("h") > max(ends.index("a"), ends.index("b"))


async def test_conditions_in_a_chain_lead_step_by_step() -> None:
    """Case 34."""
    workflow = flow(
        fork("c1", "<start.n> > 0", ""), fork("c2", "<start.n> > 1", ""), mock("x"), mock("y"), mock("z"),
        edges="start>c1 c1:condition-0>c2 c1:condition-1>x c2:condition-0>y c2:condition-1>z",
    )  # fmt: skip
    assert [(await perform(workflow, {"n": n})).began()[-1] for n in (0, 1, 2)] == ["x", "z", "y"]


async def test_where_no_row_holds_the_branch_ends_and_the_run_is_well() -> None:
    """Cases 38, 61, 196, 197."""
    workflow = flow(
        fork("c", "False"), mock("x"), block("L", "loop"), mock("in", parent="L"), mock("after"),
        edges="start>c c:condition-0>L L:loop-start-source>in L>after", subflows=(Loop(id="L", iterations=2),),
    )  # fmt: skip
    ran = await perform(workflow)
    assert (ran.began(), ran.status) == (["start", "c"], "finished")
    assert ran.outputs("c") == [{"condition_result": False, "selected_path": None, "selected_option": None}]
    unwired = await perform(flow(fork("c", "True", ""), mock("x"), edges="start>c c:condition-1>x"))
    assert unwired.outputs("c")[0]["selected_option"] == "0"
    assert (unwired.outputs("c")[0]["selected_path"], unwired.began()) == (None, ["start", "c"])


BODIES: dict[str, tuple[tuple[Block, ...], str, list[str]]] = {
    "no row holds": ((fork("a", "False", parent="L"),), "", ["a"]),
    "the row that holds leads nowhere": (
        (fork("a", "False", "", parent="L"), mock("x", parent="L")), "a:condition-0>x", ["a"]
    ),
    "two in a row, the second a dead end": (
        (fork("a", "True", parent="L"), fork("b", "False", parent="L"), mock("x", parent="L")),
        "a:condition-0>b b:condition-0>x", ["a", "b"],
    ),
    "a diamond": (
        (fork("a", "True", "", parent="L"), mock("x", parent="L"), mock("y", parent="L"), mock("j", parent="L")),
        "a:condition-0>x a:condition-1>y x>j y>j", ["a", "x", "j"],
    ),
    "a deep cascade": (
        (fork("a", "False", "", parent="L"), *(mock(f"x{n}", parent="L") for n in range(6)), mock("y", parent="L")),
        "a:condition-0>x0 x0>x1 x1>x2 x2>x3 x3>x4 x4>x5 a:condition-1>y", ["a", "y"],
    ),
    "an error port": (
        (mock("a", fail="no", parent="L"), mock("x", parent="L"), mock("h", parent="L")), "a>x a:error>h", ["a", "h"]
    ),
    "a slow path beside a dead end": (
        (mock("a", parent="L"), fork("b", "False", parent="L"), mock("x", parent="L"), mock("slow", 
         parent="L", delay_ms=2), mock("last", parent="L")),
        "a>b b:condition-0>x a>slow slow>last", ["a", "b", "slow", "last"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", ["loop", "parallel"])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
async def test_whatever_dies_in_a_container_its_iterations_end_and_what_follows_runs(kind: str, body: Any) -> None:
    """Cases 40, 42, 44, 45, 46, 47, 48, 51, 52, 55, 56, 62, 255."""
    blocks, edges, runs = body
    ran = await perform(boxed(kind, 2, *blocks, edges=edges))
    assert ran.status == "finished"
    assert sorted(ran.began()[2:]) == sorted([*runs * 2, "after"])
    results = ran.output["result"]
    assert [len(one) for one in results] == [len(runs)] * 2


@pytest.mark.parametrize(
    "kinds", [("loop", "loop"), ("loop", "parallel"), ("parallel", "loop"), ("parallel", "parallel")]
)
async def test_a_dead_end_inside_two_containers_ends_the_inner_one_only(kinds: tuple[str, str]) -> None:
    """Cases 53, 54, 57, 64."""
    outer, inner = kinds
    more: Subflow = Loop(id="M", iterations=2) if inner == "loop" else Parallel(id="M", count=2)
    body = (
        fork("a", "False", "", parent="L"), mock("dead", parent="L"), block("M", inner, parent="L"),
        fork("b", "False", parent="M"), mock("x", parent="M"), mock("z", parent="L", value="<m.results>"),
    )  # fmt: skip
    edges = f"a:condition-0>dead a:condition-1>M M:{inner}-start-source>b b:condition-0>x M>z"
    ran = await perform(boxed(outer, 2, *body, edges=edges, more=(more,)))
    assert ran.status == "finished"
    assert (len(ran.began("b")), len(ran.began("z")), "x" in ran.began(), "dead" in ran.began()) == (4, 2, False, False)


@pytest.mark.parametrize("kind", ["loop", "parallel"])
async def test_a_way_around_a_container_leaves_it_and_what_follows_it_alone(kind: str) -> None:
    """Cases 59, 60."""
    subflow: Subflow = Loop(id="L", loop_type="for_each", collection="<dead.x>") if kind == "loop" else Parallel(id="L")
    workflow = flow(
        fork("c", "False", ""), mock("deep"), block("L", kind), mock("in", parent="L"), mock("after"), mock("other"),
        edges=f"start>c c:condition-0>deep deep>L L:{kind}-start-source>in L>after c:condition-1>other",
        subflows=(subflow,),
    )  # fmt: skip
    ran = await perform(workflow)
    assert (ran.began(), ran.status) == (["start", "c", "other"], "finished")
    assert not [event for event in ran.events if isinstance(event, BlockStarted) and event.block == "L"]
