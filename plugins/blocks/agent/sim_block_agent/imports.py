"""What an agent of the reference product becomes here."""

from collections.abc import Mapping
from typing import Any, cast

from sim_block_agent.tools import as_function, is_function
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


def adopt(values: dict[str, Any]) -> dict[str, Any]:
    """Values of an import with functions apart from tools, where no reference is put into their code."""
    rows: Any = from_json(values.get("tools"))
    if not isinstance(rows, list):
        return values
    known = [cast("Mapping[str, Any]", row) for row in cast("list[Any]", rows) if isinstance(row, Mapping)]
    functions = [as_function(row) for row in known if is_function(row)]
    if not functions:
        return values
    return values | {"tools": [row for row in known if not is_function(row)], "functions": functions}
