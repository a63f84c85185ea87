from typing import Annotated, Any

import pytest

from sim_core.document.workflow import Block, Workflow
from sim_core.errors import Invalid
from sim_core.flow.plan import compile
from sim_core.flow.regions import Scope, Shared
from sim_core.flow.secrets import Secrets
from sim_core.plugin import BlockType, Code, Doc, Expression, Input, Prompted, Verbatim


class Row(Input):
    name: str = ""
    value: Any = None
    count: int | None = None


class Wide(Input):
    text: Annotated[str, Doc("Text.")] = "unset"
    number: float = 7
    flag: bool = False
    things: tuple[str, ...] = ()
    table: dict[str, Any] = {}
    rows: tuple[Row, ...] = ()
    either: int | str | None = None
    anything: Any = None
    said: Annotated[str, Prompted()] = ""
    raw: Annotated[str, Verbatim()] = ""
    body: Annotated[Any, Code("json")] = None
    when: Annotated[str, Expression("$language")] = ""
    language: str = "python"
    wanted: str | None = None


async def nothing(inputs: Wide, step: object) -> None: ...


TYPES = {
    "wide": BlockType(id="wide", title="", doc="", input=Wide, run=nothing),
    "start": BlockType(id="start", title="", doc="", input=Row, run=nothing, category="trigger"),
}
SOURCE = {
    "s": "word",
    "n": 1.5,
    "i": 3,
    "nil": None,
    "yes": True,
    "list": ["a", 1],
    "obj": {"k": [1]},
    "num": "42",
    "json": '["x"]',
}


def filled(secrets: dict[str, str] | None = None, **values: Any) -> tuple[Wide, dict[str, Any], dict[str, Any]]:
    """The inputs of a block whose values refer to a block `a`."""
    blocks = {
        "start": Block(id="start", type="start", name="a"),
        "w": Block(id="w", type="wide", name="w", values=values),
    }
    from sim_core.document.workflow import Edge

    plan = compile(Workflow(blocks=blocks, edges={"e": Edge(id="e", source="start", target="w")}), TYPES.get)
    scope = Scope(plan.root, Shared([], Secrets(secrets or {})))
    scope.outputs[plan.nodes["start"].index] = SOURCE
    fill = plan.nodes["w"].fill
    assert fill is not None
    return fill(scope)


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("anything", "<a.obj>", {"k": [1]}),
        ("anything", "<a.nil>", None),
        ("anything", "<a.none>", None),
        ("anything", {"x": ["<a.i>", "<a.none>"], "y": "<a.s>!"}, {"x": [3, None], "y": "word!"}),
        ("anything", "<nobody.x> <b>bold</b> 1 < 2 > 0", "<nobody.x> <b>bold</b> 1 < 2 > 0"),
        ("text", "<a.obj>", '{"k":[1]}'),
        ("text", "<a.n>", "1.5"),
        ("text", "<a.nil>", ""),
        ("text", "<a.none>", ""),
        ("text", "x<a.nil>y<a.none>z<a.yes>", "xnullyztrue"),
        ("number", "<a.num>", 42.0),
        ("number", "<a.none>", 7),
        ("number", "", 7),
        ("flag", "<a.yes>", True),
        ("flag", "true", True),
        ("things", "<a.json>", ("x",)),
        ("things", "<a.list>", ("a", "1")),
        ("things", '["p", "<a.s>"]', ("p", "word")),
        ("table", "<a.obj>", {"k": [1]}),
        ("table", '{"a": 1}', {"a": 1}),
        (
            "rows",
            [{"name": "<a.i>", "value": "<a.obj>", "count": "<a.num>"}],
            (Row(name="3", value={"k": [1]}, count=42),),
        ),
        ("either", "<a.i>", 3),
        ("either", "<a.s>", "word"),
        ("raw", "<a.s> {{KEY}}", "<a.s> {{KEY}}"),
        ("body", '{"a": <a.obj>, "b": "<a.s>, <a.list>"}', '{"a": {"k":[1]}, "b": "word, [\\"a\\",1]"}'),
        ("body", "Dear <a.s>,", "Dear word,"),
        ("wanted", "<a.nil>", None),
    ],
)
def test_a_field_gets_what_it_wants_of_what_it_refers_to(field: str, value: Any, expected: Any) -> None:
    assert getattr(filled(**{field: value})[0], field) == expected


def test_what_cannot_fit_is_an_error_with_block_field_and_expected_type() -> None:
    with pytest.raises(Invalid) as caught:
        filled(number="<a.obj>")
    problem = caught.value.problems[0]
    assert (problem.block, problem.field, problem.expected) == ("w", "number", "float")
    assert problem.pointer == "/blocks/w/values/number"


def test_a_secret_goes_into_fields_and_not_into_prompts_even_through_another_block() -> None:
    inputs, _, _ = filled({"KEY": "word", "B": "x"}, text="{{ KEY }} {{NO}}", said="<a.s> {{KEY}}", anything="{{KEY}}")
    assert (inputs.text, inputs.anything) == ("word {{NO}}", "word")
    assert inputs.said == "{{KEY}} {{KEY}}"


def test_code_keeps_its_text_and_binds_its_references() -> None:
    inputs, shown, names = filled({"KEY": "word"}, when="<a.i> > 2 and {{KEY}} and <a.none>")
    assert "<a.i>" not in inputs.when
    assert shown["when"] == "<a.i> > 2 and {{KEY}} and <a.none>"
    assert sorted(map(str, names.values())) == ["3", "None", "word"]


def test_inputs_without_references_are_made_once_unless_a_block_could_change_them() -> None:
    first, second = filled(text="x")[0], filled(text="x")[0]
    assert first == second
    values = {"anything": {"deep": [1]}}
    inputs = filled(**values)[0]
    inputs.anything["deep"].append(2)
    assert values == {"anything": {"deep": [1]}}


def test_values_that_are_no_fields_are_left_out() -> None:
    assert filled(nonsense=1)[0] == Wide()
