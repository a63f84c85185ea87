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
    idempotency_key: str | None = None
    parent: str | None = None
    depth: int = 0
    durable: bool = False
    """Whether another process goes on with it when this one dies."""
    priority: int = 0
    streams: bool = False
    """Whether somebody listens to the words of blocks as they come."""
