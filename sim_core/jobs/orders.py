"""What is asked of the runs: which workflow, with what, on whose behalf."""

from typing import Any

from msgspec import Struct

from sim_core.document.workflow import Workflow


class Order(Struct, frozen=True, kw_only=True):
    """A run that somebody wants."""

    workspace_id: str
    workflow_id: str
    workflow: Workflow
    seq: int
    """Sequence number of the document's last operation."""
    version: int | None = None
    """Number of the deployed version; `None` is the draft."""
    input: Any = None
    start: str | None = None
    stop_after: str | None = None
    timeout_s: float | None = None
    trigger: str = "api"
    actor: str = ""
    personal: str = ""
    """Whose own secrets the run has beside the workspace's; empty for a key that speaks for a workspace."""
    acts_for: str = ""
    """Whose credentials its tools may use, beside those of the workspace."""
    idempotency_key: str | None = None
    parent: str | None = None
    depth: int = 0
    durable: bool = False
    """Whether another process goes on with it when this one dies."""
    priority: int = 0
    from_block: str | None = None
    """The block to run from, with what the runs it builds on brought."""
    bases: tuple[tuple[str, int], ...] = ()
    """The runs that it builds on, the first one first, each with how many of its events count."""
    repeats: str | None = None
    """The run that it repeats, whole or in part."""
    edited: str = ""
    """Digest of the document, when it is not that of the sequence number."""

    @property
    def document_key(self) -> str:
        """What names the document among all that are run."""
        return self.edited or f"{self.workflow_id}:{self.seq}:{self.version}"

    @property
    def takes_pins(self) -> bool:
        """Whether pinned outputs stand in for their blocks: in runs of a draft that nobody depends on."""
        return self.version is None and self.parent is None

    streams: bool = False
    """Whether somebody listens to the words of blocks as they come."""
