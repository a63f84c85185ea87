"""What helps while a workflow is being built: pins, time limits, mistakes told in one's own words."""

import asyncio
from typing import Any

import pytest
from msgspec.structs import replace

from sim_core.document.workflow import Block, Loop, Pin, Retry, Workflow
from sim_core.errors import Refused
from sim_core.flow import trace
from sim_core.flow.events import BlockFailed, BlockFinished
from sim_core.sandbox.inside import fence
from sim_core.sandbox.sandbox import Sandbox
from tests.support.flows import Ran, block, flow, mock, perform
from tests.support.world import Fenced


def pinned(workflow: Workflow, id: str, output: Any, port: str | None = "source") -> Workflow:
    one = replace(workflow.blocks[id], pinned=Pin(output=output, port=port))
    return replace(workflow, blocks={**workflow.blocks, id: one})


async def test_a_pinned_output_stands_in_for_its_block_where_pins_count_and_nowhere_else() -> None:
    plain = flow(mock("a", fail="costs money"), mock("b", value="<a.result>!"), edges="start>a a>b")
    workflow = pinned(plain, "a", {"result": "kept"})
    ran = await perform(workflow, pins=True)
    assert (ran.output, ran.began()) == ({"result": "kept!"}, ["start", "a", "b"])
    assert [event.pinned for event in ran.of(BlockFinished)] == [False, True, False]
    assert trace.tree(ran.events, workflow).children[1].pinned
    assert (await perform(workflow)).status == "failed"


async def test_a_pinned_container_runs_nothing_inside_and_a_pinned_condition_keeps_its_way() -> None:
    rows = [{"id": "i", "title": "if", "value": "nonsense("}, {"id": "e", "title": "else"}]
    workflow = flow(
        block("L", "loop"), mock("x", parent="L"), block("c", "condition", conditions=rows), mock("t"), mock("f"),
        edges="start>L L:loop-start-source>x L>c c:condition-i>t c:condition-e>f",
        subflows=(Loop(id="L", iterations=3),),
    )  # fmt: skip
    workflow = pinned(workflow, "L", {"results": [["one"]]})
    workflow = pinned(workflow, "c", {"selected_option": "i"}, "condition-i")
    ran = await perform(workflow, pins=True)
    assert ran.began() == ["start", "L", "c", "t"]
    for cut in range(1, len(ran.events)):
        again = await perform(workflow, pins=True, history=ran.events[:cut])
        assert "x" not in again.began(), cut
        assert again.status == "finished"


async def test_a_block_that_takes_longer_than_it_may_fails_alone_and_may_take_its_port() -> None:
    workflow = flow(mock("a", delay_ms=5000), mock("h", value="<a.error>"), edges="start>a a:error>h")
    slow = replace(workflow.blocks["a"], timeout_s=0.02)
    ran = await perform(replace(workflow, blocks={**workflow.blocks, "a": slow}))
    assert ran.output == {"result": "It took longer than 0.02 s."}
    assert ran.of(BlockFailed)[0].code == "block_timeout"
    alone = await perform(flow(slow, edges="start>a"))
    assert (alone.status, alone.outcome.error and alone.outcome.error.code) == ("failed", "block_timeout")


async def test_each_try_has_its_own_time_and_a_time_out_of_the_blocks_own_stays_its_own() -> None:
    from sim_core.flow.plan import compile
    from sim_core.flow.run import run
    from sim_core.spec.blocks import BlockType
    from tests.support.blocks import find
    from tests.support.mock import Nothing
    from tests.support.world import Tools

    tries: list[int] = []

    async def slow_at_first(inputs: object, step: Any) -> dict[str, int]:
        tries.append(step.tries)
        await asyncio.sleep(60 if len(tries) == 1 else 0)
        if len(tries) == 2:
            raise TimeoutError("mine")
        return {"n": len(tries)}

    kind = BlockType(id="slow", title="", doc="", input=Nothing, run=slow_at_first)
    one = Block(id="a", type="slow", name="a", timeout_s=0.5, retry=Retry(tries=3, wait_ms=0))
    plan = compile(flow(one, edges="start>a"), lambda id: kind if id == "slow" else find(id))
    outcome = await run(plan, None, world=Tools(), record=lambda event: None, run_id="r")
    assert (outcome.status, outcome.output, tries) == ("finished", {"n": 3}, [1, 2, 3])


FENCED = pytest.mark.skipif(bool(fence.missing()), reason=f"the kernel lacks {', '.join(fence.missing())}")


async def fenced(workflow: Workflow, input: Any = None) -> Ran:
    sandbox = Sandbox()
    try:
        return await perform(workflow, input, world=Fenced(sandbox))
    finally:
        await sandbox.close()


@FENCED
@pytest.mark.parametrize(
    ("language", "expression", "words"),
    [
        ("python", "1 +\n<start.n> + nothing", "line 2: NameError"),
        ("python", "<start.n> +", "line 1: SyntaxError"),
        ("python", "<start.n>.upper() == 'A'", "line 1: AttributeError"),
        ("javascript", "1 +\n <start.n>.a.b", "line 2: TypeError"),
        ("javascript", "<start.n> +* 3", "line 1: SyntaxError"),
    ],
)
async def test_a_condition_that_fails_names_row_line_and_reference_as_it_was_typed(
    language: str, expression: str, words: str
) -> None:
    rows = [
        {"id": "one", "title": "if", "value": "1 > 2"},
        {"id": "two", "title": "else if", "value": expression},
        {"id": "three", "title": "else"},
    ]
    workflow = flow(block("c", "condition", name="Check", language=language, conditions=rows), edges="start>c")
    ran = await fenced(workflow, {"n": 1})
    [failed] = ran.of(BlockFailed)
    assert failed.message.startswith(f'Evaluation error in condition "else if" (row 2): {words}'), failed.message
    assert "__ref" not in failed.message
    assert "__sim" not in failed.message
    assert (failed.code, failed.field, failed.line) == ("condition_error", "conditions", int(words[5]))
    assert ran.outcome.error is not None
    assert ran.outcome.error.block_name == "Check"


@FENCED
@pytest.mark.parametrize(
    ("language", "code", "line"),
    [
        ("python", "a = 1\nb = <start.missing>['x']\nreturn b", 2),
        ("python", "a = 1\n\nreturn 'the <start.n>' + <start.n>", 3),
        ("python", "return (<start.n>", 1),
        ("javascript", "const a = 1;\nreturn <start.nope>.x;", 2),
        ("javascript", "const a = 1;\nreturn `the ${<start.n>}` +* <start.n>;", 2),
    ],
)
async def test_a_function_that_fails_names_the_line_and_never_a_name_of_ours(
    language: str, code: str, line: int
) -> None:
    workflow = flow(block("f", "function", language=language, code=code), edges="start>f")
    ran = await fenced(workflow, {"n": 1})
    [failed] = ran.of(BlockFailed)
    assert (failed.field, failed.line) == ("code", line), failed.message
    assert f"line {line}: " in failed.message
    assert "__" not in failed.message
    assert ran.outcome.error is not None
    assert "__" not in ran.outcome.error.message


@FENCED
async def test_a_loop_condition_that_fails_names_loop_iteration_line_and_field() -> None:
    loop = Loop(id="L", loop_type="while", condition="<loop.index> < 1 or\n<x.result>.nope")
    workflow = flow(
        block("L", "loop", name="Again"), mock("x", parent="L", value=1), edges="start>L L:loop-start-source>x",
        subflows=(loop,),
    )  # fmt: skip
    ran = await fenced(workflow)
    [failed] = ran.of(BlockFailed)
    assert failed.message.startswith('The condition of loop "Again" failed at iteration 1: line 2: AttributeError')
    assert (failed.block, failed.field, failed.line) == ("L", "condition", 2)


def test_names_of_ours_are_put_back_wherever_they_stand() -> None:
    from sim_core.flow.mistakes import own_words, plainly

    texts = {"__ref_0": "<a.b>", "__ref_1_0": "{{KEY}}"}
    assert plainly("name '__ref_0' and '__ref_1_0', __ref_9", texts) == "name '<a.b>' and '{{KEY}}', __ref_9"
    assert plainly('f"x {__sim_text(__ref_0)} {__sim_text(__ref_1_0)}"', texts) == 'f"x {<a.b>} {{{KEY}}}"'
    error = Refused("__ref_0 said no")
    own_words(error, texts, block="f", field="code", pointer="/x")
    assert (str(error), error.problems[0].block, error.problems[0].field) == ("<a.b> said no", "f", "code")


@pytest.mark.parametrize("workflow", [
    flow(mock("a", name="Ask"), mock("b", name="Bring"), mock("c"), edges="start>a a>b b>a b>c"),
    flow(block("L", "loop"), mock("z", parent="L"), mock("a", parent="L", name="Ask"),
         mock("b", parent="L", name="Bring"), edges="start>L L:loop-start-source>z z>a a>b b>a",
         subflows=(Loop(id="L", iterations=2),)),
])  # fmt: skip
async def test_a_run_that_cannot_go_on_says_which_blocks_wait_for_what(workflow: Workflow) -> None:
    ran = await perform(workflow)
    assert ran.outcome.error is not None
    assert ran.outcome.error.code == "stuck"
    assert "Ask waits for Bring" in ran.outcome.error.message
    assert "Bring waits for Ask" in ran.outcome.error.message


def test_a_pin_and_a_time_limit_are_facts_that_operations_set_and_undo() -> None:
    from sim_core.document.inverse import inverse
    from sim_core.document.operations import BlockChange, UpdateBlocks
    from sim_core.document.reduce import apply
    from sim_core.document.text import dump_yaml, load

    workflow = flow(mock("a"), edges="start>a")
    facts = {"pinned": {"output": {"n": None}, "port": "error"}, "timeout_s": 2.5}
    op = UpdateBlocks(items=(BlockChange("a", facts),))
    done = apply(workflow, op)
    assert done.workflow.blocks["a"].pinned == Pin(output={"n": None}, port="error")
    assert done.workflow.blocks["a"].timeout_s == 2.5
    assert apply(done.workflow, op).effective is None
    back = done.workflow
    for one in inverse(workflow, op):
        back = apply(back, one).workflow
    assert back.blocks == workflow.blocks
    assert load(dump_yaml(done.workflow)).blocks["a"].pinned == Pin(output={"n": None}, port="error")
    for wrong in ({"timeout_s": 0}, {"timeout_s": -1}, {"pinned": 5}, {"pinned": {"output": "x" * 5_000_000}}):
        assert apply(workflow, UpdateBlocks(items=(BlockChange("a", wrong),))).refusals
