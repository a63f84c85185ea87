"""A declared request as it goes over the wire: its URL with the query, its headers and its body."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast
from urllib.parse import quote

import httpx2
import msgspec
from msgspec.structs import replace

from sim_core.errors import Invalid
from sim_core.spec.requests import Part, Request

USER_AGENT = "sim-platform/0.1"


def settle(request: Request) -> Request:
    """The same request with its query in the URL and its body as bytes: what is signed is what is sent."""
    url = _checked(full_url(request))
    bodies = [b is not None for b in (request.form, request.multipart, request.content)]
    if sum(bodies) + (request.json is not msgspec.UNSET) > 1:
        raise Invalid(f"a request to {url.partition('?')[0]} has more than one body")
    headers = {name.lower(): str(value) for name, value in request.headers.items()}
    kind, content = _body(request)
    if kind:
        headers.setdefault("content-type", kind)
        if request.multipart is not None:
            headers["content-type"] = kind
    headers.setdefault("user-agent", USER_AGENT)
    headers.setdefault("accept", "*/*")
    headers.setdefault("accept-encoding", "gzip, deflate")
    return replace(
        request, url=url, query={}, headers=headers, json=msgspec.UNSET, form=None, multipart=None, content=content
    )


def full_url(request: Request) -> str:
    """The URL with the query appended."""
    query = encode(request.query)
    base = request.url.partition("#")[0]
    if not query:
        return base
    return f"{base}{'&' if '?' in base else '?'}{query}"


def _checked(text: str) -> str:
    """The URL as it goes over the wire, so that what is signed and checked is what is sent."""
    try:
        url = httpx2.URL(text)
    except (httpx2.InvalidURL, ValueError):
        url = None
    if url is None or url.scheme not in ("http", "https") or not url.host:
        raise Invalid(f"{text.partition('?')[0]!r} is not an http or https URL", code="bad_url")
    return str(url)


def encode(pairs: Mapping[str, Any]) -> str:
    """Names and values as a query: lists repeat the name, `None` is left out, booleans are words."""
    return "&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in _flat(pairs))


def _flat(pairs: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    for name, value in pairs.items():
        many = cast("Sequence[Any]", value) if isinstance(value, list | tuple) else (value,)
        for one in many:
            if one is not None:
                yield name, _word(one)


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list | tuple):
        return msgspec.json.encode(value).decode()
    return str(value)


def _body(request: Request) -> tuple[str, bytes | None]:
    if request.json is not msgspec.UNSET:
        return "application/json", msgspec.json.encode(request.json)
    if request.form is not None:
        return "application/x-www-form-urlencoded", encode(request.form).replace("%20", "+").encode()
    if request.multipart is not None:
        return _multipart(request.multipart)
    return ("application/octet-stream" if request.content else ""), request.content


def _multipart(parts: Mapping[str, Part]) -> tuple[str, bytes]:
    files: list[tuple[str, Any]] = []
    for name, part in parts.items():
        content = part.content.encode() if isinstance(part.content, str) else part.content
        kind = part.content_type or ("application/octet-stream" if part.filename else None)
        files.append((name, (part.filename or None, content, kind) if kind else (None, content)))
    form = httpx2.Request("POST", "http://form.invalid/", files=files)
    return form.headers["content-type"], form.read()
