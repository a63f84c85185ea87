"""Google Sheets: where it lives, and the shapes that several tools share."""

from typing import Annotated, Any, Literal

from sim_core.plugin import Advanced, Bearer, Doc, Input, Integration, OAuth, Options, Output, Widget

google_sheets = Integration(
    "google_sheets",
    title="Google Sheets",
    doc="Cells, rows and sheets of Google spreadsheets.",
    base_url="https://sheets.googleapis.com/v4",
    auth=OAuth(
        "google",
        scopes=(
            "https://www.googleapis.com/auth/spreadsheets",
            "https://www.googleapis.com/auth/drive.file",
            "https://www.googleapis.com/auth/userinfo.email",
        ),
        authorize_url="https://accounts.google.com/o/oauth2/v2/auth",
        token_url="https://oauth2.googleapis.com/token",
        revoke_url="https://oauth2.googleapis.com/revoke",
        asks={"access_type": "offline", "prompt": "consent"},
        account_url="https://openidconnect.googleapis.com/v1/userinfo",
        account=("email",),
    )
    | Bearer("GOOGLE_ACCESS_TOKEN"),
    # A spreadsheet is removed as a file of Google Drive.
    hosts=("www.googleapis.com",),
    docs_url="https://developers.google.com/workspace/sheets/api/reference/rest",
    color="#0f9d58",
    aliases=("google_sheets_v2",),
    renames={"manualSpreadsheetId": "spreadsheet_id", "sheetName": "range", "manualSheetName": "range"},
    spelling="camel",
)

SpreadsheetId = Annotated[
    str,
    Doc("ID of the spreadsheet, out of its address.", examples=["1qpyC0XzvTcKT6EISywvqES"]),
    Options(
        "list_spreadsheets",
        detail="modified_time",
        items="files",
        search="name",
        cursor="page_token",
        next="next_page_token",
    ),
]
THERE = {"spreadsheet_id": "$spreadsheet_id"}
Range = Annotated[
    str,
    Doc("Cells in A1 notation; a sheet's name alone is all of it.", examples=["Sheet1!A1:D10"]),
    Options("get_spreadsheet", value="properties.title", label="properties.title", items="sheets", inputs=THERE),
]
Rows = Annotated[list[list[Any]], Doc("Rows, each a list of cells.", examples=[[["Ada", 36]]]), Widget("json")]
Meaning = Annotated[
    Literal["USER_ENTERED", "RAW"],
    Doc("Whether text is read as if typed, so that numbers, dates and formulas work, or kept as it is."),
    Advanced(),
]
Rendering = Annotated[
    Literal["FORMATTED_VALUE", "UNFORMATTED_VALUE", "FORMULA"],
    Doc("Whether cells come as they look, as plain values, or as formulas."),
    Advanced(),
]
Dimension = Annotated[Literal["ROWS", "COLUMNS"], Doc("Whether the lists are rows or columns."), Advanced()]


class InSpreadsheet(Input):
    """What every tool of one spreadsheet needs."""

    spreadsheet_id: SpreadsheetId


class Values(Output):
    """Cells of a range; empty rows and cells at the end are left out."""

    range: str
    major_dimension: str = "ROWS"
    values: list[list[Any]] = []


class Updated(Output):
    """How much was written."""

    spreadsheet_id: str
    updated_range: str = ""
    updated_rows: int = 0
    updated_columns: int = 0
    updated_cells: int = 0


class Grid(Output):
    """How large a sheet is."""

    row_count: int = 0
    column_count: int = 0
    frozen_row_count: int = 0
    frozen_column_count: int = 0


class SheetFacts(Output):
    """What is known of a sheet."""

    sheet_id: int
    title: str
    index: int = 0
    sheet_type: str = "GRID"
    hidden: bool = False
    grid_properties: Grid = Grid()


class Sheet(Output):
    """A sheet."""

    properties: SheetFacts


class SpreadsheetFacts(Output):
    """What is known of a spreadsheet."""

    title: str
    locale: str = ""
    time_zone: str = ""


class Spreadsheet(Output):
    """A spreadsheet and its sheets."""

    spreadsheet_id: str
    properties: SpreadsheetFacts
    sheets: list[Sheet] = []
    spreadsheet_url: str = ""
