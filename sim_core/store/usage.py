"""Who uses what: runs, tokens and cost of a workspace by workflow, model, person and day."""

from datetime import UTC, datetime, timedelta
from typing import Literal, TypeAlias

from msgspec import Struct

from sim_core.store.pool import Store
from sim_core.store.sql.usage import DRAFTED, PART_OF_MODELS, PART_OF_RUNS, SUMMED

By: TypeAlias = Literal["workflow", "model", "person", "day"]
EARLY = timedelta(hours=1)
"""Ids rise with time, so that they bound what is read; clocks of several machines may differ by less than this."""
DAY = timedelta(days=1)
DEAREST = "cost DESC, runs DESC, key"


def _of_runs(key: str, row_key: str) -> str:
    return PART_OF_RUNS.format(key=key, of_model="false", row_key=row_key)


STATEMENTS: dict[By, str] = {
    "workflow": SUMMED.format(
        part=_of_runs("workflow_id", "r.workflow_id"),
        name="coalesce(w.name, '')",
        join="LEFT JOIN workflow w ON w.id = used.key",
        order=DEAREST,
    ),
    "person": SUMMED.format(
        part=_of_runs("actor", "coalesce(r.actor, '')"),
        name="coalesce(u.name, '')",
        join='LEFT JOIN "user" u ON u.id = used.key',
        order=DEAREST,
    ),
    "day": SUMMED.format(
        part=_of_runs("day", "to_char(r.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')"),
        name="used.key",
        join="",
        order="key",
    ),
    "model": SUMMED.format(part=PART_OF_MODELS, name="used.key", join="", order=DEAREST),
}


class Used(Struct, frozen=True, kw_only=True):
    """What one workflow, model, person or day comes to."""

    key: str
    """Id of the workflow or person, the model, or the day; empty where it is not known, or nobody began the runs."""
    name: str
    """What it is called; empty for what is gone."""
    runs: int
    failed: int
    tokens_input: int
    tokens_output: int
    cost: float
    """USD."""


async def usage(
    store: Store, workspace_id: str, *, by: By, since: datetime, until: datetime | None = None, actor: str | None = None
) -> tuple[Used, ...]:
    """What the runs of a workspace come to, the dearest first, days in their order; of one person, or of everybody.

    Whole days in UTC are read from the books, also of runs that retention has forgotten; of the pieces of days at both
    ends only what is still there.
    """
    now = datetime.now(UTC)
    is_open = until is None or until >= now
    until = until or now
    first, last = _midnight(since + DAY - timedelta.resolution), _midnight(until)
    if is_open:  # nothing comes after it, so that its day is whole
        last += DAY
    if first >= last:
        first = last = _midnight(since)
        ends = ((since, until), (since, since))
    else:
        ends = ((since, first), (last, max(last, until)))
    bounds = [bound for end in ends for bound in (_first_id(end[0] - EARLY), _first_id(end[1] + EARLY), *end)]
    days = (first.strftime("%Y-%m-%d"), last.strftime("%Y-%m-%d"))
    rows = await store.rows(STATEMENTS[by], workspace_id, actor, *days, *bounds)
    return tuple(Used(**{name: row[name] for name in FIELDS}) for row in rows)


async def book_draft(
    store: Store, workspace_id: str, *, workflow_id: str, actor: str, model: str, tokens: tuple[int, int], cost: float
) -> None:
    """Put into the books what a person had written for them; of no workflow when it is none of the workspace's."""
    await store.execute(DRAFTED, workspace_id, workflow_id, actor, model, *tokens, cost)


FIELDS = Used.__struct_fields__


def _midnight(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _first_id(moment: datetime) -> str:
    """The least id that can have been made at a moment."""
    digits = f"{max(int(moment.timestamp() * 1000), 0):012x}"
    return f"{digits[:8]}-{digits[8:]}-0000-0000-000000000000"
