"""When something happens again and again: what a schedule field holds, and the one rule that says its times."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import islice
from typing import Annotated, Literal, TypeAlias
from zoneinfo import ZoneInfo, available_timezones

from sim_core.errors import Invalid, Problem
from sim_core.spec.cron import WEEKDAYS, Cron, parse_cron
from sim_core.spec.fields import Doc, Input

Weekday: TypeAlias = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Repeat: TypeAlias = Literal["minutes", "hours", "daily", "weekly", "monthly", "cron"]

FARTHEST = timedelta(days=366 * 9)
"""A leap day may be eight years away."""
LAST_YEAR = 9999
MINUTE = timedelta(minutes=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Schedule(Input):
    """When something happens again and again.

    Clocks that are set forward skip an hour: what falls into it happens at the end of the gap. Clocks that are set
    back repeat an hour: what names its hour happens once, what happens in every hour happens in both.
    """

    repeat: Annotated[Repeat, Doc("By what it is counted.")] = "daily"
    every: Annotated[int, Doc("How many minutes or hours lie between two times.", ge=1, le=1440)] = 15
    minute: Annotated[int, Doc("Minute of the hour, where it is counted in hours.", ge=0, le=59)] = 0
    at: Annotated[str, Doc("Time of the day, as `09:30`.")] = "09:00"
    days: Annotated[tuple[Weekday, ...], Doc("Days of the week.")] = ("mon",)
    day: Annotated[int, Doc("Day of the month; a month that lacks it has its last day.", ge=1, le=31)] = 1
    cron: Annotated[str, Doc("Minute, hour, day of the month, month and weekday.")] = ""
    timezone: Annotated[str, Doc("Whose clock is meant, as `Europe/Berlin`.")] = "UTC"

    def upcoming(self, after: datetime, count: int = 5) -> tuple[datetime, ...]:
        """The next times after a moment, in UTC; raises `Invalid` for a schedule that says none."""
        check(self)
        after = after.astimezone(UTC)
        times = self._even(after) if self.repeat == "minutes" else self._by_the_clock(after)
        return tuple(islice(times, count))

    def _even(self, after: datetime) -> Iterator[datetime]:
        """Evenly spaced whatever the clock does, counted from the beginning of 1970."""
        gap = self.every * MINUTE
        at = EPOCH + ((after - EPOCH) // gap + 1) * gap
        while True:
            yield at
            at += gap

    def _by_the_clock(self, after: datetime) -> Iterator[datetime]:
        zone, cron = ZoneInfo(self.timezone), _cron(self)
        day, last = after.astimezone(zone).date() - timedelta(days=1), after
        while day.year < LAST_YEAR and day < last.date() + FARTHEST:
            if _lasts(day, self.day) if self.repeat == "monthly" else cron.on(day):
                for at in _moments(cron, day, zone):
                    if at > last:
                        last = at
                        yield at
            day += timedelta(days=1)


def check(schedule: Schedule) -> None:
    """Raise `Invalid` for a schedule that says no time, naming the part that is wrong."""
    if schedule.timezone not in zones():
        raise _bad("timezone", f"There is no time zone {schedule.timezone[:60]!r}; one is `UTC` or `Europe/Berlin`.")
    match schedule.repeat:
        case "hours" if schedule.every > 24:
            raise _bad("every", "A day has 24 hours: count from 1 to 24.")
        case "daily" | "weekly" | "monthly":
            _clock(schedule.at)
            if schedule.repeat == "weekly" and not schedule.days:
                raise _bad("days", "Choose at least one day of the week.")
        case "cron":
            try:
                cron = parse_cron(schedule.cron)
            except Invalid as error:
                raise _bad("cron", error.message, "bad_cron") from None
            if not _ever(cron):
                raise _bad("cron", f"{schedule.cron!r} names a day that no year has.", "bad_cron")
        case _:
            pass


@cache
def zones() -> frozenset[str]:
    """The time zones that there are."""
    return frozenset(available_timezones()) - {"localtime"}


def _cron(schedule: Schedule) -> Cron:
    if schedule.repeat == "cron":
        return parse_cron(schedule.cron)
    if schedule.repeat == "hours":
        return parse_cron(f"{schedule.minute} */{schedule.every} * * *")
    at = _clock(schedule.at)
    days = ",".join(str(WEEKDAYS.index(day)) for day in schedule.days) if schedule.repeat == "weekly" else "*"
    return parse_cron(f"{at.minute} {at.hour} * * {days}")


def _clock(text: str) -> time:
    hour, _, minute = text.partition(":")
    if not (hour.isdigit() and minute.isdigit() and len(hour) <= 2 and len(minute) == 2):
        raise _bad("at", f"{text[:20]!r} is no time of the day; one is `09:30`.")
    try:
        return time(int(hour), int(minute))
    except ValueError:
        raise _bad("at", f"{text[:20]!r} is no time of the day: it lies between `00:00` and `23:59`.") from None


def _lasts(day: date, wanted: int) -> bool:
    return day.day == min(wanted, monthrange(day.year, day.month)[1])


def _ever(cron: Cron) -> bool:
    """Whether any year has such a day; a weekday comes in every month."""
    longest = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}
    by_weekday = cron.by_day and cron.by_weekday
    return by_weekday or any(min(cron.days) <= longest.get(month, 31) for month in cron.months)


def _moments(cron: Cron, day: date, zone: ZoneInfo) -> list[datetime]:
    """The times of a day, in UTC, in their order."""
    found: set[datetime] = set()
    for hour in cron.hours:
        for minute in cron.minutes:
            at = datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)
            once, again = at.astimezone(UTC), at.replace(fold=1).astimezone(UTC)
            # the second is later where the clock shows an hour twice, and earlier where it leaves one out
            found |= {once, again} if cron.every_hour and again > once else {once}
    return sorted(found)


def _bad(field: str, message: str, code: str = "bad_schedule") -> Invalid:
    return Invalid(message, code=code, problems=[Problem(code=code, message=message, field=field, pointer=f"/{field}")])
