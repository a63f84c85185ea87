"""Which names are fit, and the same to references, here and in the browser, whose tests read the same file."""

import json
from pathlib import Path
from typing import Any

import pytest

from sim_core.document.letters import is_visible, normalise, visible
from sim_core.document.references import Reference, parse

CASES: list[dict[str, Any]] = json.loads(Path(__file__).with_name("names.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: ascii(case["name"]))
def test_a_name_is_told_by_what_can_be_seen_of_it(case: dict[str, Any]) -> None:
    assert (normalise(case["name"]), is_visible(case["name"])) == (case["key"], case["visible"])


@pytest.mark.parametrize("name", [case["name"] for case in CASES if case["visible"] and case["key"]], ids=ascii)
def test_a_reference_finds_a_name_however_it_is_typed(name: str) -> None:
    if "." not in name:
        assert parse(f"<{name}.result>").parts == (Reference(normalise(name), ("result",), f"<{name}.result>"),)


def test_what_cannot_be_seen_is_taken_out_of_a_name() -> None:
    assert [visible(name) for name in ("a\u200bb", "two\n lines", "क्\u200dष", "\u202egnp.exe")] == [
        "ab",
        "two lines",
        "क्\u200dष",
        "gnp.exe",
    ]
