import pytest

from sim_core.document.workflow import Loop, Parallel, Variable
from sim_core.errors import Invalid
from sim_core.flow.events import BlockFailed, BlockFinished
from tests.support.flows import block, flow, mock, perform


def looped(*inside: object, loop: Loop, edges: str = "", **more: object):
    return flow(block("L", "loop"), *inside, edges=f"start>L L:loop-start-source>x {edges}", subflows=(loop,), **more)


async def test_a_loop_reads_the_iteration_before_from_a_later_block() -> None:
    loop = Loop(id="L", loop_type="for", iterations=3)
    body = (mock("x", parent="L", value="<y.result>."), mock("y", parent="L", value="<x.result><loop.index>"))
    ran = await perform(looped(*body, loop=loop, edges="x>y"))
    assert [output["result"] for output in ran.outputs("y")] == [".0", ".0.1", ".0.1.2"]


async def test_a_block_that_is_passed_over_in_an_iteration_is_empty_and_not_what_it_was_before() -> None:
    rows = [{"id": "if", "title": "if", "value": "<loop.index> == 0"}, {"id": "else", "title": "else"}]
    body = (
        block("x", "condition", parent="L", conditions=rows),
        mock("t", parent="L", value="T"),
        mock("f", parent="L", value="F"),
        mock("j", parent="L", value="<t.result>|<f.result>"),
    )
    ran = await perform(
        looped(*body, loop=Loop(id="L", iterations=2), edges="x:condition-if>t x:condition-else>f t>j f>j")
    )
    assert [output["result"] for output in ran.outputs("j")] == ["T|", "|F"]


async def test_a_loop_without_iterations_runs_none_and_what_follows_runs() -> None:
    ran = await perform(
        looped(
            mock("x", parent="L"), mock("after", value="<l.results>"), loop=Loop(id="L", iterations=0), edges="L>after"
        )
    )
    assert ran.output == {"result": []}


@pytest.mark.parametrize("iterations", [None, "many", 1.5, -1, True])
async def test_a_count_that_is_none_fails_the_loop(iterations: object) -> None:
    ran = await perform(looped(mock("x", parent="L"), loop=Loop(id="L", iterations=iterations)))
    assert ran.outcome.error is not None
    assert (ran.outcome.error.code, ran.outcome.error.block) == ("bad_count", "L")


async def test_a_failing_condition_names_loop_and_cause_and_may_take_the_error_port() -> None:
    loop = Loop(id="L", loop_type="while", condition="<start.n> > nothing")
    ran = await perform(
        looped(mock("x", parent="L"), mock("h", value="<l.error>"), loop=loop, edges="L:error>h"), {"n": 1}
    )
    assert ran.output["result"].startswith('The condition of loop "L" failed at iteration 0:')
    assert ran.of(BlockFailed)[0].handled


async def test_a_while_loop_asks_before_each_iteration_even_when_its_blocks_wait() -> None:
    loop = Loop(id="L", loop_type="while", condition="<loop.index> < {{N}}", language="javascript")
    ran = await perform(looped(mock("x", parent="L", delay_ms=1), loop=loop), secrets={"N": "3"})
    assert len(ran.outputs("x")) == 3


async def test_what_fails_inside_takes_the_error_port_of_the_container_and_nothing_more_begins_there() -> None:
    body = (mock("x", parent="L", value=1), mock("bad", parent="L", fail="no"), mock("h", value="<l.error>"))
    ran = await perform(looped(*body, loop=Loop(id="L", iterations=3), edges="x>bad L:error>h"))
    assert (ran.status, ran.output) == ("finished", {"result": "bad: no"})
    assert len(ran.began("x")) == 1


async def test_a_parallel_that_fails_waits_for_its_branches_in_flight() -> None:
    workflow = flow(
        block("P", "parallel"),
        block("c", "condition", parent="P", conditions=[
            {"id": "i", "title": "if", "value": "<parallel.index> == 1"}, {"id": "e", "title": "else"}
        ]),
        mock("bad", parent="P", fail="no"), mock("slow", parent="P", delay_ms=10), mock("after", parent="P"), mock("h"),
        edges="start>P P:parallel-start-source>c c:condition-i>bad c:condition-e>slow slow>after P:error>h",
        subflows=(Parallel(id="P", count=3),),
    )  # fmt: skip
    ran = await perform(workflow)
    assert ran.status == "finished"
    assert "after" not in ran.began()
    assert ran.began()[-1] == "h"
    assert ran.events.index(ran.of(BlockFailed)[-1]) > max(
        ran.events.index(event) for event in ran.of(BlockFinished) if event.block == "slow"
    )


async def test_branches_are_a_sliding_window_and_their_results_keep_their_order() -> None:
    running = most = 0

    async def track(inputs: object, step: object) -> dict[str, int]:
        nonlocal running, most
        import asyncio

        running += 1
        most = max(most, running)
        await asyncio.sleep(0.002 if step.scope.index % 2 else 0.001)  # type: ignore[attr-defined]
        running -= 1
        return {"n": step.scope.index}  # type: ignore[attr-defined]

    from sim_core.flow.plan import compile
    from sim_core.flow.run import run
    from sim_core.spec.blocks import BlockType
    from tests.support.blocks import find
    from tests.support.mock import Nothing
    from tests.support.world import Tools

    kind = BlockType(id="track", title="", doc="", input=Nothing, run=track)
    workflow = flow(
        block("P", "parallel"), block("x", "track", parent="P"), edges="start>P P:parallel-start-source>x",
        subflows=(Parallel(id="P", count=25, batch_size=3),),
    )  # fmt: skip
    plan = compile(workflow, lambda id: kind if id == "track" else find(id))
    outcome = await run(plan, None, world=Tools(), record=lambda event: None, run_id="r")
    assert outcome.output["results"] == [[{"n": n}] for n in range(25)]
    assert most == 3


async def test_containers_nest_five_deep_and_every_reference_finds_its_own() -> None:
    kinds = ["loop", "parallel", "loop", "parallel", "loop"]
    boxes = [block(f"c{n}", kind, parent=f"c{n - 1}" if n else None) for n, kind in enumerate(kinds)]
    handles = [f"c{n}:{kind}-start-source>{f'c{n + 1}' if n < 4 else 'x'}" for n, kind in enumerate(kinds)]
    subflows = tuple(
        Loop(id=f"c{n}", iterations=2) if kind == "loop" else Parallel(id=f"c{n}", count=2)
        for n, kind in enumerate(kinds)
    )
    body = mock(
        "x", parent="c4", value="<c0.index><c1.index><c2.index><c3.index><c4.index>/<loop.index><parallel.index>"
    )
    ran = await perform(flow(*boxes, body, edges=" ".join(["start>c0", *handles]), subflows=subflows))
    words = sorted(output["result"] for output in ran.outputs("x"))
    assert words == sorted(f"{n:05b}/{n & 1}{n >> 1 & 1}" for n in range(32))


async def test_a_loop_inside_a_parallel_followed_by_a_sibling_completes() -> None:
    workflow = flow(
        block("P", "parallel"), block("L", "loop", parent="P"), mock("x", parent="L", delay_ms=1),
        mock("post", parent="P", value="<l.results.length>"),
        edges="start>P P:parallel-start-source>L L:loop-start-source>x L>post",
        subflows=(Parallel(id="P", count=2), Loop(id="L", iterations=3)),
    )  # fmt: skip
    assert len((await perform(workflow)).outputs("post")) == 2


async def test_variables_are_set_all_at_once_in_their_types() -> None:
    rows = [
        {"variable_name": "n", "type": "number", "value": "<variable.n>1"},
        {"variable_name": "m", "type": "number", "value": "<variable.n>"},
    ]
    variables = (Variable(id="1", name="n", type="number", value="4"), Variable(id="2", name="m", type="number"))
    workflow = flow(
        block("v", "variables", variables=rows), mock("r", value="<variable.n>/<variable.m>"), edges="start>v v>r",
        variables=variables,
    )  # fmt: skip
    assert (await perform(workflow)).output == {"result": "41/4"}
    assert (await perform(workflow, variables={"n": "7"})).output == {"result": "71/7"}


async def test_a_container_that_nothing_can_be_started_in_fails_at_once() -> None:
    ran = await perform(flow(block("L", "loop"), edges="start>L", subflows=(Loop(id="L", iterations=1),)))
    assert ran.outcome.error is not None
    assert ran.outcome.error.code == "empty_container"


def test_a_start_inside_a_container_is_refused() -> None:
    from sim_core.flow.plan import compile
    from tests.support.blocks import find

    workflow = flow(block("L", "loop"), mock("x", parent="L"), subflows=(Loop(id="L", iterations=1),))
    with pytest.raises(Invalid, match="cannot run"):
        compile(workflow, find, start="x")


async def test_an_older_router_finds_its_way_inside_a_parallel() -> None:
    workflow = flow(
        block("P", "parallel"),
        block("r", "router", parent="P", route_to="y"),
        mock("x", parent="P"),
        mock("y", parent="P"),
        edges="start>P P:parallel-start-source>r r>x r>y",
        subflows=(Parallel(id="P", count=2),),
    )
    ran = await perform(workflow)
    assert (len(ran.began("y")), ran.began("x")) == (2, [])


async def test_a_response_inside_a_loop_ends_the_run_there() -> None:
    body = (block("x", "response", parent="L", data_mode="json", data='{"at": <loop.index>}'), mock("y", parent="L"))
    ran = await perform(looped(*body, loop=Loop(id="L", iterations=3), edges="x>y"))
    assert (ran.output["data"], ran.status, ran.began().count("x")) == ({"at": 0}, "finished", 1)
    assert "y" not in ran.began()


async def test_a_collection_may_be_a_list_an_object_json_or_a_reference() -> None:
    async def items(collection: object) -> list[object]:
        loop = Loop(id="L", loop_type="for_each", collection=collection)
        ran = await perform(
            looped(mock("x", parent="L", value="<loop.item>"), loop=loop), {"list": [1], "obj": {"k": "v"}}
        )
        return (
            [output["result"] for output in ran.outputs("x")] if ran.status == "finished" else [ran.outcome.error.code]
        )

    assert await items(["<start.list>", "b"]) == [[1], "b"]
    assert await items({"a": 1}) == [["a", 1]]
    assert await items("['p', 'q']") == ["p", "q"]
    assert await items('["it\'s"]') == ["it's"]
    assert await items("<start.obj>") == [["k", "v"]]
    assert await items("<start.nothing>") == []
    assert await items("") == ["empty_collection"]
    assert await items("<nobody.x>") == ["not_a_collection"]
    assert await items("5") == ["not_a_collection"]
