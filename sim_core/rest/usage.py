"""Who uses what: runs, tokens and cost by workflow, model, person and day."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Literal

from litestar.response.base import ASGIResponse
from msgspec import Struct

from sim_core.accounts.actors import may
from sim_core.errors import Invalid
from sim_core.rest.audit import cell
from sim_core.rest.routes import Call, route
from sim_core.store import usage as stored
from sim_core.store.usage import By, Used

MOST = timedelta(days=400)


class UsageQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which runs, and by what they are told apart."""

    by: By = "workflow"
    since: datetime
    until: datetime | None = None
    """Now, unless said otherwise."""
    format: Literal["json", "csv"] = "json"


class UsageList(Struct, frozen=True, kw_only=True):
    """What runs come to."""

    of: Literal["everybody", "you"]
    """Admins see everybody's runs, others those that they began."""
    since: datetime
    until: datetime
    items: tuple[Used, ...]


@route("GET", "/usage", scope="read", query=UsageQuery, reply=UsageList, produces="text/csv")
async def read_usage(call: Call[None, UsageQuery]) -> UsageList | ASGIResponse:
    """Tell what runs come to by workflow, model, person or day.

    Admins of the workspace are told of everybody's runs, others of those that they began.
    """
    query, everybody = call.query, may(call.who, call.workspace_id, "admin")
    since, until = _aware(query.since), _aware(query.until or datetime.now(UTC))
    if not timedelta(0) < until - since <= MOST:
        raise Invalid(f"`since` lies before `until`, and at most {MOST.days} days.", code="bad_time")
    found = await stored.usage(
        call.services.store,
        call.workspace_id,
        by=query.by,
        since=since,
        until=query.until and until,
        actor=None if everybody else call.user_id,
    )
    if query.format == "csv":
        return _sheet(query.by, found)
    return UsageList(of="everybody" if everybody else "you", since=since, until=until, items=found)


def _sheet(by: str, rows: tuple[Used, ...]) -> ASGIResponse:
    names = Used.__struct_fields__
    page = io.StringIO()
    writer = csv.writer(page)
    writer.writerow(names)
    writer.writerows([cell(getattr(one, name)) for name in names] for one in rows)
    headers = {"content-disposition": f'attachment; filename="usage-by-{by}.csv"'}
    return ASGIResponse(body=page.getvalue().encode(), media_type="text/csv; charset=utf-8", headers=headers)


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


ROUTES = (read_usage,)
