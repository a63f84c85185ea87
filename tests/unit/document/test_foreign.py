import copy
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim_core.document.difference import diff
from sim_core.document.foreign import Imported, is_foreign, open_document, read_foreign, write_foreign
from sim_core.document.reduce import apply_all
from sim_core.document.text import dump_json, dump_yaml, load
from sim_core.document.validate import check
from sim_core.document.workflow import Loop, Parallel, Retry, Workflow
from sim_core.errors import Invalid
from sim_core.spec.blocks import BlockType
from sim_core.spec.fields import Expression, Input, Table, Widget

from .documents import json as json_values

HERE = Path(__file__).parents[2] / "data" / "document" / "export.json"
EXPORT: dict[str, Any] = json.loads(HERE.read_text())
SHARED = Path(os.environ.get("SIM_SHARED", "../shared")) / "conformance"


class Asked(Input):
    id: str = ""
    name: str = ""
    type: str = ""
    value: Any = None
    collapsed: bool = False


class Start(Input):
    input_format: Annotated[tuple[Asked, ...], Widget("input_schema")] = ()


class Row(Input):
    id: str
    title: str = ""
    value: str = ""


class Condition(Input):
    conditions: Annotated[tuple[Row, ...], Expression("javascript"), Widget("conditions")] = ()
    language: str = "python"


class Mail(Input):
    recipient: str = ""
    max_tries: int = 1
    as_draft: bool = False
    headers: Annotated[Any, Table()] = None
    subject: str = ""


TYPES: Mapping[str, BlockType] = {
    name: type
    for type in (
        BlockType(id="start", title="S", doc="D.", input=Start, category="trigger", aliases=("start_trigger",)),
        BlockType(id="condition", title="C", doc="D.", input=Condition, defaults={"language": "javascript"}),
        BlockType(id="mailer", title="M", doc="D.", input=Mail, aliases=("mailer_v2",), renames={"to": "recipient"}),
    )
    for name in (type.id, *type.aliases)
}


def imported(**changes: Any) -> Imported:
    return read_foreign({**EXPORT, **changes}, TYPES.get)


def test_an_export_comes_in_with_names_types_and_values_of_ours() -> None:
    found = imported()
    workflow = found.workflow
    assert (workflow.name, workflow.description) == ("Demo", "A demonstration.")
    start, check, mail = (workflow.blocks[id] for id in ("s1", "c1", "a1"))
    assert start.type == "start"
    assert start.values == {"input_format": [{"id": "f1", "name": "names", "type": "array", "value": "[]"}]}
    assert check.values["conditions"][0] == {"id": "c1-if", "title": "if", "value": "<start.names>.length > 0"}
    assert check.values["language"] == "javascript"
    assert (check.retry, check.error_port) == (Retry(5, 0), True)
    assert mail.values == {
        "recipient": "<parallel.currentItem>", "max_tries": 3, "as_draft": True, "headers": {"X-One": "<start.names>"},
        "subject": "5",
    }  # fmt: skip
    assert (mail.parent, mail.enabled, mail.modes) == ("p1", False, {"to": "advanced"})
    assert workflow.variables["v1"].value == "https://example.com"


def test_what_has_no_place_here_is_kept_and_what_is_unknown_is_flagged() -> None:
    found = imported()
    blocks = found.workflow.blocks
    assert blocks["a1"].extra["values"] == {"manualTo": "me"}
    assert blocks["s1"].extra["rows"] == {"/input_format/0/color": "red"}
    assert blocks["s1"].extra["height"] == 95
    assert blocks["u1"].values == {"Question": "why?", "empty": ""}
    assert found.unknown_types == ("crystal_ball",)
    assert [(problem.code, problem.severity) for problem in found.problems] == [
        ("edge_dropped", "warning"), ("edge_dropped", "warning"), ("unknown_type", "warning"),
    ]  # fmt: skip


def test_containers_say_what_they_repeat_over() -> None:
    workflow = imported().workflow
    assert workflow.subflows["p1"] == Parallel(
        id="p1", parallel_type="collection", collection="<start.names>", count=5, batch_size=20
    )
    assert workflow.subflows["l1"] == Loop(
        id="l1", loop_type="while", iterations=7, condition="<loop.index> < 3", language="javascript"
    )
    assert workflow.blocks["p1"].size == (500.0, 300.0)
    assert [edge.source_handle for edge in workflow.edges.values()] == [
        "source", "condition-c1-if", "parallel-start-source", "parallel-end-source", "loop-start-source",
    ]  # fmt: skip


def test_a_missing_count_of_the_editor_is_five_and_zero_stays_zero() -> None:
    changed = copy.deepcopy(EXPORT)
    changed["state"]["blocks"]["l1"]["data"] = {"loopType": "for"}
    changed["state"]["loops"] = {}
    assert read_foreign(changed, TYPES.get).workflow.subflows["l1"] == Loop(
        id="l1", iterations=5, language="javascript"
    )
    changed["state"]["blocks"]["l1"]["data"] = {"loopType": "for", "count": 0}
    [loop] = [one for one in read_foreign(changed, TYPES.get).workflow.subflows.values() if isinstance(one, Loop)]
    assert loop.iterations == 0


def test_an_export_of_an_import_says_the_same_again() -> None:
    once = imported().workflow
    exported = json.loads(json.dumps(write_foreign(once, TYPES.get)))
    assert read_foreign(exported, TYPES.get).workflow == once
    state = exported["state"]
    values = {name: sub["value"] for name, sub in state["blocks"]["a1"]["subBlocks"].items()}
    assert values == {"to": "<parallel.currentItem>", "maxTries": 3, "asDraft": True, "manualTo": "me", "subject": "5",
                      "headers": {"X-One": "<start.names>"}}  # fmt: skip
    assert state["blocks"]["s1"]["type"] == "start_trigger"
    assert state["blocks"]["s1"]["subBlocks"]["inputFormat"]["value"][0]["color"] == "red"
    assert json.loads(state["blocks"]["c1"]["subBlocks"]["conditions"]["value"])[1]["title"] == "else"
    assert state["parallels"]["p1"]["nodes"] == ["a1"]


def test_every_shape_of_a_document_is_recognised() -> None:
    state = EXPORT["state"]
    workflow = imported().workflow
    for shape in ({"state": state}, {"data": EXPORT}, {"data": {"state": state}}, state):
        assert is_foreign(shape)
        assert read_foreign(shape, TYPES.get).workflow == workflow
    named = {"workflow": {"name": "Outer", "description": "O"}, "state": {**state, "metadata": {}}}
    assert read_foreign(named, TYPES.get).workflow.name == "Outer"
    assert not is_foreign({"sim": 1, "workflow": {"blocks": {}}})
    assert not is_foreign([1])


def test_the_form_of_the_executor_is_read_with_what_it_leaves_unsaid() -> None:
    rows = '[{"id":"yes","title":"if","value":"1"},{"id":"no","title":"else","value":""}]'
    blocks = [
        ("s", "start_trigger", {"triggerMode": True}), ("c", "condition", {"conditions": rows}), ("r", "router", {}),
        ("L", "loop", {}), ("x", "crystal_ball", {"n": "1"}), ("P", "parallel", {}),
    ]  # fmt: skip
    document = {
        "version": "1.0",
        "blocks": [
            {"id": id, "position": {"x": 0, "y": 0}, "enabled": True, "config": {"tool": type, "params": params},
             "metadata": {"id": type, "name": id}} for id, type, params in blocks
        ],
        "connections": [{"source": a, "target": b} for a, b in ("sc", "cr", "cL", "rP", "Lx", "LP")],
        "loops": {"L": {"id": "L", "nodes": ["x"], "iterations": 3, "loopType": "for"}},
        "parallels": {"P": {"id": "P", "nodes": []}},
    }  # fmt: skip
    workflow = read_foreign(document, TYPES.get).workflow
    assert [edge.source_handle for edge in workflow.edges.values()] == [
        "source", "condition-yes", "condition-no", "router-P", "loop-start-source", "loop-end-source",
    ]  # fmt: skip
    assert workflow.blocks["x"].parent == "L"
    assert workflow.subflows["P"] == Parallel(id="P", parallel_type="collection")
    assert not workflow.blocks["s"].trigger


def test_names_parents_and_rings_that_cannot_be_are_mended_and_said() -> None:
    changed = copy.deepcopy(EXPORT)
    blocks = changed["state"]["blocks"]
    blocks["c1"]["name"] = "START"
    blocks["a1"]["data"]["parentId"] = "c1"
    blocks["u1"]["name"] = "loop"
    changed["state"]["edges"].append({"id": "back", "source": "l1", "target": "c1", "sourceHandle": "loop-end-source"})
    found = read_foreign(changed, TYPES.get)
    assert {found.workflow.blocks[id].name for id in ("s1", "c1", "u1")} == {"Start", "START 2", "loop 2"}
    assert found.workflow.blocks["a1"].parent is None
    assert {problem.code for problem in found.problems} >= {"renamed", "no_container", "edge_dropped"}
    placed = apply_all(Workflow(), diff(Workflow(), found.workflow))
    assert not placed.refusals and placed.workflow == found.workflow


def test_fresh_ids_change_blocks_edges_rows_and_handles_together() -> None:
    workflow = read_foreign(EXPORT, TYPES.get, fresh_ids=True).workflow
    assert not {*workflow.blocks, *workflow.edges} & {*imported().workflow.blocks, *imported().workflow.edges}
    check = next(block for block in workflow.blocks.values() if block.type == "condition")
    row = check.values["conditions"][0]["id"]
    assert row == f"{check.id}-if"
    assert f"condition-{row}" in {edge.source_handle for edge in workflow.edges.values()}
    assert {block.parent for block in workflow.blocks.values()} == {None, *workflow.subflows}
    assert list(workflow.variables) == ["v1"]


@pytest.mark.parametrize(
    "thing",
    [
        {"blocks": {"a": 3}}, {"blocks": {"a": {"id": "a"}}}, {"blocks": {}, "edges": {}},
        {"blocks": {}, "edges": [{"source": "a"}]}, {"state": {}}, [], None,
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_its_place(thing: Any) -> None:
    with pytest.raises(Invalid):
        read_foreign(thing, TYPES.get)


def test_one_door_opens_every_form() -> None:
    workflow = imported().workflow
    assert open_document(HERE.read_bytes(), "x.json", TYPES.get).workflow == workflow
    assert open_document(dump_json(workflow), "x", TYPES.get) == Imported(workflow=workflow)
    assert open_document(dump_yaml(workflow), "x.yml", TYPES.get).form == "sim"
    assert load(dump_yaml(workflow)) == workflow
    for nonsense in (b"{}", b"hello: world", b"\xff", b"{"):
        with pytest.raises(Invalid):
            open_document(nonsense, "x.json", TYPES.get)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the exports are not here; set SIM_SHARED")
@pytest.mark.parametrize("find", [TYPES.get, {}.get], ids=["some types", "no types"])
def test_real_exports_come_in_and_go_out_without_loss(find: Any) -> None:
    files = sorted((SHARED / "exports").glob("*.json"))
    assert len(files) == 10
    for file in files:
        given = json.loads(file.read_text())
        found = read_foreign(given, find)
        assert {problem.code for problem in found.problems} <= {"unknown_type"}
        exported = json.loads(json.dumps(write_foreign(found.workflow, find)))
        assert read_foreign(exported, find).workflow == found.workflow
        assert load(dump_yaml(found.workflow)) == found.workflow
        assert apply_all(Workflow(), diff(Workflow(), found.workflow)).workflow == found.workflow
        if "state" in given:
            _nothing_is_lost(given["state"], exported["state"])


def _nothing_is_lost(given: dict[str, Any], exported: dict[str, Any]) -> None:
    for id, block in given["blocks"].items():
        again = exported["blocks"][id]
        before = {name: sub["value"] for name, sub in block["subBlocks"].items() if sub["value"] is not None}
        after = {name: sub["value"] for name, sub in again["subBlocks"].items()}
        assert after.keys() >= before.keys()
        assert {name: _plain(after[name]) for name in before} == {name: _plain(one) for name, one in before.items()}
        for fact in block.keys() - {"subBlocks", "data"}:
            assert again[fact] == block[fact]
        gone = block["data"].keys() - again["data"].keys() - {"id", "nodes", "distribution"}
        assert not gone
    ends = ("id", "source", "target", "sourceHandle", "targetHandle")
    assert [[edge[end] for end in ends] for edge in exported["edges"]] == [
        [edge[end] for end in ends] for edge in given["edges"]
    ]


def _plain(value: Any) -> Any:
    """Values as they are compared: JSON in a text is what it says, nulls inside rows say nothing."""
    if isinstance(value, str) and value.lstrip()[:1] in ("[", "{"):
        try:
            value = json.loads(value)
        except ValueError:
            return value
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items() if one is not None}
    return [_plain(one) for one in value] if isinstance(value, list) else value


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_export_is_read_or_refused_in_words(data: st.DataObject) -> None:
    damaged = copy.deepcopy(EXPORT)
    place: Any = damaged["state"]
    for _ in range(data.draw(st.integers(0, 6))):
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys)) if keys else None
        if key is None:
            break
        if not isinstance(place[key], dict | list) or data.draw(st.booleans()):
            place[key] = data.draw(json_values)
            break
        place = place[key]
    try:
        found = read_foreign(damaged, TYPES.get)
    except Invalid:
        return
    check(found.workflow, TYPES.get)
    exported = json.loads(json.dumps(write_foreign(found.workflow, TYPES.get)))
    assert read_foreign(exported, TYPES.get).workflow == found.workflow
    placed = apply_all(Workflow(), diff(Workflow(), found.workflow))
    assert not placed.refusals and placed.workflow == found.workflow
