"""What the canvas and models are told about a struct."""

import datetime
import enum
from typing import Annotated, Any, Literal

import msgspec
import pytest

from sim_core.plugin import (
    Advanced,
    Choice,
    Code,
    DependsOn,
    Doc,
    Input,
    LongText,
    OnlyModel,
    OnlyUser,
    Options,
    Output,
    Placeholder,
    Prompted,
    Secret,
    ShownIf,
    Slider,
    Table,
    Title,
    Widget,
)
from sim_core.spec.forms import FormField, Option, Shown, form, json_schema, outputs


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Part(Input):
    name: Annotated[str, Doc("What it is called.")]
    count: int = 1


class Everything(Input):
    short: Annotated[str, Doc("A word.", min_length=1, max_length=9, pattern="^a"), Title("Word"), Placeholder("ab")]
    long: Annotated[str, LongText(rows=8), Prompted()] = ""
    maybe: Annotated[str, Doc("Perhaps."), Advanced()] | None = None
    amount: Annotated[int, Doc("How many.", ge=1, le=5)] = 3
    ratio: Annotated[float, Slider(0, 2, 0.1)] = 1.0
    on: bool = True
    pick: Literal["a", "b"] = "a"
    colour: Colour = Colour.RED
    free: Annotated[str, Choice((("x", "Ex"), "y"), free=True)] = "x"
    several: tuple[Literal["p", "q"], ...] = ()
    words: list[str] = []
    parts: tuple[Part, ...] = ()
    anything: dict[str, Any] = {}
    rows: Annotated[list[dict[str, str]], Table(("key", "value"))] = []
    code: Annotated[str, Code("$pick")] = ""
    channel: Annotated[str, Options("slack.list_channels"), DependsOn("pick")] = ""
    token: Annotated[str, Secret(), OnlyUser()] = ""
    guess: Annotated[str, OnlyModel()] = ""
    picked: Annotated[str, Widget("table"), ShownIf("pick", ("a",))] = ""
    when: datetime.datetime | None = None
    mixed: str | dict[str, Any] = ""
    number_or_text: int | str = 1
    raw: bytes = b""


FORM: dict[str, FormField] = {field.name: field for field in form(Everything)}


@pytest.mark.parametrize(
    ("name", "kind", "type"),
    [
        ("short", "short_text", "string"),
        ("long", "long_text", "string"),
        ("maybe", "short_text", "string"),
        ("amount", "number", "integer"),
        ("ratio", "slider", "number"),
        ("on", "switch", "boolean"),
        ("pick", "dropdown", "string"),
        ("colour", "dropdown", "string"),
        ("free", "combobox", "string"),
        ("several", "checkbox_list", "array"),
        ("words", "list", "array"),
        ("parts", "json", "array"),
        ("anything", "json", "object"),
        ("rows", "table", "array"),
        ("code", "code", "string"),
        ("channel", "combobox", "string"),
        ("picked", "table_picker", "string"),
        ("when", "short_text", "string"),
        ("mixed", "json", "any"),
        ("number_or_text", "short_text", "any"),
        ("raw", "file", "string"),
    ],
)
def test_a_type_and_its_marks_decide_how_a_field_is_asked_for(name: str, kind: str, type: str) -> None:
    assert (FORM[name].kind, FORM[name].type) == (kind, type)


def test_a_field_carries_what_its_annotations_say() -> None:
    short = FORM["short"]
    assert (short.title, short.doc, short.placeholder, short.required) == ("Word", "A word.", "ab", True)
    assert (short.min_length, short.max_length, short.pattern) == (1, 9, "^a")
    assert (FORM["amount"].least, FORM["amount"].most, FORM["amount"].default) == (1, 5, 3)
    assert (FORM["ratio"].least, FORM["ratio"].most, FORM["ratio"].step) == (0, 2, 0.1)
    assert FORM["maybe"].advanced
    assert not FORM["maybe"].required
    assert FORM["maybe"].doc == "Perhaps."
    assert FORM["free"].options == (Option("x", "Ex"), Option("y", "y"))
    assert FORM["colour"].default == "red"
    assert FORM["code"].language == "$pick"
    assert (FORM["channel"].options_tool, FORM["channel"].depends_on) == ("slack.list_channels", ("pick",))
    assert FORM["picked"].shown_if == (Shown("pick", ("a",)),)
    assert FORM["token"].secret
    assert FORM["token"].only_user
    assert FORM["long"].prompted
    assert [field.name for field in FORM["parts"].fields] == ["name", "count"]


def test_a_form_survives_json() -> None:
    whole = form(Everything)
    assert msgspec.json.decode(msgspec.json.encode(whole), type=tuple[FormField, ...]) == whole


class Tree(Input):
    name: Annotated[str, Doc("Name.")]
    children: tuple["Tree", ...] = ()


def test_the_form_of_a_struct_that_holds_itself_ends() -> None:
    assert [(f.name, f.kind, f.fields) for f in form(Tree)][1] == ("children", "json", ())


def test_a_schema_is_whole_and_leaves_out_what_models_may_not_fill() -> None:
    schema = json_schema(Everything, for_model=True)
    assert "token" not in schema["properties"]
    assert "guess" in schema["properties"]
    assert "$ref" not in msgspec.json.encode(schema).decode()
    assert schema["properties"]["parts"]["items"]["properties"]["name"]["description"] == "What it is called."
    assert schema["properties"]["several"]["default"] == []
    assert "token" in json_schema(Everything)["properties"]
    assert "title" not in schema


class Account(Input):
    key: Annotated[str, OnlyUser()]
    plan: str


class Asks(Input):
    account: Account
    ref: Annotated[dict[str, Any], Doc("Data.", extra_json_schema={"examples": [{"$ref": "#/nowhere"}]})] = {}


def test_a_required_field_of_a_nested_struct_is_hidden_with_its_requirement() -> None:
    account = json_schema(Asks, for_model=True)["properties"]["account"]
    assert account["required"] == ["plan"]
    assert list(account["properties"]) == ["plan"]


def test_an_example_that_looks_like_a_reference_stays_data() -> None:
    assert json_schema(Asks)["properties"]["ref"]["examples"] == [{"$ref": "#/nowhere"}]


def test_a_schema_of_a_struct_that_holds_itself_keeps_one_definition() -> None:
    schema = json_schema(Tree)
    assert schema["properties"]["children"]["items"] == {"$ref": "#/$defs/Tree"}
    assert schema["$defs"]["Tree"]["properties"]["name"]["type"] == "string"


class Person(Output):
    name: Annotated[str, Doc("Full name.")]
    tags: tuple[str, ...] = ()


class Found(Output):
    owner: Person | None
    people: list[Person]
    total: int
    extra: dict[str, int] = {}


def test_outputs_are_a_tree_of_names() -> None:
    owner, people, total, extra = outputs(Found)
    assert (owner.name, owner.type, [f.name for f in owner.fields]) == ("owner", "object", ["name", "tags"])
    assert owner.fields[0].doc == "Full name."
    assert (people.type, people.items, [f.name for f in people.fields]) == ("array", "object", ["name", "tags"])
    assert (total.type, extra.type, extra.fields) == ("integer", "object", ())
    assert outputs(list[Person]) == outputs(str) == outputs(None) == ()
