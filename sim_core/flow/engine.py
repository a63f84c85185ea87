"""A run at work: ready blocks are begun, what they return is told and passed on."""

import asyncio
from collections import deque
from collections.abc import Mapping
from functools import partial
from inspect import isawaitable, iscoroutine
from time import perf_counter
from typing import Any

from sim_core.document.references import MISSING
from sim_core.document.workflow import Pin
from sim_core.errors import Cancelled, Expired, Invalid
from sim_core.flow.containers import Containers
from sim_core.flow.events import BlockFinished, BlockPaused, BlockResumed, BlockStarted, VariablesSet
from sim_core.flow.regions import DEAD, DONE, READY, Node, Scope
from sim_core.flow.state import since
from sim_core.flow.step import Asleep, Attempt, plain
from sim_core.flow.variables import assigned
from sim_core.spec.steps import Assign, End, Goto, Pause

BREATH_S = 0.008
"""How long blocks that do not wait may hold the event loop."""
GRACE_S = 2.0
"""How long a block that was stopped may take to leave."""


class Engine(Containers):
    """One run."""

    def __init__(
        self, *args: Any, stop_after: str | None = None, resumed_ends: str | None = None, **facts: Any
    ) -> None:
        super().__init__(*args)
        self.stop_after = stop_after
        self.answer: End | None = None
        self.expired = False

    def begin(self, at: str | None = None) -> None:
        """Make the start ready; what else nothing leads to never runs."""
        node = self.plan.nodes.get(at) if at is not None else None
        root = self.root
        start = (node if node is not None and node.region is root.region else self.plan.start).index
        root.state[start] = READY
        self.ready.append((root, start))
        self.bury(root, [index for index in root.region.entries if index != start])

    async def work(self) -> None:
        """Run until nothing is left to do, or nothing may be done."""
        loop = asyncio.get_running_loop()
        while not self.expired:
            breath = perf_counter() + BREATH_S
            while self.ready and not self.stopping:
                scope, index = self.ready.popleft()
                if not scope.stopped and self.start(scope, index) > breath:
                    await asyncio.sleep(0)
                    breath = perf_counter() + BREATH_S
                    if self.expired:
                        return
            self._finish_round()
            if not self.flying:
                return
            self.wake = loop.create_future()
            await self.wake
            if self.crash is not None:
                raise self.crash

    def _finish_round(self) -> None:
        """When a run stops, blocks that were ready by then run too, as if all ready blocks began at the same moment."""
        late, self.ready = (self.ready, deque[tuple[Scope, int]]()) if self.stopping else ((), self.ready)
        for scope, index in late:
            if not scope.stopped and scope.region.nodes[index].inside is None:
                self.start(scope, index)

    def start(self, scope: Scope, index: int) -> float:
        """Begin a block; gives when that was."""
        node = scope.region.nodes[index]
        self.order = order = self.order + 1
        started = perf_counter()
        if node.pin is not None and self.facts.pins:
            self._take_pin(scope, node, order, node.pin)
            return started
        if node.inside is not None:
            self.open(scope, node, order)
            return started
        attempt = Attempt(self.facts, scope, node, order, started)
        self.attempt(attempt)
        return started

    def _take_pin(self, scope: Scope, node: Node, order: int, pin: Pin) -> None:
        """Pass over a block whose output is pinned."""
        self.record(BlockStarted(block=node.id, path=scope.path, order=order))
        output = pin.output
        self.record(
            BlockFinished(block=node.id, path=scope.path, order=order, output=output, port=pin.port, pinned=True)
        )
        self.ended(scope, node, output, pin.port)

    def attempt(self, attempt: Attempt) -> None:
        """Fill in a block's inputs and run it."""
        scope, node = attempt.scope, attempt.node
        fill, run = node.fill, node.run
        assert fill is not None
        try:
            inputs, shown, attempt.names = fill(scope)
        except Exception as error:
            if attempt.paused is None:
                self.record(BlockStarted(block=node.id, path=scope.path, order=attempt.order))
            self.failed(scope, node, attempt.order, attempt.started, error)
            return
        if attempt.paused is None:
            told = self.secrets.mask(shown)
            self.record(BlockStarted(block=node.id, path=scope.path, order=attempt.order, inputs=told))
        if run is None:
            self._ended(attempt, None, None)
            return
        try:
            plain_try = node.tries == 1 and node.timeout_s is None
            work = run(inputs, attempt) if plain_try else self._tries(attempt, inputs)
        except Exception as error:
            self._ended(attempt, None, error)
            return
        if iscoroutine(work):
            self.go(work, attempt, scope, partial(self._ended, attempt))
        elif isawaitable(work):
            self.go(_await(work), attempt, scope, partial(self._ended, attempt))
        else:
            self._ended(attempt, work, None)

    async def _tries(self, attempt: Attempt, inputs: Any) -> Any:
        """Run a block until it succeeds or its tries are used up; the last failure is the one that counts."""
        node = attempt.node
        while True:
            try:
                return await self._once(attempt, inputs)
            except Cancelled:
                raise
            except Exception:
                if attempt.tries >= node.tries or attempt.ran_child:
                    raise
            attempt.again()
            if node.wait_s:
                await asyncio.sleep(node.wait_s)

    async def _once(self, attempt: Attempt, inputs: Any) -> Any:
        """One try, no longer than a try may take."""
        run, seconds = attempt.node.run, attempt.node.timeout_s
        assert run is not None
        limit = asyncio.timeout(seconds)
        try:
            async with limit:
                work = run(inputs, attempt)
                return await work if isawaitable(work) else work
        except TimeoutError:
            if seconds is None or not limit.expired():
                raise
            raise Expired(f"It took longer than {seconds:g} s.", code="block_timeout") from None

    def _ended(self, attempt: Attempt, value: Any, error: BaseException | None) -> None:
        """A block has returned, failed or fallen asleep."""
        if isinstance(error, Asleep):
            self._sleep(attempt, Pause(kind="human"), child=error.child.run_id)
            return
        port: str | None = "source"
        if error is None:
            try:
                if type(value) is not dict:
                    port, value = self._returned(attempt, value)
                    if port == "":
                        return
                output = plain(value)
            except Exception as wrong:
                error = wrong
            else:
                self._finish(attempt, output, port)
                return
        kept = {"content": attempt.said} if attempt.said else {}
        self.failed(
            attempt.scope, attempt.node, attempt.order, attempt.started, error,
            tries=attempt.tries, child=attempt.child, kept=kept,
        )  # fmt: skip

    def _returned(self, attempt: Attempt, value: Any) -> tuple[str | None, Any]:
        """The port and the output that a return value means; the port is empty when the step sleeps."""
        match value:
            case Goto(port=port, value=output):
                return port, output
            case Assign():
                return "source", self._assign(attempt, value)
            case Pause():
                self._sleep(attempt, value)
                return "", None
            case End():
                if self.answer is None and not self.stopping:
                    self.answer = value
                return "source", value.value
            case _:
                return "source", value

    def _finish(self, attempt: Attempt, output: Any, port: str | None) -> None:
        scope, node = attempt.scope, attempt.node
        shown, masked = self.secrets.masked(output)
        self.record(
            BlockFinished(
                block=node.id,
                path=scope.path,
                order=attempt.order,
                output=shown,
                port=port,
                ms=since(attempt.started),
                tries=attempt.tries,
                usage=attempt.usage,
                cost=attempt.cost,
                stdout=self.secrets.mask(attempt.stdout),
                child=attempt.child,
                masked=masked,
            )
        )
        if self.answer is not None and not self.stopping:
            self.output, self.stopping = output, True
        self.ended(scope, node, output, port)

    def ended(self, scope: Scope, node: Node, output: Any, port: str | None) -> None:
        """A node has brought an output and leaves by a port."""
        scope.outputs[node.index] = output
        if node.final and not self.stopping:
            self.output = output
        if node.id == self.stop_after:
            self.stopping = True
        self.leave(scope, node, port)

    def _assign(self, attempt: Attempt, assign: Assign) -> Any:
        """Set the variables that the workflow has, all at once; the output tells what they became."""
        declared = list(self.plan.workflow.variables.values())
        by_name = {variable.name: slot for slot, variable in enumerate(declared)}
        became: dict[str, Any] = {}
        slots: dict[int, Any] = {}
        for name, value in assign.values.items():
            slot = self.plan.variables.get(assign.ids.get(name, ""), by_name.get(name, -1))
            became[name] = assigned(declared[slot], value) if slot >= 0 else value
            if slot >= 0:
                slots[slot] = became[name]
        for slot, value in slots.items():
            self.shared.variables[slot] = value
        if slots:
            told = {declared[slot].name: plain(value) for slot, value in slots.items()}
            shown, masked = self.secrets.masked(told)
            self.record(VariablesSet(block=attempt.node.id, path=attempt.scope.path, values=shown, masked=masked))
        return became if assign.value is None or assign.value == assign.values else assign.value

    def _sleep(self, attempt: Attempt, pause: Pause, *, child: str | None = None) -> None:
        scope, node = attempt.scope, attempt.node
        output = plain(pause.value)
        shown, masked = self.secrets.masked(output)
        event = BlockPaused(
            block=node.id,
            path=scope.path,
            order=attempt.order,
            pause=pause_id(node.id, scope),
            kind="child" if child else pause.kind,
            until=pause.until,
            form=tuple(dict(row) for row in pause.form),
            output=shown,
            ms=since(attempt.started),
            child=child,
            masked=masked,
        )
        self.record(event)
        if pause.value is not None:
            scope.outputs[node.index] = output
        self.asleep[event.pause] = (scope, node, event)

    def resume(self, pause: str, answer: Mapping[str, Any]) -> None:
        """Answer a step that sleeps; raises `Invalid` when nothing sleeps under that name."""
        if pause not in self.asleep:
            raise Invalid(f"No step of this run waits for an answer to {pause!r}.", code="no_such_pause")
        self.record(BlockResumed(pause=pause, answer=dict(answer)))
        self.rouse(pause, answer)

    def rouse(self, pause: str, answer: Mapping[str, Any]) -> None:
        """Go on with a step that was answered."""
        scope, node, event = self.asleep.pop(pause)
        attempt = Attempt(self.facts, scope, node, event.order, perf_counter())
        attempt.resumed, attempt.paused = answer, event
        self.attempt(attempt)

    def waits(self) -> str:
        """Which blocks wait for which others, when nothing can go on."""
        said: list[str] = []
        scopes = [self.root]
        while scopes:
            scope = scopes.pop()
            nodes = scope.region.nodes
            for node in nodes:
                if scope.state[node.index] or not scope.waiting[node.index]:
                    continue
                sources = [one for one in nodes if any(node.index in to for to in one.out.values())]
                behind = [one.name or one.id for one in sources if scope.state[one.index] not in (DONE, DEAD)]
                said.append(f"{node.name or node.id} waits for {', '.join(behind)}")
            scopes += [inner for box in scope.boxes.values() for inner in box.active.values()]
        return "; ".join(said) or "every block waits for another"

    def pending(self) -> bool:
        """Whether blocks are left that never got their turn."""
        return self.root.unsettled > 0

    async def cancel(self) -> None:
        """Stop every block that runs, and wait a little for them to leave."""
        self.cancelling = self.stopping = True
        working = set(self.carriers.working)
        for task in working:
            task.cancel()
        if working:
            await asyncio.wait(working, timeout=GRACE_S)

    def expire(self) -> None:
        """The run's time is up."""
        self.expired = True
        self.stir()

    @property
    def result(self) -> Any:
        """The output so far."""
        return {} if self.output is MISSING else self.output

    @property
    def paused_output(self) -> Any:
        """What a run that sleeps shows: what its step shows, or a list where several sleep."""
        outputs = [_shown(event) for _, _, event in self.asleep.values()]
        return outputs[0] if len(outputs) == 1 else {"paused_blocks": outputs, "pause_count": len(outputs)}


def _shown(event: BlockPaused) -> Any:
    output: Any = event.output
    return output["response"] if isinstance(output, dict) and "response" in output else output  # pyright: ignore[reportUnknownVariableType] - JSON is anything


def pause_id(block: str, scope: Scope) -> str:
    """The name that a pause is answered by: the block, and where in the containers it stands."""
    name, kinds, here = block, "", scope
    rest = ""
    while here.up is not None:
        kind = here.region.kind
        if kind in kinds:
            container = here.region.container
            rest += f"_{container.id if container else ''}.{here.index}"
        elif kind == "parallel":
            name = f"{name}₍{here.index}₎₍{here.index}₎"
        else:
            rest = f"_loop{here.index}{rest}"
        kinds += kind
        here = here.up
    return name + rest


async def _await(work: Any) -> Any:
    return await work
