"""Slack: messages, channels, people, files and canvases."""

from collections.abc import Iterable

from sim_core.plugin import Integration, hookimpl
from sim_tool_slack import channels, files, messages
from sim_tool_slack.service import slack

__all__ = ["channels", "files", "messages", "slack"]


@hookimpl
def register_integrations() -> Iterable[Integration]:
    """Slack."""
    return [slack]
