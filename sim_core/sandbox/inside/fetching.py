"""`fetch` as Python code sees it: the request leaves at once, the answer is waited for where it is used."""

import asyncio
from collections.abc import Generator, Mapping
from json import dumps, loads
from typing import Any
from urllib.parse import urlencode

from .host import Host

_ABSENT: Any = object()


class FetchError(OSError):
    """The request was not allowed, or there was no answer."""


class Answered:
    """An answer, maybe still on its way: `await` it, or use it and wait."""

    def __init__(self, fetching: "Fetching") -> None:
        self._fetching = fetching
        self._head: Mapping[str, Any] | None = None
        self._content = b""
        self._wakes: list[asyncio.Future[None]] = []

    @property
    def status(self) -> int:
        """The status code."""
        return self._get()["status"]

    @property
    def ok(self) -> bool:
        """Whether the status is a success."""
        return 200 <= self.status < 300

    @property
    def headers(self) -> dict[str, str]:
        """Headers, names in lower case."""
        return dict(self._get()["headers"])

    @property
    def url(self) -> str:
        """Where the answer came from."""
        return self._get()["url"]

    @property
    def content(self) -> bytes:
        """The body as bytes."""
        self._get()
        return self._content

    def text(self) -> str:
        """The body as text."""
        return self.content.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body as JSON."""
        return loads(self.content)

    def raise_for_status(self) -> "Answered":
        """Itself, when it is a success; raises `FetchError` otherwise."""
        if not self.ok:
            raise FetchError(f"{self.url} answered {self.status}")
        return self

    def __repr__(self) -> str:
        return "<answer on its way>" if self._head is None else f"<answer {self._head.get('status', 'failed')}>"

    def __await__(self) -> Generator[Any, None, "Answered"]:
        if self._head is None:
            wake = asyncio.get_running_loop().create_future()
            self._wakes.append(wake)
            self._fetching.listen()
            yield from wake
        self._get()
        return self

    def settle(self, head: Mapping[str, Any], content: bytes) -> None:
        """The answer is here."""
        self._head, self._content = head, content
        for wake in self._wakes:
            if not wake.done():
                wake.set_result(None)

    def _get(self) -> Mapping[str, Any]:
        while self._head is None:
            self._fetching.receive()
        if "error" in self._head:
            raise FetchError(self._head["error"])
        return self._head


class Fetching:
    """Requests in flight."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._open: dict[int, Answered] = {}
        self._count = 0
        self._loop: asyncio.AbstractEventLoop | None = None

    def fetch(
        self,
        url: str,
        *,
        method: str | None = None,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, Any] | None = None,
        json: Any = _ABSENT,
        data: Mapping[str, Any] | None = None,
        body: str | bytes | None = None,
        timeout: float | None = None,
    ) -> Answered:
        """Send an HTTP request through the platform's guarded client."""
        content, kind = _content(json, data, body)
        if params:
            url += ("&" if "?" in url else "?") + urlencode(dict(params), doseq=True)
        sent = {str(name): str(value) for name, value in (headers or {}).items()}
        if kind and not any(name.lower() == "content-type" for name in sent):
            sent["Content-Type"] = kind
        self._count += 1
        answer = self._open[self._count] = Answered(self)
        verb = method or ("GET" if content is None else "POST")
        question = {"id": self._count, "url": str(url), "method": verb.upper(), "headers": sent, "timeout": timeout}
        self._host.ask({"fetch": question | {"has_body": content is not None}}, content or b"")
        return answer

    def receive(self) -> None:
        """Wait for one answer and give it to who asked."""
        head, content = self._host.answer()
        waiting = self._open.pop(head["fetched"], None)
        if waiting is not None:
            waiting.settle(head, content)
        if not self._open and self._loop is not None:
            self._loop.remove_reader(self._host.fd)
            self._loop = None

    def listen(self) -> None:
        """Let the event loop take answers as they come."""
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
            self._loop.add_reader(self._host.fd, self.receive)


def _content(data: Any, form: Mapping[str, Any] | None, body: str | bytes | None) -> tuple[bytes | None, str]:
    if data is not _ABSENT:
        return dumps(data, ensure_ascii=False).encode(), "application/json"
    if form is not None:
        return urlencode(dict(form), doseq=True).encode(), "application/x-www-form-urlencoded"
    if isinstance(body, str):
        return body.encode(), "text/plain;charset=UTF-8"
    return body, ""
