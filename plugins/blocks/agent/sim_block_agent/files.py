"""Files that a model is to look at."""

import base64
import mimetypes
from collections.abc import Mapping
from typing import Any, cast

from sim_core.plugin import FilePart, ImagePart, Invalid, Request, Step, TurnPart, from_json

LARGEST = 20 * 1024 * 1024
SEEN = ("image/png", "image/jpeg", "image/gif", "image/webp")


async def parts(value: Any, step: Step) -> tuple[TurnPart, ...]:
    """Pictures and documents of one file or a list: given, kept by the workspace, or fetched through the guard."""
    found: Any = from_json(value)
    if not found:
        return ()
    rows = cast("list[Any]", found) if isinstance(found, list | tuple) else [found]
    return tuple([await _part(row, step) for row in rows if row])


async def _part(row: Any, step: Step) -> TurnPart:
    facts: Mapping[str, Any] = cast("Mapping[str, Any]", row) if isinstance(row, Mapping) else {"url": str(row)}
    name = str(facts.get("name") or facts.get("filename") or "file")
    kind = str(facts.get("media_type") or facts.get("mime_type") or facts.get("mimeType") or facts.get("type") or "")
    data = facts.get("base64") or facts.get("data") or facts.get("content")
    if isinstance(id := facts.get("file_id"), str) and id:
        stored = await step.open_file(id, most=LARGEST)
        return _made(stored.name, stored.media_type, base64.b64encode(stored.content).decode())
    url = str(facts.get("url") or facts.get("path") or "")
    if isinstance(data, str) and data:
        return _of_data(name, kind, data)
    if url.startswith("data:"):
        head, _, data = url.removeprefix("data:").partition(",")
        if not head.endswith(";base64"):
            raise Invalid(f"the file {name!r} is a data URL without base64", code="bad_file")
        return _made(name, head.removesuffix(";base64"), data)
    if not url.startswith(("http://", "https://")):
        raise Invalid(f"the file {name!r} has neither content nor an address to fetch it from", code="bad_file")
    return await _fetched(name, kind, url, step)


def _of_data(name: str, kind: str, data: str) -> TurnPart:
    if data.startswith("data:"):
        head, _, data = data.removeprefix("data:").partition(",")
        kind = head.removesuffix(";base64")
    return _made(name, kind, data)


async def _fetched(name: str, kind: str, url: str, step: Step) -> TurnPart:
    reply = await step.fetch(Request(url=url, max_bytes=LARGEST))
    if reply.status >= 400:
        raise Invalid(f"the file {name!r} was not to be had: {url} answered {reply.status}", code="bad_file")
    if name == "file":
        name = url.partition("?")[0].rstrip("/").rpartition("/")[2] or name
    told = reply.headers.get("content-type", "").partition(";")[0].strip()
    return _made(name, kind if "/" in kind else told, base64.b64encode(reply.content).decode())


def _made(name: str, kind: str, data: str) -> TurnPart:
    if len(data) > LARGEST * 4 // 3 + 4:
        raise Invalid(f"the file {name!r} is larger than {LARGEST // 1024 // 1024} MB", code="too_large")
    kind = kind if "/" in kind else mimetypes.guess_type(name)[0] or "application/octet-stream"
    kind = "image/jpeg" if kind == "image/jpg" else kind
    if kind in SEEN:
        return ImagePart(data=data, media_type=kind)
    return FilePart(name, data, kind)
