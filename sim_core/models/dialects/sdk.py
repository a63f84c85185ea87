"""The vendors' SDKs: imported on first use, pointed at a vendor, and their errors put into our words."""

import asyncio
import importlib
from collections.abc import AsyncGenerator, Mapping
from email.utils import parsedate_to_datetime
from time import time
from typing import Any, TypeAlias, cast
from urllib.parse import urlsplit

from sim_core.errors import Expired, Refused, SimError, Unreachable
from sim_core.spec.providers import Client

Told: TypeAlias = dict[str, Any]
"""An object of a vendor's JSON."""

_loaded: dict[str, Any] = {}

STATUSES = {
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "insufficient_quota": 429,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "api_error": 500,
    "server_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}
"""What a failure in mid-stream is called, as the status it would have been before the stream began."""

CODES = {401: "key_refused", 402: "quota", 403: "key_refused", 404: "no_such_model", 413: "too_long", 429: "busy"}
TOO_LONG = ("context_length_exceeded", "prompt is too long", "maximum context length", "context window")


async def load(name: str) -> Any:
    """An SDK, imported in a thread the first time since that can take seconds."""
    if name not in _loaded:
        _loaded[name] = await asyncio.to_thread(importlib.import_module, name)
    return _loaded[name]


def openai(sdk: Any, client: Client) -> Any:
    """An OpenAI client that takes nothing from the environment of the server."""
    made = sdk.AsyncOpenAI(api_key=client.key or "-", base_url=with_version(client.base_url), **_common(client))
    made.organization = made.project = made.admin_api_key = None
    # The SDK merges OPENAI_CUSTOM_HEADERS in; the operator's headers must not reach a workspace's own server.
    made._custom_headers = dict(client.headers)
    return made


def anthropic(sdk: Any, client: Client) -> Any:
    """An Anthropic client that takes nothing from the environment of the server."""
    url = client.base_url.rstrip("/").removesuffix("/v1")
    made = sdk.AsyncAnthropic(api_key=client.key or "-", base_url=url, **_common(client))
    made._custom_headers = dict(client.headers)
    return made


def with_version(url: str) -> str:
    """A base URL as OpenAI's protocol wants it: `/v1` is added where there is no path, as people give Ollama's."""
    return url if urlsplit(url).path.strip("/") else f"{url.rstrip('/')}/v1"


def _common(client: Client) -> dict[str, Any]:
    import httpx2

    timeout = httpx2.Timeout(client.timeout_s, connect=min(client.timeout_s, 15.0))
    return {"http_client": client.http, "max_retries": 0, "timeout": timeout}


async def events(sdk: Any, made: Any, path: str, body: Told, client: Client) -> AsyncGenerator[Told, None]:
    """Post a request and yield each event of the answer as plain data; failures come in our words."""
    headers: dict[str, Any] = dict(client.headers)
    if not client.key and "authorization" not in {name.lower() for name in headers}:
        headers["Authorization"] = sdk.Omit()
    options: dict[str, Any] = {"headers": headers}
    kind = sdk.AsyncStream[object]
    try:
        stream = await made.post(path, cast_to=object, body=body, options=options, stream=True, stream_cls=kind)
        async with stream:
            async for event in stream:
                if isinstance(event, dict):
                    yield cast("Told", event)
    except Exception as error:
        raise in_our_words(error, client) from error


async def listed(client: Client, title: str) -> tuple[str, ...]:
    """The models that a server of OpenAI's protocol says it has."""
    headers = dict(client.headers) | ({"authorization": f"Bearer {client.key}"} if client.key else {})
    try:
        reply = await client.http.get(f"{with_version(client.base_url)}/models", headers=headers)
        if reply.status_code >= 400:
            code = CODES.get(reply.status_code, "refused")
            raise Refused(f"{title} answered {reply.status_code}", code=code, http_status=reply.status_code)
        return tuple(sorted(str(row["id"]) for row in reply.json()["data"]))
    except Exception as error:
        raise in_our_words(error, client) from error


def within(told: Told, name: str) -> Told:
    """An object inside an object; empty where there is none."""
    found = told.get(name)
    return cast("Told", found) if isinstance(found, dict) else {}


def in_our_words(error: BaseException, client: Client) -> SimError:
    """What went wrong, by who has to act; the guard's own refusals come through as they are."""
    if known := _of_ours(error):
        return known
    import httpx2

    host = client.host
    if _is(error, "APITimeoutError") or isinstance(error, httpx2.TimeoutException):
        if isinstance(error.__cause__ or error, httpx2.ConnectTimeout):
            return Unreachable(f"{host} did not answer: the connection was not made in time")
        return Expired(f"{host} sent nothing for {client.timeout_s:g} seconds")
    if _is(error, "APIConnectionError") or isinstance(error, httpx2.TransportError):
        cause = error.__cause__ or error
        return Unreachable(f"{host} did not answer: {str(cause) or type(cause).__name__}")
    if _is(error, "APIError"):
        return _refusal(cast("Any", error), client)
    if isinstance(error, ValueError | TypeError | LookupError):
        return Refused(f"{host} answered in an unexpected shape: {client.hide(str(error))}", code="unexpected_answer")
    return Unreachable(f"{host} did not answer: {type(error).__name__}: {client.hide(str(error))}")


def refused(client: Client, words: str, *, kind: str = "", status: int | None = None) -> Refused:
    """A refusal, with the vendor's words, which do not repeat the key, and a status that says whether to try again."""
    status = status or STATUSES.get(kind)
    shown = " ".join(client.hide(words).split())[:600] or "no words"
    code = CODES.get(status or 0, "refused")
    if kind == "insufficient_quota":
        code = "quota"
    elif any(mark in f"{kind} {words.lower()}" for mark in TOO_LONG):
        code = "too_long"
    said = f"answered {status}" if status else "refused"
    return Refused(f"{client.host} {said}: {shown}", code=code, http_status=status)


def _refusal(error: Any, client: Client) -> Refused:
    words, kind = _words(error.body)
    status = getattr(error, "status_code", None)
    # A stream that began with 200 may still carry an error; only its kind tells which.
    made = refused(client, words or error.message, kind=kind, status=None if status == 200 else status)
    response = getattr(error, "response", None)
    made.retry_after = retry_after(response.headers) if response is not None else None
    return made


def _words(body: Any) -> tuple[str, str]:
    """What the vendor says and what it calls the failure; every vendor nests them in its own way."""
    if isinstance(body, list) and body:
        return _words(cast("list[Any]", body)[0])
    if not isinstance(body, dict):
        return str(cast("Any", body) or ""), ""
    found = cast("Told", body)
    if inner := within(found, "error"):
        return _words(inner)
    words = found.get("message") or found.get("detail") or found.get("error") or ""
    names = [str(found[name]) for name in ("code", "type") if found.get(name)]
    kind = next((name for name in names if name in STATUSES), names[0] if names else "")
    return (words if isinstance(words, str) else str(words)), kind


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that a reply asks to wait, given as milliseconds, seconds or a date."""
    if (ms := headers.get("retry-after-ms", "")).replace(".", "", 1).isdecimal():
        return float(ms) / 1000
    value = headers.get("retry-after", "").strip()
    if value.replace(".", "", 1).isdecimal():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time()) if value else None
    except ValueError:
        return None


def _of_ours(error: BaseException | None) -> SimError | None:
    while error is not None:
        if isinstance(error, SimError):
            return error
        error = error.__cause__ or error.__context__
    return None


def _is(error: BaseException, name: str) -> bool:
    """Whether an error is of a class of either SDK; both use the same names."""
    return any(kind.__name__ == name for kind in type(error).__mro__)
