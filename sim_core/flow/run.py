"""Running a plan from its start, from a pause, or from one of its blocks, to its end."""

import asyncio
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from time import perf_counter
from typing import Any, Literal

from msgspec import Struct

from sim_core.document.references import normalise
from sim_core.errors import Invalid
from sim_core.flow.engine import Engine
from sim_core.flow.events import Event, RunCancelled, RunFailed, RunFinished, RunPaused, RunStarted
from sim_core.flow.plan import Plan
from sim_core.flow.replay import Replay, rewind
from sim_core.flow.secrets import Secrets
from sim_core.flow.state import Failure, since
from sim_core.flow.step import Facts
from sim_core.flow.variables import assigned
from sim_core.flow.world import World

HAND_OVER = "hand over"
"""Cancel the task that runs a run with this word, and it ends without a word in its journal: somebody else goes on."""


class Outcome(Struct, frozen=True, kw_only=True):
    """What a run came to."""

    status: Literal["finished", "failed", "paused", "cancelled"]
    output: Any = None
    error: Failure | None = None
    http_status: int = 200
    headers: Mapping[str, str] = {}
    pauses: tuple[str, ...] = ()
    """What it waits for; a run that failed keeps them."""
    ms: float = 0.0


async def run(
    plan: Plan,
    input: Any = None,
    *,
    world: World,
    record: Callable[[Event], None],
    run_id: str,
    secrets: Mapping[str, str] | None = None,
    variables: Mapping[str, Any] | None = None,
    acts_for: str = "",
    workspace_id: str = "",
    workflow_id: str = "",
    depth: int = 0,
    parent: str | None = None,
    stream_blocks: Collection[str] = (),
    deadline_s: float | None = None,
    history: Iterable[Event] = (),
    answers: Mapping[str, Mapping[str, Any]] | None = None,
    from_block: str | None = None,
    stop_after: str | None = None,
    pins: bool = False,
) -> Outcome:
    """Run a plan; what happens is handed to `record` as it happens.

    With a `history`, the run goes on where its events end: what they tell of is not run again, `answers` wake the steps
    that sleep, by the ids of their pauses. With `from_block`, the history is another run's, of which only what does not
    depend on that block is kept; to go on later, it takes both, and no block. `pins` has pinned outputs stand in for
    blocks. Cancelling the task that awaits it stops every block and gives an outcome too.
    """
    facts = Facts(
        world=world, record=record, run_id=run_id, workspace_id=workspace_id, workflow_id=workflow_id, depth=depth,
        input=input, secrets=Secrets(secrets or {}), acts_for=acts_for, pins=pins, streams=frozenset(stream_blocks),
        ends=None if deadline_s is None else time.monotonic() + deadline_s,
    )  # fmt: skip
    engine = Engine(plan, facts, initial_variables(plan, variables), stop_after=stop_after)
    try:
        _prepare(engine, tuple(history), from_block, parent, answers or {})
        return await _drive(engine, deadline_s)
    finally:
        await _leave(engine)


async def _leave(engine: Engine) -> None:
    engine.quiet = True  # a block that would not leave in time has nothing more to tell
    await engine.cancel()
    await engine.carriers.close()


def initial_variables(plan: Plan, given: Mapping[str, Any] | None) -> list[Any]:
    """The variables as a run finds them, with some set by name or id."""
    values = plan.initial
    declared = list(plan.workflow.variables.values())
    for name, value in (given or {}).items():
        slot = plan.variables.get(name, plan.variables.get(normalise(name)))
        if slot is not None:
            values[slot] = assigned(declared[slot], value)
    return values


def _prepare(
    engine: Engine,
    past: Sequence[Event],
    from_block: str | None,
    parent: str | None,
    answers: Mapping[str, Mapping[str, Any]],
) -> None:
    if from_block is not None and not past:
        raise Invalid("A run from a block needs the history of an earlier run.", code="no_history")
    starts = [event for event in past if isinstance(event, RunStarted)]
    begins = from_block is not None or not starts
    engine.begin(starts[0].start if starts else None)
    replay = Replay(engine, past)
    if begins:
        start = engine.plan.start.id
        if from_block is not None:
            rewind(engine, from_block)
            replay.answered.clear()
            start = from_block
        given = engine.secrets.mask(engine.facts.input)
        engine.record(RunStarted(input=given, start=start, parent=parent, from_block=from_block))
    replay.go_on()
    for pause, answer in answers.items():
        engine.resume(pause, answer)


async def _drive(engine: Engine, deadline_s: float | None) -> Outcome:
    started = perf_counter()
    timer = None
    if deadline_s is not None:
        timer = asyncio.get_running_loop().call_later(max(deadline_s, 0), engine.expire)
    try:
        await engine.work()
    except asyncio.CancelledError as stop:
        engine.quiet = HAND_OVER in stop.args
        await engine.cancel()
        if engine.quiet:
            raise
        task = asyncio.current_task()
        if task is not None:
            task.uncancel()
        return _cancelled(engine, "cancelled", started)
    finally:
        if timer is not None:
            timer.cancel()
    if engine.expired:
        await engine.cancel()
    if engine.expired and engine.answer is None:
        return _cancelled(engine, "timeout", started)
    return _conclude(engine, started)


def _cancelled(engine: Engine, reason: Literal["cancelled", "timeout"], started: float) -> Outcome:
    ms, output = since(started), engine.result
    engine.record(RunCancelled(reason=reason, output=engine.secrets.mask(output), ms=ms))
    message = "The run took longer than it may." if reason == "timeout" else "The run was stopped."
    return Outcome(status="cancelled", output=output, error=Failure(code=reason, message=message), ms=ms)


def _conclude(engine: Engine, started: float) -> Outcome:
    ms, output, pauses = since(started), engine.result, tuple(engine.asleep)
    if engine.answer is not None:
        status, headers = engine.answer.status, dict(engine.answer.headers)
        engine.record(RunFinished(output=engine.secrets.mask(output), ms=ms, status=status, headers=headers))
        return Outcome(status="finished", output=output, http_status=status, headers=headers, ms=ms)
    failure = engine.failure
    if failure is None and not pauses and not engine.stopping and engine.pending():
        failure = Failure(code="stuck", message=f"The run cannot go on: {engine.waits()}.")
    if failure is not None:
        engine.record(
            RunFailed(
                code=failure.code,
                message=failure.message,
                block=failure.block,
                block_name=failure.block_name,
                path=failure.path,
                output=engine.secrets.mask(output),
                ms=ms,
            )
        )
        return Outcome(status="failed", output=output, error=failure, pauses=pauses, ms=ms)
    if pauses and not engine.stopping:
        shown = engine.paused_output
        engine.record(RunPaused(pauses=pauses, output=shown))
        return Outcome(status="paused", output=shown, pauses=pauses, ms=ms)
    engine.record(RunFinished(output=engine.secrets.mask(output), ms=ms))
    return Outcome(status="finished", output=output, ms=ms)
