from typing import Annotated, Any

import pytest

from sim_core.document.fitting import Rest, fit, unfit
from sim_core.spec.fields import Code, Input


class Row(Input):
    name: str = ""
    value: Any = None


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Any, {"nil": None, "list": [None, {"deep": None}]}),
        (Any, [None, 1]),
        (dict[str, Any], {"nil": None}),
        (tuple[Any, ...], [None, "a"]),
        (list[Row], [{"name": "a", "value": {"nil": None}}]),
    ],
)
def test_a_null_within_data_that_may_be_anything_is_data(kind: Any, value: Any) -> None:
    rest: Rest = {}
    assert fit(value, kind, "", rest) == value
    assert unfit(fit(value, kind, "", rest), kind) == value
    assert rest == {}


def test_a_null_within_json_text_is_data_too() -> None:
    assert fit('{"nil": null}', Annotated[Any, Code("json")], "", {}) == {"nil": None}


def test_a_null_where_a_field_wants_something_says_nothing() -> None:
    assert fit({"name": None, "value": 1}, Row, "", {}) == {"value": 1}
    assert fit(["a", None], tuple[str, ...], "", {}) == ["a"]
    assert fit({"a": None}, dict[str, str], "", {}) == {}
