"""Tools as they were chosen, and as a model sees them."""

from typing import Any

import pytest

from sim_core.errors import Invalid
from sim_core.models.dialects.answers import strict
from sim_core.models.dialects.sdk import retry_after, with_version
from sim_core.models.schemas import Checker, arguments, value_in
from sim_core.models.toolbox import Described, Toolbox, fill, legal
from sim_core.spec.steps import ToolChoice

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"channel": {"type": "string"}, "text": {"type": "string"}},
    "required": ["channel", "text"],
    "additionalProperties": False,
}


async def describe(choice: ToolChoice) -> Described:
    return Described(doc="Post.", schema=SCHEMA)


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("github.create_issue", "github__create_issue"),
        ("workflow:0198-ab", "workflow_0198-ab"),
        ("workflow_Send it, now!", "workflow_Send_it_now"),
        ("é", "tool"),
        ("x" * 90, "x" * 64),
    ],
)
def test_a_name_is_one_that_every_vendor_takes(name: str, plain: str) -> None:
    assert legal(name) == plain


async def test_the_same_tool_twice_has_two_names_and_each_keeps_its_own_inputs() -> None:
    twice = [ToolChoice(tool="slack.post", inputs={"channel": channel}) for channel in ("#a", "#b")]
    box = await fill(twice, describe)
    assert [offer.name for offer in box.offers] == ["slack__post", "slack__post_2"]
    assert box.choice("slack__post_2", {"text": "Hi"})[1] == {"channel": "#b", "text": "Hi"}
    assert box.offers[0].schema["required"] == ["text"]
    assert set(box.offers[0].schema["properties"]) == {"text"}
    assert set(SCHEMA["properties"]) == {"channel", "text"}, "what the plugin declared is left alone"


async def test_tools_that_are_switched_off_are_not_even_described() -> None:
    async def nobody(choice: ToolChoice) -> Described:
        raise AssertionError

    box = await fill([ToolChoice(tool="slack.post", use="none")], nobody)
    assert box.offers == []


def test_a_model_cannot_write_over_what_a_person_filled_in() -> None:
    box = Toolbox()
    box.add(ToolChoice(tool="slack.post", inputs={"channel": "#a"}), Described(schema=SCHEMA))
    assert box.choice("slack__post", {"channel": "#evil", "text": "Hi"})[1]["channel"] == "#a"


@pytest.mark.parametrize(
    ("text", "value"),
    [('{"a": 1}', {"a": 1}), ('```json\n{"a": 1}\n```', {"a": 1}), ("Sure: [1, 2]. Done.", [1, 2]), ("12", 12)],
)
def test_the_value_of_an_answer_is_found_among_words(text: str, value: Any) -> None:
    assert value_in(text) == value


@pytest.mark.parametrize("text", ["", "no", "{oops", "} {", "{'a': 1}"])
def test_an_answer_without_a_value_is_invalid(text: str) -> None:
    with pytest.raises(Invalid, match="not JSON"):
        value_in(text)


def test_arguments_may_be_left_out_but_not_be_anything_else() -> None:
    assert arguments("") == {}
    with pytest.raises(Invalid, match="not a JSON object"):
        arguments("[1]")


def test_problems_have_pointers_that_are_escaped() -> None:
    checker = Checker({"properties": {"a/b~c": {"type": "array", "items": {"type": "integer"}}}}, "it")
    assert checker.problems({"a/b~c": [1, "x"]})[0].pointer == "/a~1b~0c/1"


def test_a_schema_never_reaches_out() -> None:
    with pytest.raises(Invalid, match="not a JSON Schema"):
        Checker({"$ref": "https://example.com/schema.json"}, "it")
    with pytest.raises(Invalid, match="not a JSON Schema"):
        Checker({"$ref": "file:///etc/passwd"}, "it")


def test_strict_wants_closed_and_complete_objects_all_the_way_down() -> None:
    inner = {"type": "object", "properties": {"x": {}}, "required": ["x"], "additionalProperties": False}
    outer = {"type": "object", "properties": {"in": inner}, "required": ["in"], "additionalProperties": False}
    assert strict(outer)
    assert not strict(outer | {"required": []})
    assert not strict(outer | {"properties": {"in": inner | {"additionalProperties": True}}})


def test_the_time_to_wait_is_read_in_each_form_it_comes_in() -> None:
    assert retry_after({"retry-after-ms": "1500"}) == 1.5
    assert retry_after({"retry-after": "7"}) == 7
    assert retry_after({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0
    assert retry_after({"retry-after": "soon"}) is None
    assert retry_after({}) is None


def test_an_address_without_a_path_gets_the_usual_one() -> None:
    assert with_version("http://localhost:11434") == "http://localhost:11434/v1"
    assert with_version("http://localhost:11434/") == "http://localhost:11434/v1"
    assert with_version("https://api.groq.com/openai/v1") == "https://api.groq.com/openai/v1"
