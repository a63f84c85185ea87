"""The audit log: read page by page, or exported whole as CSV or JSON lines."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from litestar.response.base import ASGIResponse
from litestar.response.streaming import ASGIStreamingResponse
from msgspec import Meta, Struct

from sim_core.accounts import audit
from sim_core.accounts.audit import Act, Acts
from sim_core.rest.routes import Call, route

Text = Annotated[str, Meta(max_length=128, pattern=r"^[^\x00]*$")]
UNSAFE = ("=", "+", "-", "@", "\t", "\r")


class ActPage(Struct, frozen=True, kw_only=True):
    """Part of the audit log, the newest first."""

    items: tuple[Act, ...]
    next_cursor: str | None


class ActQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which acts."""

    cursor: Text = ""
    limit: Annotated[int, Meta(ge=1, le=200)] = 50
    action: Text = ""
    """An act, or how it begins: `member.`."""
    actor_id: Text = ""
    since: Annotated[datetime, Meta(tz=True)] | None = None
    until: Annotated[datetime, Meta(tz=True)] | None = None


class ExportQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which acts, and how they are written."""

    format: Literal["csv", "jsonl"] = "csv"
    action: Text = ""
    actor_id: Text = ""
    since: Annotated[datetime, Meta(tz=True)] | None = None
    until: Annotated[datetime, Meta(tz=True)] | None = None


@route("GET", "/workspaces/{workspace_id}/audit", scope="admin", query=ActQuery, reply=ActPage)
async def list_workspace_acts(call: Call[None, ActQuery]) -> ActPage:
    """List what was done in a workspace."""
    return await page_of(call, wanted_of(call.query, workspace_id=call.workspace_id))


@route(
    "GET",
    "/organizations/{organization_id}/audit",
    scope="admin",
    on="organization",
    role="admin",
    query=ActQuery,
    reply=ActPage,
)
async def list_organization_acts(call: Call[None, ActQuery]) -> ActPage:
    """List what was done in an organization and its workspaces."""
    return await page_of(call, wanted_of(call.query, organization_id=call.id("organization_id")))


@route(
    "GET",
    "/organizations/{organization_id}/audit/export",
    scope="admin",
    on="organization",
    role="admin",
    query=ExportQuery,
    produces="text/csv, application/jsonl",
)
async def export_acts(call: Call[None, ExportQuery]) -> ASGIResponse | ASGIStreamingResponse:
    """Export what was done in an organization, as CSV or JSON lines."""
    id = call.id("organization_id")
    await audit.record(call.services.store, call.source, "audit.export", ("organization", id), organization_id=id)
    acts = audit.every_act(call.services.store, wanted_of(call.query, organization_id=id))
    is_csv = call.query.format == "csv"
    return ASGIStreamingResponse(
        iterator=csv_rows(acts) if is_csv else json_lines(acts),
        media_type="text/csv; charset=utf-8" if is_csv else "application/jsonl",
        headers={"content-disposition": f'attachment; filename="audit.{call.query.format}"'},
    )


def wanted_of(query: ActQuery | ExportQuery, **place: str) -> Acts:
    """What a query asks for, in one place or everywhere."""
    return Acts(
        action=query.action.replace("\\", "").replace("%", "").replace("_", r"\_") or None,
        actor_id=query.actor_id or None,
        since=query.since,
        until=query.until,
        **place,
    )


async def page_of(call: Call[None, ActQuery], wanted: Acts) -> ActPage:
    """The part of the log that a query is about."""
    limit = call.query.limit
    found = await audit.list_acts(call.services.store, wanted, after=call.query.cursor or None, limit=limit)
    return ActPage(items=found, next_cursor=found[-1].id if len(found) == limit else None)


async def json_lines(acts: AsyncIterator[Act]) -> AsyncIterator[bytes]:
    """Acts as JSON, one on each line."""
    async for act in acts:
        yield msgspec.json.encode(act) + b"\n"


async def csv_rows(acts: AsyncIterator[Act]) -> AsyncIterator[bytes]:
    """Acts as rows for a spreadsheet, which runs none of them."""
    names = Act.__struct_fields__
    yield (",".join(names) + "\r\n").encode()
    async for act in acts:
        page = io.StringIO()
        csv.writer(page).writerow([cell(getattr(act, name)) for name in names])
        yield page.getvalue().encode()


def cell(value: Any) -> str:
    """A value as a spreadsheet may read it, which runs none of them."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode().strip('"')
    # a spreadsheet takes a cell that begins like this for a formula
    return f"'{text}" if text.startswith(UNSAFE) else text


ROUTES = (list_workspace_acts, list_organization_acts, export_acts)
