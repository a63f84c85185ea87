"""GitHub: repositories, issues, pull requests, files, releases and workflows."""

from collections.abc import Iterable

from sim_core.plugin import Integration, hookimpl
from sim_tool_github import actions, contents, issues, pulls, repositories, search
from sim_tool_github.service import github

__all__ = ["actions", "contents", "github", "issues", "pulls", "repositories", "search"]


@hookimpl
def register_integrations() -> Iterable[Integration]:
    """GitHub."""
    return [github]
