import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim_core.document.operations import AddBlocks
from sim_core.document.reduce import apply
from sim_core.document.text import dump_json, dump_yaml, load
from sim_core.document.workflow import Block, Edge, Loop, Position, Retry, Variable, Workflow
from sim_core.document.yaml_reading import read_yaml
from sim_core.document.yaml_writing import write_yaml
from sim_core.errors import Invalid, TooLarge

from .documents import json as json_values
from .documents import workflows

quick = settings(max_examples=60, deadline=None)

PROSE = "Dear <a.b>,\n\n  indented: yes\n# no comment\nbye \n"
SAMPLE = Workflow(
    name="Greet",
    blocks={
        "0192-1": Block(id="0192-1", type="start", name="Start"),
        "0192-2": Block(
            id="0192-2", type="agent", name="My Agent", position=Position(10, 20.5), retry=Retry(2, 0), parent="0192-3",
            values={"prompt": PROSE, "on": "yes", "n": "1.0", "rows": [{"id": "a", "keep": True}, []], "t": 0.5},
        ),
        "0192-3": Block(id="0192-3", type="loop", name="Loop"),
    },
    edges={"start-loop": Edge(id="start-loop", source="0192-1", target="0192-3")},
    subflows={"0192-3": Loop(id="0192-3", iterations=3)},
    variables={"v": Variable(id="v", name="Count", type="number", value=5)},
)  # fmt: skip

YAML = """\
sim: 1
workflow:
  name: Greet
  variables:
    count: {id: v, name: Count, type: number, value: 5}
  blocks:
    loop:
      type: loop
      id: "0192-3"
      name: Loop
      loop: {iterations: 3}
    my_agent:
      type: agent
      id: "0192-2"
      name: My Agent
      position: [10, 20.5]
      parent: loop
      retry: {tries: 2, wait_ms: 0}
      values:
        prompt: |
          Dear <a.b>,

            indented: yes
          # no comment
          bye 
        "on": "yes"
        "n": "1.0"
        rows:
          - {id: a, keep: true}
          - []
        t: 0.5
    start: {type: start, id: "0192-1", name: Start}
  edges:
    - {source: start, target: loop}
"""


def test_yaml_reads_well() -> None:
    assert dump_yaml(SAMPLE).decode() == YAML
    assert load(YAML) == SAMPLE


@quick
@given(workflows())
def test_what_is_written_is_read_again_exactly(workflow: Workflow) -> None:
    for dump in (dump_json, dump_yaml):
        written = dump(workflow)
        assert load(written) == workflow
        assert dump(load(written)) == written


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.text(max_size=8), json_values | st.text("\n \t#:-|>'\"a\\\x85\u2028\x00é{}[]", max_size=12)))
def test_any_json_survives_yaml(value: dict[str, Any]) -> None:
    text = json.dumps(value)
    if "\\ud" in text:
        value = json.loads(text.encode("utf-8", "replace"))
    assert read_yaml(write_yaml(value), 100) == value


def test_the_order_of_blocks_does_not_depend_on_how_they_came() -> None:
    turned = Workflow(name="Greet", blocks=dict(reversed(SAMPLE.blocks.items())), edges=SAMPLE.edges,
                      subflows=SAMPLE.subflows, variables=SAMPLE.variables)  # fmt: skip
    assert dump_yaml(turned) == dump_yaml(SAMPLE)


def test_a_person_writes_no_ids() -> None:
    text = """
    sim: 1
    workflow:
      blocks:
        start: {type: start}
        each: {type: loop, loop: {loop_type: for_each, collection: "<start.items>"}}
        say: {type: agent, parent: each, position: {x: 1, y: 2}, values: {prompt: 1e3, when: 2024-01-01}}
      edges:
        - {source: start, target: each}
        - {source: each, source_handle: loop-start-source, target: say}
    """
    workflow = load(text)
    assert list(workflow.blocks) == ["start", "each", "say"]
    assert workflow.blocks["say"].values == {"prompt": 1000.0, "when": "2024-01-01"}
    assert set(workflow.edges) == {"start-each", "each-loop-start-source-say"}
    placed = AddBlocks(
        blocks=tuple(workflow.blocks.values()),
        edges=tuple(workflow.edges.values()),
        subflows=tuple(workflow.subflows.values()),
    )
    assert apply(Workflow(), placed).workflow == workflow


@pytest.mark.parametrize(
    ("text", "code", "pointer", "line", "column"),
    [
        ("sim: 1\nworkflow:\n  blocks:\n    a:\n      type: x\n      tpye: y\n", "unknown_key",
         "/workflow/blocks/a/tpye", 6, 13),
        ("sim: 1\nworkflow:\n  blocks:\n    a: {type: x, enabled: maybe}\n", "bad_document",
         "/workflow/blocks/a/enabled", 4, 27),
        ("sim: 1\nworkflow: {edges: [{source: a}]}", "bad_document", "/workflow/edges/0", 2, 20),
        ("sim: 1\nworkflow:\n  name: a\n  name: b\n", "duplicate_key", "/workflow/name", 4, 3),
        ("sim: 1\nworkflow: &w {name: a}\n", "bad_yaml", "/workflow", 2, 11),
        ("sim: 1\nworkflow: !!python/object:x {}\n", "bad_yaml", "/workflow", 2, 11),
        ("sim: 2\nworkflow: {}\n", "bad_version", "/sim", 1, 6),
        ("sim: 1\nworkflow:\n\tname: x\n", "bad_yaml", "", 3, 1),
        ("sim: 1\nworkflow: {blocks: {l: {type: loop, loop: {itrations: 3}}}}", "unknown_key",
         "/workflow/blocks/l/loop/itrations", 2, 55),
        ("sim: 1\nworkflow: {blocks: {a: {type: x, loop: {}}}}", "unknown_key", "/workflow/blocks/a/loop", 2, 40),
        ('{"sim": 1,\n "workflow": {"name": 3}}', "bad_document", "/workflow/name", 2, 23),
        ('{"sim": 1,\n "workflow": {"a/b": 1, "x": 2, "a/b": 3}}', "duplicate_key", "/workflow/a~1b", 2, 33),
        ('{"sim": 1,\n "workflow": }', "bad_json", "", 2, 14),
        ('{"sim": 1, "workflow": {}, "extra": 1}', "unknown_key", "/extra", 1, 37),
        ("just text", "bad_document", "", 1, 1),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_place(
    text: str, code: str, pointer: str, line: int | None, column: int | None
) -> None:
    with pytest.raises(Invalid) as caught:
        load(text)
    [problem] = caught.value.problems
    assert (problem.code, problem.pointer, problem.line, problem.column) == (code, pointer, line, column)


def test_all_faults_are_named_at_once() -> None:
    text = "sim: 1\nworkflow:\n  blocks:\n    a: {}\n    b: {type: x, id: c}\n    c: {type: 1}\n  edges: [3]\n"
    with pytest.raises(Invalid) as caught:
        load(text)
    assert [problem.pointer for problem in caught.value.problems] == [
        "/workflow/blocks/a", "/workflow/blocks/c/type", "/workflow/edges/0",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "data",
    [
        b'{"sim": 1, "workflow": ' + b'{"a":' * 5000 + b"1" + b"}" * 5001,
        b'{"sim": 1, "workflow": {"values": ' + b"[" * 99_999,
        b"sim: 1\nworkflow: " + b"[" * 99_999,
        b"sim: 1\nworkflow: " + b"{a: " * 5000,
        b"\n".join(b"%sa:" % (b" " * n) for n in range(300)),
        b'{"sim": 1, "workflow": {"name": NaN}}',
        b'{"sim": 1, "workflow": {"description": 1e999}}',
        b'{"sim": 1, "workflow": {"name": "\\ud800"}}',
        b'{"sim": 1, "n": ' + b"9" * 5000 + b"}",
        b"a: &a [x]\nb: [*a, *a]",
        b"",
        b"[]",
        b"- 1\n---\n- 2",
        b"\x00\x01",
        b"? [a]\n: b",
    ],
)
def test_hostile_files_are_refused_in_words(data: bytes) -> None:
    with pytest.raises(Invalid) as caught:
        load(data)
    assert caught.value.message


def test_what_is_no_utf8_is_located() -> None:
    with pytest.raises(Invalid) as caught:
        load(b"sim: 1\nname: \xff\n")
    [problem] = caught.value.problems
    assert (problem.code, problem.line, problem.column) == ("bad_encoding", 2, 7)
    assert load("\ufeff".encode() + dump_json(SAMPLE)) == SAMPLE


def test_what_is_too_large_is_refused_before_it_is_read() -> None:
    with pytest.raises(TooLarge):
        load(b"a" * (10 * 1024 * 1024 + 1))
