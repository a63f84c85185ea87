"""A run that this process performs: its task, its journal, and what it came to."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

from msgspec import Struct

from sim_core.errors import Conflict, SimError
from sim_core.flow.events import Event, RunFailed
from sim_core.flow.plan import Plan
from sim_core.flow.run import HAND_OVER, Outcome, run
from sim_core.flow.state import Failure
from sim_core.flow.world import World
from sim_core.jobs.orders import Order
from sim_core.store.journal import Journal

INTERRUPTED = "The server was stopped before the run had ended."
ALL = ("*",)


class Moved(SimError):
    """The run goes on in another process."""

    code: ClassVar[str] = "moved"
    status: ClassVar[int] = 503


class Past(Struct, frozen=True, kw_only=True):
    """What a run that goes on has behind it."""

    events: tuple[Event, ...] = ()
    answers: Mapping[str, Mapping[str, Any]] = {}
    from_block: str | None = None
    """The block that it begins at, when all of this is another run's."""


class Running:
    """A run in this process."""

    __slots__ = (
        "_has_begun", "_lost", "epoch", "first_seq", "is_leaving", "is_replay", "left_s", "order", "run_id", "start",
        "task",
    )  # fmt: skip

    def __init__(
        self, run_id: str, order: Order, *, epoch: int = 1, first_seq: int = 0, left_s: float | None = None
    ) -> None:
        """Prepare it; `perform` has it go on, with all of its time unless only so much is left."""
        self.run_id = run_id
        self.order = order
        self.epoch = epoch
        self.first_seq = first_seq
        """Its last event before it went on."""
        self.left_s = order.timeout_s if left_s is None else max(left_s, 0.0)
        self.start = ""
        """The block that it starts at."""
        self.is_replay = False
        """It was started by an earlier request with the same idempotency key."""
        self.is_leaving = False
        """This process performs it no longer, and somebody else goes on with it."""
        self.task: asyncio.Task[Outcome]
        self._has_begun = False
        self._lost: SimError | None = None

    async def ended(self) -> Outcome:
        """What it came to; whoever stops waiting does not stop the run. Raises `Moved` when another process has it."""
        return await asyncio.shield(self.task)

    def cancel(self) -> None:
        """Stop every block now; the journal says that somebody stopped the run."""
        self._stop()

    def interrupt(self) -> None:
        """Stop without a word of the engine's: the process leaves."""
        self.is_leaving = True
        self._stop(HAND_OVER)

    def _stop(self, words: str | None = None) -> None:
        """Cancel the task; one that has not begun takes its first step before, or nobody would write that it ended."""
        if self._has_begun:
            self.task.cancel(words)
        else:
            asyncio.get_running_loop().call_soon(self.task.cancel, words)

    def fence(self) -> None:
        """Stop at once and write nothing more: another process has taken the run over."""
        if self._lost is None:
            self._lost = Conflict("Another process has taken this run over", code="fenced")
        self.interrupt()

    async def perform(
        self,
        plan: Plan,
        *,
        world: World,
        journal: Journal,
        secrets: Mapping[str, str],
        past: Past,
        report: Callable[[BaseException, str], Any],
    ) -> Outcome:
        """Run to the end; *ended* means that the journal is committed."""
        self._has_begun = True
        try:
            outcome = await self._run(plan, world, journal, secrets, past)
        except asyncio.CancelledError:
            if self._lost is None and self.order.durable:
                await self._committed(journal)
                raise Moved("The run goes on in another process.") from None
            outcome = self._failed(journal, "interrupted", INTERRUPTED)
        except SimError as error:
            outcome = self._failed(journal, error.reason, error.message)
        except Exception as error:
            report(error, self.run_id)
            outcome = self._failed(journal, "fault", "The platform made a mistake; the log of the server says which.")
        await self._committed(journal)
        return outcome

    async def _committed(self, journal: Journal) -> None:
        if self._lost is None:
            try:
                await journal.committed(self.run_id)
            except Conflict as error:
                self._lost = error
        if self._lost is not None and self._lost.reason == "fenced":
            raise Moved("The run goes on in another process.") from self._lost

    async def _run(self, plan: Plan, world: World, journal: Journal, secrets: Mapping[str, str], past: Past) -> Outcome:
        order = self.order
        return await run(
            plan,
            order.input,
            world=world,
            record=lambda event: self._take(journal, (event,)),
            run_id=self.run_id,
            secrets=secrets,
            acts_for=order.acts_for,
            workspace_id=order.workspace_id,
            workflow_id=order.workflow_id,
            depth=order.depth,
            parent=order.parent or order.repeats,
            stream_blocks=ALL,
            deadline_s=self.left_s,
            history=past.events,
            answers=past.answers,
            from_block=past.from_block,
            stop_after=order.stop_after,
            pins=order.takes_pins,
        )

    def _take(self, journal: Journal, events: Iterable[Event]) -> None:
        if self._lost is not None:
            return
        try:
            journal.add(self.run_id, self.epoch, events)
        except SimError as error:
            # nothing more can be kept: another process owns the run now, or the database is gone for good
            self._lost = error
            self.interrupt()

    def _failed(self, journal: Journal, code: str, message: str) -> Outcome:
        if self._lost is not None:
            code, message = self._lost.reason, self._lost.message
        self._take(journal, (RunFailed(code=code, message=message),))
        return Outcome(status="failed", error=Failure(code=code, message=message))
