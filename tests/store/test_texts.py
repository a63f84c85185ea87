"""Texts that are edited together are written on top of what was read, by one process after the other."""

from msgspec.structs import replace

from sim_core.document.operations import UpdateValues, ValueChange
from sim_core.document.workflow import Block, Workflow
from sim_core.errors import SimError
from sim_core.store.chains import Appended, Batch, TextRow
from sim_core.store.documents import create_workflow, load
from sim_core.store.operations import append_many
from sim_core.store.pool import Store
from sim_core.store.texts import read_text, write_text
from tests.store.places import a_workspace

DOCUMENT = Workflow(blocks={"b": Block(id="b", type="function", name="B", values={"prompt": "hello"})})


def batch(workflow_id: str, workspace_id: str, value: str, *texts: TextRow) -> Batch:
    change = ValueChange(block_id="b", field="prompt", value=value, expected="hello")
    return Batch(
        workflow_id=workflow_id, workspace_id=workspace_id, ops=(UpdateValues(items=(change,)),), actor="anna",
        client_id="text:1", cseq=1, texts=texts,
    )  # fmt: skip


def row(tseq: int, state: bytes) -> TextRow:
    return TextRow("b", "prompt", tseq, state)


async def test_a_text_and_its_value_are_read_as_of_one_moment(store: Store) -> None:
    place = await a_workspace(store)
    made = await create_workflow(store, workspace_id=place, actor="anna", document=DOCUMENT)
    standing = await read_text(store, made.id, "b", "prompt")
    assert standing is not None
    assert (standing.value, standing.text) == ("hello", None)
    assert await write_text(store, made.id, row(1, b"one"))
    (done,) = await append_many(store, [batch(made.id, place, "hello!", row(2, b"two"))])
    assert isinstance(done, Appended)
    standing = await read_text(store, made.id, "b", "prompt")
    assert standing is not None
    assert (standing.value, standing.text, standing.seq) == ("hello!", row(2, b"two"), done.seq)
    assert await read_text(store, made.id, "gone", "prompt") is None


async def test_who_was_overtaken_writes_neither_the_text_nor_its_value(store: Store) -> None:
    """RT-37: the plain text is as it was read and the Yjs document is not; others in the same statement go on."""
    place = await a_workspace(store)
    one = await create_workflow(store, workspace_id=place, actor="anna", document=DOCUMENT)
    two = await create_workflow(store, workspace_id=place, actor="anna", document=DOCUMENT)
    assert await write_text(store, one.id, row(1, b"read by both"))
    assert await write_text(store, one.id, row(2, b"of the other"))
    late = batch(one.id, place, "late", row(2, b"of the one that was lost"))
    results: list[Appended | SimError] = await append_many(store, [late, batch(two.id, place, "two", row(1, b"t"))])
    refused, applied = results
    assert isinstance(refused, Appended)
    assert isinstance(applied, Appended)
    assert [why.code for why in refused.refusals] == ["overtaken"]
    assert applied.outcome == "applied"
    standing = await read_text(store, one.id, "b", "prompt")
    assert standing is not None
    assert (standing.value, standing.text) == ("hello", row(2, b"of the other"))
    assert (await load(store, two.id, place)).workflow.blocks["b"].values["prompt"] == "two"
    again = replace(late, cseq=2, texts=(row(3, b"on top"),))
    (done,) = await append_many(store, [again])
    assert isinstance(done, Appended)
    assert done.outcome == "applied"
    assert await append_many(store, [again]) == [replace(done, outcome="dup", applied=_again(done))]


async def test_a_text_that_was_overtaken_is_not_written_over(store: Store) -> None:
    place = await a_workspace(store)
    made = await create_workflow(store, workspace_id=place, actor="anna", document=DOCUMENT)
    assert await write_text(store, made.id, row(1, b"first"))
    assert not await write_text(store, made.id, row(1, b"second"))
    assert await write_text(store, made.id, row(1, b"first"))
    standing = await read_text(store, made.id, "b", "prompt")
    assert standing is not None
    assert standing.text == row(1, b"first")


def _again(done: Appended) -> tuple[object, ...]:
    return tuple(replace(one, again=True, ts=None) for one in done.applied)
