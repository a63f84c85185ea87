"""How a run goes on from block to block: edges fire or die, joins count down, nothing is looked at twice."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from time import perf_counter
from typing import Any

from msgspec import Struct

from sim_core.document.references import MISSING
from sim_core.errors import SimError
from sim_core.flow.carriers import Carriers
from sim_core.flow.events import BlockFailed, BlockPaused, Event, Path
from sim_core.flow.mistakes import line_of
from sim_core.flow.plan import Plan
from sim_core.flow.regions import DEAD, DONE, READY, WAITING, Box, Node, Scope, Shared
from sim_core.flow.step import Facts


class Failure(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why a run failed, and where."""

    code: str
    message: str
    block: str | None = None
    block_name: str | None = None
    path: Path = ()


class State:
    """What is known of a run while it runs, and the rules of its edges."""

    def __init__(self, plan: Plan, facts: Facts, variables: list[Any]) -> None:
        self.plan = plan
        self.facts = facts
        self.secrets = facts.secrets
        self.shared = Shared(variables, facts.secrets)
        self.root = Scope(plan.root, self.shared)
        self.ready: deque[tuple[Scope, int]] = deque()
        self.flying: dict[object, Scope] = {}
        """What waits for the world: steps and conditions of loops, with the scope they belong to."""
        self.asleep: dict[str, tuple[Scope, Node, BlockPaused]] = {}
        """Steps that are paused, by the pause's id."""
        self.carriers = Carriers()
        self.order = 0
        self.output: Any = MISSING
        self.failure: Failure | None = None
        self.stopping = False
        self.cancelling = False
        self.replaying = False
        self.quiet = False
        """Whether what happens is known, or somebody else's to tell."""
        self.failing: list[Box] = []
        self.wake: asyncio.Future[None] | None = None
        self.ports: dict[int, str | None] = {}
        """The ports that blocks of the workflow itself left by, as a history tells."""
        self.crash: BaseException | None = None
        """What went wrong with the run itself, not with a block."""

    def record(self, event: Event) -> None:
        """Tell what happened, unless it is not to be told."""
        if not self.quiet:
            self.facts.record(event)

    def stir(self) -> None:
        """Have the run look whether there is something to do."""
        if self.wake is not None and not self.wake.done():
            self.wake.set_result(None)

    def go(self, work: Coroutine[Any, Any, Any], key: object, scope: Scope, ended: Callable[..., None]) -> None:
        """Begin something; `ended(value, error)` is called at once when it does not wait, else when it has ended."""

        def later(value: Any, error: BaseException | None) -> None:
            self.flying.pop(key, None)
            try:
                ended(value, error)
                self.settle_failing()
            except BaseException as crash:
                self.crash = crash
            self.stir()

        try:
            done, value = self.carriers.begin(work, later)
        except (SystemExit, KeyboardInterrupt, GeneratorExit):
            raise
        except BaseException as error:
            ended(None, error)
            return
        if done:
            ended(value, None)
        else:
            self.flying[key] = scope

    def leave(self, scope: Scope, node: Node, port: str | None) -> None:
        """Settle a node that has ended, and pass on by one of its ports."""
        index = node.index
        if scope.state[index] == DONE:
            return
        scope.state[index] = DONE
        scope.unsettled -= 1
        if self.stopping or scope.stopped:
            return
        out = node.out
        if len(out) == 1 and port in out:
            waiting, live, state = scope.waiting, scope.live, scope.state
            for target in out[port]:
                live[target] = 1
                waiting[target] -= 1
                if waiting[target] == 0 and state[target] == WAITING:
                    state[target] = READY
                    self.ready.append((scope, target))
        elif out:
            self._part(scope, node, port)
        if scope.unsettled == 0 and scope.box is not None:
            self.scope_ended(scope, scope.box)

    def _part(self, scope: Scope, node: Node, port: str | None) -> None:
        """Fire the edges of one port and let the others die, with everything that only they lead to."""
        waiting, live, state = scope.waiting, scope.live, scope.state
        dead: list[int] = []
        for name, targets in node.out.items():
            fires = name == port
            for target in targets:
                live[target] |= fires
                waiting[target] -= 1
                if waiting[target] == 0 and state[target] == WAITING:
                    if live[target]:
                        state[target] = READY
                        self.ready.append((scope, target))
                    else:
                        dead.append(target)
        self.bury(scope, dead)

    def bury(self, scope: Scope, dead: list[int]) -> None:
        """Nodes that nothing leads to any more, and whatever hangs on them alone."""
        waiting, live, state, nodes = scope.waiting, scope.live, scope.state, scope.region.nodes
        while dead:
            index = dead.pop()
            state[index] = DEAD
            scope.outputs[index] = MISSING
            scope.inner.pop(index, None)
            scope.unsettled -= 1
            for targets in nodes[index].out.values():
                for target in targets:
                    waiting[target] -= 1
                    if waiting[target] == 0 and state[target] == WAITING:
                        if live[target]:
                            state[target] = READY
                            self.ready.append((scope, target))
                        else:
                            dead.append(target)

    def scope_ended(self, scope: Scope, box: Box) -> None:
        """An iteration or branch has nothing left to do."""
        raise NotImplementedError

    def settle_failing(self) -> None:
        """Let containers fail in which nothing is in flight any more."""
        raise NotImplementedError

    def failed(self, scope: Scope, node: Node, order: int, started: float, error: BaseException, **facts: Any) -> None:
        """A node has failed: its error port takes over, or what it lies in fails too."""
        code, message = describe(error)
        message = self.secrets.mask(message)
        handled = node.handles_errors and not self.cancelling
        output = {"error": message, **facts.pop("kept", {})}
        shown, masked = self.secrets.masked(output)
        self.record(
            BlockFailed(
                block=node.id,
                path=scope.path,
                order=order,
                code=code,
                message=message,
                handled=handled,
                output=shown,
                field=_field_of(error),
                line=line_of(error),
                ms=since(started),
                masked=masked,
                **facts,
            )
        )
        if self.cancelling:
            return
        scope.outputs[node.index] = output
        if handled:
            self.leave(scope, node, "error")
        else:
            failure = Failure(code=code, message=message, block=node.id, block_name=node.name, path=scope.path)
            self._break(scope, failure, error)

    def _break(self, scope: Scope, failure: Failure, error: BaseException) -> None:
        """Nobody took the failure over: the next container with an error port fails, or the run."""
        box = scope.box
        while box is not None and not box.node.handles_errors:
            box = box.scope.box
        if box is None:
            self.failure = self.failure or failure
            self.stopping = True
        elif box.error is None:
            box.error = Failed(failure, error)
            self._halt(box)
            self.failing.append(box)
            self.settle_failing()

    def _halt(self, box: Box) -> None:
        """Start nothing more inside a container."""
        for scope in box.active.values():
            scope.stopped = True
            for inner in scope.boxes.values():
                self._halt(inner)
        for pause, (scope, _, _) in list(self.asleep.items()):
            if under(scope, box):
                del self.asleep[pause]


class Failed(SimError):
    """Something inside failed."""

    def __init__(self, failure: Failure, cause: BaseException) -> None:
        super().__init__(f"{failure.block_name or failure.block}: {failure.message}", code=failure.code)
        self.__cause__ = cause


def under(scope: Scope | None, box: Box) -> bool:
    """Whether a scope lies in a container at work."""
    while scope is not None:
        if scope.box is box:
            return True
        scope = scope.up
    return False


def describe(error: BaseException) -> tuple[str, str]:
    """The code and the words of a failure."""
    if isinstance(error, SimError):
        return error.reason, error.message
    if isinstance(error, asyncio.CancelledError):
        return "cancelled", "It was stopped."
    if isinstance(error, TimeoutError):
        return "timeout", str(error) or "It took longer than it may."
    return "fault", f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _field_of(error: BaseException) -> str | None:
    problems = error.problems if isinstance(error, SimError) else ()
    return problems[0].field if problems else None


def since(started: float) -> float:
    """Milliseconds since then."""
    return round((perf_counter() - started) * 1000, 3)
