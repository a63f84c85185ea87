"""Schedules: when what a form says would happen next."""

from datetime import UTC, datetime
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import replace

from sim_core.errors import Invalid
from sim_core.rest.routes import Call, Nothing, route
from sim_core.spec.schedule import Schedule


class UpcomingWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of which schedule the next times are wanted."""

    schedule: Schedule
    after: datetime | None = None
    """Now, unless said otherwise."""
    count: Annotated[int, Meta(ge=1, le=50)] = 5


class Upcoming(Struct, frozen=True, kw_only=True):
    """The next times of a schedule."""

    items: tuple[datetime, ...]
    timezone: str
    """Whose clock the schedule means."""


@route("POST", "/schedules/upcoming", scope=("read", "run"), body=UpcomingWanted, reply=Upcoming)
async def list_upcoming(call: Call[UpcomingWanted, Nothing]) -> Upcoming:
    """Tell the next times of a schedule, by the rule that it would be run by."""
    wanted = call.body
    after = wanted.after or datetime.now(UTC)
    after = after if after.tzinfo is not None else after.replace(tzinfo=UTC)
    try:
        times = wanted.schedule.upcoming(after, wanted.count)
    except Invalid as error:
        places = [replace(one, pointer=f"/schedule{one.pointer}") for one in error.problems]
        raise Invalid(error.message, code=error.reason, problems=places) from None
    return Upcoming(items=times, timezone=wanted.schedule.timezone)


ROUTES = (list_upcoming,)
