"""PostgreSQL: rows and tables of a database of one's own."""

from collections.abc import Iterable

from sim_core.plugin import Integration, hookimpl
from sim_tool_postgresql import rows, tables
from sim_tool_postgresql.service import postgresql

__all__ = ["postgresql", "rows", "tables"]


@hookimpl
def register_integrations() -> Iterable[Integration]:
    """PostgreSQL."""
    return [postgresql]
