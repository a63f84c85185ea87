"""When a schedule happens: by the clock of its zone, whatever that clock does, and in words where it says no time."""

from datetime import UTC, datetime
from typing import Any

import pytest

from sim_core.errors import Invalid
from sim_core.plugin import Schedule


def times(after: str, count: int = 3, **schedule: Any) -> list[str]:
    start = datetime.fromisoformat(after).replace(tzinfo=UTC)
    return [at.strftime("%Y-%m-%d %H:%M") for at in Schedule(**schedule).upcoming(start, count)]


@pytest.mark.parametrize(
    ("after", "schedule", "wanted"),
    [
        ("2026-03-01T10:07", {"repeat": "minutes", "every": 15}, ["2026-03-01 10:15", "2026-03-01 10:30"]),
        ("2026-03-01T10:15", {"repeat": "minutes", "every": 15}, ["2026-03-01 10:30", "2026-03-01 10:45"]),
        ("2026-03-01T10:00", {"repeat": "hours", "every": 6, "minute": 5}, ["2026-03-01 12:05", "2026-03-01 18:05"]),
        ("2026-03-01T10:00", {"at": "9:30", "timezone": "Asia/Kolkata"}, ["2026-03-02 04:00", "2026-03-03 04:00"]),
        ("2026-03-01T10:00", {"repeat": "weekly", "days": ("fri", "mon")}, ["2026-03-02 09:00", "2026-03-06 09:00"]),
        ("2026-01-31T12:00", {"repeat": "monthly", "day": 31}, ["2026-02-28 09:00", "2026-03-31 09:00"]),
        ("2026-03-01T10:00", {"repeat": "cron", "cron": "*/40 8-9 1,15 * *"}, ["2026-03-15 08:00", "2026-03-15 08:40"]),
        ("2026-03-01T10:00", {"repeat": "cron", "cron": "0 0 13 * fri"}, ["2026-03-06 00:00", "2026-03-13 00:00"]),
        ("2026-03-01T10:00", {"repeat": "cron", "cron": "0 12 * * 7"}, ["2026-03-01 12:00", "2026-03-08 12:00"]),
        ("2026-03-05T10:00", {"repeat": "cron", "cron": "0 6 * JAN Sat-sun"}, ["2027-01-02 06:00", "2027-01-03 06:00"]),
        ("2026-03-01T10:00", {"repeat": "cron", "cron": "@monthly"}, ["2026-04-01 00:00", "2026-05-01 00:00"]),
        ("2026-03-01T10:00", {"repeat": "cron", "cron": "0 0 29 2 *"}, ["2028-02-29 00:00", "2032-02-29 00:00"]),
    ],
)
def test_the_next_times_are_those_that_a_person_means(after: str, schedule: dict[str, Any], wanted: list[str]) -> None:
    assert times(after, 2, **schedule) == wanted


def test_an_hour_that_clocks_leave_out_happens_at_its_end_and_only_once() -> None:
    berlin: dict[str, Any] = {"at": "02:30", "timezone": "Europe/Berlin"}  # 29 March 2026: 02:00 is 03:00
    assert times("2026-03-28T00:00", **berlin) == ["2026-03-28 01:30", "2026-03-29 01:30", "2026-03-30 00:30"]
    hourly: dict[str, Any] = {"repeat": "hours", "every": 1, "timezone": "Europe/Berlin"}
    assert times("2026-03-28T23:30", **hourly) == ["2026-03-29 00:00", "2026-03-29 01:00", "2026-03-29 02:00"]


def test_an_hour_that_clocks_show_twice_counts_once_unless_every_hour_counts() -> None:
    daily: dict[str, Any] = {"at": "01:30", "timezone": "America/New_York"}  # 1 November 2026: 02:00 is 01:00 again
    assert times("2026-11-01T00:00", 2, **daily) == ["2026-11-01 05:30", "2026-11-02 06:30"]
    hourly: dict[str, Any] = {"repeat": "hours", "every": 1, "minute": 30, "timezone": "America/New_York"}
    assert times("2026-11-01T05:00", **hourly) == ["2026-11-01 05:30", "2026-11-01 06:30", "2026-11-01 07:30"]


@pytest.mark.parametrize(
    ("schedule", "field", "words"),
    [
        ({"timezone": "Berlin"}, "timezone", "no time zone 'Berlin'"),
        ({"at": "25:00"}, "at", "between `00:00` and `23:59`"),
        ({"at": "noon"}, "at", "one is `09:30`"),
        ({"repeat": "weekly", "days": ()}, "days", "at least one day"),
        ({"repeat": "hours", "every": 25}, "every", "1 to 24"),
        ({"repeat": "cron", "cron": "0 9 * *"}, "cron", "has 4 parts; it needs five"),
        ({"repeat": "cron", "cron": "60 * * * *"}, "cron", "'60' is no minute: 0 to 59"),
        ({"repeat": "cron", "cron": "0 9 * * funday"}, "cron", "sun to sat"),
        ({"repeat": "cron", "cron": "*/0 * * * *"}, "cron", "every 1 or more"),
        ({"repeat": "cron", "cron": "0 9-5 * * *"}, "cron", "ends before it begins"),
        ({"repeat": "cron", "cron": "0 0 30 2 *"}, "cron", "names a day that no year has"),
        ({"repeat": "cron", "cron": ""}, "cron", "has 0 parts"),
    ],
)
def test_a_schedule_that_says_no_time_names_the_part_that_is_wrong(
    schedule: dict[str, Any], field: str, words: str
) -> None:
    with pytest.raises(Invalid, match=words) as refused:
        Schedule(**schedule).upcoming(datetime(2026, 1, 1, tzinfo=UTC))
    assert [one.field for one in refused.value.problems] == [field]
