"""The pure reducer: the one place that knows what an operation does to a document, and what it may not do."""

import hashlib
from collections.abc import Iterable
from typing import Any, cast

import msgspec
from msgspec import Struct

from sim_core.document import limits
from sim_core.document.change_blocks import add_blocks, move_blocks, remove_blocks, reparent_blocks, update_blocks
from sim_core.document.change_edges import add_edges, remove_edges
from sim_core.document.change_values import (
    add_variables,
    remove_variables,
    update_subflow,
    update_values,
    update_variable,
    update_workflow,
)
from sim_core.document.operations import (
    AddBlocks,
    AddEdges,
    AddVariables,
    MoveBlocks,
    Operation,
    RemoveBlocks,
    RemoveEdges,
    RemoveVariables,
    ReparentBlocks,
    UpdateBlocks,
    UpdateSubflow,
    UpdateValues,
    UpdateVariable,
    UpdateWorkflow,
)
from sim_core.document.outcome import Applied, Refusal
from sim_core.document.workflow import Workflow

__all__ = ["Applied", "AppliedAll", "Refusal", "apply", "apply_all", "digest"]

_CHANGES: dict[type[Any], Any] = {
    AddBlocks: add_blocks,
    RemoveBlocks: remove_blocks,
    MoveBlocks: move_blocks,
    ReparentBlocks: reparent_blocks,
    UpdateBlocks: update_blocks,
    UpdateValues: update_values,
    AddEdges: add_edges,
    RemoveEdges: remove_edges,
    UpdateSubflow: update_subflow,
    AddVariables: add_variables,
    RemoveVariables: remove_variables,
    UpdateVariable: update_variable,
    UpdateWorkflow: update_workflow,
}
_sorted = msgspec.json.Encoder(order="sorted")


class AppliedAll(Struct, frozen=True):
    """The document after several operations, and what came of each."""

    workflow: Workflow
    results: tuple[Applied, ...]

    @property
    def effective(self) -> tuple[Operation, ...]:
        """What really changed, in order."""
        return tuple(result.effective for result in self.results if result.effective is not None)

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """Every refusal, with the operation's index before its pointer."""
        return tuple(
            msgspec.structs.replace(refusal, pointer=f"/{index}{refusal.pointer}")
            for index, result in enumerate(self.results)
            for refusal in result.refusals
        )


def apply(workflow: Workflow, op: Operation) -> Applied:
    """The document after an operation: all of it, or none with the reason for each item that cannot be done.

    What is not touched is shared with the document before. Doing an operation again changes nothing.
    """
    counts = [len(cast("tuple[Any, ...]", part)) for part in msgspec.structs.astuple(op) if isinstance(part, tuple)]
    if sum(counts) > limits.MAX_ITEMS:
        words = f"an operation has at most {limits.MAX_ITEMS:,} items"
        return Applied(workflow, None, (Refusal(code="too_large", message=words),))
    return _CHANGES[type(op)](workflow, op)


def apply_all(workflow: Workflow, ops: Iterable[Operation]) -> AppliedAll:
    """The document after several operations, one after the other; a refused one is left out, the others count."""
    results: list[Applied] = []
    for op in ops:
        result = apply(workflow, op)
        workflow = result.workflow
        results.append(result)
    return AppliedAll(workflow, tuple(results))


def digest(workflow: Workflow) -> str:
    """A document's fingerprint.

    SHA-256 of its JSON: every fact written, defaults too, keys sorted, no white space, whole numbers without a point.
    """
    return hashlib.sha256(_sorted.encode(_canonical(workflow))).hexdigest()


def _canonical(value: Any) -> Any:
    if isinstance(value, Struct):
        facts = {name: _canonical(getattr(value, name)) for name in value.__struct_fields__}
        tag = value.__struct_config__.tag
        return facts if tag is None else {"kind": tag, **facts}
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    if isinstance(value, dict):
        return {key: _canonical(inner) for key, inner in cast("dict[str, Any]", value).items()}
    if isinstance(value, list | tuple):
        return [_canonical(inner) for inner in cast("list[Any]", value)]
    return value
