"""Values on hold: several changes of one field within a moment become one commit, and all who sent them are told."""

from collections.abc import Iterator
from typing import Any

from msgspec import UNSET, Struct

from sim_core.document.operations import Operation, UpdateValues, UpdateVariable
from sim_core.store.stamps import Register, written
from sim_realtime import protocol

WINDOW_S = 0.025
"""Seconds that a value waits for the next change of it."""
LONGEST_S = 0.1
"""Seconds that it waits at most."""


class Sender(Struct, frozen=True):
    """One operation of one client."""

    client_id: str
    actor: str
    cseq: int


class Held(Struct):
    """What is to be committed, and whose earlier changes of the same fields went into it."""

    sender: Sender
    sent: protocol.Sent
    into: tuple[Sender, ...] = ()


class Holding:
    """The values of one room that wait."""

    def __init__(self) -> None:
        self._held: dict[frozenset[Register], Held] = {}
        self._since = 0.0
        self.due = 0.0

    def __len__(self) -> int:
        return len(self._held)

    def put(self, sender: Sender, sent: protocol.Sent, now: float) -> bool:
        """Hold a value; false when it touches others that are held and must go after them."""
        registers = frozenset(written(sent.op))
        before = self._held.get(registers)
        if before is None and any(registers & other for other in self._held):
            return False
        if not self._held:
            self._since = now
        into = () if before is None else (*before.into, before.sender)
        self._held[registers] = Held(sender, sent, into)
        self.due = min(now + WINDOW_S, self._since + LONGEST_S)
        return True

    def take(self) -> Iterator[Held]:
        """Everything that is held, in order."""
        held, self._held = self._held, {}
        yield from held.values()


def may_wait(sent: protocol.Sent) -> bool:
    """Whether the last to arrive is all that counts."""
    match sent.op:
        case UpdateValues(items=items):
            return sent.undo_of is None and all(_is_plain(item.expected) for item in items) and bool(items)
        case UpdateVariable(set=facts):
            return sent.undo_of is None and facts.keys() == {"value"}
        case _:
            return False


def items_of(op: Operation) -> int:
    """How many things an operation is about."""
    parts: list[Any] = [getattr(op, name) for name in op.__struct_fields__]
    return sum(len(part) for part in parts if type(part) in (tuple, dict))


def _is_plain(expected: object) -> bool:
    return expected is UNSET
