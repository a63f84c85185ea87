"""What happened in a run, in order. Logs, live canvas, traces, resume and retry all read this one stream."""

from typing import Any, Literal, TypeAlias

from msgspec import Struct

from sim_core.spec.prompts import Cost, Usage

Path: TypeAlias = tuple[tuple[str, int], ...]
"""Where in the containers a step runs: `(container id, iteration or branch)`, outermost first."""


class RunStarted(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="run.started", tag_field="event"):
    """The run has begun."""

    input: Any = None
    start: str | None = None
    """The block it started at."""
    parent: str | None = None
    """The run whose child it is, or that it repeats."""
    from_block: str | None = None
    """The block it runs from, with what the events before this one brought."""


class BlockStarted(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="block.started", tag_field="event"):
    """A step has begun; `order` counts the run's steps from 1."""

    block: str
    path: Path = ()
    order: int
    inputs: Any = None
    """What its fields held, references resolved, secrets as `{{NAME}}`."""


class BlockFinished(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="block.finished", tag_field="event"):
    """A step has ended well, or a container after its last iteration."""

    block: str
    path: Path = ()
    order: int
    output: Any = None
    port: str | None = "source"
    """The port it left by; `None` ends its branch."""
    ms: float = 0.0
    tries: int = 1
    usage: Usage | None = None
    cost: Cost | None = None
    stdout: str = ""
    child: str | None = None
    """Run id of the child workflow that it ran."""
    pinned: bool = False
    """It did not run: its output is pinned."""
    masked: tuple[str, ...] = ()
    """Secrets whose markers in the output stand for their values when the run goes on."""


class BlockFailed(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="block.failed", tag_field="event"):
    """A step has failed; `handled` when its error port took over."""

    block: str
    path: Path = ()
    order: int
    code: str
    message: str
    handled: bool = False
    output: Any = None
    """What the error port carries: `{"error": message}` and what was there before the failure."""
    field: str | None = None
    line: int | None = None
    """Of the code in that field, counted from 1."""
    ms: float = 0.0
    tries: int = 1
    child: str | None = None
    masked: tuple[str, ...] = ()


class BlockPaused(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="block.paused", tag_field="event"):
    """A step sleeps; `pause` names it for the answer."""

    block: str
    path: Path = ()
    order: int
    pause: str
    kind: Literal["human", "time", "child"]
    """`child` waits for another run: the answer is `{"output": …}` or `{"error": …}` of that run."""
    until: float | None = None
    form: tuple[dict[str, Any], ...] = ()
    output: Any = None
    ms: float = 0.0
    child: str | None = None
    """Run id of the child workflow that it waits for."""
    masked: tuple[str, ...] = ()


class BlockResumed(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="block.resumed", tag_field="event"):
    """A sleeping step was answered."""

    pause: str
    answer: dict[str, Any] = {}


class VariablesSet(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="variables.set", tag_field="event"):
    """Variables have new values."""

    block: str
    path: Path = ()
    values: dict[str, Any]
    masked: tuple[str, ...] = ()


class BlockAttempted(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="block.attempted", tag_field="event"):
    """A step is about to ask a service for something that must not happen twice; written before the call leaves."""

    block: str
    key: str
    """The idempotency key that the call carries; it names the run, the block, the path and the call."""
    what: str
    """The tool, or the method and address."""


class TextDelta(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="block.delta", tag_field="event"):
    """Words of a step's output as they come; never journaled."""

    block: str
    path: Path = ()
    text: str
    kind: Literal["text", "thinking", "tool", "reset"] = "text"
    """`tool` names tools that a model asks for, each on a line of its own."""


class RunPaused(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="run.paused", tag_field="event"):
    """Nothing more can run until a pause is answered."""

    pauses: tuple[str, ...]
    output: Any = None


class RunFinished(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="run.finished", tag_field="event"):
    """The run has ended well."""

    output: Any = None
    ms: float = 0.0
    status: int = 200
    """HTTP status that a response block chose."""
    headers: dict[str, str] = {}


class RunFailed(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="run.failed", tag_field="event"):
    """The run has failed; the first failure nobody handled says why."""

    code: str
    message: str
    block: str | None = None
    block_name: str | None = None
    path: Path = ()
    output: Any = None
    ms: float = 0.0


class RunCancelled(Struct, frozen=True, kw_only=True, omit_defaults=True, tag="run.cancelled", tag_field="event"):
    """Somebody stopped the run, or its time was up."""

    reason: Literal["cancelled", "timeout"] = "cancelled"
    output: Any = None
    ms: float = 0.0


Event: TypeAlias = (
    RunStarted
    | BlockStarted
    | BlockFinished
    | BlockFailed
    | BlockPaused
    | BlockResumed
    | VariablesSet
    | BlockAttempted
    | TextDelta
    | RunPaused
    | RunFinished
    | RunFailed
    | RunCancelled
)
ENDINGS = (RunPaused, RunFinished, RunFailed, RunCancelled)
