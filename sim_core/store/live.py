"""Who is watching which run right now, and the words that a step has said so far."""

import asyncio
from collections import deque
from collections.abc import Iterable
from typing import Literal

from sim_core.flow.events import Path, TextDelta
from sim_core.store.entries import Entry, to_json

BACKLOG = 10_000
"""Entries a slow watcher may fall behind; after that it reads the journal again."""
SPOKEN = 1 << 20
"""Characters of a step's live text that are kept for those who come later."""


class Watcher:
    """One reader of a run; it is woken by news."""

    def __init__(self) -> None:
        self._news: deque[Entry] = deque()
        self._wake = asyncio.Event()
        self.must_read = False
        """Whether the journal holds news that were not handed over here."""

    def tell(self, entries: Iterable[Entry]) -> None:
        """Hand over news."""
        self._news.extend(entries)
        if len(self._news) > BACKLOG:
            self._news.clear()
            self.must_read = True
        self._wake.set()

    def send_reading(self) -> None:
        """Say that the journal has news."""
        self.must_read = True
        self._wake.set()

    async def wait(self) -> list[Entry]:
        """The next news; empty when the journal is to be read."""
        await self._wake.wait()
        self._wake.clear()
        news = list(self._news)
        self._news.clear()
        return news


class Speech:
    """The live text of one run's steps."""

    def __init__(self) -> None:
        self._said: dict[tuple[str, Path, Literal["text", "thinking", "tool"]], list[str]] = {}
        self._size = 0

    def add(self, delta: TextDelta) -> None:
        """Take in some words; a reset forgets what the step has said."""
        if delta.kind == "reset":
            self.forget(delta.block, delta.path)
        elif self._size + len(delta.text) <= SPOKEN:
            self._size += len(delta.text)
            self._said.setdefault((delta.block, delta.path, delta.kind), []).append(delta.text)

    def forget(self, block: str, path: Path) -> None:
        """Drop a step's words: it has ended, or starts over."""
        for key in [key for key in self._said if key[0] == block and key[1] == path]:
            self._size -= sum(len(piece) for piece in self._said.pop(key))

    def so_far(self) -> list[Entry]:
        """Everything that was said, one delta for each step."""
        deltas = [
            TextDelta(block=block, path=path, kind=kind, text="".join(pieces))
            for (block, path, kind), pieces in self._said.items()
        ]
        return [Entry(None, delta, to_json(delta)) for delta in deltas]


class Audience:
    """The watchers of all runs of this process."""

    def __init__(self) -> None:
        self._watchers: dict[str, set[Watcher]] = {}

    def join(self, run_id: str) -> Watcher:
        """Begin to watch a run."""
        watcher = Watcher()
        self._watchers.setdefault(run_id, set()).add(watcher)
        return watcher

    def leave(self, run_id: str, watcher: Watcher) -> None:
        """Stop watching."""
        watchers = self._watchers[run_id]
        watchers.discard(watcher)
        if not watchers:
            del self._watchers[run_id]

    def is_watched(self, run_id: str) -> bool:
        """Whether anybody watches a run."""
        return run_id in self._watchers

    def tell(self, run_id: str, entries: Iterable[Entry]) -> None:
        """Hand a run's news to its watchers."""
        if watchers := self._watchers.get(run_id):
            news = tuple(entries)
            for watcher in watchers:
                watcher.tell(news)

    def send_reading(self, run_ids: Iterable[str] | None) -> None:
        """Make the watchers of these runs, or of all, read the journal."""
        for run_id in self._watchers.keys() if run_ids is None else run_ids:
            for watcher in self._watchers.get(run_id, ()):
                watcher.send_reading()
