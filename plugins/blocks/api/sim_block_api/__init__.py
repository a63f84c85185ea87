"""API: send an HTTP request."""

import json
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, cast

from msgspec import Meta
from msgspec.structs import replace

from sim_core.plugin import (
    Advanced,
    Assisted,
    BlockType,
    Code,
    Doc,
    Input,
    Invalid,
    Output,
    Refused,
    Reply,
    Request,
    ShownIf,
    Step,
    Table,
    Title,
    block,
    from_json,
    hookimpl,
    pairs,
)

WITH_BODY = ("POST", "PUT", "PATCH", "DELETE")


class Api(Input):
    """The request."""

    url: Annotated[str | None, Doc("Address, with `http://` or `https://`."), Title("URL")] = ""
    method: Annotated[Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"], Doc("What to do there.")] = (
        "GET"
    )
    params: Annotated[Any, Doc("Query parameters."), Table(("Key", "Value")), Title("Query")] = None
    headers: Annotated[Any, Doc("Headers."), Table(("Key", "Value"))] = None
    body: Annotated[Any, Doc("JSON or text to send."), Code("json"), Assisted(), ShownIf("method", WITH_BODY)] = None
    timeout_s: Annotated[Annotated[float, Meta(gt=0, le=600)] | None, Doc("Seconds it may take."), Advanced()] = None


class Answered(Output):
    """What came back."""

    data: Annotated[Any, Doc("The body; read when it is JSON.")] = None
    status: Annotated[int, Doc("HTTP status.")] = 200
    headers: Annotated[dict[str, str], Doc("Headers, names in lower case.")] = {}


@block(title="API", color="#16a34a", icon="globe", renames={"timeout": ""})
async def api(inputs: Api, step: Step) -> Answered:
    """Send an HTTP request and hand on its answer."""
    url = (inputs.url or "").strip().strip("\"'")
    if not url:
        return Answered()
    if not url.lower().startswith(("http://", "https://")):
        raise Invalid(f"{url!r} is no address: it has to begin with http:// or https://", code="bad_url")
    request = _request(url, inputs)
    reply = await step.fetch(request)
    data = _read(reply)
    if reply.status >= 400:
        said = " ".join((data if isinstance(data, str) else json.dumps(data)).split())[:500]
        message = f"HTTP Request failed: URL: {url} | Method: {inputs.method} | Status: {reply.status} | {said}"
        raise Refused(message, http_status=reply.status)
    return Answered(data=data, status=reply.status, headers=dict(reply.headers))


def _request(url: str, inputs: Api) -> Request:
    headers, query = pairs(inputs.headers), pairs(inputs.params)
    plain = Request(method=inputs.method, url=url, query=query, headers=headers, timeout_s=inputs.timeout_s)
    body = inputs.body if inputs.method in WITH_BODY else None
    if body is None or body == "":
        return plain
    kind = next((value for name, value in headers.items() if name.lower() == "content-type"), "")
    parsed = from_json(body)
    if "x-www-form-urlencoded" in kind and isinstance(parsed, Mapping):
        return replace(plain, form=cast("Mapping[str, Any]", parsed))
    if isinstance(parsed, str):
        return replace(plain, headers={"Content-Type": "text/plain", **headers}, content=parsed.encode())
    return replace(plain, json=parsed)


def _read(reply: Reply) -> Any:
    if "json" in reply.headers.get("content-type", ""):
        try:
            return reply.json()
        except ValueError:
            return reply.text()
    return reply.text()


@hookimpl
def register_blocks() -> Iterable[BlockType]:
    """API."""
    return [api]
