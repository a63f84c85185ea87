"""Documents as this process last saw them, so that most operations need no reading."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime

from msgspec import Struct

from sim_core.document.workflow import Workflow
from sim_core.store.stamps import Stamps

KEPT = 256
"""Documents kept at most; the longest unused goes first."""


class Stored(Struct, frozen=True, kw_only=True):
    """A workflow as it stands in the database after `seq` operations."""

    id: str
    workspace_id: str
    workflow: Workflow
    seq: int
    folder_id: str | None = None
    created_by: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    archived_at: datetime | None = None


class States:
    """The documents last seen, and whose turn it is to change one: writers of one process do not race each other."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Stored] = OrderedDict()
        self._turns: dict[str, tuple[asyncio.Lock, int]] = {}
        self.stamps: dict[str, Stamps] = {}
        """Of the workflows whose writers have clocks."""

    def get(self, workflow_id: str) -> Stored | None:
        """The document as it was last seen; another process may have changed it since."""
        stored = self._kept.get(workflow_id)
        if stored is not None:
            self._kept.move_to_end(workflow_id)
        return stored

    def keep(self, stored: Stored) -> None:
        """Remember a document, unless a later one is known."""
        known = self._kept.get(stored.id)
        if known is not None and known.seq > stored.seq:
            return
        self._kept[stored.id] = stored
        self._kept.move_to_end(stored.id)
        while len(self._kept) > KEPT:
            gone, _ = self._kept.popitem(last=False)
            self.stamps.pop(gone, None)

    def drop(self, workflow_id: str) -> None:
        """Forget a document."""
        self._kept.pop(workflow_id, None)
        self.stamps.pop(workflow_id, None)

    @asynccontextmanager
    async def turn(self, workflow_id: str) -> AsyncGenerator[None]:
        """Wait until nobody else in this process changes the document."""
        lock, waiting = self._turns.get(workflow_id) or (asyncio.Lock(), 0)
        self._turns[workflow_id] = (lock, waiting + 1)
        try:
            async with lock:
                yield
        finally:
            _, waiting = self._turns[workflow_id]
            if waiting == 1:
                del self._turns[workflow_id]
            else:
                self._turns[workflow_id] = (lock, waiting - 1)
