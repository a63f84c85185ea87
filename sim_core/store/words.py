"""Live words on their way to other processes: told in ticks, only of runs that somebody elsewhere watches.

They are kept nowhere. A process that begins to watch a run says so on one channel; whoever writes the run answers on
the other with the words so far, and from then on with what comes, at most 50 ms late.
"""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress

import msgspec
from msgspec import Struct

from sim_core.errors import SimError
from sim_core.flow.events import Path, TextDelta
from sim_core.store.entries import Entry, to_json
from sim_core.store.pool import Store

WORDS, WATCH = "sim_words", "sim_watch"
TICK_S = 0.04
PIECE = 1500
"""Characters of one delta at most: a notification holds 8,000 bytes, and a character is up to five of them in JSON."""
TELL = "SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS t(payload)"


class Told(Struct, frozen=True, array_like=True):
    """What one notification says."""

    owner: str
    run_id: str
    delta: TextDelta
    number: int
    """Sets apart what is said twice: equal notifications of one transaction are told once."""


_decode = msgspec.json.Decoder(Told).decode


class Words:
    """The words of the runs that this process writes."""

    def __init__(self, store: Store, owner: str) -> None:
        self._store = store
        self._owner = owner
        self._wanted: set[str] = set()
        self._coming: dict[str, list[TextDelta]] = {}
        self._task: asyncio.Task[None] | None = None

    def want(self, run_id: str, so_far: Iterable[Entry]) -> None:
        """Somebody elsewhere watches a run that is written here, and gets what was said so far."""
        self._wanted.add(run_id)
        for entry in so_far:
            if isinstance(entry.event, TextDelta):
                said = entry.event
                self.add(run_id, TextDelta(block=said.block, path=said.path, text="", kind="reset"))
                self.add(run_id, said)

    def add(self, run_id: str, delta: TextDelta) -> None:
        """Words that were said."""
        if run_id not in self._wanted:
            return
        coming = self._coming.setdefault(run_id, [])
        last = coming[-1] if coming else None
        if last and last.kind == delta.kind != "reset" and (last.block, last.path) == (delta.block, delta.path):
            coming[-1] = msgspec.structs.replace(last, text=last.text + delta.text)
        else:
            coming.append(delta)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._tell())

    def forget(self, run_id: str, block: str, path: Path) -> None:
        """A step has ended: its whole text is in the journal, and late words would only repeat it."""
        if coming := self._coming.get(run_id):
            coming[:] = [delta for delta in coming if (delta.block, delta.path) != (block, path)]

    def leave(self, run_id: str) -> None:
        """A run is written here no longer."""
        self._wanted.discard(run_id)
        self._coming.pop(run_id, None)

    async def ask(self, run_id: str) -> None:
        """Have whoever writes a run tell its words."""
        with suppress(SimError):
            await self._store.execute(TELL, WATCH, [run_id])

    def hear(self, payload: str | None, tell: Callable[[str, list[Entry]], None]) -> None:
        """Words from another process."""
        if payload is None:
            return
        told = _decode(payload)
        if told.owner != self._owner:
            tell(told.run_id, [Entry(None, told.delta, to_json(told.delta))])

    async def close(self) -> None:
        """Tell no more."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _tell(self) -> None:
        while self._coming:
            await asyncio.sleep(TICK_S)
            coming, self._coming = self._coming, {}
            pieces = [
                (run_id, piece) for run_id, deltas in coming.items() for delta in deltas for piece in _pieces(delta)
            ]
            payloads = [
                msgspec.json.encode(Told(self._owner, run_id, piece, number)).decode()
                for number, (run_id, piece) in enumerate(pieces)
            ]
            with suppress(SimError):  # words that are lost are still in the step's output
                if payloads:
                    await self._store.execute(TELL, WORDS, payloads)


def _pieces(delta: TextDelta) -> list[TextDelta]:
    if len(delta.text) <= PIECE:
        return [delta]
    parts = (delta.text[at : at + PIECE] for at in range(0, len(delta.text), PIECE))
    return [msgspec.structs.replace(delta, text=part) for part in parts]
