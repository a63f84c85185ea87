"""Runs as the journal tells of them: their history, and what they came to."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from sim_core.errors import Fault
from sim_core.flow.events import (
    ENDINGS,
    BlockPaused,
    BlockResumed,
    Event,
    RunCancelled,
    RunFailed,
    RunFinished,
    RunPaused,
)
from sim_core.flow.run import Outcome
from sim_core.flow.state import Failure
from sim_core.store.entries import Entry
from sim_core.store.journal import Journal
from sim_core.store.runs import Run


async def entries(journal: Journal, run_id: str, *, most: int | None = None) -> list[Entry]:
    """What is journaled of a run, in order: all of it, or so many entries."""
    found: list[Entry] = []
    after = 0
    while page := await journal.events(run_id, after=after):
        after = page[-1].seq or after
        found += page
        if most is not None and len(found) >= most:
            return found[:most]
    return found


async def history(journal: Journal, run_id: str, bases: Sequence[tuple[str, int]] = ()) -> tuple[Event, ...]:
    """Everything that is journaled of the runs that a run builds on, and of the run itself."""
    found: list[Event] = []
    for base, most in bases:
        found += [entry.event for entry in await entries(journal, base, most=most)]
    if run_id:
        found += [entry.event for entry in await entries(journal, run_id)]
    return tuple(found)


def bases_of(run: Run) -> tuple[tuple[str, int], ...]:
    """The runs that a run builds on, as its row tells."""
    facts: Mapping[str, Any] = run.facts or {}
    return tuple((str(id), int(most)) for id, most in facts.get("bases", ()))


def waiting(events: tuple[Event, ...]) -> dict[str, BlockPaused]:
    """The pauses that nobody has answered, by their ids."""
    found: dict[str, BlockPaused] = {}
    for event in events:
        match event:
            case BlockPaused(pause=pause):
                found[pause] = event
            case BlockResumed(pause=pause):
                found.pop(pause, None)
            case _:
                pass
    return found


async def outcome_of(entries: AsyncIterator[Entry]) -> Outcome:
    """What a run comes to, by its events to the end."""
    last: Event | None = None
    async for entry in entries:
        if isinstance(entry.event, ENDINGS):
            last = entry.event
    if last is None:
        raise Fault("The run ended without a word in its journal.")
    return of_event(last)


def of_event(event: Event) -> Outcome:
    """What a run came to, by its last event."""
    match event:
        case RunFinished():
            return Outcome(
                status="finished", output=event.output, http_status=event.status, headers=event.headers, ms=event.ms
            )
        case RunPaused():
            return Outcome(status="paused", output=event.output, pauses=event.pauses)
        case RunCancelled():
            message = "The run was stopped." if event.reason == "cancelled" else "The run took longer than it may."
            failure = Failure(code=event.reason, message=message)
            return Outcome(status="cancelled", output=event.output, error=failure, ms=event.ms)
        case RunFailed():
            failure = Failure(
                code=event.code, message=event.message, block=event.block, block_name=event.block_name, path=event.path
            )
            return Outcome(status="failed", output=event.output, error=failure, ms=event.ms)
        case _:
            raise Fault("A run does not end with this event.")
