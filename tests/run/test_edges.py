import asyncio

from sim_core.document.workflow import Block, Retry
from sim_core.flow.events import BlockFailed, BlockFinished, RunFailed
from tests.support.flows import block, flow, mock, perform


async def test_a_join_runs_once_after_all_that_is_still_alive() -> None:
    workflow = flow(
        mock("a", delay_ms=5), mock("b"), mock("c", fail="no"), mock("j", value="<a.result><b.result>"), mock("h"),
        edges="start>a start>b start>c a>j b>j c>j c:error>h",
    )  # fmt: skip
    ran = await perform(workflow)
    assert ran.status == "finished"
    assert ran.began().count("j") == 1


async def test_a_handler_of_many_runs_once_when_one_fails() -> None:
    workflow = flow(
        mock("a"), mock("b", fail="bb"), mock("c", fail="cc"), mock("h", value="<a.error>|<b.error>|<c.error>"),
        edges="start>a start>b start>c a:error>h b:error>h c:error>h",
    )  # fmt: skip
    ran = await perform(workflow)
    assert ran.began().count("h") == 1
    assert ran.outputs("h") == [{"result": "|bb|cc"}]


async def test_a_handler_that_nobody_needs_never_runs_and_the_last_block_is_the_output() -> None:
    ran = await perform(flow(mock("a", value=1), mock("h"), edges="start>a a:error>h"))
    assert (ran.output, "h" in ran.began()) == ({"result": 1}, False)


async def test_long_chains_that_nothing_leads_to_die_without_recursion() -> None:
    chain = [mock(f"b{n}") for n in range(3000)]
    edges = "start>a a:error>b0 " + " ".join(f"b{n}>b{n + 1}" for n in range(2999)) + " b2999>end a>end"
    ran = await perform(flow(mock("a", value=1), *chain, mock("end", value="<b7.result>."), edges=edges))
    assert (ran.output, len(ran.began())) == ({"result": "."}, 3)


async def test_edges_from_one_block_to_another_by_two_ports_are_one_way() -> None:
    ran = await perform(flow(mock("a", fail="x"), mock("b", value="<a.error>"), edges="start>a a>b a:error>b"))
    assert ran.output == {"result": "x"}


async def test_a_failure_nobody_handles_lets_what_runs_finish_and_starts_nothing_more() -> None:
    workflow = flow(
        mock("bad", fail="boom"), mock("slow", delay_ms=10), mock("after"), edges="start>bad start>slow slow>after"
    )
    ran = await perform(workflow)
    error = ran.outcome.error
    assert error is not None
    assert (ran.status, error.block, error.code, error.message) == ("failed", "bad", "refused", "boom")
    assert ran.began() == ["start", "bad", "slow"]
    assert ran.of(RunFailed)[0].block_name == "bad"


async def test_tries_are_counted_between_two_and_five_and_the_port_comes_last() -> None:
    workflow = flow(
        mock("a", fail_times=9, retry=Retry(tries=99, wait_ms=0)),
        mock("h", value="<a.error>"),
        edges="start>a a:error>h",
    )
    ran = await perform(workflow)
    assert ran.of(BlockFailed)[0].tries == 5
    assert ran.output == {"result": "try 5"}


async def test_a_disabled_block_cuts_its_path() -> None:
    off = Block(id="off", type="mock", name="off", enabled=False)
    ran = await perform(
        flow(off, mock("b", value=2), mock("c", value="<off.result>c"), edges="start>off off>b start>c")
    )
    assert ran.began() == ["start", "c"]
    assert ran.output == {"result": "c"}


async def test_blocks_that_wait_for_each_other_are_an_error_that_names_them() -> None:
    ran = await perform(flow(mock("a"), mock("b"), edges="start>a a>b b>a"))
    error = ran.outcome.error
    assert error is not None
    assert error.code == "stuck"
    assert "a waits for b" in error.message


async def test_a_mistake_in_a_plugin_fails_its_block_and_not_the_run_itself() -> None:
    from sim_core.flow.plan import compile
    from sim_core.flow.run import run
    from sim_core.spec.blocks import BlockType
    from tests.support.blocks import find
    from tests.support.mock import Nothing
    from tests.support.world import Tools

    async def broken(inputs: object, step: object) -> None:
        raise KeyError("oops")

    def odd(inputs: object, step: object) -> dict[str, object]:
        return {"a": object()}

    types = {
        "broken": BlockType(id="broken", title="", doc="", input=Nothing, run=broken),
        "odd": BlockType(id="odd", title="", doc="", input=Nothing, run=odd),
    }
    workflow = flow(block("a", "broken"), block("b", "odd"), mock("h"), edges="start>a a:error>b b:error>h")
    events: list[object] = []
    plan = compile(workflow, lambda id: types.get(id) or find(id))
    outcome = await run(plan, None, world=Tools(), record=events.append, run_id="r")
    failures = [event for event in events if isinstance(event, BlockFailed)]
    assert outcome.status == "finished"
    assert [failure.code for failure in failures] == ["fault", "fault"]
    assert failures[0].message == "KeyError: 'oops'"


async def test_the_first_response_is_the_answer_and_stops_the_run() -> None:
    workflow = flow(
        block("r", "response", data_mode="json", data='{"n": <start.n>, "s": "<start.s>"}', status=201),
        mock("slow", delay_ms=5), mock("late"), block("r2", "response"),
        edges="start>r start>slow slow>late slow>r2",
    )  # fmt: skip
    ran = await perform(workflow, {"n": 3, "s": 'a "quoted" word'})
    assert ran.output["data"] == {"n": 3, "s": 'a "quoted" word'}
    assert (ran.outcome.http_status, ran.status) == (201, "finished")
    assert "late" not in ran.began()


async def test_a_run_until_a_block_goes_no_further() -> None:
    ran = await perform(flow(mock("a"), mock("b"), edges="start>a a>b"), stop_after="a")
    assert (ran.began(), ran.status, ran.output) == (["start", "a"], "finished", {})


async def test_blocks_that_do_not_wait_leave_room_for_others() -> None:
    blocks = [mock(f"b{n}") for n in range(4000)]
    edges = "start>b0 " + " ".join(f"b{n}>b{n + 1}" for n in range(3999))
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0)
            ticks += 1

    beside = asyncio.create_task(tick())
    ran = await perform(flow(*blocks, edges=edges))
    beside.cancel()
    assert ticks > 1
    assert len(ran.of(BlockFinished)) == 4001
