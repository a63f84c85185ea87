"""The reference's cases on references: what a value, a condition or code finds where one stands."""

from typing import Any

import pytest

from sim_core.document.workflow import Loop, Parallel, Subflow, Variable, VariableType
from sim_core.flow.events import BlockFailed
from sim_core.flow.variables import initial
from sim_core.flow.world import Site
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


def test_what_is_no_reference_is_never_one() -> None:
    """Case 173."""
    from sim_core.document.references import parse

    for text, is_one in (
        ("<1password1.secret>", True), ("<123>", False), ("< <b.output>", True), ("<= <b.output>", True),
        ("<foo<bar>", False), ("a < b", False),
    ):  # fmt: skip
        assert bool(parse(text).references) is is_one, text
