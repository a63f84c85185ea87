"""Conversations of agents, kept in the database."""

from collections.abc import Sequence

from sim_core.spec.prompts import Turn
from sim_core.store import memory
from sim_core.store.patience import patiently
from sim_core.store.pool import Store


class StoredMemory:
    """Memory of all workspaces."""

    def __init__(self, store: Store) -> None:
        """Keep it in this store."""
        self._store = store

    async def recall(self, workspace_id: str, conversation: str) -> Sequence[Turn]:
        """Turns of a conversation, oldest first."""
        return await patiently(lambda: memory.recall(self._store, workspace_id, conversation))

    async def remember(self, workspace_id: str, conversation: str, turns: Sequence[Turn], key: str) -> None:
        """Add turns, once for a key."""
        await patiently(lambda: memory.remember(self._store, workspace_id, conversation, turns, key=key))
