"""Times of the clock that a cron expression names, as the five fields of crontab mean them."""

import re
from datetime import date

from msgspec import Struct

from sim_core.errors import Invalid

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
SHORT = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
LONGEST = 200
_PART = re.compile(r"(?:(\*)|(\w+)(?:-(\w+))?)(?:/(\d{1,4}))?")


class Span(Struct, frozen=True):
    """What one of the five fields may hold."""

    title: str
    least: int
    most: int
    names: tuple[str, ...] = ()


MINUTE, HOUR, DAY = Span("minute", 0, 59), Span("hour", 0, 23), Span("day of the month", 1, 31)
MONTH, WEEKDAY = Span("month", 1, 12, MONTHS), Span("day of the week", 0, 7, WEEKDAYS)
SPANS = (MINUTE, HOUR, DAY, MONTH, WEEKDAY)


class Cron(Struct, frozen=True, kw_only=True):
    """Which minutes, hours and days an expression names; Sunday is 0."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    by_day: bool = False
    by_weekday: bool = False
    """Whether days of the month, of the week, are narrowed; where both are, either is enough."""
    every_hour: bool = False

    def on(self, day: date) -> bool:
        """Whether there is a time on this day."""
        if day.month not in self.months:
            return False
        by_day, by_weekday = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return by_day or by_weekday if self.by_day and self.by_weekday else by_day and by_weekday


def parse_cron(text: str) -> Cron:
    """Read a cron expression; raises `Invalid`, which names the part that is wrong and what it may be."""
    fields = SHORT.get(text.strip().lower(), text).split()
    if len(text) > LONGEST or len(fields) != len(SPANS):
        raise _bad(
            f"{text[:60]!r} has {len(fields)} parts; it needs five: minute, hour, day of the month, month, weekday."
        )
    minutes, hours, days, months, weekdays = (_values(one, span) for one, span in zip(fields, SPANS, strict=True))
    return Cron(
        minutes=tuple(sorted(minutes)),
        hours=tuple(sorted(hours)),
        days=frozenset(days),
        months=frozenset(months),
        weekdays=frozenset(day % 7 for day in weekdays),
        by_day=not fields[2].startswith("*"),
        by_weekday=not fields[4].startswith("*"),
        every_hour=fields[1].startswith("*"),
    )


def _values(text: str, span: Span) -> set[int]:
    return {value for part in text.split(",") for value in _part(part, span)}


def _part(text: str, span: Span) -> range:
    found = _PART.fullmatch(text)
    if found is None:
        raise _wrong(text, span)
    star, first, last, step = found.groups()
    every = int(step) if step else 1
    if not every:
        raise _bad(f"{text!r} repeats every 0; the {span.title} may be repeated every 1 or more.")
    if star:
        return range(span.least, (6 if span is WEEKDAY else span.most) + 1, every)
    low = _number(first, span, text)
    high = _number(last, span, text) if last else span.most if step else low
    if span is WEEKDAY and not high and low:
        high = 7  # a week may be meant to end on Sunday: fri-sun
    if high < low:
        raise _bad(f"{text!r} ends before it begins; the {span.title} rises from left to right.")
    return range(low, high + 1, every)


def _number(word: str, span: Span, text: str) -> int:
    if word.isascii() and word.isdigit() and len(word) <= 2:
        value = int(word)
    elif word.lower() in span.names:
        value = span.names.index(word.lower()) + (1 if span is MONTH else 0)
    else:
        raise _wrong(text, span)
    if not span.least <= value <= span.most:
        raise _wrong(text, span)
    return value


def _wrong(text: str, span: Span) -> Invalid:
    names = f" or {span.names[0]} to {span.names[-1]}" if span.names else ""
    return _bad(f"{text[:40]!r} is no {span.title}: {span.least} to {span.most}{names}, `*`, `2-5`, `1,3` or `*/2`.")


def _bad(message: str) -> Invalid:
    return Invalid(message, code="bad_cron")
