"""Google Sheets: cells, rows and sheets."""

from collections.abc import Iterable

from sim_core.plugin import Integration, hookimpl
from sim_tool_google_sheets import cells, sheets
from sim_tool_google_sheets.service import google_sheets

__all__ = ["cells", "google_sheets", "sheets"]


@hookimpl
def register_integrations() -> Iterable[Integration]:
    """Google Sheets."""
    return [google_sheets]
