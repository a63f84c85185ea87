import msgspec
from hypothesis import given, settings

from sim_core.document.difference import diff
from sim_core.document.graph import children, in_rings, lock_on, name_key, relation, same_way, successors
from sim_core.document.inverse import inverse
from sim_core.document.operations import Operation
from sim_core.document.reduce import apply, apply_all, digest
from sim_core.document.workflow import Workflow

from .documents import operations, workflows

quick = settings(max_examples=50, deadline=None)


def is_sound(workflow: Workflow) -> bool:
    blocks = workflow.blocks
    keys = [name_key(block.name) for block in blocks.values()]
    return (
        all(id == block.id for id, block in blocks.items())
        and all(block.parent is None or block.parent in workflow.subflows for block in blocks.values())
        and all(id in blocks for id in workflow.subflows)
        and len(set(keys)) == len(keys)
        and all(relation(blocks, edge) for edge in workflow.edges.values())
        and len({same_way(edge) for edge in workflow.edges.values()}) == len(workflow.edges)
        and not in_rings(successors(blocks, workflow.edges.values()))
        and not in_rings({parent: inside for parent, inside in children(blocks).items() if parent is not None})
        and all(None not in block.values.values() for block in blocks.values())
    )


@quick
@given(workflows(), operations)
def test_an_operation_keeps_the_document_sound_and_is_done_whole_or_not_at_all(before: Workflow, op: Operation) -> None:
    digest_before = digest(before)
    result = apply(before, op)
    assert digest(before) == digest_before
    assert is_sound(result.workflow)
    if result.refusals or result.effective is None:
        assert result.workflow is before and result.effective is None
    else:
        assert result.workflow != before


@quick
@given(workflows(), operations)
def test_doing_it_again_changes_nothing_and_the_effective_operation_says_all(before: Workflow, op: Operation) -> None:
    result = apply(before, op)
    if result.effective is None:
        return
    again = apply(before, result.effective)
    assert again.workflow == result.workflow and not again.refusals
    assert apply(result.workflow, result.effective).effective is None or any(
        lock_on(before.blocks, id) for id in before.blocks
    )
    wire = msgspec.json.decode(msgspec.json.encode(result.effective), type=Operation)
    assert apply(before, wire).workflow == result.workflow


@quick
@given(workflows(), operations)
def test_the_inverse_restores_the_document(before: Workflow, op: Operation) -> None:
    after = apply(before, op).workflow
    back = apply_all(after, inverse(before, op))
    assert not back.refusals
    assert back.workflow == before
    assert digest(back.workflow) == digest(before)


@quick
@given(workflows(), workflows())
def test_the_difference_leads_from_any_document_to_any_other(before: Workflow, after: Workflow) -> None:
    there = apply_all(before, diff(before, after))
    assert not there.refusals
    assert there.workflow == after
    assert diff(after, after) == ()
