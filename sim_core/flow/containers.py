"""Loops and parallels at work: iterations one after another, branches in a sliding window."""

from time import perf_counter
from typing import Any, cast

import msgspec

from sim_core.document.references import MISSING
from sim_core.document.workflow import Loop, Parallel
from sim_core.errors import Expired, Invalid, Problem, SimError
from sim_core.flow.events import BlockFinished, BlockStarted
from sim_core.flow.mistakes import line_of, own_words
from sim_core.flow.regions import READY, Box, Node, Scope
from sim_core.flow.state import State, since, under
from sim_core.flow.step import Attempt

BATCH = (1, 20)
MOST = 1_000_000
"""Iterations or branches; more are a mistake."""


class Containers(State):
    """The rules of containers."""

    def open(self, scope: Scope, node: Node, order: int) -> None:
        """Put a container to work."""
        box = Box(node, scope, order, perf_counter())
        scope.boxes[node.index] = box
        try:
            shown = self._prepare(box)
        except Exception as error:
            if self.replaying:
                del scope.boxes[node.index]
                return
            self.record(BlockStarted(block=node.id, path=scope.path, order=order))
            self.fail_box(box, error)
            return
        self.record(BlockStarted(block=node.id, path=scope.path, order=order, inputs=self.secrets.mask(shown)))
        subflow = subflow_of(node)
        if isinstance(subflow, Parallel):
            box.results = [None] * (box.total or 0)
            self._widen(box)
        elif box.total is not None or subflow.loop_type == "do_while":
            self.repeat(box)
        else:
            self.decide(box)

    def _prepare(self, box: Box) -> dict[str, Any]:
        """Work out what is repeated over, and say it."""
        node, scope = box.node, box.scope
        subflow, control = subflow_of(node), node.control
        assert control is not None and control.count is not None and control.collection is not None
        word = "Parallel" if isinstance(subflow, Parallel) else "Loop"
        if node.inside is None or not node.inside.nodes:
            raise Invalid(
                f"{word} has no executable blocks inside. Add or enable at least one block in the {word.lower()}.",
                code="empty_container",
            )
        kind = subflow.parallel_type if isinstance(subflow, Parallel) else subflow.loop_type
        if kind in ("for_each", "collection"):
            box.items = collection(control.collection(scope), subflow)
            box.total = len(box.items)
            return {"type": kind, "items": box.items}
        if kind in ("while", "do_while") and control.condition.strip():
            return {"type": kind, "condition": cast("Loop", subflow).condition}
        if kind == "while":
            raise Invalid("The loop has no condition.", code="empty_condition")
        box.total = count(control.count(scope), word)
        return {"type": kind, "count": box.total}

    def repeat(self, box: Box) -> None:
        """Begin the loop's next iteration, or end it."""
        following = box.index + 1
        if box.total is not None and following >= box.total:
            self.close(box)
        else:
            self.iterate(box, following)

    def iterate(self, box: Box, index: int) -> None:
        """Begin that iteration."""
        region = box.node.inside
        assert region is not None
        scope = box.scope.inner.get(box.node.index) if box.index >= 0 else None
        if scope is None or scope.box is not box:
            scope = Scope(region, self.shared, box.scope, box)
        elif box.index >= 0:
            scope.rewind()
        box.index = index
        box.active = {index: scope}
        box.deciding = False
        box.scope.inner[box.node.index] = scope
        scope.enter(index)
        self._enter(scope)

    def _enter(self, scope: Scope) -> None:
        for index in scope.region.entries:
            scope.state[index] = READY
            self.ready.append((scope, index))

    def _widen(self, box: Box) -> None:
        """Begin branches until as many are in flight as may be."""
        subflow = cast("Parallel", subflow_of(box.node))
        window = min(max(subflow.batch_size, BATCH[0]), BATCH[1])
        region, total = box.node.inside, box.total or 0
        assert region is not None
        while len(box.active) < window and box.index + 1 < total:
            box.index += 1
            scope = Scope(region, self.shared, box.scope, box)
            scope.enter(box.index)
            box.active[box.index] = scope
            if box.index == 0:
                box.scope.inner[box.node.index] = scope
            self._enter(scope)
        if not box.active and box.index + 1 >= total:
            self.close(box)

    def scope_ended(self, scope: Scope, box: Box) -> None:
        """Keep what an iteration or branch brought, and go on."""
        if box.node.inside is not None and box.node.inside.kind == "parallel":
            box.results[scope.index] = scope.results
            box.active.pop(scope.index, None)
            self._widen(box)
            return
        results = scope.results
        if results:
            box.results.append(results)
        if box.total is not None:
            self.repeat(box)
        else:
            self.decide(box)

    def decide(self, box: Box) -> None:
        """Ask a loop's condition whether there is another iteration."""
        box.deciding = True
        if self.replaying:
            return
        region = box.node.inside
        assert region is not None
        last = box.scope.inner.get(box.node.index)
        scope = Scope(region, self.shared, box.scope, box)
        if last is not None and last.box is box:
            scope.outputs, scope.inner = last.outputs, last.inner
        scope.enter(box.index + 1)

        def decided(holds: Any, error: BaseException | None) -> None:
            if self.stopping or box.scope.stopped or box.error is not None:
                return
            if error is not None:
                self.fail_box(box, error)
            elif holds:
                self.iterate(box, box.index + 1)
            else:
                self.close(box)

        self.go(self._holds(box, scope), box, scope, decided)

    async def _holds(self, box: Box, scope: Scope) -> bool:
        subflow, control = cast("Loop", subflow_of(box.node)), box.node.control
        assert control is not None
        step = Attempt(self.facts, scope, box.node, box.order, box.started)
        try:
            names = {name: _truth_in_words(get(scope)) for name, get in control.names}
            value = await self.facts.world.evaluate(step.site(), subflow.language, control.condition, names)
        except (Expired, Invalid) as error:
            raise _bad_condition(box, control.texts, error) from error
        return truth(value, subflow.language)

    def close(self, box: Box) -> None:
        """End a container well."""
        if self.replaying:
            box.closing = True
            return
        self.closed(box, {"results": box.results})

    def closed(self, box: Box, output: Any) -> None:
        """A container has ended with that output."""
        scope, node = box.scope, box.node
        scope.boxes.pop(node.index, None)
        box.active = {}
        shown, masked = self.secrets.masked(output)
        self.record(
            BlockFinished(
                block=node.id, path=scope.path, order=box.order, output=shown, ms=since(box.started), masked=masked
            )
        )
        self.ended(scope, node, output, "source")

    def ended(self, scope: Scope, node: Node, output: Any, port: str | None) -> None:
        """A node has brought an output and leaves by a port."""
        raise NotImplementedError

    def fail_box(self, box: Box, error: BaseException) -> None:
        """End a container badly."""
        box.scope.boxes.pop(box.node.index, None)
        box.active = {}
        self.failed(box.scope, box.node, box.order, box.started, error)

    def settle_failing(self) -> None:
        """Let containers fail in which nothing is in flight any more."""
        for box in list(self.failing):
            if not any(under(scope, box) for scope in self.flying.values()):
                self.failing.remove(box)
                if not self.stopping and not box.scope.stopped and box.error is not None:
                    self.fail_box(box, box.error)


def _bad_condition(box: Box, texts: dict[str, str], error: SimError) -> SimError:
    """What is wrong with a loop's condition: which loop, which iteration, which line."""
    node = box.node
    place = f"/subflows/{node.id}/condition"
    own_words(error, texts, block=node.id, field="condition", pointer=place)
    message = f'The condition of loop "{node.name}" failed at iteration {box.index + 1}: {error.message}'
    if isinstance(error, Expired):
        return Expired(message)
    problem = Problem(
        code="condition_error", message=message, pointer=place, block=node.id, field="condition", line=line_of(error)
    )
    return Invalid(message, code="condition_error", problems=[problem])


def subflow_of(node: Node) -> Loop | Parallel:
    """What a container repeats over."""
    assert node.control is not None
    return node.control.subflow


def collection(value: Any, subflow: Loop | Parallel) -> list[Any]:
    """The items of a list, an object (as pairs) or JSON text; raises `Invalid` for anything else."""
    is_loop = isinstance(subflow, Loop)
    if value is None and _is_reference(subflow.collection):
        return []
    if value is MISSING:
        return []
    if value in (None, ""):
        what = "ForEach loop collection" if is_loop else "Parallel collection distribution"
        message = f"{what} is empty. Provide an array or a reference that resolves to a collection."
        raise Invalid(message, code="empty_collection")
    if isinstance(value, str):
        value = _parsed(value)
    if isinstance(value, dict):
        return [list(pair) for pair in cast("dict[str, Any]", value).items()]
    if isinstance(value, list | tuple):
        return list(cast("list[Any]", value))
    prefix = "ForEach loop resolution failed" if is_loop else "Parallel Items did not resolve"
    raise Invalid(f"{prefix}: Value did not resolve to an array or object", code="not_a_collection")


def _is_reference(value: Any) -> bool:
    return isinstance(value, str) and value.strip().startswith("<")


def _parsed(value: str) -> Any:
    for text in (value, value.replace("'", '"')):
        try:
            return msgspec.json.decode(text)
        except msgspec.DecodeError:
            continue
    return value


def count(value: Any, word: str) -> int:
    """How often; raises `Invalid` for what is no whole number of times."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            raise _no_count(value, word) from None
    if value is None or value is MISSING or isinstance(value, bool) or not isinstance(value, int | float):
        raise _no_count(None if value is MISSING else value, word)
    if value != int(value) or not 0 <= value <= MOST:
        raise _no_count(value, word)
    return int(value)


def _no_count(value: Any, word: str) -> Invalid:
    return Invalid(f"{word} count is {value!r}; it must be a whole number from 0 to {MOST:,}.", code="bad_count")


def truth(value: Any, language: str) -> bool:
    """Whether a value counts as true in its language: an empty list does in JavaScript, not in Python."""
    if language == "javascript" and isinstance(value, list | dict):
        return True
    return bool(value) and value == value


def _truth_in_words(value: Any) -> Any:
    if value is MISSING:
        return None
    word = value.lower() if isinstance(value, str) else None
    return word == "true" if word in ("true", "false") else value
