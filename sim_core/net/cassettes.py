"""Cassettes: what a tool asks and how the service answers, played without a network.

A cassette is a JSON file, `cassettes/<operation>.json` or `<operation>.<variant>.json`:

- `source`: `recorded`, `vendor example (URL)` or `vendor description (URL)`. A reply made up from our own code would
  prove nothing.
- `arguments`: what the tool is given. `credential`: values of the account that a plugin may see, never a secret.
- `exchanges`: each `{"request": …, "reply": …}` in order. Of a request method, URL, query and body are compared whole,
  and those headers that are listed. A reply has `status`, `headers` and one of `json`, `text`, `base64`, `pieces`.
- `opens`: for a tool with a driver, the `host:port` at which it must ask for a connection; it is played up to there.
- `result`: exactly what it gives back, or `error`: the code and, in the message, these words.
"""

import re
from base64 import b64decode
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from itertools import zip_longest
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit

import msgspec
from msgspec import UNSET, Struct, UnsetType

from sim_core.errors import Invalid, SimError
from sim_core.net.inputs import as_input, plain
from sim_core.net.wire import settle
from sim_core.spec.requests import Address, Reply, Request
from sim_core.spec.tools import Tool

_SOURCE = re.compile(r"recorded|vendor (example|description) \(https?://\S+\)")
_LEAK = re.compile(
    r"xox[abprs]-\w{8,}|gh[pousr]_\w{20,}|github_pat_\w{20,}|AKIA(?!IOSFODNN7EXAMPLE)[A-Z0-9]{16}|ya29\.[\w-]{20,}"
    r"|(?i:bearer)\s+[\w.~+/-]{16,}|-----BEGIN [A-Z ]*PRIVATE KEY"
)
PARTS = ("method", "url", "query", "json", "form", "multipart", "content")


class Taped(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How the service answered."""

    status: int = 200
    headers: Mapping[str, str] = {}
    json: Any = UNSET
    text: str | UnsetType = UNSET
    base64: str | UnsetType = UNSET
    pieces: tuple[str, ...] | UnsetType = UNSET

    def reply(self, url: str) -> Reply:
        """The answer as `net` would give it."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        return Reply(self.status, b"".join(self.body()), headers, url)

    def body(self) -> Sequence[bytes]:
        """The pieces in which it comes."""
        if self.pieces is not UNSET:
            return [piece.encode() for piece in self.pieces]
        if self.base64 is not UNSET:
            return [b64decode(self.base64)]
        if self.text is not UNSET:
            return [self.text.encode()]
        return [] if self.json is UNSET else [msgspec.json.encode(self.json)]


class Exchanged(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One request and its reply."""

    request: Mapping[str, Any]
    reply: Taped = Taped()


class Cassette(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One use of a tool, from its arguments to its result."""

    source: str
    arguments: Mapping[str, Any] = {}
    credential: Mapping[str, str] = {}
    exchanges: tuple[Exchanged, ...] = ()
    opens: tuple[str, ...] = ()
    result: Any = UNSET
    error: Mapping[str, str] | None = None


def read(path: Path) -> Cassette:
    """The cassette in a file; raises `Invalid` that names the file and what is wrong."""
    content = path.read_bytes()
    try:
        cassette = msgspec.json.decode(content, type=Cassette)
    except msgspec.DecodeError as error:
        raise Invalid(f"{path.name} is no cassette: {error}", code="bad_cassette") from error
    if not _SOURCE.fullmatch(cassette.source):
        words = "recorded, vendor example (URL) or vendor description (URL)"
        raise Invalid(f"{path.name} names the source {cassette.source!r}; it can be {words}", code="bad_cassette")
    if _LEAK.search(content.decode("utf-8", "replace")):
        raise Invalid(f"{path.name} holds what looks like a secret", code="secret_in_cassette")
    return cassette


def of_tool(folder: Path, tool: Tool) -> dict[str, Cassette]:
    """The cassettes of a tool in a plugin's folder, by file name."""
    name = tool.id.partition(".")[2]
    paths = sorted(p for p in (folder / "cassettes").glob(f"{name}*.json") if p.name.split(".")[0] == name)
    return {path.name: read(path) for path in paths}


async def play(tool: Tool, cassette: Cassette) -> list[str]:
    """How the tool differs from its cassette, in words; empty when it does not."""
    player = Player(cassette)
    try:
        result = plain(await tool.run(as_input(tool, cassette.arguments), player))
    except Connecting:
        return player.differences()
    except SimError as error:
        return [*player.differences(), *_error_differs(cassette, error)]
    found = player.differences()
    if cassette.error is not None:
        found.append(f"it gave {_short(result)} where the error {cassette.error!r} was expected")
    elif cassette.result is UNSET:
        found.append(f"the cassette lacks its result, which is {msgspec.json.encode(result).decode()}")
    elif result != cassette.result:
        found.append(f"result: {difference(cassette.result, result)}")
    return found


class Connecting(Exception):
    """A driver asks for its connection, which is where a cassette ends."""


class Player:
    """A `Context` that answers from a cassette and compares what it is asked."""

    def __init__(self, cassette: Cassette) -> None:
        self._cassette = cassette
        self._turn = 0
        self._opened: list[str] = []
        self._found: list[str] = []

    @property
    def credential(self) -> Mapping[str, str]:
        """What the cassette says of the account."""
        return self._cassette.credential

    @property
    def idempotency_key(self) -> str:
        """Always the same."""
        return "cassette"

    async def send(self, request: Request) -> Reply:
        """The next reply of the cassette."""
        return self._next(request).reply(request.url)

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncGenerator["Playing"]:
        """The next reply of the cassette, in its pieces."""
        yield Playing(self._next(request))

    def presign(self, request: Request, *, seconds: int) -> str:
        """The URL, with a signature that is none."""
        return f"{settle(request).url}#{request.method} for {seconds} s"

    async def open(self, host: str, port: int) -> Address:
        """The end of what can be played."""
        self._opened.append(f"{host}:{port}")
        raise Connecting

    def differences(self) -> list[str]:
        """What was asked otherwise, or not at all."""
        left = [_title(e.request) for e in self._cassette.exchanges[self._turn :]]
        found = [*self._found, *(f"was not asked: {title}" for title in left)]
        if self._opened != list(self._cassette.opens):
            found.append(f"opened {self._opened}, expected {list(self._cassette.opens)}")
        return found

    def _next(self, request: Request) -> Taped:
        if self._turn >= len(self._cassette.exchanges):
            self._found.append(f"asks more than the cassette knows: {request.method} {request.url}")
            raise Invalid("the cassette has ended", code="cassette_ended")
        exchange = self._cassette.exchanges[self._turn]
        self._turn += 1
        self._found += [f"request {self._turn}: {words}" for words in _request_differs(exchange.request, request)]
        return exchange.reply


class Playing:
    """A reply of a cassette, as it comes."""

    def __init__(self, taped: Taped) -> None:
        self.status = taped.status
        self.headers: Mapping[str, str] = {name.lower(): value for name, value in taped.headers.items()}
        self._body = taped.body()

    async def pieces(self) -> AsyncIterator[bytes]:
        """The body, piece by piece."""
        for piece in self._body:
            yield piece


def asked(request: Request) -> dict[str, Any]:
    """A request as a cassette writes it: the query apart from the URL, bodies as they were declared."""
    raw: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(request))
    parts = urlsplit(request.url)
    query: dict[str, Any] = dict(parse_qsl(parts.query, keep_blank_values=True)) | dict(raw.get("query", {}))
    shown: dict[str, Any] = {"method": request.method, "url": parts._replace(query="").geturl()}
    shown |= {"query": kept} if (kept := {n: v for n, v in query.items() if v is not None}) else {}
    shown |= {name: raw[name] for name in ("json", "form") if raw.get(name) is not None}
    if request.content is not None:
        shown["content"] = request.content.decode("utf-8", "backslashreplace")
    if request.multipart is not None:
        shown["multipart"] = {name: _part(part.content, part.filename) for name, part in request.multipart.items()}
    return shown


def difference(expected: Any, got: Any, place: str = "") -> str:
    """Where two values first differ, in words; empty when they are equal."""
    if expected == got:
        return ""
    if isinstance(expected, dict) and isinstance(got, dict):
        mine, theirs = cast("dict[str, Any]", expected), cast("dict[str, Any]", got)
        pairs = [(f".{n}", mine.get(n, UNSET), theirs.get(n, UNSET)) for n in {**mine, **theirs}]
    elif isinstance(expected, list) and isinstance(got, list):
        both = zip_longest(cast("list[Any]", expected), cast("list[Any]", got), fillvalue=UNSET)
        pairs = [(f"[{turn}]", *pair) for turn, pair in enumerate(both)]
    else:
        return f"{place or 'value'} is {_short(got)}, expected {_short(expected)}"
    return next(difference(a, b, place + name) for name, a, b in pairs if a != b)


def _request_differs(expected: Mapping[str, Any], request: Request) -> list[str]:
    found: list[str] = []
    if unknown := set(expected) - {*PARTS, "headers"}:
        found.append(f"the cassette names {sorted(unknown)}, which no request has")
    got = asked(request)
    found += [words for name in PARTS if (words := difference(expected.get(name, UNSET), got.get(name, UNSET), name))]
    headers = {name.lower(): value for name, value in request.headers.items()}
    for name, value in expected.get("headers", {}).items():
        if headers.get(name.lower()) != value:
            found.append(f"header {name} is {headers.get(name.lower())!r}, expected {value!r}")
    return found


def _error_differs(cassette: Cassette, error: SimError) -> list[str]:
    if cassette.error is None:
        return [f"it failed with {error.reason}: {error.message}"]
    code, words = cassette.error.get("code", error.reason), cassette.error.get("message", "")
    if error.reason == code and words in error.message:
        return []
    return [f"it failed with {error.reason}: {error.message}; expected {code}: {words}"]


def _part(content: bytes | str, filename: str) -> Any:
    text = content if isinstance(content, str) else content.decode("utf-8", "backslashreplace")
    return {"filename": filename, "content": text} if filename else text


def _title(request: Mapping[str, Any]) -> str:
    return f"{request.get('method', 'GET')} {request.get('url', '')}"


def _short(value: Any) -> str:
    return "absent" if value is UNSET else msgspec.json.encode(plain(value)).decode()[:300]
