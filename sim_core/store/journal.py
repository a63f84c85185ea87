"""The journal: what happens in runs, committed in groups, read back in order, and followed live.

One committer per process writes whatever queued up while its last commit was in flight. News that nobody waits for may
rest 20 ms, so that a run's steps share a commit. Every write carries the run's epoch and is refused when another
process has taken the run over.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import aclosing, suppress
from datetime import UTC, datetime

from sim_core.errors import Conflict, Fault, Invalid, SimError, TooLarge, Unreachable
from sim_core.flow.events import ENDINGS, Event, RunFailed, RunPaused, TextDelta
from sim_core.store.batches import NewRun, News, write
from sim_core.store.entries import Entry, Totals, decode_event, ending_of, ends_block, to_json
from sim_core.store.listen import Listening
from sim_core.store.live import Audience, Watcher
from sim_core.store.pool import Store
from sim_core.store.sql import journal as sql
from sim_core.store.wire import DatabaseError
from sim_core.store.words import WORDS, Words
from sim_core.store.writing import Writing

REST = 0.02
"""Seconds that news may rest when nobody waits for them."""
FULL = 32 * 1024 * 1024
"""Bytes of unwritten news beyond which `room()` makes writers wait."""
BURST = 256 * 1024 * 1024
"""Bytes of unwritten news beyond which nothing more is taken."""
GROUP = 16 * 1024 * 1024
"""Bytes that one commit carries at most."""
PAGE = 500


class Journal:
    """The journals of all runs: written by this process' committer, read and followed from anywhere."""

    def __init__(self, store: Store, *, owner: str) -> None:
        self.owner = owner
        self._store = store
        self._runs: dict[str, Writing] = {}
        self._queue: dict[str, News] = {}
        self._makes: dict[str, asyncio.Future[bool]] = {}
        self._bytes = 0
        self._work = asyncio.Event()
        self._urgent = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._room = asyncio.Event()
        self._room.set()
        self._audience = Audience()
        self._listening = Listening(store.url)
        self._listens = False
        self._words = Words(store, owner)
        self._tellers: dict[str, str] = {}
        self._asking: asyncio.Future[None] | None = None
        self._committer: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Start the committer."""
        self._committer = asyncio.create_task(self._commit_forever(), name="journal")

    async def close(self, *, within: float = 5.0) -> None:
        """Write what is queued, if the database answers in time, and stop."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self.flush()
        if self._committer is not None:
            self._committer.cancel()
            with suppress(asyncio.CancelledError):
                await self._committer
        await self._words.close()
        await self._listening.close()

    async def create(self, run: NewRun) -> bool:
        """Record a new run and wait for the commit; `False` when its idempotency key has a run already.

        A running one is then written here, with epoch 1.
        """
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._makes[run.id] = future
        self._queue[run.id] = News(run_id=run.id, epoch=1, make=run, lines=[])
        self._hurry()
        is_new = await future
        if is_new and run.status == "running":
            self.join(run.id, 1)
        return is_new

    def join(self, run_id: str, epoch: int, *, seq: int = 0, pauses: Mapping[str, float | None] | None = None) -> None:
        """Write a run from now on: `seq` is its last event, `pauses` those that wait, with the times they end at."""
        self._runs[run_id] = Writing(run_id, epoch, seq, Totals(pauses or {}))

    def writes(self, run_id: str) -> bool:
        """Whether a run is written here, or is about to be."""
        return run_id in self._runs or run_id in self._makes

    def leave(self, run_id: str) -> None:
        """Write a run no longer; what is queued is still written."""
        self._runs.pop(run_id, None)
        self._words.leave(run_id)

    def add(self, run_id: str, epoch: int, events: Iterable[Event]) -> int:
        """Take in events, in order, without waiting; the place of the last one.

        Raises `Conflict` (`fenced`) when the run was taken over, and `TooLarge` when far too much is unwritten.
        """
        writing = self._runs.get(run_id)
        if writing is None or writing.epoch != epoch:
            raise Conflict("This run is not written here", code="fenced")
        if writing.error is not None:
            self.leave(run_id)
            raise writing.error
        if self._bytes > BURST:
            raise TooLarge("The database cannot keep up with what the runs tell", code="journal_full")
        for event in events:
            if isinstance(event, TextDelta):
                self._speak(writing, event)
            else:
                self._take(writing, event)
        return writing.seq

    async def committed(self, run_id: str) -> None:
        """Wait until everything that was added to a run is committed; raises what `add` raises."""
        writing = self._runs.get(run_id)
        if writing is None:
            return
        if writing.error is not None:
            self.leave(run_id)
            raise writing.error
        if writing.committed >= writing.seq:
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        writing.waiters.append((writing.seq, future))
        self._hurry()
        await future

    async def flush(self) -> None:
        """Wait until everything that was added is committed."""
        while self._queue or not self._idle.is_set():
            self._hurry()
            await self._idle.wait()
            await asyncio.sleep(0)

    async def room(self) -> None:
        """Wait while too much is unwritten; call it between steps that produce much."""
        await self._room.wait()

    async def events(self, run_id: str, *, after: int = 0, limit: int = PAGE) -> Sequence[Entry]:
        """A run's committed events after a place, in order."""
        rows = await self._store.rows(sql.EVENTS, run_id, after, limit)
        return [Entry(row["seq"], decode_event(row["event"]), row["event"], row["at"]) for row in rows]

    async def follow(self, run_id: str, *, after: int = 0) -> AsyncGenerator[Entry]:
        """A run's events after a place, then the live ones with the words as they come, until it ends or falls asleep.

        Only committed events have a `seq`; live text begins with what was said so far.
        """
        if not self._listens:
            await self._listening.on("sim_run", self._hear)
            await self._listening.on(WORDS, self._hear_words)
            self._listens = True
        watcher = self._audience.join(run_id)
        try:
            watcher.send_reading()
            writing = self._runs.get(run_id)
            said = writing.speech.so_far() if writing else []
            if writing is None:
                await self._words.ask(run_id)
            with suppress(SimError):
                await self.committed(run_id)  # what was said follows events that may still be on their way
            async with aclosing(self._watch(run_id, watcher, after, said)) as entries:
                async for entry in entries:
                    yield entry
                    if isinstance(entry.event, ENDINGS) and not await self._goes_on(run_id, entry):
                        return
        finally:
            self._audience.leave(run_id, watcher)
            if not self._audience.is_watched(run_id):
                self._tellers.pop(run_id, None)

    def hear_watch(self, run_id: str | None) -> None:
        """Another process begins to watch a run that may be written here."""
        if writing := self._runs.get(run_id or ""):
            self._words.want(writing.run_id, writing.speech.so_far())

    async def _goes_on(self, run_id: str, entry: Entry) -> bool:
        """Whether a run that slept or failed has been taken up again since."""
        if not isinstance(entry.event, RunPaused | RunFailed):
            return False
        return run_id in self._runs or bool(await self._read(run_id, entry.seq or 0))

    async def _watch(self, run_id: str, watcher: Watcher, after: int, said: list[Entry]) -> AsyncGenerator[Entry]:
        while True:
            news = await watcher.wait()
            while watcher.must_read:
                watcher.must_read = False
                while page := await self._read(run_id, after):
                    after = page[-1].seq or after
                    for entry in page:
                        yield entry
            for entry in said:
                yield entry
            said = []
            for entry in news:
                if entry.seq is None:
                    yield entry
                elif entry.seq > after:
                    after = entry.seq
                    yield entry

    async def _read(self, run_id: str, after: int) -> Sequence[Entry]:
        wait = 0.05
        while True:
            try:
                return await self.events(run_id, after=after)
            except Unreachable:
                await asyncio.sleep(wait)
                wait = min(wait * 2, 1.0)

    def _take(self, writing: Writing, event: Event) -> None:
        writing.seq += 1
        writing.totals.note(event)
        entry = Entry(writing.seq, event, to_json(event), datetime.now(UTC))
        news = self._queue.get(writing.run_id)
        if news is None:
            news = self._queue[writing.run_id] = News(run_id=writing.run_id, epoch=writing.epoch, lines=[])
        news.lines.append(entry)
        news.size += len(entry.text)
        self._bytes += len(entry.text)
        if self._bytes > FULL:
            self._room.clear()
        block = ends_block(event)
        if block is not None:
            path = getattr(event, "path", ())
            writing.speech.forget(block, path)
            self._words.forget(writing.run_id, block, path)
        if (ended := ending_of(event)) is not None:
            news.ended, news.at = ended, entry.at
            news.totals, writing.totals = writing.totals, Totals(writing.totals.pauses)
            self._hurry()
        elif self._audience.is_watched(writing.run_id):
            self._hurry()
        self._work.set()

    def _speak(self, writing: Writing, delta: TextDelta) -> None:
        writing.speech.add(delta)
        self._words.add(writing.run_id, delta)
        if not self._audience.is_watched(writing.run_id):
            return
        entry = Entry(None, delta, to_json(delta))
        if news := self._queue.get(writing.run_id):
            news.lines.append(entry)  # behind the events it follows, which are not committed yet
        else:
            self._audience.tell(writing.run_id, [entry])

    def _hurry(self) -> None:
        self._urgent.set()
        self._work.set()

    async def _commit_forever(self) -> None:
        while True:
            await self._work.wait()
            if not self._urgent.is_set():
                with suppress(TimeoutError):
                    async with asyncio.timeout(REST):
                        await self._urgent.wait()
            self._idle.clear()
            try:
                batch = self._next()
                if batch:
                    await self._persist(batch)
            finally:
                self._idle.set()

    def _next(self) -> list[News]:
        batch: list[News] = []
        size = 0
        for run_id in list(self._queue):
            if batch and size > GROUP:
                return batch
            news = self._queue.pop(run_id)
            size += news.size
            batch.append(news)
        self._work.clear()
        self._urgent.clear()
        return batch

    async def _persist(self, batch: list[News]) -> None:
        """Write a group, for as long as it takes; a group with one bad member is split until only that one fails."""
        wait, again = 0.02, False
        while True:
            try:
                taken = await write(self._store, _stored(batch), owner=self.owner, tell=True, again=again)
                break
            except Unreachable:
                again = True
                await asyncio.sleep(wait)
                wait = min(wait * 2, 1.0)
            except (DatabaseError, SimError) as error:
                if len(batch) == 1:
                    fault = Fault(f"The journal of a run could not be written: {error}")
                    self._give_up(batch[0], error if isinstance(error, Invalid) else fault)
                    return
                half = len(batch) // 2
                await self._persist(batch[:half])
                await self._persist(batch[half:])
                return
        for news in batch:
            self._settle(news, news.run_id in taken)

    def _settle(self, news: News, is_taken: bool) -> None:
        self._forget(news)
        if made := self._makes.pop(news.run_id, None) if news.make else None:
            if not made.done():
                made.set_result(is_taken)
            return
        if not is_taken:
            self._give_up(news, Conflict("Another process has taken this run over", code="fenced"), counted=False)
            return
        writing = self._runs.get(news.run_id)
        if writing is not None and writing.epoch == news.epoch:
            writing.settle(next((line.seq for line in reversed(news.lines) if line.seq is not None), 0))
            if news.ended is not None and writing.committed >= writing.seq:
                self.leave(news.run_id)
        self._audience.tell(news.run_id, news.lines)

    def _give_up(self, news: News, error: SimError, *, counted: bool = True) -> None:
        if counted:
            self._forget(news)
        if (made := self._makes.pop(news.run_id, None)) and not made.done():
            made.set_exception(error)
        writing = self._runs.get(news.run_id)
        if writing is not None and writing.epoch == news.epoch:
            writing.fail(error)

    def _forget(self, news: News) -> None:
        self._bytes -= news.size
        if self._bytes <= FULL:
            self._room.set()

    def _hear_words(self, payload: str | None) -> None:
        self._words.hear(payload, self._audience.tell)

    def _hear(self, payload: str | None) -> None:
        if payload is None:
            self._audience.send_reading(None)
            return
        owner, _, ids = payload.partition(" ")
        if owner == self.owner:
            return
        for run_id in ids.split(" "):
            if self._audience.is_watched(run_id) and self._tellers.get(run_id) != owner:
                self._tellers[run_id] = owner  # whoever took the run up does not know who watches
                self._asking = asyncio.ensure_future(self._words.ask(run_id))
        self._audience.send_reading(ids.split(" "))


def _stored(batch: Sequence[News]) -> list[News]:
    """The group without live text."""
    return [
        news
        if all(line.seq is not None for line in news.lines)
        else News(
            run_id=news.run_id,
            epoch=news.epoch,
            make=news.make,
            lines=[line for line in news.lines if line.seq is not None],
            ended=news.ended,
            totals=news.totals,
            at=news.at,
        )
        for news in batch
    ]
