"""The step of a run that a block is handed, and the facts of the run that stand behind it."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, cast

import msgspec
from msgspec import Struct

from sim_core.document.references import MISSING
from sim_core.errors import Expired, Invalid, Refused, SimError
from sim_core.flow.events import BlockPaused, Event, Path, TextDelta
from sim_core.flow.mistakes import own_words
from sim_core.flow.regions import Node, Scope
from sim_core.flow.secrets import Secrets
from sim_core.flow.world import Child, Site, World
from sim_core.spec.prompts import Answer, CallStart, Cost, Delta, Prompt, Reset, Text, Thinking, Turn, Usage
from sim_core.spec.requests import Reply, Request
from sim_core.spec.steps import Executed, Language, StoredFile, ToolChoice

DEEPEST = 25
"""Workflows that may call each other in a chain."""


class Facts(Struct, frozen=True, kw_only=True):
    """What is the same for every step of a run."""

    world: World
    record: Callable[[Event], None]
    run_id: str
    workspace_id: str = ""
    workflow_id: str = ""
    depth: int = 0
    input: Any = None
    secrets: Secrets
    acts_for: str = ""
    """Whose credentials tools may use, beside those of the workspace."""
    pins: bool = False
    """Whether pinned outputs stand in for their blocks."""
    streams: Collection[str] = ()
    """Ids of the blocks whose text somebody listens to; `*` stands for all."""
    ends: float | None = None
    """When its time is up, by the monotonic clock."""


class Asleep(BaseException):
    """Unwinds a block whose child workflow sleeps; no block may catch it by chance."""

    def __init__(self, child: Child) -> None:
        super().__init__(child.run_id)
        self.child = child


class Attempt:
    """One step: what a block may ask of its run, and what is known of it when it has ended."""

    __slots__ = (
        "calls", "child", "cost", "facts", "names", "node", "order", "paused", "ran_child", "resumed", "said", "scope",
        "started", "stdout", "tries", "usage",
    )  # fmt: skip

    def __init__(self, facts: Facts, scope: Scope, node: Node, order: int, started: float) -> None:
        self.facts = facts
        self.scope = scope
        self.node = node
        self.order = order
        self.started = started
        self.names: dict[str, Any] = {}
        self.resumed: Mapping[str, Any] | None = None
        self.paused: BlockPaused | None = None
        self.tries = 1
        self.calls = 0
        self.usage: Usage | None = None
        self.cost: Cost | None = None
        self.stdout = ""
        self.said = ""
        self.child: str | None = None
        self.ran_child = False

    @property
    def run_id(self) -> str:
        """Which run this is."""
        return self.facts.run_id

    @property
    def block_id(self) -> str:
        """Which block of the workflow this is."""
        return self.node.id

    @property
    def block_name(self) -> str:
        """What the block is called on the canvas."""
        return self.node.name

    @property
    def key(self) -> str:
        """The same for every try of this step."""
        return key_of(self.facts.run_id, self.node.id, self.scope.path)

    @property
    def input(self) -> Any:
        """What the run was started with."""
        return self.facts.input

    @property
    def streams(self) -> bool:
        """Whether somebody listens to this block's text as it comes."""
        return self.node.id in self.facts.streams or "*" in self.facts.streams

    def again(self) -> None:
        """Get ready for another try, which asks for the same things under the same keys."""
        self.tries += 1
        self.calls = 0
        self.said = ""

    def site(self, *, counted: bool = False) -> Site:
        """Where this step stands; every further call of one step has a key of its own."""
        key = self.key
        if counted:
            self.calls += 1
            key = key if self.calls == 1 else f"{key}:{self.calls}"
        facts = self.facts
        return Site(
            run_id=facts.run_id,
            block_id=self.node.id,
            block_name=self.node.name,
            key=key,
            workspace_id=facts.workspace_id,
            workflow_id=facts.workflow_id,
            depth=facts.depth,
            secrets=facts.secrets,
            acts_for=facts.acts_for,
            emit=self.emit,
            streams=self.streams,
        )

    async def call(self, tool: str, inputs: Mapping[str, Any], *, credential: str = "") -> Any:
        """Use a tool by its id; the result as plain data."""
        return await self.facts.world.call(self.site(counted=True), tool, inputs, credential)

    async def ask(self, model: str, prompt: Prompt, *, tools: Sequence[ToolChoice] = ()) -> Answer:
        """Ask a model, letting it use tools until it answers."""
        answer = await self.facts.world.ask(self.site(counted=True), model, prompt, tools)
        self.usage = answer.usage if self.usage is None else _sum_usage(self.usage, answer.usage)
        self.cost = answer.cost if self.cost is None else _sum_cost(self.cost, answer.cost)
        return answer

    async def emit(self, delta: Delta) -> None:
        """Send a piece of the output to whoever listens."""
        match delta:
            case Text(text=text):
                self.said += text
                self._tell(text, "text")
            case Thinking(text=text) if text:
                self._tell(text, "thinking")
            case CallStart(name=name):
                self._tell(f"{name}\n", "tool")
            case Reset():
                self.said = ""
                self._tell("", "reset")
            case _:
                pass

    def _tell(self, text: str, kind: Any) -> None:
        if self.streams:
            said = self.facts.secrets.mask(text)
            self.facts.record(TextDelta(block=self.node.id, path=self.scope.path, text=said, kind=kind))

    async def fetch(self, request: Request) -> Reply:
        """Send an HTTP request through the guarded client."""
        return await self.facts.world.fetch(self.site(counted=True), request)

    async def evaluate(self, language: Language, code: str, names: Mapping[str, Any] | None = None) -> Any:
        """The value of one expression."""
        bound = self._bound(code, names)
        if "context" in code and "context" not in bound:
            bound["context"] = self.source_output()
        try:
            return await self.facts.world.evaluate(self.site(), language, code, bound)
        except SimError as error:
            raise self._told(error) from None

    async def execute(
        self, language: Language, code: str, names: Mapping[str, Any] | None = None, *, timeout_s: float | None = None
    ) -> Executed:
        """Run the body of a function in the sandbox, no longer than the run may take."""
        left = self._left()
        if left is not None:
            timeout_s = left if timeout_s is None else min(timeout_s, left)
        bound = self._bound(code, names)
        try:
            done = await self.facts.world.execute(self.site(), language, code, bound, timeout_s)
        except SimError as error:
            self.stdout += str(getattr(error, "stdout", ""))
            raise self._told(error) from None
        self.stdout += done.stdout
        return done

    def _told(self, error: SimError) -> SimError:
        """What failed in the user's code, in the user's words."""
        node = self.node
        pointer = f"/blocks/{node.id}/values" + (f"/{node.code_field}" if node.code_field else "")
        own_words(error, node.texts, block=node.id, field=node.code_field, pointer=pointer)
        return error

    def _left(self) -> float | None:
        if self.facts.ends is None:
            return None
        left = self.facts.ends - time.monotonic()
        if left <= 0:
            raise Expired("The time of the run is up.")
        return left

    def _bound(self, code: str, names: Mapping[str, Any] | None) -> dict[str, Any]:
        bound = {name: value for name, value in self.names.items() if name in code}
        return {**bound, **names} if names else bound

    async def run(self, workflow: str, input: Any, *, deployed: bool = False) -> Any:
        """Run another workflow of the workspace to its end; its output."""
        if self.paused is not None and self.paused.kind == "child":
            self.child = self.paused.child
            return _answered(self.resumed or {})
        if self.facts.depth + 1 >= DEEPEST:
            raise Invalid(f"Maximum workflow call chain depth ({DEEPEST}) exceeded.", code="call_depth")
        self.ran_child = True
        child = await self.facts.world.child(self.site(counted=True), workflow, input, deployed)
        self.child = child.run_id
        if child.pauses:
            raise Asleep(child)
        return child.output

    async def open_file(self, file_id: str, *, most: int) -> StoredFile:
        """A file of the workspace by its id."""
        return await self.facts.world.open_file(self.site(), file_id, most)

    async def recall(self, conversation: str) -> Sequence[Turn]:
        """The turns remembered under a conversation id, oldest first."""
        return await self.facts.world.recall(self.site(), conversation)

    async def remember(self, conversation: str, turns: Sequence[Turn]) -> None:
        """Add turns to a conversation, once for this step."""
        await self.facts.world.remember(self.site(), conversation, turns)

    def source_output(self) -> Any:
        """What the block before this one returned."""
        output = self.scope.outputs[self.node.source] if self.node.source >= 0 else MISSING
        return None if output is MISSING else output

    def targets(self, port: str) -> Sequence[Mapping[str, str]]:
        """The blocks that a port leads to; of all ports but `error` when none is named."""
        nodes, out = self.node.region.nodes, self.node.out
        indexes = out.get(port, ()) if port else [at for name, led in out.items() if name != "error" for at in led]
        return [
            {"block_id": node.id, "block_type": node.type.id, "block_name": node.name}
            for node in (nodes[index] for index in indexes)
        ]


def key_of(run_id: str, block: str, path: Path) -> str:
    """The idempotency key of a step: its run, its block and where in the containers it stands."""
    return f"{run_id}:{block}:{'/'.join(f'{container}.{index}' for container, index in path)}"


def plain(value: Any) -> Any:
    """What a block returned as data: structs as objects, tuples as lists."""
    match value:
        case None | str() | int() | float():
            return value
        case dict():
            inner = cast("dict[str, Any]", value).values()
        case list():
            inner = cast("list[Any]", value)
        case _:
            return msgspec.to_builtins(value, str_keys=True)
    if all(type(item) in _PLAIN for item in inner):
        return cast("Any", value)
    return msgspec.to_builtins(value, str_keys=True)


_PLAIN = frozenset((str, int, float, bool, type(None), dict, list))


def _answered(answer: Mapping[str, Any]) -> Any:
    error = answer.get("error")
    if error is None:
        return answer.get("output")
    if isinstance(error, Mapping):
        said = cast("Mapping[str, Any]", error)
        raise Refused(str(said.get("message", "")), code=str(said.get("code", "child_failed")))
    raise Refused(str(error), code="child_failed")


def _sum_usage(one: Usage, two: Usage) -> Usage:
    return Usage(**{name: getattr(one, name) + getattr(two, name) for name in Usage.__struct_fields__})


def _sum_cost(one: Cost, two: Cost) -> Cost:
    return Cost(**{name: getattr(one, name) + getattr(two, name) for name in Cost.__struct_fields__})
