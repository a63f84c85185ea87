"""What an agent of the reference product becomes here."""

import re
from collections.abc import Mapping
from typing import Any, cast

from sim_block_agent.tools import as_function, is_function, own
from sim_core.plugin import from_json

RENAMES = {
    "memoryType": "memory",
    "slidingWindowSize": "window_messages",
    "slidingWindowTokens": "window_tokens",
    "attachmentFiles": "files",
    "reasoningEffort": "effort",
    "thinkingLevel": "effort",
    "apiKey": "key_secret",
}
_SECRET = re.compile(r"\s*\{\{\s*([\w.-]+)\s*\}\}\s*")


def adopt(values: dict[str, Any]) -> dict[str, Any]:
    """Values of an import as values of ours: functions apart from tools, and a key by the name of its secret."""
    made = dict(values)
    rows: Any = from_json(made.get("tools"))
    if isinstance(rows, list):
        known = [cast("Mapping[str, Any]", row) for row in cast("list[Any]", rows) if isinstance(row, Mapping)]
        made["tools"] = [own(row) for row in known if not is_function(row)]
        if functions := [as_function(row) for row in known if is_function(row)]:
            made["functions"] = functions
    if "key_secret" in made:
        found = _SECRET.fullmatch(str(made["key_secret"]))
        if found:
            made["key_secret"] = found[1]
        elif not re.fullmatch(r"[A-Z][A-Z0-9_]*", str(made["key_secret"])):
            del made["key_secret"]  # A key that was typed in does not belong into a document.
    return made
