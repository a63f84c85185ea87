"""What a whole document looks like from above: who lives, what comes before what, who is named how."""

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TypeAlias

from sim_core.document.graph import children, container_kind, is_entry, is_note, successors
from sim_core.document.references import names, normalise, pointer
from sim_core.document.workflow import Block, Workflow
from sim_core.errors import Problem
from sim_core.spec.blocks import BlockType
from sim_core.spec.forms import OutputField

Find: TypeAlias = Callable[[str], BlockType | None]


class Survey:
    """A document, its block types, and answers that several checks need, each worked out once."""

    def __init__(self, workflow: Workflow, find: Find) -> None:
        self.workflow = workflow
        self.blocks = workflow.blocks
        types = {type: find(type) for type in dict.fromkeys(block.type for block in workflow.blocks.values())}
        self.types = {id: types[block.type] for id, block in workflow.blocks.items()}
        self.problems: list[Problem] = []
        self._outputs: dict[str, tuple[OutputField, ...]] = {}

    def say(
        self,
        code: str,
        message: str,
        *,
        block: str | None = None,
        at: str = "",
        whole: str = "",
        field: str | None = None,
        expected: str | None = None,
        warning: bool = False,
    ) -> None:
        """Note a problem; one of a block that no run comes to is a warning.

        `at` is where in the block, or in the document without one; `whole` where in the document in any case.
        """
        mild = warning or (block is not None and block not in self.live)
        self.problems.append(
            Problem(
                code=code,
                message=message,
                pointer=whole or (f"/blocks/{pointer(block)}{at}" if block is not None else at),
                block=block,
                field=field,
                expected=expected,
                severity="warning" if mild else "error",
            )
        )

    def outputs(self, block: Block) -> tuple[OutputField, ...]:
        """What a block promises to give, by name; empty when it promises nothing."""
        type = self.types[block.id]
        if type is None:
            return ()
        if type.id not in self._outputs:
            self._outputs[type.id] = type.outputs()
        added = type.adds(block.values) if type.adds is not None else ()
        return (*added, *self._outputs[type.id]) if added else self._outputs[type.id]

    @cached_property
    def names(self) -> dict[str, str]:
        """Ids of blocks by the name that references know."""
        return names(self.workflow)

    @cached_property
    def variables(self) -> set[str]:
        """Names and ids that references to variables may use."""
        found = {normalise(variable.name) for variable in self.workflow.variables.values()}
        return found | set(self.workflow.variables)

    @cached_property
    def inside(self) -> dict[str | None, list[str]]:
        """Ids of blocks by the container they lie in."""
        return children(self.blocks)

    @cached_property
    def after(self) -> dict[str, list[str]]:
        """Which blocks follow which, within their containers."""
        return successors(self.blocks, self.workflow.edges.values())

    @cached_property
    def starts(self) -> list[Block]:
        """The blocks that a run can begin at, disabled ones too."""
        return [block for block in self.blocks.values() if self.begins(block)]

    def begins(self, block: Block) -> bool:
        """Whether the block is a trigger."""
        type = self.types[block.id]
        return is_entry(block) or (type is not None and type.category == "trigger")

    def runs(self, block: Block) -> bool:
        """Whether the block is one that can run at all."""
        type = self.types[block.id]
        return block.enabled and not is_note(block) and (type is None or type.category != "note")

    @cached_property
    def live(self) -> set[str]:
        """Ids of the blocks that some run comes to."""
        entered = {edge.target for edge in self.workflow.edges.values() if edge.source in self.blocks}
        waiting = [block.id for block in self.starts if block.enabled and block.parent is None]
        if not waiting:
            waiting = [b.id for b in self.blocks.values() if b.parent is None and b.id not in entered and self.runs(b)]
        if not waiting:
            return {block.id for block in self.blocks.values() if self.runs(block)}
        found = set(waiting)
        while waiting:
            here = waiting.pop()
            for next in (*self.after.get(here, ()), *self._first_inside(here)):
                if next not in found and self.runs(self.blocks[next]):
                    found.add(next)
                    waiting.append(next)
        return found

    def _first_inside(self, id: str) -> Iterable[str]:
        """Blocks in a container that nothing in it leads to: there its rounds begin."""
        inside = self.inside.get(id, ())
        led_to = {target for one in inside for target in self.after.get(one, ())}
        return (one for one in inside if one not in led_to)

    @cached_property
    def _bits(self) -> dict[str, int]:
        return {id: 1 << index for index, id in enumerate(self.blocks)}

    @cached_property
    def _whole(self) -> dict[str, int]:
        """Each block with everything inside it, as a set of bits."""
        found: dict[str, int] = {}

        for id in self._inside_out():
            bits = self._bits[id]
            for inner in self.inside.get(id, ()):
                bits |= found.get(inner, 0)
            found[id] = bits
        return found

    def _inside_out(self) -> list[str]:
        order: list[str] = []
        waiting = list(self.inside.get(None, ()))
        while waiting:
            here = waiting.pop()
            order.append(here)
            waiting.extend(self.inside.get(here, ()))
        return order[::-1]

    @cached_property
    def _before(self) -> dict[str, int]:
        """For each block the set, as bits, of those that a run may have finished when it comes to it."""
        found: dict[str, int] = {}
        waiting: list[str | None] = [None]
        while waiting:
            container = waiting.pop()
            base = 0
            if container is not None:
                base = found[container]
                if self.blocks[container].type.startswith("loop"):
                    base |= self._whole[container]  # what an earlier round left is still there
            self._flow_through(self.inside.get(container, []), base, found)
            waiting.extend(one for one in self.inside.get(container, ()) if container_kind(self.blocks[one].type))
        return found

    def _flow_through(self, ids: list[str], base: int, found: dict[str, int]) -> None:
        counts = dict.fromkeys(ids, 0)
        for id in ids:
            for next in self.after.get(id, ()):
                counts[next] += 1
        for id in ids:
            found[id] = base
        ready = [id for id in ids if not counts[id]]
        while ready:
            here = ready.pop()
            handed_on = found[here] | self._whole.get(here, 0)
            for next in self.after.get(here, ()):
                found[next] |= handed_on
                counts[next] -= 1
                if not counts[next]:
                    ready.append(next)

    def comes_before(self, earlier: str, later: str) -> bool:
        """Whether a run may have finished one block when it comes to another."""
        known = self._before.get(later, 0)
        if container_kind(self.blocks[later].type):
            known |= self._whole.get(later, 0)
        return bool(known & self._bits[earlier])
