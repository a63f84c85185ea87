import json
import os
from pathlib import Path

import pytest

from sim_core.sandbox.inside import fence
from tests.support.conformance import DATA, compare, judge
from tests.support.world import Tools

SHARED = Path(os.environ.get("SIM_SHARED", "../shared")) / "conformance" / "engine" / "cases.json"
CASES = json.loads((SHARED if SHARED.exists() else DATA / "cases.json").read_bytes())
DECIDED = json.loads((DATA / "decided.json").read_bytes())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
async def test_a_workflow_of_the_reference_gives_its_result_or_what_we_decided(case: dict) -> None:
    verdict, differences = await judge(case, DECIDED, Tools())
    assert verdict != "FAIL", differences


def test_every_decision_is_still_needed_and_says_why() -> None:
    assert set(DECIDED) <= {case["name"] for case in CASES}
    assert all(entry["why"] and entry["decision"].startswith("E") for entry in DECIDED.values())


@pytest.mark.skipif(bool(fence.missing()), reason=f"the kernel lacks {', '.join(fence.missing())}")
async def test_it_does_so_with_the_sandbox_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert await compare(CASES) == 0, capsys.readouterr().out
