"""Messages as people write them, turned into turns."""

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, cast

from sim_core.plugin import Doc, Input, Invalid, TextPart, Turn, from_json


class Message(Input):
    """One message."""

    role: Annotated[Literal["system", "user", "assistant"], Doc("Who says it.")]
    content: Annotated[Any, Doc("What is said.")] = ""
    id: Annotated[str, Doc("Id of the row.")] = ""


def conversation(messages: Sequence[Message] | str) -> tuple[Turn, ...]:
    """What people and the model said; nothing of the system's."""
    return tuple(turn for role, text in _rows(messages) if (turn := _turn(role, text)))


def system(messages: Sequence[Message] | str, prompt: Any) -> str:
    """How the model is to behave: the system's messages, or the older system prompt where there are none."""
    said = [text for role, text in _rows(messages) if role == "system" and text]
    return "\n\n".join(said) or words(prompt)


def legacy(value: Any, *, role: str = "") -> tuple[Turn, ...]:
    """Turns of a single prompt, of a list of messages, or of what a memory block gives."""
    found: Any = from_json(value)
    if isinstance(found, Mapping):
        found = cast("Mapping[str, Any]", found)
        if "memories" in found:
            return legacy(found["memories"], role=role)
        if "role" in found or "data" in found:
            found = [found]
    if isinstance(found, list | tuple) and all(isinstance(row, Mapping) for row in cast("list[Any]", found)):
        rows = (row.get("data", row) for row in cast("list[Mapping[str, Any]]", found))
        flat: list[Any] = [one for row in rows for one in (cast("list[Any]", row) if isinstance(row, list) else [row])]
        pairs = ((str(row.get("role", "user")), words(row.get("content"))) for row in flat)
        return tuple(turn for who, text in pairs if (turn := _turn(who, text)))
    turn = _turn(role or "user", words(value))
    return (turn,) if turn else ()


def words(value: Any) -> str:
    """A value as text: what somebody typed as it is, an object's `input` or `content`, anything else as JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        found = cast("Mapping[str, Any]", value)
        for name in ("input", "content", "text"):
            if isinstance(inner := found.get(name), str) and len(found) == 1:
                return inner
    return json.dumps(value, ensure_ascii=False, default=str)


def _turn(role: str, text: str) -> Turn | None:
    if role not in ("user", "assistant") or not text.strip():
        return None
    return Turn("assistant" if role == "assistant" else "user", (TextPart(text),))


def _rows(messages: Sequence[Message] | str) -> list[tuple[str, str]]:
    if not isinstance(messages, str):
        return [(message.role, words(message.content)) for message in messages]
    if not messages.strip():
        return []
    found: Any = from_json(messages)
    if isinstance(found, str):
        return [("user", found)]
    rows: list[Any] = cast("list[Any]", found) if isinstance(found, list) else [None]
    if not all(isinstance(row, dict) and "role" in row for row in rows):
        raise Invalid("messages are neither text nor a list of `role` and `content`", code="bad_messages")
    return [(str(row["role"]), words(row.get("content"))) for row in rows]
