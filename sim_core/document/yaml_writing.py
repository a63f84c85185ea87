"""YAML that reads well in a diff: one thing a line, texts of several lines as blocks."""

import json
import re
from collections.abc import Iterator
from typing import Any, cast

_PLAIN = re.compile(r"[A-Za-z_/][A-Za-z0-9_./-]*(?: [A-Za-z0-9_./-]+)*")
_NOT_PLAIN = re.compile(r"(?:null|true|false|yes|no|on|off|y|n|nan|inf)", re.IGNORECASE)
_NOT_IN_BLOCKS = re.compile(r"[^\n\t -~\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_WIDTH = 100


def write_yaml(value: Any) -> str:
    """JSON data as YAML."""
    return "".join(_lines(value, 0))


def _lines(value: Any, depth: int) -> Iterator[str]:
    pad = "  " * depth
    if isinstance(value, dict) and value:
        for key, inner in cast("dict[str, Any]", value).items():
            yield from _entry(f"{pad}{_text(key)}:", inner, depth)
    elif isinstance(value, list) and value:
        for inner in cast("list[Any]", value):
            yield from _item(pad, inner, depth)
    else:
        yield f"{pad}{_short(value)}\n"


def _entry(start: str, inner: Any, depth: int) -> Iterator[str]:
    block = _block(inner, depth + 1) if isinstance(inner, str) else None
    if block is not None:
        yield f"{start} {block}"
    elif isinstance(inner, dict | list) and inner:
        flow = _flow(inner, len(start))
        if flow is not None:
            yield f"{start} {flow}\n"
        else:
            yield f"{start}\n"
            yield from _lines(inner, depth + 1)
    else:
        yield f"{start} {_short(inner)}\n"


def _item(pad: str, inner: Any, depth: int) -> Iterator[str]:
    flow = _flow(inner, len(pad)) if isinstance(inner, dict | list) and inner else None
    if flow is not None or not isinstance(inner, dict) or not inner:
        yield from _entry(f"{pad}-", inner, depth) if flow is None else [f"{pad}- {flow}\n"]
        return
    first, *others = "".join(_lines(inner, depth + 1)).splitlines(keepends=True)
    yield f"{pad}- {first[len(pad) + 2 :]}"
    yield from others


def _flow(value: Any, used: int) -> str | None:
    """A small object or list of plain values on one line."""
    inner: list[Any] = [*cast("dict[str, Any]", value).values()] if isinstance(value, dict) else value
    if len(inner) > 6 or any(isinstance(one, dict | list) and bool(cast("list[Any]", one)) for one in inner):
        return None
    if any(isinstance(one, str) and "\n" in one for one in inner):
        return None
    if isinstance(value, dict):
        entries = cast("dict[str, Any]", value).items()
        text = "{" + ", ".join(f"{_text(key)}: {_short(one)}" for key, one in entries) + "}"
    else:
        text = "[" + ", ".join(_short(one) for one in inner) + "]"
    return text if used + len(text) < _WIDTH else None


def _short(value: Any) -> str:
    return _text(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _text(text: str) -> str:
    if _PLAIN.fullmatch(text) and not _NOT_PLAIN.fullmatch(text):
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return _NOT_IN_BLOCKS.sub(lambda found: _escape(found.group()), quoted)


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _block(text: str, depth: int) -> str | None:
    """A text of several lines as a literal block, where one gives back exactly the same."""
    if "\n" not in text.rstrip("\n") or _NOT_IN_BLOCKS.search(text) or text[0].isspace():
        return None
    body = text.rstrip("\n")
    if any(line and not line.strip(" ") for line in body.split("\n")):
        return None
    ends = len(text) - len(body)
    keep = "-" if ends == 0 else "" if ends == 1 else "+"
    pad = "  " * depth
    lines = "\n".join(f"{pad}{line}" if line else "" for line in body.split("\n"))
    return f"|{keep}\n{lines}\n" + "\n" * max(0, ends - 1)
