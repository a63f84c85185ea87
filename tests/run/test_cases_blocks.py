"""The reference's cases on references, and on what single blocks do."""

from typing import Any

import pytest
from msgspec import UNSET

from sim_core.document.workflow import Block, Loop, Parallel, Retry, Subflow, Variable, VariableType
from sim_core.errors import Expired
from sim_core.flow import trace
from sim_core.flow.events import BlockFailed, BlockFinished, BlockPaused
from sim_core.flow.variables import initial
from sim_core.flow.world import Site
from sim_core.spec.requests import Reply, Request
from sim_core.spec.steps import Executed
from tests.support.flows import block, flow, mock, perform
from tests.support.world import Tools

DATA = {"n": 1.5, "o": {"k": [1, {"x": None}]}, "t": "tx", "b": True, "nil": None, "1": "one", "l": [["a"], "b"]}


async def read(text: Any, *, name: str = "A Block.1", output: Any = DATA, **facts: Any) -> Any:
    """What a value with references comes to behind a block `A Block.1`."""
    workflow = flow(mock("a", name=name, output=output), mock("r", value=text), edges="start>a a>r")
    return (await perform(workflow, **facts)).output["result"]


@pytest.mark.parametrize(("text", "value"), [
    ("<ablock1.n>", 1.5), ("<ABLOCK1.t>", "tx"), ("<a block1.o.k.0>", 1),
    ("<ablock1.o.k[0]>", 1), ("<ablock1.o.k[1].x>", None), ("<ablock1.l[0][0]>", "a"), ("<ablock1.l.1>", "b"),
    ("<ablock1.o>", {"k": [1, {"x": None}]}), ("<ablock1.nil>", None), ("<ablock1.none>", None),
    ("<ablock1.o.k.9>", None), ("<ablock1.o.k[9]>", None), ("<ablock1.nil.deeper>", None), ("<ablock1.t.0>", None),
    ("[<ablock1.nil>|<ablock1.none>]", "[null|]"), ("n=<ablock1.n> o=<ablock1.o.k> b=<ablock1.b>",
                                                    'n=1.5 o=[1,{"x":null}] b=true'),
    ("<nobody.x>", "<nobody.x>"), ("x <nobody.x> y", "x <nobody.x> y"), ("<ablock1>", DATA),
    ({"deep": ["<ablock1.n>", "<ablock1.none>"]}, {"deep": [1.5, None]}), ("<b>bold</b>", "<b>bold</b>"),
])  # fmt: skip
async def test_a_reference_gives_what_stands_there_in_its_type(text: Any, value: Any) -> None:
    """Cases 151, 152, 154, 155, 157, 160, 163, 244, 246."""
    assert await read(text) == value


async def test_a_block_that_has_not_run_is_empty_however_deep_one_looks() -> None:
    """Case 156."""
    rows = [{"id": "i", "title": "if", "value": "False"}, {"id": "e", "title": "else"}]
    workflow = flow(
        block("c", "condition", conditions=rows), mock("never"), mock("r", value=["<never.result.a.b>", "[<never.x>]"]),
        edges="start>c c:condition-i>never never>r c:condition-e>r",
    )  # fmt: skip
    assert (await perform(workflow)).output == {"result": [None, "[]"]}


async def test_a_name_without_a_dot_wins_and_reserved_heads_are_no_blocks() -> None:
    """Cases 151, 158, 168."""
    workflow = flow(
        mock("x", name="a.b", value="dotted"), mock("y", name="AB", value="plain"),
        mock("r", value=["<ab.result>", "<loop.index>", "<parallel.index>", "<variable.none>"]),
        edges="start>x x>y y>r",
    )  # fmt: skip
    assert (await perform(workflow)).output["result"] == [
        "plain",
        "<loop.index>",
        "<parallel.index>",
        "<variable.none>",
    ]


async def test_older_spellings_of_answers_are_found_and_real_keys_first() -> None:
    """Case 161."""
    assert await read("<response.response.data>", name="Response", output={"data": 1}) == 1
    assert await read("<wf.result.response.data>", name="Wf", output={"result": {"data": 2}}) == 2
    assert await read("<x.response.data>", name="X", output={"response": {"data": 3}, "data": 4}) == 3


LOOPS: dict[str, tuple[Subflow, list[Any]]] = {
    "<loop.index><loop.iteration>": (Loop(id="L", iterations=2), ["00", "11"]),
    "<loop.item>": (Loop(id="L", loop_type="for_each", collection=["a", {"k": 1}]), ["a", {"k": 1}]),
    "<loop.currentItem.k>": (Loop(id="L", loop_type="for_each", collection=[{"k": 1}]), [1]),
    "<loop.items>": (Loop(id="L", loop_type="for_each", collection=[1, 2]), [[1, 2]] * 2),
    "<loop>": (Loop(id="L", iterations=1), [{"index": 0}]),
    "<l>": (Loop(id="L", loop_type="for_each", collection=["a"]), [{"index": 0, "current_item": "a", "items": ["a"]}]),
    "<parallel.index>": (Parallel(id="L", count=2), [0, 1]),
    "<parallel.currentItem>": (Parallel(id="L", parallel_type="collection", collection={"a": 1}), [["a", 1]]),
    "<parallel.items.0>": (Parallel(id="L", parallel_type="collection", collection="['q']"), ["q"]),
    "<l.current_item>": (Parallel(id="L", parallel_type="collection", collection='[{"j": 2}]'), [{"j": 2}]),
}


@pytest.mark.parametrize("text", LOOPS)
async def test_what_a_container_says_of_itself_to_what_is_in_it(text: str) -> None:
    """Cases 164, 165, 170, 250, 251."""
    subflow, values = LOOPS[text]
    kind = "parallel" if isinstance(subflow, Parallel) else "loop"
    workflow = flow(block("L", kind), mock("x", parent="L", value=text),
                    edges=f"start>L L:{kind}-start-source>x", subflows=(subflow,))  # fmt: skip
    assert [one["result"] for one in (await perform(workflow)).outputs("x")] == values


@pytest.mark.parametrize(("text", "words"), [
    ("<loop.item>", "Available fields: index"), ("<loop.nonsense>", '"nonsense" doesn\'t exist on block "loop"'),
    ("<after.index>", None), ("<l.index>", None),
])  # fmt: skip
async def test_a_container_that_has_no_such_field_says_which_it_has(text: str, words: str | None) -> None:
    """Cases 166, 169, 261."""
    inside = words is not None
    workflow = flow(
        block("L", "loop"), mock("x", parent="L", value=text if inside else 1),
        mock("after", value="<l.index>" if not inside else 1), mock("h", value="<after.error>"),
        edges="start>L L:loop-start-source>x L>after after:error>h", subflows=(Loop(id="L", iterations=1),),
    )  # fmt: skip
    ran = await perform(workflow)
    [failed] = ran.of(BlockFailed)
    assert failed.code == "unknown_field"
    if words is not None:
        assert words in failed.message
    else:
        assert ran.output["result"].endswith("Available fields: results")


async def test_the_results_of_a_container_are_read_by_any_path() -> None:
    """Case 169."""
    paths = ["<l.results.1.0.result>", "<l.result[1][0].result>", "<l.results.length>", "<l.results.7>"]
    workflow = flow(block("L", "loop"), mock("x", parent="L", value="v<loop.index>"), mock("r", value=paths),
                    edges="start>L L:loop-start-source>x L>r", subflows=(Loop(id="L", iterations=2),))  # fmt: skip
    assert (await perform(workflow)).output["result"] == ["v1", "v1", 2, None]


async def test_the_innermost_of_its_kind_is_meant_through_a_container_of_the_other() -> None:
    """Case 167."""
    workflow = flow(
        block("A", "loop"),
        block("P", "parallel", parent="A"),
        mock("x", parent="P", value="<loop.index><parallel.index>"),
        edges="start>A A:loop-start-source>P P:parallel-start-source>x",
        subflows=(Loop(id="A", iterations=2), Parallel(id="P", count=2)),
    )
    assert sorted(one["result"] for one in (await perform(workflow)).outputs("x")) == ["00", "01", "10", "11"]


VARIABLES = (
    Variable(id="v-1", name="My Var", type="object", value='{"a": [1, {"b": 2}]}'),
    Variable(id="v-2", name="Nil", type="plain", value=None),
)


@pytest.mark.parametrize(("text", "value"), [
    ("<variable.My Var.a.0>", 1), ("<variable.myvar.a[1].b>", 2), ("<variable.MYVAR.none>", None),
    ("<variable.v-1.a.0>", 1), ("<variable.nil>", None), ("<variable.unknown>", "<variable.unknown>"),
])  # fmt: skip
async def test_variables_are_read_by_name_or_id(text: str, value: Any) -> None:
    """Case 171."""
    assert (await perform(flow(mock("r", value=text), edges="start>r", variables=VARIABLES))).output == {
        "result": value
    }


@pytest.mark.parametrize(("kind", "given", "value"), [
    ("number", "42", 42), ("number", "bad", 0), ("number", "", 0), ("boolean", "1", False), ("boolean", "TRUE", True),
    ("object", "invalid json", {}), ("object", "[1]", {}), ("array", "x", []), ("array", "5", []), ("array", 5, [5]),
    ("plain", None, None), ("string", "s", "s"), ("plain", "5", "5"),
])  # fmt: skip
def test_a_variable_begins_in_its_type(kind: VariableType, given: Any, value: Any) -> None:
    """Cases 235, 236."""
    assert initial(Variable(id="1", name="v", type=kind, value=given)) == value


async def test_secrets_have_any_name_and_what_they_hold_is_never_looked_at_again() -> None:
    """Cases 172, 245."""
    secrets = {"A_1": "{{OTHER}}", "OTHER": "other-value", "EMPTY": "", "LINES": "a\nb\nc"}
    values = ["{{A_1}}", "{{ OTHER }}", "[{{EMPTY}}]", "{{LINES}}", "{{NOBODY}}", "<start.{{A_1}}>"]
    seen: list[Any] = []

    class Watching(Tools):
        async def call(self, site: Site, tool: str, inputs: Any, credential: str) -> Any:
            return None

    workflow = flow(
        block("f", "function", code=f"return [{', '.join(v for v in values[:2])}, {{{{LINES}}}}]"), edges="start>f"
    )

    class Bodies(Watching):
        async def execute(self, site: Site, language: Any, code: str, names: Any, timeout_s: Any) -> Executed:
            seen.append(names)
            return Executed(result=None)

    await perform(workflow, world=Bodies(), secrets=secrets)
    assert list(seen[0].values()) == ["{{OTHER}}", "other-value", "a\nb\nc"]
    ran = await perform(flow(mock("r", value=values), edges="start>r"), secrets=secrets)
    assert ran.output["result"][2:3] + ran.output["result"][4:5] == ["[]", "{{NOBODY}}"]


async def test_code_hears_of_each_value_by_name_and_unknown_references_stay() -> None:
    """Cases 174, 175, 176, 178, 179, 247."""
    python = (
        "a = <start.o>\nb = 'x <start.t> y'\nc = '''t <start.t>'''\n# <start.t> stays\nd = <start.n> + <start.n>\n"
        "return [a, b, c, d, <variable.myvar>, '<nobody.x>', <start.none>]"
    )
    script = (
        'const a = <start.o>, b = "x <start.t> y", c = `t ${<start.n> + 1} <start.t>`; // <start.t>\n'
        "return [a, b, c, <variable.myvar>.a[0], '<nobody.x>', <start.none>]"
    )
    given = {"o": {"k": 1}, "t": "q'\"`${x}", "n": 2}
    one = flow(block("f", "function", code=python), block("g", "function", language="javascript", code=script),
               edges="start>f f>g", variables=VARIABLES)  # fmt: skip
    ran = await perform(one, given)
    text = given["t"]
    assert ran.outputs("f")[0]["result"] == [
        {"k": 1}, f"x {text} y", f"t {text}", 4, {"a": [1, {"b": 2}]}, "<nobody.x>", None
    ]  # fmt: skip
    assert ran.outputs("g")[0]["result"] == [{"k": 1}, f"x {text} y", f"t 3 {text}", 1, "<nobody.x>", None]


async def test_values_of_a_variables_block_are_those_before_any_is_set() -> None:
    """Cases 205, 247."""
    rows = [
        {"variable_name": "n", "variable_id": "1", "type": "number", "value": "7"},
        {"variable_name": "copy", "type": "plain", "value": "<variable.n>"},
        {"variable_name": "", "type": "plain", "value": "skipped"},
        {"variable_name": "__proto__", "type": "object", "value": '{"a": 1}'},
        {"variable_name": "unknown", "type": "boolean", "value": "true"},
    ]
    variables = (Variable(id="1", name="n", type="number", value=1), Variable(id="2", name="copy"))
    workflow = flow(block("v", "variables", variables=rows), mock("r", value=["<variable.n>", "<variable.copy>"]),
                    edges="start>v v>r", variables=variables)  # fmt: skip
    ran = await perform(workflow)
    assert ran.outputs("v") == [{"n": 7, "copy": 1, "__proto__": {"a": 1}, "unknown": True}]
    assert ran.output == {"result": [7, 1]}
    for kind, value in (("number", "x"), ("boolean", "1"), ("object", "["), ("array", "{}")):
        wrong = [{"variable_name": "n", "type": kind, "value": value}]
        failed = await perform(flow(block("v", "variables", variables=wrong), edges="start>v"))
        assert failed.outcome.error is not None
        assert (failed.outcome.error.code, '"n"' in failed.outcome.error.message) == ("variable_type", True)


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


def test_what_is_no_reference_is_never_one() -> None:
    """Case 173."""
    from sim_core.document.references import parse

    for text, is_one in (
        ("<1password1.secret>", True), ("<123>", False), ("< <b.output>", True), ("<= <b.output>", True),
        ("<foo<bar>", False), ("a < b", False),
    ):  # fmt: skip
        assert bool(parse(text).references) is is_one, text


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
