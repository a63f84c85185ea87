"""Turns of a conversation as Anthropic's messages."""

from typing import Any, cast

import msgspec

from sim_core.errors import Invalid
from sim_core.models.dialects.files import text_of
from sim_core.spec.prompts import (
    CallPart,
    FilePart,
    ImagePart,
    Prompt,
    ResultPart,
    TextPart,
    ThinkingPart,
    Turn,
    TurnPart,
)

EMPTY: dict[str, Any] = {}


def messages(prompt: Prompt) -> list[dict[str, Any]]:
    """The conversation; neighbours of one role become one message, since a result must follow its call at once."""
    made: list[dict[str, Any]] = []
    for turn in prompt.turns:
        role = "assistant" if turn.role == "assistant" else "user"
        content = _content(turn, cite=prompt.schema is None)
        if not content:
            continue
        if made and made[-1]["role"] == role:
            made[-1]["content"] += content
        else:
            made.append({"role": role, "content": content})
    return made


def _content(turn: Turn, *, cite: bool) -> list[dict[str, Any]]:
    return [made for part in turn.parts if (made := _block(part, cite=cite))]


def _block(part: TurnPart, *, cite: bool) -> dict[str, Any] | None:
    match part:
        case TextPart():
            return {"type": "text", "text": part.text} if part.text.strip() else None
        case ImagePart():
            return {"type": "image", "source": _image(part)}
        case FilePart():
            return {"type": "document", "title": part.name, "source": _document(part), "citations": {"enabled": cite}}
        case ThinkingPart():
            return _thought(part)
        case CallPart():
            return {"type": "tool_use", "id": part.id, "name": part.name, "input": _arguments(part)}
        case ResultPart():
            return {
                "type": "tool_result",
                "tool_use_id": part.id,
                "content": part.text or "(nothing)",
                "is_error": part.failed,
            }


def _image(part: ImagePart) -> dict[str, Any]:
    if part.url:
        return {"type": "url", "url": part.url}
    return {"type": "base64", "media_type": part.media_type, "data": part.data}


def _document(part: FilePart) -> dict[str, Any]:
    if part.media_type == "application/pdf":
        return {"type": "base64", "media_type": part.media_type, "data": part.data}
    if (words := text_of(part)) is not None:
        return {"type": "text", "media_type": "text/plain", "data": words}
    raise Invalid(
        f"the file {part.name!r} is {part.media_type}; Anthropic's models read PDF and text", code="unsupported_file"
    )


def _thought(part: ThinkingPart) -> dict[str, Any] | None:
    if part.redacted:
        return {"type": "redacted_thinking", "data": part.redacted}
    if not part.signature or part.signature.startswith("{"):
        return None  # Another vendor's thought means nothing here.
    return {"type": "thinking", "thinking": part.text, "signature": part.signature}


def _arguments(part: CallPart) -> Any:
    try:
        found: Any = msgspec.json.decode(part.arguments or "{}")
    except msgspec.DecodeError:
        return EMPTY
    return cast("dict[str, Any]", found) if isinstance(found, dict) else EMPTY
