"""The workflow document: blocks, edges, subflows and variables, as the canvas saves them."""

from typing import Any, Literal, TypeAlias

from msgspec import Struct

SCHEMA_VERSION = 1

VariableType: TypeAlias = Literal["string", "number", "boolean", "object", "array", "plain"]


class Position(Struct, frozen=True):
    """Where a block lies, in canvas pixels; inside a container relative to it."""

    x: float = 0
    y: float = 0


class Retry(Struct, frozen=True):
    """How often a block is tried (2 to 5) and how long it waits between tries (0 to 5,000 ms)."""

    tries: int = 3
    wait_ms: int = 1000


class Pin(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An output that stands in for a block while its workflow is being built."""

    output: Any = None
    port: str | None = "source"
    """The port it leaves by."""


class Block(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A placed step."""

    id: str
    type: str
    """Id of a block type, with `@major` when it is not the first."""
    name: str
    position: Position = Position()
    values: dict[str, Any] = {}
    """What its form holds, references and all, by field name."""
    enabled: bool = True
    locked: bool = False
    advanced: bool = False
    trigger: bool = False
    """An integration block that starts the workflow."""
    error_port: bool = False
    """Whether the canvas shows the error handle; an edge from it is what makes it work."""
    retry: Retry | None = None
    timeout_s: float | None = None
    """Seconds that each of its tries may take; past them it fails as `block_timeout`."""
    pinned: Pin | None = None
    """What runs of the draft take as its output instead of running it; deployed versions never do."""
    parent: str | None = None
    """Id of the container it lies in."""
    size: tuple[float, float] | None = None
    modes: dict[str, str] = {}
    """Which of two paired fields is shown, by the pair's name: `basic` or `advanced`."""
    extra: dict[str, Any] = {}
    """What an import brought that has no place here; it goes out again with an export."""


class Edge(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A connection; handles have the names that the reference product uses."""

    id: str
    source: str
    target: str
    source_handle: str = "source"
    target_handle: str = "target"


class Loop(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="loop", tag_field="kind"):
    """What a loop container repeats over."""

    id: str
    loop_type: Literal["for", "for_each", "while", "do_while"] = "for"
    iterations: int | str | None = None
    """A number, or a reference to one."""
    collection: Any = None
    condition: str = ""
    language: Literal["python", "javascript"] = "python"


class Parallel(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="parallel", tag_field="kind"):
    """What a parallel container spreads over; `batch_size` (1 to 20) branches are in flight at once."""

    id: str
    parallel_type: Literal["count", "collection"] = "count"
    count: int | str | None = None
    collection: Any = None
    batch_size: int = 20


Subflow: TypeAlias = Loop | Parallel


class Variable(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A value of the workflow that blocks can read and set."""

    id: str
    name: str
    type: VariableType = "plain"
    value: Any = None


class Workflow(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A whole document, keyed by id; a container's subflow has the id of its block."""

    name: str = ""
    description: str = ""
    blocks: dict[str, Block] = {}
    edges: dict[str, Edge] = {}
    subflows: dict[str, Subflow] = {}
    variables: dict[str, Variable] = {}
