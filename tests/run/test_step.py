from sim_core.document.workflow import Loop, Parallel
from sim_core.flow import trace
from sim_core.flow.events import BlockFailed, BlockFinished, BlockStarted, Event, TextDelta
from sim_core.flow.plan import compile
from sim_core.flow.run import run
from sim_core.flow.world import Child
from sim_core.plugin import Input, Pause, Prompt, Refused, Step, TextPart, Turn
from sim_core.plugin import block as declare
from sim_core.spec.blocks import BlockType
from tests.support.blocks import find
from tests.support.flows import block, flow, mock, perform
from tests.support.world import Tools

SECRET = "s3cret-value"


class Nothing(Input):
    value: object = None


async def with_type(workflow, *types: BlockType, world: Tools | None = None, **facts):
    known = {type.id: type for type in types}
    events: list[Event] = []
    plan = compile(workflow, lambda id: known.get(id) or find(id))
    facts.setdefault("run_id", "r")
    outcome = await run(plan, None, world=world or Tools(), record=events.append, **facts)
    return outcome, events


async def test_a_secret_reaches_the_block_and_never_what_is_recorded() -> None:
    workflow = flow(
        mock("a", value="key {{KEY}}"), mock("b", fail="<a.result> was refused"), mock("h", value="<b.error>"),
        edges="start>a a>b b:error>h",
    )  # fmt: skip
    ran = await perform(workflow, secrets={"KEY": SECRET, "OTHER": "unused-one"})
    assert ran.outcome.output == {"result": "key {{KEY}} was refused"}
    assert SECRET not in repr(ran.events)
    assert ran.of(BlockFailed)[0].message == "key {{KEY}} was refused"
    assert ran.of(BlockStarted)[1].inputs == {"value": "key {{KEY}}"}


async def test_a_masked_output_is_whole_again_when_the_run_goes_on_and_a_forged_marker_is_not() -> None:
    workflow = flow(
        mock("a", value="{{KEY}}"), mock("forged", value="<start.text>"), block("h", "human_in_the_loop"),
        mock("b", value="<a.result> <forged.result>"), edges="start>a a>forged forged>h h>b",
    )  # fmt: skip
    given = {"text": "{{KEY}}"}
    paused = await perform(workflow, given, secrets={"KEY": SECRET})
    ran = await perform(workflow, given, history=paused.events, answers={"h": {}}, secrets={"KEY": SECRET})
    assert ran.output == {"result": f"{SECRET} {{{{KEY}}}}"}


async def test_code_gets_values_by_name_and_a_secret_by_name_too() -> None:
    workflow = flow(
        mock("a", output={"list": [1, 2], "s": 'x"y'}),
        block("f", "function", code="return [len(<a.list>), 'is <a.s>', {{KEY}}, <a.none>]"),
        block("g", "function", language="javascript", code="return <a.list>.length + '<a.s>' + {{KEY}}.length"),
        edges="start>a a>f f>g",
    )  # fmt: skip
    ran = await perform(workflow, secrets={"KEY": SECRET})
    assert ran.outputs("f")[0]["result"] == [2, 'is x"y', "{{KEY}}", None]
    assert ran.output["result"] == f'2x"y{len(SECRET)}'


async def test_what_a_field_wants_is_made_of_what_it_gets_or_the_error_names_the_field() -> None:
    workflow = flow(
        mock("a", output={"n": "5", "o": {"k": 1}}),
        block("w", "wait", time_value="0.001"),
        mock("b", fail="<a.o>", delay_ms="<a.n>", fields='{"json": 1}', echo="true"),
        mock("c", delay_ms="<a.o>"),
        edges="start>a a>w w>b b:error>c",
    )  # fmt: skip
    ran = await perform(workflow)
    assert ran.outputs("b") == [{"error": '{"k":1}'}]
    failed = ran.of(BlockFailed)[-1]
    assert (failed.block, failed.field, failed.code) == ("c", "delay_ms", "invalid_input")
    assert "Expected 'float'" in failed.message


async def test_calls_carry_a_key_that_every_try_repeats() -> None:
    async def twice(inputs: Nothing, step: Step) -> dict[str, object]:
        await step.call("t.one", {})
        await step.call("t.two", {"n": 1})
        return {}

    failures = iter([Refused("busy"), None])

    def two(n: int) -> None:
        error = next(failures)
        if error is not None:
            raise error

    kind = declare(id="twice")(twice)
    from sim_core.document.workflow import Block, Retry

    one = Block(id="x", type="twice", name="x", parent="L", retry=Retry(tries=2, wait_ms=0))
    workflow = flow(
        block("L", "loop"), one, edges="start>L L:loop-start-source>x", subflows=(Loop(id="L", iterations=1),)
    )
    world = Tools({"t.one": lambda: 1, "t.two": two})
    outcome, events = await with_type(workflow, kind, world=world, run_id="run")
    assert outcome.status == "finished"
    assert [site.key for site in world.sites] == ["run:x:L.0", "run:x:L.0:2"] * 2
    assert next(event for event in events if isinstance(event, BlockFinished) and event.block == "x").tries == 2


async def test_words_stream_only_from_blocks_somebody_listens_to() -> None:
    async def speaks(inputs: Nothing, step: Step) -> dict[str, str]:
        answer = await step.ask("m", Prompt(turns=(Turn("user", (TextPart("hi"),)),)))
        return {"content": answer.text}

    kind = declare(id="speaks")(speaks)
    workflow = flow(block("a", "speaks"), block("b", "speaks"), edges="start>a a>b")
    _, events = await with_type(workflow, kind, world=Tools(says=("he", "llo")), stream_blocks={"b"})
    deltas = [event for event in events if isinstance(event, TextDelta)]
    assert [(delta.block, delta.text) for delta in deltas] == [("b", "he"), ("b", "llo")]


async def test_a_step_sees_what_was_before_it_and_where_its_ports_lead() -> None:
    seen: dict[str, object] = {}

    async def looks(inputs: Nothing, step: Step) -> dict[str, str]:
        seen.update(before=step.source_output(), to=step.targets("source"), input=step.input, run=step.run_id)
        return {}

    workflow = flow(mock("a", value=1), block("b", "looks"), mock("c", name="See"), edges="start>a a>b b>c")
    await with_type(workflow, declare(id="looks")(looks))
    assert seen["before"] == {"result": 1}
    assert seen["to"] == [{"block_id": "c", "block_type": "mock", "block_name": "See"}]


async def test_workflows_may_call_each_other_no_deeper_than_25() -> None:
    async def child(site: object, input: object) -> Child:
        return Child(run_id="c", name="Child", output={"depth": site.depth})  # type: ignore[attr-defined]

    workflow = flow(block("w", "workflow", workflow_id="x"), edges="start>w")
    world = Tools(workflows={"x": child})
    deep = await perform(workflow, world=world, depth=23)
    assert deep.output["result"] == {"depth": 23}
    assert deep.of(BlockFinished)[-1].child == "c"
    deeper = await perform(workflow, world=world, depth=24)
    assert deeper.outcome.error is not None
    assert deeper.outcome.error.code == "call_depth"


async def test_a_condition_lends_what_its_source_has() -> None:
    rows = [{"id": "i", "title": "if", "value": "<a.n> == 1"}]
    workflow = flow(
        mock("a", output={"n": 1, "deep": {"x": "y"}}), block("c", "condition", conditions=rows),
        mock("t", value="<c.deep.x> <c.selected_option> <c.selectedOption>"), edges="start>a a>c c:condition-i>t",
    )  # fmt: skip
    ran = await perform(workflow)
    assert ran.output == {"result": "y i i"}
    assert set(ran.outputs("c")[0]) == {"condition_result", "selected_path", "selected_option"}


async def test_a_trace_groups_iterations_under_their_container() -> None:
    workflow = flow(
        block("L", "loop", name="Loop"), block("P", "parallel", parent="L"), mock("x", parent="P", fail="x", name="Ex"),
        mock("h", parent="P"), edges="start>L L:loop-start-source>P P:parallel-start-source>x x:error>h",
        subflows=(Loop(id="L", iterations=2), Parallel(id="P", count=2)),
    )  # fmt: skip
    ran = await perform(workflow)
    root = trace.tree(ran.events, workflow)
    loop = root.children[1]
    assert [span.name for span in root.children] == ["Start", "Loop"]
    assert [span.name for span in loop.children] == ["Iteration 1", "Iteration 2"]
    branches = loop.children[1].children[0].children
    assert [(span.type, [step.status for step in span.children]) for span in branches] == [
        ("branch", ["handled", "finished"])
    ] * 2
    assert (root.status, loop.status) == ("finished", "finished")
    assert trace.tree(ran.events).children[1].name == "L"


async def test_a_trace_of_a_run_that_slept_tells_one_step() -> None:
    async def sleeps(inputs: Nothing, step: Step) -> object:
        return Pause(kind="human") if step.resumed is None else {"answer": step.resumed}

    kind = declare(id="sleeps")(sleeps)
    workflow = flow(block("s", "sleeps"), edges="start>s")
    _, first = await with_type(workflow, kind)
    outcome, second = await with_type(workflow, kind, history=first, answers={"s": {"n": 1}})
    root = trace.tree([*first, *second], workflow)
    assert outcome.output == {"answer": {"n": 1}}
    assert [(span.name, span.status) for span in root.children] == [("Start", "finished"), ("s", "finished")]
