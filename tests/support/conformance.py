"""Runs the reference product's cases through our engine and says, case by case, where we agree."""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from sim_core.document.foreign import read_foreign
from sim_core.document.workflow import Workflow
from sim_core.errors import Invalid
from sim_core.flow.events import BlockFailed, BlockFinished, BlockPaused, Event
from sim_core.flow.plan import compile
from sim_core.flow.run import Outcome, run
from sim_core.flow.world import World
from sim_core.sandbox.sandbox import Sandbox
from sim_core.spec.tools import snake
from tests.support.blocks import find
from tests.support.mock import mock
from tests.support.world import Fenced, Tools

DATA = Path(__file__).parents[1] / "data" / "conformance"
RUN_ID = "00000000-0000-4000-8000-000000000001"
NOT_OURS = ("shouldContinue", "shouldExit", "selectedRoute", "totalIterations", "sentinelEnd", "totalBranches")
"""What the reference's sentinels add to the output of a container."""
ADDRESSES = frozenset(("url", "resume_endpoint", "resume", "_resume", "_resumed", "_pause_metadata"))
RENAMED = {"block_title": "block_name"}


def main(arguments: Sequence[str]) -> int:
    cases = json.loads(Path(arguments[0]).read_bytes() if arguments else (DATA / "cases.json").read_bytes())
    return asyncio.run(compare(cases))


async def compare(cases: Sequence[Mapping[str, Any]]) -> int:
    """Print the verdict on each case; 1 when one fails."""
    decided = json.loads((DATA / "decided.json").read_bytes())
    tally: Counter[str] = Counter()
    sandbox = Sandbox()
    try:
        for case in cases:
            verdict, differences = await judge(case, decided, Fenced(sandbox))
            tally[verdict.split()[0]] += 1
            print(f"{verdict:12} {case['name']}")
            for difference in differences:
                print(f"             {difference}")
    finally:
        await sandbox.close()
    print(f"{tally['pass']} pass, {tally['decided']} decided, {tally['FAIL']} fail")
    return 1 if tally["FAIL"] else 0


async def judge(
    case: Mapping[str, Any], decided: Mapping[str, Any], world: World | None = None
) -> tuple[str, list[str]]:
    """`pass`, `decided E<n>` or `FAIL`, and what differs."""
    ours = await perform(case, world or Tools())
    stages = [name for name in ("result", "resumeResult", "runFromResult") if name in case]
    theirs = {name: expected(case[name]) for name in stages}
    for name in stages:
        stage, known = ours.get(name, {}), theirs[name]["resumed"]
        stage["resumed"] = {key: value for key, value in stage.get("resumed", {}).items() if key in known}
    found = differences(ours, theirs)
    if not found:
        return "pass", []
    choice = decided.get(case["name"])
    if choice is None:
        return "FAIL", found
    ruled = differences(ours, choice["results"])
    return (f"decided {choice['decision']}", []) if not ruled else ("FAIL", ruled)


async def perform(case: Mapping[str, Any], world: World) -> dict[str, Any]:
    """Everything a case asks for, run by us, in the form that is compared."""
    try:
        workflow = read(case)
        return await _perform(case, workflow, world)
    except Invalid as error:
        return {"result": {"success": False, "output": {}, "error_block": None, "blocks": {}, "invalid": str(error)}}


def read(case: Mapping[str, Any]) -> Workflow:
    """The workflow of a case; scripted blocks take whatever they are given."""
    workflow = read_foreign({**case["workflow"], "variables": case.get("variables") or {}}, find).workflow
    given = {raw["id"]: raw["config"]["params"] for raw in case["workflow"]["blocks"]}
    scripted = {
        block.id: msgspec.structs.replace(block, values=_scripted(given[block.id]))
        for block in workflow.blocks.values()
        if block.type == "mock"
    }
    return msgspec.structs.replace(workflow, blocks={**workflow.blocks, **scripted})


def _scripted(params: Mapping[str, Any]) -> dict[str, Any]:
    fields = mock.input.__struct_fields__
    values = {mock.renames.get(name, name): value for name, value in params.items()}
    return {
        **{name: value for name, value in values.items() if name in fields},
        "fields": {name: value for name, value in values.items() if name not in fields},
    }


async def _perform(case: Mapping[str, Any], workflow: Workflow, world: World) -> dict[str, Any]:
    first: list[Event] = []
    facts: dict[str, Any] = {"world": world, "run_id": RUN_ID, "secrets": case.get("env") or {}}
    plan = compile(workflow, find)
    outcome = await run(plan, case["input"], record=first.append, stop_after=case.get("stopAfterBlockId"), **facts)
    results = {"result": told(outcome, first)}
    if "resumeResult" in case:
        events = list(first)
        answers = {outcome.pauses[0]: case["resumeInput"]}
        outcome = await run(plan, case["input"], record=events.append, history=first, answers=answers, **facts)
        results["resumeResult"] = told(outcome, events)
    if "runFromResult" in case:
        again: list[Event] = []
        whole = compile(workflow, find, everything=True)
        start = {"history": first, "from_block": case["runFromBlock"]}
        outcome = await run(whole, case["input"], record=again.append, **start, **facts)
        results["runFromResult"] = told(outcome, again)
    return results


def told(outcome: Outcome, events: Sequence[Event]) -> dict[str, Any]:
    """What a run of ours came to; of a step that was answered, what it showed before and what it brought then."""
    blocks: dict[str, dict[Any, Any]] = {}
    resumed: dict[str, Any] = {}
    ended = [event for event in events if isinstance(event, BlockPaused | BlockFinished | BlockFailed)]
    for event in sorted(ended, key=lambda event: event.order):
        outputs = blocks.setdefault(event.block, {})
        if event.path in outputs:
            resumed[event.block] = tidy(event.output)
        outputs.setdefault(event.path, tidy(event.output))
    return {
        "success": outcome.status in ("finished", "paused"),
        "paused": outcome.status == "paused",
        "output": None if outcome.status == "paused" else tidy(outcome.output),
        "error_block": outcome.error.block if outcome.error else None,
        "blocks": {block: list(outputs.values()) for block, outputs in sorted(blocks.items())},
        "resumed": resumed,
    }


def expected(result: Mapping[str, Any]) -> dict[str, Any]:
    """What the reference came to, in the same form."""
    blocks: dict[str, list[Any]] = {}
    broken = None
    for log in result["logs"]:
        id = _base(log["blockId"])
        blocks.setdefault(id, []).append(tidy(log["output"]))
        if not log["success"] and not log.get("errorHandled"):
            broken = broken or id
    states = result.get("blockOutputs", {}).items()
    resumed = {_base(id): tidy(output) for id, output in states if isinstance(output, dict) and output.get("_resumed")}
    paused = result.get("status") == "paused"
    return {
        "success": result["success"],
        "paused": paused,
        "output": None if paused else tidy(_without_sentinels(result["output"])),
        "error_block": broken if not result["success"] else None,
        "blocks": {block: blocks[block] for block in sorted(blocks)},
        "resumed": resumed,
    }


def _base(id: str) -> str:
    return id.partition("₍")[0].partition("__")[0]


def _without_sentinels(output: Any) -> Any:
    if isinstance(output, dict) and ("totalIterations" in output or "totalBranches" in output):
        return {key: value for key, value in output.items() if key not in NOT_OURS}
    return output


def tidy(value: Any) -> Any:
    """A value with its keys in snake case and without addresses."""
    if isinstance(value, Mapping):
        entries = {snake(str(key)) if str(key).isidentifier() else str(key): inner for key, inner in value.items()}
        return {RENAMED.get(key, key): tidy(inner) for key, inner in entries.items() if key not in ADDRESSES}
    if isinstance(value, list | tuple):
        return [tidy(item) for item in value]
    return value


def differences(ours: Any, theirs: Any, at: str = "") -> list[str]:
    """Where two values differ, one line each."""
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        keys = dict.fromkeys([*theirs, *ours])
        return [line for key in keys for line in differences(_of(ours, key), _of(theirs, key), f"{at}.{key}")]
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        return [
            line for n, (a, b) in enumerate(zip(ours, theirs, strict=True)) for line in differences(a, b, f"{at}[{n}]")
        ]
    if ours == theirs and isinstance(ours, bool) == isinstance(theirs, bool):
        return []
    if at.endswith(".error") and isinstance(ours, str) and isinstance(theirs, str):
        # the words before the cause are each engine's own
        return [] if theirs.rpartition(": ")[2] in ours else [f"{at.lstrip('.')}: ours {ours!r}, theirs {theirs!r}"]
    return [f"{at.lstrip('.')}: ours {_said(ours)}, theirs {_said(theirs)}"]


class Absent:
    def __repr__(self) -> str:
        return "nothing"


ABSENT = Absent()


def _of(value: Mapping[str, Any], key: str) -> Any:
    return value.get(key, ABSENT)


def _said(value: Any) -> str:
    return repr(value) if value is ABSENT else msgspec.json.encode(value).decode()[:300]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
