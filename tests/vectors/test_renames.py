"""References get another name in the browser as they do on the server; the browser's tests read the same file."""

import json
from pathlib import Path
from typing import Any

import pytest

from sim_core.document.references import rename

CASES: list[dict[str, Any]] = json.loads(Path(__file__).with_name("renames.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["value"])[:30])
def test_references_follow_a_name(case: dict[str, Any]) -> None:
    fresh = rename(case["value"], "Old", "New", head=case.get("head"), bare=case.get("bare", False))
    assert fresh == case["renamed"]
