import re
from pathlib import Path

import msgspec

from scripts.realtime_types import json_schema, typescript
from sim_realtime import protocol

ROOT = Path(__file__).parents[2]
RULE = re.compile(r"RT-\d+")


def test_every_rule_has_a_test_that_names_it() -> None:
    rules = set(re.findall(r"\*\*(RT-\d+)\*\*", (ROOT / "docs/realtime-spec.md").read_text()))
    tested: set[str] = set()
    for path in [*Path(__file__).parent.rglob("test_*.py"), *(ROOT / "tests/faults").glob("test_realtime*.py")]:
        if path != Path(__file__):
            tested |= set(RULE.findall(path.read_text()))
    assert len(rules) > 30
    assert rules - tested == set(), "a rule without a test"
    assert tested - rules == set(), "a test of a rule that there is not"


def test_types_are_made_of_every_message() -> None:
    text, schema = typescript(), json_schema()
    for kind in (*protocol.FromClient.__args__, *protocol.FromServer.__args__):
        assert f"export interface {kind.__name__} " in text
        assert kind.__name__ in schema["$defs"]
    assert "export type Operation = " in text


def test_what_one_side_writes_the_other_reads() -> None:
    sent = protocol.Sent(cseq=1, op=msgspec.convert({"op": "block.remove", "ids": ["a"]}, protocol.Operation), ts=5)
    ops = protocol.Ops(r="w", ops=(sent,))
    assert protocol.decode.decode(protocol.encode(ops)) == ops
