"""Cells: read, written, added and cleared."""

from typing import Annotated, Any, Literal

from sim_core.plugin import Advanced, Context, Doc, Input, Invalid, Output, Request
from sim_tool_google_sheets.service import (
    Dimension,
    InSpreadsheet,
    Meaning,
    Range,
    Rendering,
    Rows,
    Updated,
    Values,
    google_sheets,
)

AS_TYPED = {"valueInputOption": "USER_ENTERED"}


class Appended(Output):
    """Where rows were added."""

    spreadsheet_id: str
    table_range: str = ""
    updates: Updated


class Cleared(Output):
    """What was emptied."""

    spreadsheet_id: str
    cleared_range: str = ""


class ManyValues(Output):
    """Cells of several ranges, in their order."""

    spreadsheet_id: str
    value_ranges: list[Values] = []


class ManyUpdated(Output):
    """How much was written to several ranges."""

    spreadsheet_id: str
    total_updated_rows: int = 0
    total_updated_columns: int = 0
    total_updated_cells: int = 0
    total_updated_sheets: int = 0
    responses: list[Updated] = []


class ManyCleared(Output):
    """What was emptied in several ranges."""

    spreadsheet_id: str
    cleared_ranges: list[str] = []


@google_sheets.get(
    "/spreadsheets/{spreadsheet_id}/values/{range}", returns=Values, aliases=("read", "google_sheets_read")
)
class ReadRange(InSpreadsheet):
    """Read the cells of a range."""

    range: Range
    value_render_option: Rendering = "FORMATTED_VALUE"
    major_dimension: Dimension = "ROWS"


@google_sheets.put(
    "/spreadsheets/{spreadsheet_id}/values/{range}",
    returns=Updated,
    query=("value_input_option",),
    fixed=AS_TYPED,
    aliases=("write", "update", "google_sheets_write", "google_sheets_update"),
)
class WriteRange(InSpreadsheet):
    """Write cells, starting at the first of a range."""

    range: Range
    values: Rows
    value_input_option: Meaning = "USER_ENTERED"
    major_dimension: Dimension = "ROWS"


@google_sheets.post(
    "/spreadsheets/{spreadsheet_id}/values/{range}:append",
    returns=Appended,
    query=("value_input_option", "insert_data_option"),
    fixed=AS_TYPED,
    aliases=("append", "google_sheets_append"),
)
class AppendRows(InSpreadsheet):
    """Add rows below the last one of a table."""

    range: Annotated[str, Doc("Sheet, or a range in which the table lies.", examples=["Sheet1"])]
    values: Rows
    value_input_option: Meaning = "USER_ENTERED"
    insert_data_option: Annotated[
        Literal["OVERWRITE", "INSERT_ROWS"], Doc("Whether empty cells are used, or new rows put in."), Advanced()
    ] = "OVERWRITE"


@google_sheets.post(
    "/spreadsheets/{spreadsheet_id}/values/{range}:clear",
    returns=Cleared,
    aliases=("clear", "google_sheets_clear"),
)
class ClearRange(InSpreadsheet):
    """Empty the cells of a range; their formats stay."""

    range: Range


@google_sheets.get(
    "/spreadsheets/{spreadsheet_id}/values:batchGet",
    returns=ManyValues,
    aliases=("batch_get", "google_sheets_batch_get"),
)
class ReadRanges(InSpreadsheet):
    """Read the cells of several ranges."""

    ranges: Annotated[tuple[str, ...], Doc("Ranges in A1 notation.", examples=[["Sheet1!A1:B2", "Sheet2!A:A"]])]
    value_render_option: Rendering = "FORMATTED_VALUE"
    major_dimension: Dimension = "ROWS"


class Patch(Input):
    """Cells for one range."""

    range: Range
    values: Rows


@google_sheets.post(
    "/spreadsheets/{spreadsheet_id}/values:batchUpdate",
    returns=ManyUpdated,
    fixed=AS_TYPED,
    aliases=("batch_update", "google_sheets_batch_update"),
)
class WriteRanges(InSpreadsheet):
    """Write cells to several ranges at once."""

    data: Annotated[tuple[Patch, ...], Doc("Ranges, each with its cells.")]
    value_input_option: Meaning = "USER_ENTERED"


@google_sheets.post(
    "/spreadsheets/{spreadsheet_id}/values:batchClear",
    returns=ManyCleared,
    aliases=("batch_clear", "google_sheets_batch_clear"),
)
class ClearRanges(InSpreadsheet):
    """Empty the cells of several ranges at once."""

    ranges: Annotated[tuple[str, ...], Doc("Ranges in A1 notation.", examples=[["Sheet1!A2:D"]])]


class FindRows(InSpreadsheet):
    """Which rows to look for."""

    range: Range
    column: Annotated[str, Doc("Heading of the column to compare; empty takes every row.")] = ""
    value: Annotated[str, Doc("What the cell of that column is compared with.")] = ""
    match: Annotated[
        Literal["equals", "contains", "starts_with", "ends_with"], Doc("How the cell is compared, ignoring case.")
    ] = "equals"
    limit: Annotated[int, Doc("How many rows at most.", ge=1)] = 1000


class Found(Output):
    """Rows under their headings."""

    rows: list[dict[str, Any]]
    count: int


@google_sheets.tool
async def find_rows(call: FindRows, context: Context) -> Found:
    """Find rows of a table whose first row holds the headings; each comes as an object."""
    url = google_sheets.url(
        "/spreadsheets/{spreadsheet_id}/values/{range}", spreadsheet_id=call.spreadsheet_id, range=call.range
    )
    values: Values = google_sheets.read(await context.send(Request(url=url)), Values)
    headings = [str(cell) for cell in values.values[0]] if values.values else []
    if call.column and call.column not in headings:
        known = ", ".join(repr(name) for name in headings) or "none"
        raise Invalid(f"there is no column {call.column!r}; the headings are {known}", code="unknown_column")
    rows = [_under(headings, row) for row in values.values[1:]]
    found = [row for row in rows if not call.column or _matches(str(row[call.column]), call)][: call.limit]
    return Found(rows=found, count=len(found))


def _under(headings: list[str], row: list[Any]) -> dict[str, Any]:
    # Google leaves out empty cells at the end of a row.
    cells = [*row, *[""] * (len(headings) - len(row))]
    return dict(zip(headings, cells, strict=False))


def _matches(cell: str, call: FindRows) -> bool:
    have, want = cell.casefold(), call.value.casefold()
    match call.match:
        case "equals":
            return have == want
        case "contains":
            return want in have
        case "starts_with":
            return have.startswith(want)
        case "ends_with":
            return have.endswith(want)
