"""The reference's cases on references, and on what single blocks do."""

from typing import Any

import pytest
from msgspec import UNSET

from sim_core.document.workflow import Block, Loop, Parallel, Retry, Subflow, Variable
from sim_core.errors import Expired
from sim_core.flow import trace
from sim_core.flow.events import BlockFailed, BlockFinished, BlockPaused
from sim_core.flow.world import Site
from sim_core.spec.requests import Reply, Request
from sim_core.spec.steps import Executed
from tests.support.flows import block, flow, mock, perform
from tests.support.world import Tools

ORDER = [
    {"id": "a", "title": "if", "value": "<start.n> == 1"}, {"id": "b", "title": "else if", "value": "<start.n> > 0"},
    {"id": "c", "title": " ELSE "}, {"id": "d", "title": "else if", "value": "this is no expression ("},
]  # fmt: skip


@pytest.mark.parametrize(("n", "row"), [(1, "a"), (2, "b"), (0, "c")])
async def test_rows_are_tried_in_order_and_none_after_else(n: int, row: str) -> None:
    """Cases 186, 187, 188, 189, 191."""
    ran = await perform(flow(block("c", "condition", conditions=ORDER), edges="start>c"), {"n": n})
    assert ran.outputs("c")[0]["selected_option"] == row


async def test_a_comment_at_the_end_and_the_source_as_context_are_understood() -> None:
    """Cases 190, 199."""
    rows = [{"id": "a", "title": "if", "value": "context.n === 4 // <start.n>"}]
    workflow = flow(
        mock("s", output={"n": 4, "more": "m"}),
        block("c", "condition", language="javascript", conditions=rows),
        mock("t", value="<c.more>"),
        edges="start>s s>c c:condition-a>t",
    )
    assert (await perform(workflow)).output == {"result": "m"}


@pytest.mark.parametrize("conditions", [[], "[]", '[{"id": "a", "title": "if", "value": "1 == 1"}]', "not json", 5])
async def test_rows_may_be_a_list_or_its_json_and_anything_else_is_an_error(conditions: Any) -> None:
    """Case 195."""
    ran = await perform(
        flow(block("c", "condition", conditions=conditions), mock("t"), edges="start>c c:condition-a>t")
    )
    if conditions in ("not json", 5):
        assert (ran.status, ran.of(BlockFailed)[0].field) == ("failed", "conditions")
    else:
        assert (ran.status, "t" in ran.began()) == ("finished", conditions not in ([], "[]"))


async def test_a_condition_that_takes_too_long_says_which_row_and_tries_no_other() -> None:
    """Cases 192, 193, 194."""
    asked: list[str] = []

    class Slow(Tools):
        async def evaluate(self, site: Site, language: Any, code: str, names: Any) -> Any:
            asked.append(code)
            raise Expired("The code ran longer than 5 s")

    rows = [{"id": "a", "title": "if", "value": "x"}, {"id": "b", "title": "else if", "value": "y"}]
    ran = await perform(flow(block("c", "condition", conditions=rows), edges="start>c"), world=Slow())
    [failed] = ran.of(BlockFailed)
    assert (failed.code, asked) == ("timeout", ["x"])
    assert failed.message == 'Evaluation error in condition "if" (row 1): The code ran longer than 5 s'


@pytest.mark.parametrize("kind", ["loop", "parallel"])
async def test_a_condition_in_a_container_names_blocks_by_their_own_ids(kind: str) -> None:
    """Cases 198, 201."""
    subflow: Subflow = Loop(id="L", iterations=2) if kind == "loop" else Parallel(id="L", count=2)
    rows = [{"id": "i", "title": "if", "value": "context['n'] == <l.index>"}, {"id": "e", "title": "else"}]
    workflow = flow(
        block("L", kind), mock("s", parent="L", output={"n": 1}), block("c", "condition", parent="L", conditions=rows),
        mock("t", parent="L"), edges=f"start>L L:{kind}-start-source>s s>c c:condition-i>t", subflows=(subflow,),
    )  # fmt: skip
    ran = await perform(workflow)
    assert ran.began("t") == [(("L", 1),)]
    assert ran.outputs("c")[1]["selected_path"] == {"block_id": "t", "block_type": "mock", "block_name": "t"}
    alone = await perform(flow(block("c", "condition", conditions=[{"id": "i", "title": "if", "value": "1"}]),
                               edges="start>c"), plan={"start": "c"})  # fmt: skip
    assert alone.status == "finished"


async def test_a_function_has_the_time_it_is_given_and_no_more_than_the_run_has_left() -> None:
    """Case 204."""
    given: list[float | None] = []

    class Timed(Tools):
        async def execute(self, site: Site, language: Any, code: str, names: Any, timeout_s: Any) -> Executed:
            given.append(timeout_s)
            return Executed(result=code, stdout="said")

    pieces = [{"content": "a = 1"}, {"content": "return a"}]
    workflow = flow(block("f", "function", code=pieces, timeout_s=100), block("g", "function", code="return 1"),
                    edges="start>f f>g")  # fmt: skip
    ran = await perform(workflow, world=Timed(), deadline_s=50)
    assert ran.outputs("f") == [{"result": "a = 1\nreturn a", "stdout": "said"}]
    assert given[0] is not None and 49 < given[0] <= 50
    await perform(workflow, world=Timed())
    assert given[2:] == [100, None]


@pytest.mark.parametrize(("values", "code"), [
    ({"time_value": 0}, "wait_amount"), ({"time_value": -1}, "wait_amount"), ({"time_value": "x"}, "wait_amount"),
    ({"time_value": 1, "time_unit": "weeks"}, "wait_unit"), ({"time_value": 301}, "wait_too_long"),
    ({"time_value": 6, "time_unit": "minutes"}, "wait_too_long"), ({"time_value": 5, "sleeps": True}, "wait_unit"),
    ({"time_value": 31, "time_unit": "days", "sleeps": True}, "wait_too_long"),
])  # fmt: skip
async def test_a_wait_that_cannot_be_is_refused(values: dict[str, Any], code: str) -> None:
    """Case 206."""
    ran = await perform(flow(block("w", "wait", **values), edges="start>w"))
    assert ran.outcome.error is not None
    assert ran.outcome.error.code == code


@pytest.mark.parametrize(("values", "seconds"), [
    ({"time_value": 0.5, "time_unit": "hours"}, 1800), ({"time_value": 30, "time_unit": "days"}, 30 * 86400),
    ({"time_value": 2, "time_unit": "seconds", "time_unit_long": "minutes"}, 120),
])  # fmt: skip
async def test_a_sleeping_wait_sleeps_until_its_time_and_wakes(values: dict[str, Any], seconds: float) -> None:
    """Case 206."""
    workflow = flow(block("w", "wait", sleeps=True, **values), mock("x", value="<w.status>"), edges="start>w w>x")
    ran = await perform(workflow)
    [pause] = ran.of(BlockPaused)
    assert (ran.status, pause.kind, pause.output["wait_duration"]) == ("paused", "time", seconds * 1000)
    woken = await perform(workflow, history=ran.events, answers={"w": {}})
    assert woken.output == {"result": "completed"}


async def test_a_trigger_of_a_service_hands_on_what_came() -> None:
    """Case 207."""
    hook = Block(id="hook", type="mock", name="Hook", trigger=True, values={"fail": "never runs"}, retry=Retry())
    workflow = flow(hook, mock("r", value="<hook.event.id>"), edges="hook>r")
    ran = await perform(workflow, {"event": {"id": 5}}, plan={"start": "hook"})
    assert (ran.began(), ran.output) == (["hook", "r"], {"result": 5})
    assert (await perform(workflow, plan={"start": "hook"})).outputs("hook") == [{}]


FORM = [
    {"name": "n", "type": "number"}, {"name": "b", "type": "boolean"}, {"name": "o", "type": "object"},
    {"name": "d", "type": "string", "value": "default"}, {"name": "", "type": "string"},
]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "output"),
    [
        (
            {"n": "42", "b": "true", "o": '{"a": 1}', "extra": 1},
            {"n": 42, "b": True, "o": {"a": 1}, "d": "default", "extra": 1},
        ),
        ({"n": "x", "b": "1", "o": "no json", "d": ""}, {"n": "x", "b": True, "o": "no json", "d": ""}),
        ({"d": None, "b": 0}, {"d": "default", "b": False}),
        ({"input": ""}, {"d": "default"}),
        ({"input": {"n": "1"}, "n": "2"}, {"n": 1, "d": "default", "input": {"n": "1"}}),
        (None, {"d": "default"}),
        ("words", {"d": "default", "input": "words"}),
    ],
)
async def test_the_start_hands_on_what_it_was_given_in_the_types_it_asked_for(given: Any, output: Any) -> None:
    """Cases 208, 234, 266."""
    workflow = flow(mock("r", value=1))
    start = Block(id="start", type="start", name="Start", values={"input_format": FORM})
    ran = await perform(type(workflow)(blocks={"start": start}), given)
    assert ran.outputs("start") == [output]


@pytest.mark.parametrize("name", ["error", "selected_option", "selectedRoute", "_pauseMetadata"])
async def test_reserved_names_are_refused_before_any_other_block(name: str) -> None:
    """Cases 208, 267."""
    ran = await perform(flow(mock("a"), edges="start>a"), {name: 1})
    assert ran.outcome.error is not None
    assert (ran.outcome.error.code, ran.began()) == ("reserved_name", ["start"])


class Web(Tools):
    def __init__(self, status: int = 200, body: bytes = b'{"ok": true}') -> None:
        super().__init__()
        self.asked: list[Request] = []
        self.reply = Reply(status=status, headers={"content-type": "application/json"}, content=body)

    async def fetch(self, site: Site, request: Request) -> Reply:
        self.asked.append(request)
        return self.reply


async def test_a_request_has_its_body_read_and_its_failure_told() -> None:
    """Case 209."""
    web = Web()
    one = block("a", "api", url='"http://x.test/y"', method="POST", body='{"n": <start.n>}')
    ran = await perform(flow(one, edges="start>a"), {"n": 1}, world=web)
    assert (ran.output["data"], web.asked[0].url, web.asked[0].json) == ({"ok": True}, "http://x.test/y", {"n": 1})
    empty = await perform(flow(block("a", "api", url=""), edges="start>a"), world=web)
    assert (empty.output, len(web.asked)) == ({"data": None, "status": 200, "headers": {}}, 1)
    wrong = await perform(flow(block("a", "api", url="ftp://x"), edges="start>a"), world=web)
    refused = await perform(flow(block("a", "api", url="http://x.test"), edges="start>a"), world=Web(404, b'{"no": 1}'))
    assert wrong.outcome.error is not None
    assert refused.outcome.error is not None
    assert wrong.outcome.error.code == "bad_url"
    assert "Status: 404" in refused.outcome.error.message
    await perform(flow(block("a", "api", url="http://x.test", method="POST", body=None), edges="start>a"), world=web)
    assert web.asked[1].json is UNSET or web.asked[1].json is None


async def test_a_failure_that_was_handled_is_no_failure_of_the_run() -> None:
    """Cases 225, 229, 273."""
    workflow = flow(
        block("L", "loop"), mock("x", parent="L", fail="no <loop.index>"), mock("h", parent="L", value="<x.error>"),
        mock("b", fail="b"), mock("j", value="<b.error><start.error>"),
        edges="start>L L:loop-start-source>x x:error>h start>b b:error>j",
        subflows=(Loop(id="L", iterations=3),),
    )  # fmt: skip
    ran = await perform(workflow)
    root = trace.tree(ran.events, workflow)
    assert (root.status, root.children[1].status) == ("finished", "finished")
    assert [one["result"] for one in ran.outputs("h")] == ["no 0", "no 1", "no 2"]
    unhandled = flow(mock("x", name="Ex", fail="no"), edges="start>x")
    failed = await perform(unhandled)
    assert trace.tree(failed.events, unhandled).status == "failed"
    assert failed.outcome.error is not None
    assert (failed.outcome.error.code, failed.outcome.error.block, failed.outcome.error.block_name) == (
        "refused",
        "x",
        "Ex",
    )


async def test_a_disabled_block_cuts_its_path_and_the_join_runs_by_the_other() -> None:
    """Case 263."""
    off = Block(id="off", type="mock", name="off", enabled=False)
    ran = await perform(flow(off, mock("a", value=1), mock("j", value="<a.result><off.result>"),
                             edges="start>off start>a off>j a>j"))  # fmt: skip
    assert (ran.began(), ran.output) == (["start", "a", "j"], {"result": "1"})


async def test_an_answer_built_of_values_has_their_types_and_a_status_that_can_be() -> None:
    """Case 265."""
    rows = [
        {"name": "n", "type": "number", "value": "5"}, {"name": "b", "type": "boolean", "value": "true"},
        {"name": "o", "type": "object", "value": '{"a": 1}'}, {"name": "l", "type": "array", "value": "[1]"},
        {"name": "s", "type": "string", "value": "<start.s>"},
    ]  # fmt: skip
    one = block("r", "response", data_mode="structured", builder_data=rows, status="999")
    ran = await perform(flow(one, edges="start>r"), {"s": "text"})
    assert ran.output["data"] == {"n": 5, "b": True, "o": {"a": 1}, "l": [1], "s": "text"}
    assert ran.outcome.http_status == 200


async def test_variables_that_branches_set_are_shared_and_the_last_one_stays() -> None:
    """Case 205."""
    rows = [{"variable_name": "n", "variable_id": "1", "type": "number", "value": "<parallel.index>"}]
    workflow = flow(block("P", "parallel"), block("v", "variables", parent="P", variables=rows),
                    mock("r", value="<variable.n>"), edges="start>P P:parallel-start-source>v P>r",
                    subflows=(Parallel(id="P", count=4, batch_size=1),),
                    variables=(Variable(id="1", name="n", type="number", value=9),))  # fmt: skip
    assert (await perform(workflow)).output == {"result": 3}


async def test_a_trace_of_containers_holds_tokens_and_cost_of_its_steps() -> None:
    """Cases 224, 226, 227."""
    from sim_core.spec.prompts import Answer, Cost, Prompt, TextPart, Turn, Usage

    class Model(Tools):
        async def ask(self, site: Site, model: str, prompt: Any, tools: Any) -> Answer:
            return Answer(
                text="hi", model=model, usage=Usage(input=3, output=2), cost=Cost(input=0.1, output=0.2, total=0.3)
            )

    async def asks(inputs: object, step: Any) -> dict[str, str]:
        await step.ask("m", Prompt(turns=(Turn("user", (TextPart("q"),)),)))
        return {}

    from sim_core.flow.plan import compile
    from sim_core.flow.run import run
    from sim_core.spec.blocks import BlockType
    from tests.support.blocks import find
    from tests.support.mock import Nothing

    kind = BlockType(id="asks", title="", doc="", input=Nothing, run=asks)
    workflow = flow(block("P", "parallel"), block("x", "asks", parent="P"), edges="start>P P:parallel-start-source>x",
                    subflows=(Parallel(id="P", count=4),))  # fmt: skip
    events: list[Any] = []
    plan = compile(workflow, lambda id: kind if id == "asks" else find(id))
    await run(plan, None, world=Model(), record=events.append, run_id="r")
    root = trace.tree(events, workflow)
    assert root.usage is not None and (root.usage.input, root.usage.output) == (12, 8)
    assert root.cost is not None and round(root.cost.total, 6) == 1.2
    assert [branch.children[0].usage for branch in root.children[1].children] == [Usage(input=3, output=2)] * 4
    assert [event.usage is not None for event in events if isinstance(event, BlockFinished)].count(True) == 4


@pytest.mark.parametrize(("collection", "items"), [
    ([1, 2], [1, 2]), ({"a": 1, "b": 2}, [["a", 1], ["b", 2]]), ("<start.nil>", []), ("<start.list>", [7]),
    ('["x"]', ["x"]), ("['y']", ["y"]), ("<start.n>", "not_a_collection"), ("<nobody.x>", "not_a_collection"),
    ("no list", "not_a_collection"), ("", "empty_collection"), (None, "empty_collection"),
])  # fmt: skip
@pytest.mark.parametrize("kind", ["loop", "parallel"])
async def test_collections_of_every_shape(kind: str, collection: Any, items: Any) -> None:
    """Cases 185, 250, 251, 252."""
    subflow: Subflow = (
        Loop(id="L", loop_type="for_each", collection=collection) if kind == "loop"
        else Parallel(id="L", parallel_type="collection", collection=collection)
    )  # fmt: skip
    workflow = flow(block("L", kind), mock("x", parent="L", value=f"<{kind}.item>"),
                    edges=f"start>L L:{kind}-start-source>x", subflows=(subflow,))  # fmt: skip
    ran = await perform(workflow, {"nil": None, "list": [7], "n": 5})
    if isinstance(items, str):
        assert ran.outcome.error is not None
        assert (ran.outcome.error.code, ran.outcome.error.block) == (items, "L")
    else:
        assert [one["result"] for one in ran.outputs("x")] == items


async def test_an_input_that_is_required_is_asked_for_by_its_name() -> None:
    """Case 237."""
    form = [{"name": "n", "type": "number", "required": True}, {"name": "d", "required": True, "value": "there"}]
    start = Block(id="start", type="start", name="Start", values={"input_format": form})
    ran = await perform(flow(start), {})
    assert ran.outcome.error is not None
    assert ran.outcome.error.message == "the input 'n' is required"
    assert (await perform(flow(start), {"n": 0})).outputs("start") == [{"n": 0, "d": "there"}]
