"""Spreadsheets and their sheets."""

from typing import Annotated, Any

from sim_core.plugin import Advanced, Context, Doc, Input, Options, Output, Refused, Request
from sim_tool_google_sheets.service import THERE, InSpreadsheet, SheetFacts, Spreadsheet, SpreadsheetId, google_sheets

SheetId = Annotated[
    int,
    Doc("ID of the sheet, the `gid` of its address.", examples=[0]),
    Options("get_spreadsheet", value="properties.sheet_id", label="properties.title", items="sheets", inputs=THERE),
]
BATCH = "/spreadsheets/{spreadsheet_id}:batchUpdate"


class Done(Output):
    """What was changed."""

    spreadsheet_id: str


class Answer(Output):
    """What one change gave back."""

    replies: list[dict[str, Any]] = []


@google_sheets.get(
    "/spreadsheets/{spreadsheet_id}",
    returns=Spreadsheet,
    aliases=("get_info", "get_spreadsheet", "google_sheets_get_spreadsheet"),
)
class GetSpreadsheet(InSpreadsheet):
    """Look up a spreadsheet and its sheets, without their cells."""


class File(Output):
    """A spreadsheet in a list."""

    id: str
    name: str
    modified_time: str = ""


class Files(Output):
    """Spreadsheets, and how the list goes on."""

    files: list[File] = []
    next_page_token: str = ""


class ListSpreadsheets(Input):
    """Which spreadsheets to list."""

    name: Annotated[str, Doc("Only those whose name holds this.")] = ""
    page_token: Annotated[str, Doc("Where the list before this one ended."), Advanced()] = ""
    page_size: Annotated[int, Doc("How many at most.", ge=1, le=1000), Advanced()] = 100


@google_sheets.tool
async def list_spreadsheets(call: ListSpreadsheets, context: Context) -> Files:
    """List the spreadsheets that the account can see, the last changed first."""
    wanted = ["mimeType = 'application/vnd.google-apps.spreadsheet'", "trashed = false"]
    if call.name:
        # Drive reads a backslash before it and a quote: https://developers.google.com/drive/api/guides/search-files
        name = call.name.replace("\\", "\\\\").replace("'", "\\'")
        wanted.append(f"name contains '{name}'")
    asked = {
        "q": " and ".join(wanted),
        "orderBy": "modifiedTime desc",
        "pageSize": call.page_size,
        "pageToken": call.page_token or None,
        "fields": "nextPageToken,files(id,name,modifiedTime)",
    }
    found = Request(url="https://www.googleapis.com/drive/v3/files", query=asked)
    return google_sheets.read(await context.send(found), Files)


class CreateSpreadsheet(Input):
    """A new spreadsheet."""

    title: Annotated[str, Doc("Title of the spreadsheet.")]
    sheets: Annotated[tuple[str, ...], Doc("Titles of its sheets; none makes one.", examples=[["Leads"]])] = ()
    locale: Annotated[str, Doc("How numbers and dates are written.", examples=["en_GB"]), Advanced()] = ""


@google_sheets.tool_as(aliases=("create_spreadsheet", "create", "google_sheets_create_spreadsheet"))
async def create_spreadsheet(call: CreateSpreadsheet, context: Context) -> Spreadsheet:
    """Create a spreadsheet."""
    facts = {"title": call.title, "locale": call.locale}
    body: dict[str, Any] = {"properties": {name: value for name, value in facts.items() if value}}
    if call.sheets:
        body["sheets"] = [{"properties": {"title": title}} for title in call.sheets]
    made = Request(method="POST", url=google_sheets.url("/spreadsheets"), json=body)
    return google_sheets.read(await context.send(made), Spreadsheet)


class DeleteSpreadsheet(InSpreadsheet):
    """Which spreadsheet goes."""


@google_sheets.tool_as(aliases=("delete_spreadsheet", "google_sheets_delete_spreadsheet"))
async def delete_spreadsheet(call: DeleteSpreadsheet, context: Context) -> None:
    """Remove a spreadsheet for good; it does not go to the bin."""
    path = google_sheets.url("/{spreadsheet_id}", spreadsheet_id=call.spreadsheet_id).rpartition("/")[2]
    gone = Request(method="DELETE", url=f"https://www.googleapis.com/drive/v3/files/{path}")
    google_sheets.read(await context.send(gone), None)


class AddSheet(InSpreadsheet):
    """A new sheet."""

    title: Annotated[str, Doc("Title of the sheet.")]
    index: Annotated[int | None, Doc("Place among the sheets, from 0."), Advanced()] = None
    row_count: Annotated[int | None, Doc("How many rows."), Advanced()] = None
    column_count: Annotated[int | None, Doc("How many columns."), Advanced()] = None


@google_sheets.tool
async def add_sheet(call: AddSheet, context: Context) -> SheetFacts:
    """Add a sheet to a spreadsheet."""
    grid = {"rowCount": call.row_count, "columnCount": call.column_count}
    facts: dict[str, Any] = {"title": call.title, "index": call.index, "gridProperties": _given(grid) or None}
    reply = await _change(call.spreadsheet_id, {"addSheet": {"properties": _given(facts)}}, context)
    return _properties(reply, "addSheet")


class RenameSheet(InSpreadsheet):
    """A sheet and its new title."""

    sheet_id: SheetId
    title: Annotated[str, Doc("New title.")]


@google_sheets.tool
async def rename_sheet(call: RenameSheet, context: Context) -> Done:
    """Give a sheet another title."""
    change = {"properties": {"sheetId": call.sheet_id, "title": call.title}, "fields": "title"}
    await _change(call.spreadsheet_id, {"updateSheetProperties": change}, context)
    return Done(spreadsheet_id=call.spreadsheet_id)


class DeleteSheet(InSpreadsheet):
    """Which sheet goes."""

    sheet_id: SheetId


@google_sheets.tool_as(aliases=("delete_sheet", "google_sheets_delete_sheet"))
async def delete_sheet(call: DeleteSheet, context: Context) -> Done:
    """Remove a sheet with its cells."""
    await _change(call.spreadsheet_id, {"deleteSheet": {"sheetId": call.sheet_id}}, context)
    return Done(spreadsheet_id=call.spreadsheet_id)


class DeleteRows(InSpreadsheet):
    """Which rows go."""

    sheet_id: SheetId
    start: Annotated[int, Doc("First row that goes; the top one is 1.", ge=1)]
    end: Annotated[int, Doc("Last row that goes.", ge=1)]


@google_sheets.tool_as(aliases=("delete_rows", "google_sheets_delete_rows"))
async def delete_rows(call: DeleteRows, context: Context) -> Done:
    """Remove whole rows; those below move up."""
    rows = {"sheetId": call.sheet_id, "dimension": "ROWS", "startIndex": call.start - 1, "endIndex": call.end}
    await _change(call.spreadsheet_id, {"deleteDimension": {"range": rows}}, context)
    return Done(spreadsheet_id=call.spreadsheet_id)


@google_sheets.post(
    "/spreadsheets/{spreadsheet_id}/sheets/{sheet_id}:copyTo",
    returns=SheetFacts,
    aliases=("copy_sheet", "google_sheets_copy_sheet"),
)
class CopySheet(InSpreadsheet):
    """Copy a sheet into another spreadsheet."""

    sheet_id: SheetId
    destination_spreadsheet_id: SpreadsheetId


async def _change(spreadsheet_id: str, change: dict[str, Any], context: Context) -> Answer:
    url = google_sheets.url(BATCH, spreadsheet_id=spreadsheet_id)
    reply = await context.send(Request(method="POST", url=url, json={"requests": [change]}))
    return google_sheets.read(reply, Answer)


def _properties(answer: Answer, name: str) -> SheetFacts:
    for reply in answer.replies:
        facts = reply.get(name, {}).get("properties")
        if facts:
            return SheetFacts(sheet_id=facts["sheetId"], title=facts["title"], index=facts.get("index", 0))
    raise Refused("Google Sheets answered without the sheet")


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
