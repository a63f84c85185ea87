"""What describes the API: the OpenAPI document and a page to read it, which loads nothing from elsewhere."""

import base64
import hashlib
import re
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from litestar.response.base import ASGIResponse

from sim_core.rest.openapi import document
from sim_core.rest.routes import Call, Route, route


def describing(routes: Callable[[], Iterable[tuple[str, Route]]]) -> Route:
    """The route that tells of all routes, which are asked for when it is first asked."""

    @cache
    def written(url: str) -> bytes:
        return msgspec.json.encode(document(routes(), url=url))

    @route("GET", "/api/v1/openapi.json", scope=None, reply=dict[str, Any])
    async def openapi(call: Call[None, None]) -> ASGIResponse:
        """Read the OpenAPI 3.1 document of this API."""
        return ASGIResponse(body=written(call.services.settings.url), media_type="application/json")

    return openapi


@route("GET", "/api/v1/docs", scope=None, produces="text/html")
async def docs(call: Call[None, None]) -> ASGIResponse:
    """Read this API in a browser, and try it."""
    page, policy = _page()
    return ASGIResponse(body=page, media_type="text/html", headers={"content-security-policy": policy})


@cache
def _page() -> tuple[bytes, str]:
    page = Path(__file__).with_name("docs.html").read_bytes()

    def allowed(tag: bytes) -> str:
        found = re.search(rb"<%b>(.*?)</%b>" % (tag, tag), page, re.DOTALL)
        digest = hashlib.sha256(found[1] if found else b"").digest()
        return f"'sha256-{base64.b64encode(digest).decode()}'"

    policy = (
        f"default-src 'none'; script-src {allowed(b'script')}; style-src {allowed(b'style')}; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return page, policy
