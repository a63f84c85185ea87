from collections.abc import Mapping
from typing import Annotated, Any, Literal

import pytest

from sim_core.document.validate import check
from sim_core.document.workflow import Block, Edge, Loop, Parallel, Retry, Variable, Workflow
from sim_core.errors import Problem
from sim_core.spec.blocks import BlockType
from sim_core.spec.fields import Code, Doc, Expression, Input, Output, Prompted, Verbatim


class Nothing(Input):
    pass


class Message(Input):
    role: Literal["system", "user"] = "user"
    content: Annotated[str, Doc("Text."), Prompted()] = ""


class Ask(Input):
    model: Annotated[str, Doc("Model.")]
    messages: tuple[Message, ...] = ()
    temperature: Annotated[float, Doc("Warmth.", ge=0, le=2)] | None = None
    prompt: Annotated[str, Prompted()] = ""
    labels: dict[str, str] = {}
    raw: Annotated[str, Verbatim()] = ""


class Usage(Output):
    input: int


class Answer(Output):
    content: str
    body_text: str = ""
    usage: Usage | None = None
    anything: Any = None


class Program(Input):
    code: Annotated[str, Code("$language")] = ""
    language: Literal["python", "javascript"] = "python"


class Row(Input):
    id: str
    value: str = ""


class Branches(Input):
    rows: Annotated[tuple[Row, ...], Expression("python")] = ()


def ports(inputs: Any) -> tuple[str, ...]:
    return tuple(f"condition-{row.id}" for row in inputs.rows)


TYPES: Mapping[str, BlockType] = {
    type.id: type
    for type in (
        BlockType(id="start", title="Start", doc="D.", input=Nothing, category="trigger"),
        BlockType(id="ask", title="Ask", doc="D.", input=Ask, output=Answer),
        BlockType(id="code", title="Code", doc="D.", input=Program),
        BlockType(id="condition", title="Condition", doc="D.", input=Branches, ports=ports),
        BlockType(id="note", title="Note", doc="D.", input=Nothing, category="note"),
    )
}


def block(id: str, type: str = "code", parent: str | None = None, **values: Any) -> Block:
    return Block(id=id, type=type, name=id.capitalize(), parent=parent, values=values)


def document(*blocks: Block, edges: str = "", **parts: Any) -> Workflow:
    """Edges are written `start>a a.error>b`."""
    made: dict[str, Edge] = {}
    for written in edges.split():
        source, target = written.split(">")
        id, _, handle = source.partition(".")
        made[written] = Edge(id=written, source=id, target=target, source_handle=handle or "source")
    return Workflow(blocks={block.id: block for block in (block("start", "start"), *blocks)}, edges=made, **parts)


def problems(workflow: Workflow) -> list[tuple[str, str, str]]:
    return [(problem.severity, problem.code, problem.pointer) for problem in check(workflow, TYPES.get)]


def said(workflow: Workflow, code: str) -> Problem:
    return next(problem for problem in check(workflow, TYPES.get) if problem.code == code)


def test_a_sound_document_has_no_problems() -> None:
    workflow = document(
        block("ask", "ask", model="m", temperature="0.5", messages=[{"role": "user", "content": "<start.text>"}]),
        block("check", "condition", rows=[{"id": "if", "value": "<ask.usage.input> > 3"}]),
        block("l", "loop"),
        block("inner", parent="l", code="return <loop.index> + <ask.bodyText> + <variable.n>"),
        block("after", code="return <l.results> and '<nobody> <ask.anything.at.all>'"),
        block("remark", "note"),
        edges="start>ask ask>check check.condition-if>l l.loop-start-source>inner l.loop-end-source>after",
        subflows={"l": Loop(id="l", iterations="<ask.usage.input>")},
        variables={"v": Variable(id="v", name="N")},
    )
    assert check(workflow, TYPES.get) == ()


def test_every_problem_is_reported_at_once_with_block_field_and_place() -> None:
    workflow = document(
        block("a", "ask", temperature="warm", labels=[1], nonsense=1),
        block("b", "missing_type"),
        edges="start>a a>b b>gone",
    )
    assert problems(workflow) == [
        ("error", "dangling_edge", "/edges/b>gone"),
        ("error", "unknown_type", "/blocks/b/type"),
        ("error", "wrong_type", "/blocks/a/values/temperature"),
        ("error", "wrong_type", "/blocks/a/values/labels"),
        ("warning", "unknown_field", "/blocks/a/values/nonsense"),
        ("error", "missing_field", "/blocks/a/values"),
    ]
    lacking = said(workflow, "missing_field")
    assert (lacking.block, lacking.field, lacking.message) == ("a", "model", "'A' lacks 'model'")
    assert said(workflow, "wrong_type").expected == "float | null"


def test_what_is_wrong_with_a_block_that_no_run_comes_to_is_a_warning() -> None:
    off = Block(id="off", type="ask", name="Off", enabled=False)
    found = problems(document(block("lost", "ask"), off, block("behind", "nope"), edges="start>off off>behind"))
    assert {severity for severity, _, _ in found} == {"warning"}
    assert ("warning", "unreachable", "/blocks/behind") in found


@pytest.mark.parametrize(
    ("value", "severity", "code"),
    [
        ("<later.x>", "warning", "not_upstream"),
        ("<nobody.x>", "warning", "unknown_reference"),
        ("<variable.none>", "warning", "unknown_variable"),
        ("<loop.index>", "warning", "not_in_container"),
        ("<off.x>", "warning", "disabled_reference"),
        ("<each.index>", "error", "unknown_field"),
        ("<first.nothing>", "warning", "unknown_field"),
        ("<first.usage.cents>", "warning", "unknown_field"),
    ],
)
def test_references_that_lead_nowhere_are_found(value: str, severity: str, code: str) -> None:
    workflow = document(
        block("first", "ask", model="m"),
        block("each", "parallel"),
        block("in", parent="each"),
        Block(id="off", type="code", name="Off", enabled=False),
        block("here", "ask", model=value),
        block("later"),
        edges="start>first first>each each.parallel-start-source>in first>off each.parallel-end-source>here here>later",
        subflows={"each": Parallel(id="each", count=2)},
    )
    found = [(one[0], one[1]) for one in problems(workflow) if one[2] == "/blocks/here/values/model"]
    assert found == [(severity, code)]


def test_in_code_a_reference_to_nothing_stops_a_run_and_one_in_a_comment_does_not() -> None:
    assert problems(document(block("a", code="return <nobody.x>"), edges="start>a")) == [
        ("error", "unknown_reference", "/blocks/a/values/code")
    ]
    assert problems(document(block("a", code="# <nobody.x>\nreturn 1 <2> 0"), edges="start>a")) == []


def test_a_secret_in_a_prompt_is_an_error_wherever_the_prompt_is() -> None:
    workflow = document(
        block("a", "ask", model="{{MODEL}}", prompt="x {{KEY}}", raw="{{ALSO}}", messages=[{"content": "{{ KEY }}"}]),
        edges="start>a",
    )
    assert problems(workflow) == [
        ("error", "secret_in_prompt", "/blocks/a/values/prompt"),
        ("error", "secret_in_prompt", "/blocks/a/values/messages/0/content"),
    ]


def test_values_with_references_are_checked_for_their_shape_only() -> None:
    workflow = document(
        block("a", "ask", model="m", temperature="<start.t>", messages="<start.m>", labels={"k": "<start.l>"}),
        block("b", "ask", model="m", labels=["<start.l>"]),
        edges="start>a a>b",
    )
    assert problems(workflow) == [("error", "wrong_type", "/blocks/b/values/labels")]


def test_a_ring_is_shown_by_the_blocks_on_it_and_not_by_those_behind_it() -> None:
    workflow = document(block("a"), block("b"), block("behind"), edges="start>a a>b b>a b>behind")
    assert [one for one in problems(workflow) if one[1] == "cycle"] == [
        ("error", "cycle", "/blocks/a"), ("error", "cycle", "/blocks/b"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("type", "subflow", "code"),
    [
        ("loop", Loop(id="c"), "missing_count"),
        ("loop", Loop(id="c", iterations="many"), "bad_count"),
        ("loop", Loop(id="c", iterations=-1), "bad_count"),
        ("loop", Loop(id="c", loop_type="for_each", collection=" "), "missing_collection"),
        ("loop", Loop(id="c", loop_type="while"), "missing_condition"),
        ("loop", Loop(id="c", loop_type="do_while"), "missing_count"),
        ("parallel", Parallel(id="c"), "missing_count"),
        ("parallel", Parallel(id="c", count=2, batch_size=21), "bad_batch_size"),
        ("parallel", Parallel(id="c", parallel_type="collection", collection=3), "bad_collection"),
        ("loop", Parallel(id="c", count=1), "no_container"),
    ],
)
def test_a_container_must_say_what_it_repeats_over(type: str, subflow: Loop | Parallel, code: str) -> None:
    workflow = document(block("c", type), block("in", parent="c"), edges="start>c", subflows={"c": subflow})
    assert code in [problem.code for problem in check(workflow, TYPES.get) if problem.severity == "error"]


def test_zero_iterations_are_a_number_and_an_empty_container_is_an_error() -> None:
    subflows = {"c": Loop(id="c", iterations=0)}
    assert problems(document(block("c", "loop"), edges="start>c", subflows=subflows)) == [
        ("error", "empty_container", "/blocks/c")
    ]
    assert problems(document(block("c", "loop"), block("in", parent="c"), edges="start>c", subflows=subflows)) == []


def test_starts_retries_names_and_handles_are_checked() -> None:
    workflow = document(
        block("other", "start"),
        Block(id="a", type="code", name="Start ", retry=Retry(9, 1)),
        block("c", "condition", rows=[{"id": "if"}]),
        edges="start>a a>c c.condition-gone>b",
        variables={"1": Variable(id="1", name="x"), "2": Variable(id="2", name="X")},
    )
    assert {(severity, code) for severity, code, _ in problems(workflow)} == {
        ("error", "duplicate_name"), ("warning", "several_starts"), ("error", "bad_retry"), ("error", "dangling_edge"),
    }  # fmt: skip
    bad = document(block("c", "condition", rows=[{"id": "if"}]), block("b"), edges="start>c c.condition-gone>b")
    assert said(bad, "unknown_handle").expected == "condition-if, error"


def test_a_disabled_start_and_a_note_alone_are_remarks() -> None:
    off = Workflow(blocks={"s": Block(id="s", type="start", name="S", enabled=False), "a": block("a")})
    assert problems(off) == [
        ("warning", "disabled_start", "/blocks/s"), ("warning", "no_start", ""),
    ]  # fmt: skip
    assert [one[:2] for one in problems(Workflow(blocks={"n": block("n", "note")}))] == [("warning", "empty")]


def test_broken_nesting_is_named_and_does_not_hang() -> None:
    ring = (block("x", "loop", parent="y"), block("y", "loop", parent="x"), block("z", parent="gone"))
    subflows = {"x": Loop(id="x", iterations=1), "y": Loop(id="y", iterations=1)}
    found = problems(document(*ring, subflows=subflows))
    assert {code for _, code, _ in found} >= {"parent_cycle", "no_container"}


def test_a_thousand_blocks_are_checked() -> None:
    blocks = [block(f"b{n}", code=f"return <b{n - 1}.result> + '<b0.x>'" if n else "1") for n in range(1000)]
    edges = " ".join(f"b{n - 1}>b{n}" if n else "start>b0" for n in range(1000))
    workflow = document(*blocks, edges=edges)
    assert check(workflow, TYPES.get) == ()
