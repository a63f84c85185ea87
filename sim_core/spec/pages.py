"""How a list that comes in pages goes on."""

import re
from collections.abc import AsyncIterator
from typing import Any, cast
from urllib.parse import urljoin, urlsplit

import msgspec
from msgspec import Struct

from sim_core.spec.requests import Context, Reply, Request

_NEXT = re.compile(r'<([^>]+)>\s*;[^,]*\brel="?next"?')


class Pages(Struct, frozen=True):
    """How a list goes on: by the `Link` header, or by a cursor in the answer; up to `most` pages."""

    most: int = 10
    cursor: str = ""
    """Where the answer keeps the next cursor: `response_metadata.next_cursor`."""
    parameter: str = "cursor"
    """The query's name for it."""

    async def walk(self, request: Request, context: Context) -> AsyncIterator[Reply]:
        """Each page's reply, in order."""
        following: Request | None = request
        for _ in range(self.most):
            reply = await context.send(following)
            yield reply
            following = self.following(following, reply) if reply.status < 400 else None
            if following is None:
                return

    def following(self, request: Request, reply: Reply) -> Request | None:
        """The request of the page after this one; `None` after the last, and where it leads to another origin."""
        if self.cursor:
            cursor = within(reply.json(), self.cursor)
            if not cursor:
                return None
            return msgspec.structs.replace(request, query={**request.query, self.parameter: cursor})
        if not (found := _NEXT.search(reply.headers.get("link", ""))):
            return None
        url = urljoin(request.url, found[1])
        if urlsplit(url)[:2] != urlsplit(request.url)[:2]:
            return None
        return msgspec.structs.replace(request, url=url, query={})


def within(value: Any, path: str) -> Any:
    """What lies at a dotted path of names; `None` where it ends early."""
    for name in path.split(".") if path else ():
        value = cast("dict[str, Any]", value).get(name) if isinstance(value, dict) else None
    return value
