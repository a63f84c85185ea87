"""What comes of an operation: the changed document, what really changed, or why nothing did."""

from collections.abc import Iterable
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from sim_core.document.graph import lock_on
from sim_core.document.operations import Operation
from sim_core.document.workflow import Block, Edge, Subflow, Variable, Workflow


class Refusal(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why one item of an operation cannot be done, and what stands there now."""

    code: str
    message: str
    pointer: str = ""
    index: int = 0
    now: Any = None


class Applied(Struct, frozen=True):
    """The document after an operation.

    `effective` is what really changed, and `None` when everything was so already. With refusals nothing has changed.
    """

    workflow: Workflow
    effective: Operation | None
    refusals: tuple[Refusal, ...] = ()


class Draft:
    """A document being changed: each part is copied when it is first written."""

    def __init__(self, before: Workflow) -> None:
        self.before = before
        self.blocks = before.blocks
        self.edges = before.edges
        self.subflows = before.subflows
        self.variables = before.variables
        self.refusals: list[Refusal] = []

    def own_blocks(self) -> dict[str, Block]:
        """The blocks, to be written to."""
        if self.blocks is self.before.blocks:
            self.blocks = dict(self.blocks)
        return self.blocks

    def own_edges(self) -> dict[str, Edge]:
        """The edges, to be written to."""
        if self.edges is self.before.edges:
            self.edges = dict(self.edges)
        return self.edges

    def own_subflows(self) -> dict[str, Subflow]:
        """The subflows, to be written to."""
        if self.subflows is self.before.subflows:
            self.subflows = dict(self.subflows)
        return self.subflows

    def own_variables(self) -> dict[str, Variable]:
        """The variables, to be written to."""
        if self.variables is self.before.variables:
            self.variables = dict(self.variables)
        return self.variables

    def refuse(self, code: str, message: str, pointer: str = "", *, index: int = 0, now: Any = None) -> None:
        """Note that an item cannot be done; the whole operation is refused with it."""
        self.refusals.append(Refusal(code=code, message=message, pointer=pointer, index=index, now=now))

    def missing(self, what: str, id: str, pointer: str, index: int = 0) -> None:
        """Note that something is not there (any more)."""
        self.refuse("not_found", f"there is no {what} {id!r}", pointer, index=index)

    def refuse_locked(self, id: str, pointer: str, index: int = 0) -> bool:
        """Note that a lock protects a block, when one does."""
        lock = lock_on(self.blocks, id)
        if lock is None:
            return False
        self.refuse("locked", f"{lock.name!r} is locked", pointer, index=index)
        return True

    def applied(self, effective: Operation | None) -> Applied:
        """The outcome."""
        if self.refusals:
            return Applied(self.before, None, tuple(self.refusals))
        if effective is None:
            return Applied(self.before, None)
        fresh = replace(
            self.before, blocks=self.blocks, edges=self.edges, subflows=self.subflows, variables=self.variables
        )
        return Applied(fresh, effective)


def twice(ids: Iterable[str]) -> set[str]:
    """The ids that are given more than once."""
    seen: set[str] = set()
    return {id for id in ids if id in seen or seen.add(id)}
