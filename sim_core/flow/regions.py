"""The shape of a plan and the state of a run: nodes in regions, and scopes, which are regions being run."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from sim_core.document.references import MISSING
from sim_core.document.workflow import Block, Loop, Parallel, Pin
from sim_core.flow.events import Path
from sim_core.flow.secrets import Secrets
from sim_core.spec.blocks import BlockType, Run

WAITING, READY, DONE, DEAD = 0, 1, 2, 3

Get: TypeAlias = Callable[["Scope"], Any]
"""Reads a value from a scope."""
Filled: TypeAlias = tuple[Any, dict[str, Any], dict[str, Any]]
"""A block's inputs as its struct, as they are shown, and the names bound for its code."""


@dataclass(slots=True, eq=False)
class Node:
    """A block of the plan, with everything about it that does not change from run to run."""

    id: str
    name: str
    block: Block
    type: BlockType
    region: "Region"
    index: int
    run: Run | None = None
    fill: "Callable[[Scope], Filled] | None" = None
    inside: "Region | None" = None
    """What a container holds."""
    control: "Control | None" = None
    out: dict[str, tuple[int, ...]] = field(default_factory=dict[str, tuple[int, ...]])
    """Nodes of the same region that each port leads to."""
    final: bool = False
    """Whether its output may be the run's: nothing follows but error ports."""
    tries: int = 1
    wait_s: float = 0.0
    timeout_s: float | None = None
    """Seconds that a try may take."""
    pin: Pin | None = None
    texts: dict[str, str] = field(default_factory=dict[str, str])
    """References in its code as they were typed, by the names that stand for them."""
    code_field: str | None = None
    """The field that holds its code."""
    source: int = -1
    """The node whose edge comes in first."""

    @property
    def handles_errors(self) -> bool:
        """Whether something is connected to its error port."""
        return "error" in self.out


@dataclass(slots=True, eq=False)
class Region:
    """The blocks that lie directly in the workflow or in one container, and how they are wired."""

    kind: Literal["", "loop", "parallel"] = ""
    container: Node | None = None
    up: "Region | None" = None
    depth: int = 0
    nodes: list[Node] = field(default_factory=list[Node])
    waiting: list[int] = field(default_factory=list[int])
    """How many edges come into each node."""
    entries: tuple[int, ...] = ()
    order: tuple[int, ...] = ()
    """The nodes as they would run if none ever waited: the order of results, whatever happens first."""

    def lies_in(self, other: "Region") -> bool:
        """Whether it is that region or somewhere inside it."""
        here: Region | None = self
        while here is not None:
            if here is other:
                return True
            here = here.up
        return False


@dataclass(slots=True, eq=False, kw_only=True)
class Control:
    """What a container repeats over, its references parsed."""

    subflow: Loop | Parallel
    count: Get | None = None
    collection: Get | None = None
    condition: str = ""
    names: "tuple[tuple[str, Get], ...]" = ()
    texts: dict[str, str] = field(default_factory=dict[str, str])
    """References in the condition as they were typed, by the names that stand for them."""


class Shared:
    """What all scopes of a run share."""

    __slots__ = ("secrets", "variables")

    def __init__(self, variables: list[Any], secrets: Secrets) -> None:
        self.variables = variables
        self.secrets = secrets


class Scope:
    """A region being run: the workflow itself, one iteration of a loop, one branch of a parallel."""

    __slots__ = (
        "box", "boxes", "index", "inner", "live", "outputs", "path", "region", "shared", "state", "stopped",
        "unsettled", "up", "waiting",
    )  # fmt: skip

    def __init__(self, region: Region, shared: Shared, up: "Scope | None" = None, box: "Box | None" = None) -> None:
        self.region = region
        self.shared = shared
        self.up = up
        self.box = box
        self.path: Path = ()
        self.index = 0
        self.outputs: list[Any] = [MISSING] * len(region.nodes)
        self.inner: dict[int, Scope] = {}
        """Of each container that has run: its last iteration or its first branch."""
        self.boxes: dict[int, Box] = {}
        """Containers at work."""
        self.stopped = False
        self.rewind()

    def rewind(self) -> None:
        """Make every node wait anew; what an earlier iteration brought stays readable until it is replaced."""
        region = self.region
        self.waiting = region.waiting[:]
        self.live = bytearray(len(region.nodes))
        self.state = bytearray(len(region.nodes))
        self.unsettled = len(region.nodes)

    @property
    def results(self) -> list[Any]:
        """What its blocks brought, those left out that did not run."""
        state, outputs = self.state, self.outputs
        return [outputs[index] for index in self.region.order if state[index] == DONE]

    def enter(self, index: int) -> None:
        """Become that iteration or branch."""
        self.index = index
        if self.box is not None and self.up is not None:
            self.path = (*self.up.path, (self.box.node.id, index))


class Box:
    """A container at work in a scope."""

    __slots__ = (
        "active", "closing", "deciding", "error", "index", "items", "node", "order", "results", "scope", "started",
        "total",
    )  # fmt: skip

    def __init__(self, node: Node, scope: Scope, order: int, started: float) -> None:
        self.node = node
        self.scope = scope
        self.order = order
        self.started = started
        self.items: list[Any] | None = None
        self.total: int | None = None
        """Iterations or branches; `None` while a condition decides."""
        self.index = -1
        """The iteration or branch that was begun last."""
        self.results: list[Any] = []
        self.active: dict[int, Scope] = {}
        """Iterations or branches at work."""
        self.deciding = False
        self.closing = False
        self.error: BaseException | None = None
        """Why it fails, once what is in flight has ended."""
