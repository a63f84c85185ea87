"""The operations that give a block or a variable another name, with everything that refers to it."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

from msgspec import Struct

from sim_core.document.check_fields import Field, fields
from sim_core.document.operations import (
    BlockChange,
    Operation,
    UpdateBlocks,
    UpdateSubflow,
    UpdateValues,
    UpdateVariable,
    ValueChange,
)
from sim_core.document.references import names, normalise, rename
from sim_core.document.workflow import Block, Workflow
from sim_core.spec.blocks import BlockType

_SETTINGS = ("iterations", "count", "collection", "condition")


class _Change(Struct, frozen=True):
    """Which references get another name."""

    old: str
    new: str
    head: str | None = None

    def of(self, value: Any, *, in_code: bool) -> Any:
        fresh = rename(value, self.old, self.new, head=self.head, bare=in_code)
        return self._assigned(fresh) if self.head == "variable" else fresh

    def _assigned(self, value: Any) -> Any:
        """Rows that set the variable, by its new name; the same object when there are none."""
        if not isinstance(value, list):
            return value
        rows = cast("list[Any]", value)
        fresh = [{**row, "variable_name": self.new} if self._names(row) else row for row in rows]
        return fresh if any(one is not row for one, row in zip(fresh, rows, strict=True)) else rows

    def _names(self, row: Any) -> bool:
        name = cast("dict[str, Any]", row).get("variable_name") if isinstance(row, dict) else None
        return isinstance(name, str) and normalise(name) == normalise(self.old)


def rename_block(
    workflow: Workflow, id: str, name: str, find: Callable[[str], BlockType | None]
) -> tuple[Operation, ...]:
    """Name a block anew and rewrite the references to it; what is not there is refused when the operations are done."""
    renamed: Operation = UpdateBlocks(items=(BlockChange(id, {"name": name}),))
    block = workflow.blocks.get(id)
    # Of two blocks that references cannot tell apart, they mean only one.
    if block is None or names(workflow).get(normalise(block.name)) != id or normalise(block.name) == normalise(name):
        return (renamed,)
    return (renamed, *_rewritten(workflow, _Change(block.name, name), find))


def rename_variable(
    workflow: Workflow, id: str, name: str, find: Callable[[str], BlockType | None]
) -> tuple[Operation, ...]:
    """Name a variable anew and rewrite the references to it."""
    renamed: Operation = UpdateVariable(id=id, set={"name": name})
    variable = workflow.variables.get(id)
    if variable is None or normalise(variable.name) == normalise(name):
        return (renamed,)
    return (renamed, *_rewritten(workflow, _Change(variable.name, name, "variable"), find))


def _rewritten(workflow: Workflow, change: _Change, find: Callable[[str], BlockType | None]) -> Iterator[Operation]:
    items = tuple(item for block in workflow.blocks.values() for item in _values(block, find(block.type), change))
    if items:
        yield UpdateValues(items=items)
    for subflow in workflow.subflows.values():
        settings = {key: getattr(subflow, key) for key in _SETTINGS if hasattr(subflow, key)}
        fresh = {key: change.of(value, in_code=key == "condition") for key, value in settings.items()}
        changed = {key: value for key, value in fresh.items() if value is not settings[key]}
        if changed:
            yield UpdateSubflow(id=subflow.id, set=changed)


def _values(block: Block, type: BlockType | None, change: _Change) -> Iterator[ValueChange]:
    known: Mapping[str, Field] = fields(type.input_for(block.values)) if type else {}
    for field, value in block.values.items():
        facts = known.get(field)
        if facts is not None and facts.verbatim:
            continue
        fresh = change.of(value, in_code=facts is not None and bool(facts.language))
        if fresh is not value:
            yield ValueChange(block_id=block.id, field=field, value=fresh, expected=value)
