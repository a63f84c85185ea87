"""Wait: for a while, or until a time."""

import asyncio
import math
import time
from collections.abc import Iterable
from typing import Annotated, Any, Literal, get_args

from sim_core.plugin import (
    Advanced,
    BlockType,
    Choice,
    Doc,
    Input,
    Invalid,
    Output,
    Pause,
    Step,
    Title,
    block,
    hookimpl,
)

SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}
HELD_AT_MOST = 5 * 60
ASLEEP_AT_MOST = 30 * 86400
Unit = Literal["seconds", "minutes", "hours", "days"]


class Wait(Input):
    """How long, and how."""

    time_value: Annotated[float | str | None, Doc("How long to wait."), Title("Wait for")] = 10
    time_unit: Annotated[str, Doc("Unit of the time."), Choice(get_args(Unit))] = "seconds"
    sleeps: Annotated[
        bool, Doc("Put the run to sleep meanwhile, for up to 30 days; else it is held, for up to 5 minutes.")
    ] = False
    time_unit_long: Annotated[
        str | None, Doc("Unit of the time while the run sleeps, as imports keep it."), Advanced()
    ] = None


class Waited(Output):
    """How the wait went."""

    wait_duration: Annotated[float, Doc("Milliseconds waited.")]
    status: Annotated[Literal["completed", "waiting", "cancelled"], Doc("How the wait stands.")]


@block(title="Wait", color="#64748b", icon="clock", renames={"async": "sleeps"}, output=Waited)
async def wait(inputs: Wait, step: Step) -> Any:
    """Wait for a while, holding the run or putting it to sleep."""
    seconds = _seconds(inputs)
    duration = round(seconds * 1000, 3)
    if step.resumed is not None:
        return Waited(wait_duration=duration, status="completed")
    if inputs.sleeps:
        waiting = Waited(wait_duration=duration, status="waiting")
        return Pause(kind="time", until=time.time() + seconds, value=waiting)
    await asyncio.sleep(seconds)
    return Waited(wait_duration=duration, status="completed")


def _seconds(inputs: Wait) -> float:
    unit = (inputs.time_unit_long or inputs.time_unit) if inputs.sleeps else inputs.time_unit
    if inputs.sleeps and inputs.time_unit_long is None and unit == "seconds":
        raise Invalid("a sleeping wait is given in minutes, hours or days", code="wait_unit")
    if unit not in SECONDS:
        raise Invalid(f"{unit!r} is no unit of time; it can be {', '.join(SECONDS)}", code="wait_unit")
    seconds = _amount(inputs.time_value) * SECONDS[unit]
    most, words = (ASLEEP_AT_MOST, "30 days") if inputs.sleeps else (HELD_AT_MOST, "5 minutes unless the run sleeps")
    if seconds > most:
        raise Invalid(f"a wait is at most {words}; this one is {seconds:g} seconds", code="wait_too_long")
    return seconds


def _amount(value: float | str | None) -> float:
    try:
        amount = float(10 if value in (None, "") else value)
    except ValueError:
        amount = math.nan
    if not amount > 0:
        raise Invalid("Wait amount must be a positive number", code="wait_amount")
    return amount


@hookimpl
def register_blocks() -> Iterable[BlockType]:
    """Wait."""
    return [wait]
