"""Who wrote what last: the stamps by which positions, flags, names and settings take the latest write, in any order."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from sim_core.document.operations import (
    AddBlocks,
    AddVariables,
    MoveBlocks,
    Operation,
    RemoveBlocks,
    RemoveVariables,
    ReparentBlocks,
    UpdateBlocks,
    UpdateSubflow,
    UpdateValues,
    UpdateVariable,
    UpdateWorkflow,
)

Register: TypeAlias = tuple[str, str, str]
"""What kind of thing, its id, and which fact of it."""
AHEAD_MS = 2000
"""How far a client's clock may run ahead of the server's."""
OLD_MS = 30_000
"""An operation older than this was written offline: it does not overwrite values that were changed meanwhile."""
BORN = "*"
RESTORE = "restore"
"""How the client id of a restore begins; with the client's own, whose changes it is made of."""
Item = TypeVar("Item")


class Stamp(Struct, frozen=True, order=True):
    """When and by whom a register was written; the later wins, and of two at once the greater client."""

    ts: int
    client_id: str
    seq: int = 0


class Stamps:
    """The stamps of one workflow as of a sequence number, with those of a commit under way on top."""

    def __init__(self, known: Mapping[Register, Stamp] | None = None, *, seq: int = 0, latest: int = 0) -> None:
        self.seq = seq
        self.latest = latest
        self._known = dict(known or {})
        self._fresh: dict[Register, Stamp] = {}
        self._is_torn = False

    def of(self, register: Register) -> Stamp | None:
        """The stamp of a register, or of the moment its thing was added."""
        kind, id, _ = register
        for key in (register, (kind, id, BORN)):
            stamp = self._fresh.get(key) or self._known.get(key)
            if stamp is not None:
                return stamp
        return None

    def next_ts(self, now: int) -> int:
        """A stamp that is later than all there are: what a writer without a clock gets."""
        return max(now, self.latest + 1)

    def note(self, op: Operation, stamp: Stamp) -> None:
        """Remember an operation that took effect."""
        self.latest = max(self.latest, stamp.ts)
        for register in written(op):
            self._fresh[register] = stamp
        match op:
            case AddBlocks(blocks=blocks):
                for block in blocks:
                    self._forget("block", block.id, stamp)
            case AddVariables(variables=variables):
                for variable in variables:
                    self._forget("variable", variable.id, stamp)
            case _:
                return

    def _forget(self, kind: str, id: str, stamp: Stamp) -> None:
        """What was known of an earlier thing with this id does not count: it begins anew."""
        self._is_torn = True
        for held in (self._known, self._fresh):
            for register in [one for one in held if one[0] == kind and one[1] == id]:
                del held[register]
        self._fresh[kind, id, BORN] = stamp

    def keep(self, seq: int) -> None:
        """The commit went through."""
        self._known.update(self._fresh)
        self._fresh.clear()
        self._is_torn = False
        self.seq = seq

    def drop(self) -> None:
        """The commit did not go through; what it had forgotten is read again."""
        self._fresh.clear()
        if self._is_torn:
            self._known.clear()
            self._is_torn, self.seq = False, 0


def author(client_id: str) -> str:
    """The client that a change counts as: a restore is of the client that asked for it."""
    return client_id.removeprefix(f"{RESTORE}:")


def clamp(ts: int, now: int) -> int:
    """A client's stamp, not further ahead than its clock may run."""
    return min(ts, now + AHEAD_MS)


def written(op: Operation) -> Iterable[Register]:
    """The registers that an operation writes."""
    match op:
        case MoveBlocks(items=items):
            yield from (("block", item.id, "position") for item in items)
        case ReparentBlocks(items=items):
            for item in items:
                yield from (("block", item.id, "position"), ("block", item.id, "parent"))
        case UpdateBlocks(items=items):
            yield from (("block", item.id, key) for item in items for key in item.set)
        case UpdateValues(items=items):
            yield from (("block", item.block_id, f"values.{item.field}") for item in items)
        case UpdateSubflow(id=id, set=facts):
            yield from (("subflow", id, key) for key in facts)
        case UpdateVariable(id=id, set=facts):
            yield from (("variable", id, key) for key in facts)
        case UpdateWorkflow(set=facts):
            yield from (("workflow", "", key) for key in facts)
        case AddBlocks() | AddVariables() | RemoveBlocks() | RemoveVariables():
            return
        case _:
            return


def admitted(op: Operation, holds: Callable[[Register], bool]) -> Operation | None:
    """The part of an operation whose registers it may write; `None` when nothing is left."""
    match op:
        case MoveBlocks(items=items):
            return _with(op, items, lambda item: holds(("block", item.id, "position")))
        case ReparentBlocks(items=items):
            return _with(op, items, lambda item: holds(("block", item.id, "parent")))
        case UpdateValues(items=items):
            return _with(op, items, lambda item: holds(("block", item.block_id, f"values.{item.field}")))
        case UpdateBlocks(items=items):
            kept = [replace(item, set=_facts(item.set, "block", item.id, holds)) for item in items]
            left = tuple(item for item in kept if item.set)
            return replace(op, items=left) if left else None
        case UpdateSubflow(id=id, set=facts):
            return _facts_op(op, _facts(facts, "subflow", id, holds))
        case UpdateVariable(id=id, set=facts):
            return _facts_op(op, _facts(facts, "variable", id, holds))
        case UpdateWorkflow(set=facts):
            return _facts_op(op, _facts(facts, "workflow", "", holds))
        case _:
            return op


def is_value(register: Register) -> bool:
    """Whether the last to arrive wins, rather than the latest by clock: fields and values of variables."""
    return register[2].startswith("values.") or (register[0] == "variable" and register[2] == "value")


def _with(op: Any, items: tuple[Item, ...], keeps: Callable[[Item], bool]) -> Any:
    left = tuple(item for item in items if keeps(item))
    if len(left) == len(items):
        return op
    return replace(op, items=left) if left else None


def _facts(facts: dict[str, Any], kind: str, id: str, holds: Callable[[Register], bool]) -> dict[str, Any]:
    return {key: value for key, value in facts.items() if holds((kind, id, key))}


def _facts_op(op: Any, left: dict[str, Any]) -> Any:
    if len(left) == len(op.set):
        return op
    return replace(op, set=left) if left else None
