"""Documents that store an older major version of a block type, as the installed version reads them."""

from collections.abc import Callable
from typing import TypeAlias

import msgspec

from sim_core.document.workflow import Block, Workflow
from sim_core.errors import Invalid, Problem
from sim_core.spec.blocks import BlockType
from sim_core.spec.migrations import bring, split, stored

Find: TypeAlias = Callable[[str], BlockType | None]


def modernise(workflow: Workflow, find: Find) -> tuple[Workflow, tuple[Problem, ...]]:
    """The document with every block's values as its installed type reads them, and a note for each that changed.

    The stored document is left as it is: saving a block is what makes the change permanent.
    """
    notes: list[Problem] = []
    changed: dict[str, Block] = {}
    for block in workflow.blocks.values():
        type = find(block.type)
        if type is None or not _is_older(block.type, type):
            continue
        try:
            brought = bring(type, block.type, block.values, block=block.id)
        except Invalid as error:
            notes.append(_failed(block, type, error))
            continue
        values = brought.values
        changed[block.id] = msgspec.structs.replace(block, type=stored(type.id, type.version), values=values)
        if brought.note:
            notes.append(msgspec.structs.replace(brought.note, pointer=f"/blocks/{block.id}/type"))
    if changed:
        workflow = msgspec.structs.replace(workflow, blocks={**workflow.blocks, **changed})
    return workflow, tuple(notes)


def _is_older(stored_as: str, type: BlockType) -> bool:
    try:
        return split(stored_as)[1] != type.version
    except Invalid:
        return False


def _failed(block: Block, type: BlockType, error: Invalid) -> Problem:
    words = f"{block.type!r} cannot be read as version {type.version} of {type.title}: {error.message}"
    return Problem(
        code=error.reason,
        message=f"{block.name or block.id}: {words}",
        pointer=f"/blocks/{block.id}/values",
        block=block.id,
    )
