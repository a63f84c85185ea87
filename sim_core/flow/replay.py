"""Going on where a history ends: its events are applied in their order, and nothing they tell of runs again."""

from collections.abc import Iterable
from typing import Any

from sim_core.document.references import MISSING
from sim_core.errors import Invalid, Problem
from sim_core.flow.engine import Engine
from sim_core.flow.events import (
    BlockFailed,
    BlockFinished,
    BlockPaused,
    BlockResumed,
    BlockStarted,
    Event,
    Path,
    RunStarted,
    VariablesSet,
)
from sim_core.flow.plan import Plan
from sim_core.flow.regions import DEAD, DONE, READY, WAITING, Box, Node, Scope
from sim_core.flow.secrets import Secrets
from sim_core.flow.state import under
from sim_core.flow.step import Facts

_nowhere: Any = None
"""The world of a run that does not run."""


class Replay:
    """A run brought to where its history ends; blocks that the workflow no longer has are passed over."""

    def __init__(self, engine: Engine, events: Iterable[Event]) -> None:
        self.engine = engine
        self.answered: dict[str, dict[str, object]] = {}
        self.has_begun = False
        engine.replaying = engine.quiet = True
        for event in events:
            self._apply(event)
        engine.replaying = engine.quiet = False

    def _apply(self, event: Event) -> None:
        """Do to the run what the event tells."""
        match event:
            case RunStarted():
                if event.from_block is not None and self.has_begun and event.from_block in self.engine.plan.nodes:
                    rewind(self.engine, event.from_block)
                    self.answered.clear()
                self.has_begun = True
            case BlockStarted() | BlockFinished() | BlockFailed() | BlockPaused():
                self._block(event)
            case BlockResumed():
                self.answered[event.pause] = event.answer
            case VariablesSet():
                self._variables(event)
            case _:
                pass

    def _block(self, event: BlockStarted | BlockFinished | BlockFailed | BlockPaused) -> None:
        engine = self.engine
        node = engine.plan.nodes.get(event.block)
        scope = self._scope(event.path) if node is not None else None
        if node is None or scope is None or scope.region is not node.region or scope.state[node.index] in (DONE, DEAD):
            return
        engine.order = max(engine.order, event.order)
        match event:
            case BlockStarted():
                is_pinned = node.pin is not None and engine.facts.pins
                if node.inside is not None and node.index not in scope.boxes and not is_pinned:
                    engine.open(scope, node, event.order)
            case BlockFinished():
                self._finished(scope, node, event)
            case BlockFailed():
                if event.handled:
                    self._failed(scope, node, event)
            case BlockPaused():
                output = engine.secrets.unmask(event.output, event.masked)
                if output is not None:
                    scope.outputs[node.index] = output
                scope.state[node.index] = READY
                self.answered.pop(event.pause, None)
                engine.asleep[event.pause] = (scope, node, event)

    def _finished(self, scope: Scope, node: Node, event: BlockFinished) -> None:
        engine = self.engine
        output = engine.secrets.unmask(event.output, event.masked)
        self._wake(scope, node)
        box = scope.boxes.pop(node.index, None)
        if box is not None:
            self._forget(box)
        if scope is engine.root:
            engine.ports[node.index] = event.port
        engine.ended(scope, node, output, event.port)

    def _failed(self, scope: Scope, node: Node, event: BlockFailed) -> None:
        engine = self.engine
        output = engine.secrets.unmask(event.output, event.masked)
        self._wake(scope, node)
        box = scope.boxes.pop(node.index, None)
        if box is not None:
            self._forget(box)
        scope.outputs[node.index] = output
        if scope is engine.root:
            engine.ports[node.index] = "error"
        engine.leave(scope, node, "error")

    def _wake(self, scope: Scope, node: Node) -> None:
        for pause, (at, sleeper, _) in list(self.engine.asleep.items()):
            if at is scope and sleeper is node:
                del self.engine.asleep[pause]
                self.answered.pop(pause, None)

    def _forget(self, box: Box) -> None:
        """What a container that has ended leaves behind."""
        for pause, (scope, _, _) in list(self.engine.asleep.items()):
            if under(scope, box):
                del self.engine.asleep[pause]
        for scope in box.active.values():
            scope.stopped = True

    def _variables(self, event: VariablesSet) -> None:
        engine = self.engine
        values = engine.secrets.unmask(event.values, event.masked)
        for slot, variable in enumerate(engine.plan.workflow.variables.values()):
            if variable.name in values:
                engine.shared.variables[slot] = values[variable.name]

    def _scope(self, path: Path) -> Scope | None:
        """The scope that a path leads to; iterations that a condition allowed are begun on the way."""
        scope = self.engine.root
        for container, index in path:
            node = self.engine.plan.nodes.get(container)
            box = scope.boxes.get(node.index) if node is not None and node.region is scope.region else None
            if box is None:
                return None
            if box.deciding and index == box.index + 1:
                self.engine.iterate(box, index)
            inner = box.active.get(index)
            if inner is None:
                return None
            scope = inner
        return scope

    def go_on(self) -> None:
        """Make ready what the history left open: blocks, answers, containers, conditions."""
        engine = self.engine
        waiting = dict.fromkeys((scope, index) for scope, index in engine.ready if scope.state[index] == READY)
        sleeping = {(scope, node.index) for scope, node, _ in engine.asleep.values()}
        engine.ready.clear()
        for scope, index in waiting:
            if index not in scope.boxes and (scope, index) not in sleeping and _is_current(scope):
                engine.ready.append((scope, index))
        # What goes on now may bring further containers to their end or their condition; they see to that themselves.
        left = [(box, box.index) for box in _open(engine.root) if box.closing or box.deciding]
        for pause, answer in self.answered.items():
            if pause in engine.asleep:
                engine.rouse(pause, answer)
        for box, index in left:
            if box.scope.boxes.get(box.node.index) is not box or box.index != index:
                continue
            if box.closing:
                engine.close(box)
            else:
                engine.decide(box)


def _is_current(scope: Scope | None) -> bool:
    """Whether a scope still belongs to containers at work."""
    while scope is not None and scope.box is not None:
        if scope.stopped or scope.box.active.get(scope.index) is not scope:
            return False
        scope = scope.up
    return True


def _open(scope: Scope) -> list[Box]:
    """Containers at work, the inner ones first."""
    boxes: list[Box] = []
    for box in scope.boxes.values():
        for inner in box.active.values():
            boxes += _open(inner)
        boxes.append(box)
    return boxes


def rewind(engine: Engine, block: str) -> None:
    """Undo a block and all that depends on it, and make it ready; raises `Invalid` where it cannot run alone."""
    node = engine.plan.nodes.get(block)
    if node is None or node.region is not engine.plan.root:
        where = "is not in the workflow" if node is None else "lies in a container; run from the container"
        raise _refused(f"Block {block!r} {where}.", block)
    root = engine.root
    for index, source in enumerate(node.region.nodes):
        if any(node.index in to for to in source.out.values()) and root.state[index] not in (DONE, DEAD):
            raise _refused(f"Upstream dependency not executed: {source.name or source.id}", block)
    dirty = _downstream(node)
    waiting, live = _expected(engine, node, dirty)
    for index in dirty:
        root.state[index], root.outputs[index] = WAITING, MISSING
        root.waiting[index], root.live[index] = waiting[index], live[index]
        root.boxes.pop(index, None)
        root.inner.pop(index, None)
    engine.asleep.clear()
    engine.ready.clear()
    root.unsettled = len(dirty)
    root.state[node.index] = READY
    engine.ready.append((root, node.index))
    engine.output, engine.answer, engine.failure, engine.stopping = MISSING, None, None, False


def check_from(plan: Plan, events: Iterable[Event], block: str) -> None:
    """Raise `Invalid` where a run with that history behind it cannot begin at a block."""
    past = tuple(events)
    facts = Facts(world=_nowhere, record=lambda event: None, run_id="", secrets=Secrets({}))
    engine = Engine(plan, facts, plan.initial)
    engine.begin(next((event.start for event in past if isinstance(event, RunStarted)), None))
    Replay(engine, past)
    rewind(engine, block)


def _downstream(node: Node) -> set[int]:
    nodes = node.region.nodes
    dirty, waiting = {node.index}, [node.index]
    while waiting:
        for targets in nodes[waiting.pop()].out.values():
            fresh = [target for target in targets if target not in dirty]
            dirty.update(fresh)
            waiting += fresh
    return dirty


def _expected(engine: Engine, node: Node, dirty: set[int]) -> tuple[dict[int, int], dict[int, int]]:
    """How many edges each block to run still waits for, and whether one from what is kept has fired."""
    root = engine.root
    waiting = dict.fromkeys(dirty, 0)
    live = dict.fromkeys(dirty, 0)
    for index, source in enumerate(node.region.nodes):
        for port, targets in source.out.items():
            for target in targets:
                if target not in dirty or target == node.index:
                    continue
                if index in dirty:
                    waiting[target] += 1
                elif root.state[index] == DONE and engine.ports.get(index, "source") == port:
                    live[target] = 1
    return waiting, live


def _refused(message: str, block: str) -> Invalid:
    return Invalid(
        message, code="cannot_run_from", problems=[Problem(code="cannot_run_from", message=message, block=block)]
    )
