"""The guarded client: every request of a workflow leaves here, bounded, retried where that is safe, and told about."""

import asyncio
import random
import ssl
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TypeAlias
from urllib.parse import urljoin, urlsplit

import httpx2
from msgspec import Struct
from msgspec.structs import asdict, replace

from sim_core.errors import Denied, Expired, Fault, Invalid, Refused, SimError, Unreachable
from sim_core.net import retries
from sim_core.net.guard import Guard
from sim_core.net.masks import Mask
from sim_core.net.transport import GuardedTransport
from sim_core.net.wire import full_url, settle
from sim_core.spec.requests import Address, Reply, Request

REDIRECTS = (301, 302, 303, 307, 308)
UPGRADE = ("http", 80, "https", 443)
PORTABLE = frozenset(
    ("accept", "accept-language", "accept-encoding", "content-type", "user-agent", "range", "cache-control")
)  # fmt: skip


class Limits(Struct, frozen=True, kw_only=True):
    """How long, how much and how often at most."""

    connect_s: float = 10.0
    total_s: float = 300.0
    idle_s: float = 120.0
    """Seconds that a streamed answer may be silent."""
    max_bytes: int = 100 * 1024 * 1024
    connections: int = 200
    redirects: int = 8
    tries: int = 4
    backoff_s: float = 0.5
    longest_wait_s: float = 60.0
    http2: bool = False


class Exchange(Struct, frozen=True, kw_only=True):
    """What is told of a request after it ended; secrets are masked."""

    method: str
    url: str
    status: int = 0
    """0 when there was no answer."""
    ms: float
    sent: int = 0
    received: int = 0
    """Bytes of the answer's body, unpacked."""
    tries: int = 1
    error: str = ""
    """Code of the error it ended with."""


Tell: TypeAlias = Callable[[Exchange], None]
Sign: TypeAlias = Callable[[Request], Request]
Reach: TypeAlias = Callable[[str, int], str | None]
"""Why a host may not be reached by this caller; `None` when it may."""


class Note(Struct):
    """What is known of an exchange so far."""

    status: int = 0
    sent: int = 0
    received: int = 0
    tries: int = 1
    error: str = ""


class Errand(Struct, frozen=True, kw_only=True):
    """On whose behalf a request is sent: how it is signed, what it may reach, who is told."""

    sign: Sign | None = None
    reach: Reach | None = None
    key: str = ""
    mask: Mask = Mask()
    tell: Tell | None = None


NOBODY = Errand()


class Client:
    """One for each process; `http()` lends its connections to a vendor's SDK."""

    def __init__(
        self,
        guard: Guard,
        *,
        limits: Limits | None = None,
        verify: ssl.SSLContext | None = None,
        tell: Tell | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.guard = guard
        self.limits = limits or Limits()
        self._verify = verify
        self._tell = tell
        self._sleep = sleep
        self._chance = chance
        self._http: httpx2.AsyncClient | None = None

    def http(self) -> httpx2.AsyncClient:
        """An httpx2 client that leaves through the guard only; it keeps no cookies and follows no redirects."""
        if self._http is None:
            self._http = httpx2.AsyncClient(
                transport=self.transport(),
                trust_env=False,
                timeout=httpx2.Timeout(self.limits.idle_s, connect=self.limits.connect_s),
                headers={"accept-encoding": "gzip, deflate"},
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            )
        return self._http

    def transport(self) -> GuardedTransport:
        """A transport of one's own that leaves through the guard only."""
        return GuardedTransport(
            self.guard,
            verify=self._verify,
            connections=self.limits.connections,
            max_bytes=self.limits.max_bytes,
            http2=self.limits.http2,
        )

    async def open(self, host: str, port: int) -> Address:
        """Where a driver may connect to; raises `Denied`, `Unreachable`, `Expired`."""
        try:
            async with asyncio.timeout(self.limits.connect_s):
                return await self.guard.check(host, port)
        except TimeoutError as error:
            raise Expired(f"{host} was not found within {self.limits.connect_s:g} s") from error

    async def send(self, request: Request, errand: Errand = NOBODY) -> Reply:
        """The whole answer, whatever its status; raises `Unreachable`, `Expired`, `Denied`, `Refused`."""
        total = request.timeout_s or self.limits.total_s
        async with self._told(request, errand) as note:
            try:
                async with asyncio.timeout(total):
                    reply = await self._try(settle(request), errand, note, time.monotonic() + total)
            except TimeoutError as error:
                raise Expired(f"{_host(request)} did not answer within {total:g} s") from error
            note.status, note.received = reply.status, len(reply.content)
            return reply

    @asynccontextmanager
    async def stream(self, request: Request, errand: Errand = NOBODY) -> AsyncGenerator["Arriving"]:
        """The answer as it comes; nothing is retried once it began. `timeout_s` bounds the whole of it."""
        async with self._told(request, errand) as note:
            clock = asyncio.timeout(request.timeout_s)
            try:
                async with clock:
                    response = await self._follow(settle(request), errand, note)
                    try:
                        note.status = response.status_code
                        arriving = Arriving(response, note)
                        yield arriving
                    finally:
                        await response.aclose()
            except TimeoutError as error:
                if not clock.expired():
                    raise
                raise Expired(f"{_host(request)} did not end within {request.timeout_s:g} s") from error

    async def aclose(self) -> None:
        """Close every connection."""
        if self._http is not None:
            await self._http.aclose()
            self._http = None

    async def _try(self, request: Request, errand: Errand, note: Note, deadline: float) -> Reply:
        request = retries.keyed(request, errand.key)
        for turn in range(1, self.limits.tries + 1):
            note.tries = turn
            last = turn == self.limits.tries
            try:
                reply = await self._whole(request, errand, note)
                asked = retries.asked_wait(reply.headers)
                if last or not retries.may_repeat_reply(request, reply.status):
                    return reply
            except Unreachable as error:
                reply, asked = None, None
                if last or not retries.may_repeat_failure(request, error):
                    raise
            wait = retries.wait(turn, asked, base=self.limits.backoff_s, chance=self._chance())
            if reply is not None and (wait > self.limits.longest_wait_s or time.monotonic() + wait > deadline):
                return reply
            await self._sleep(min(wait, self.limits.longest_wait_s))
        raise Fault("a request was tried no time at all")

    async def _whole(self, request: Request, errand: Errand, note: Note) -> Reply:
        response = await self._follow(request, errand, note)
        try:
            with _ours(response.url.host):
                content = await response.aread()
        finally:
            await response.aclose()
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Reply(response.status_code, content, headers, str(response.url))

    async def _follow(self, request: Request, errand: Errand, note: Note) -> httpx2.Response:
        hop = retries.keyed(request, errand.key)
        for _ in range(self.limits.redirects + 1):
            signed = errand.sign(hop) if errand.sign and trusts(request.url, hop.url) else hop
            response = await self._leave(signed, errand, note)
            location = response.headers.get("location")
            if response.status_code not in REDIRECTS or not location:
                return response
            await response.aclose()
            hop = redirected(hop, response.status_code, location)
        raise Refused(f"{_host(request)} redirects in circles", code="too_many_redirects")

    async def _leave(self, request: Request, errand: Errand, note: Note) -> httpx2.Response:
        parts = urlsplit(request.url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        if errand.reach and (reason := errand.reach(host, port)):
            raise Denied(reason, code="host_not_declared")
        note.sent = len(request.content or b"")
        with _ours(host):
            http = self.http()
            leaving = http.build_request(
                request.method, request.url, headers=dict(request.headers), content=request.content
            )
            leaving.extensions["max_bytes"] = request.max_bytes or self.limits.max_bytes
            return await http.send(leaving, stream=True, follow_redirects=False)

    @asynccontextmanager
    async def _told(self, request: Request, errand: Errand) -> AsyncGenerator[Note]:
        mask, started, note = errand.mask, time.perf_counter(), Note()
        try:
            yield note
        except SimError as error:
            note.error = error.reason
            error.message = mask.text(error.message)
            error.args = (error.message,)
            raise
        finally:
            exchange = Exchange(
                method=request.method,
                url=mask.url(full_url(request)),
                ms=round((time.perf_counter() - started) * 1000, 3),
                **asdict(note),
            )
            for tell in (self._tell, errand.tell):
                if tell:
                    tell(exchange)


class Arriving:
    """An answer whose body is still coming."""

    def __init__(self, response: httpx2.Response, note: Note) -> None:
        self.status = response.status_code
        self.headers: Mapping[str, str] = {name.lower(): value for name, value in response.headers.items()}
        self._response = response
        self._note = note

    async def pieces(self) -> AsyncIterator[bytes]:
        """The body, as it comes; raises `Unreachable` when it breaks off."""
        with _ours(self._response.url.host):
            async for piece in self._response.aiter_bytes():
                self._note.received += len(piece)
                yield piece


def redirected(request: Request, status: int, location: str) -> Request:
    """The request that follows a redirect; another origin gets neither credentials nor cookies."""
    url = urljoin(request.url, location).partition("#")[0]
    old, new = _origin(request.url), _origin(url)
    if new[0] not in ("http", "https"):
        raise Denied(f"{old[1]} redirects to {new[0]!r}, which is not the web", code="bad_redirect")
    if old[0] == "https" and new[0] == "http":
        raise Denied(f"{old[1]} redirects from https to http, which would send in the open", code="bad_redirect")
    headers = dict(request.headers)
    if not trusts(request.url, url):
        headers = {name: value for name, value in headers.items() if name in PORTABLE}
    if status == 303 or (status in (301, 302) and request.method == "POST"):
        headers.pop("content-type", None)
        method = "HEAD" if request.method == "HEAD" else "GET"
        return replace(request, method=method, url=url, headers=headers, content=None)
    return replace(request, url=url, headers=headers)


def trusts(old: str, new: str) -> bool:
    """Whether a credential for one URL may go to the other: the same origin, or the same host gone over to https."""
    before, after = _origin(old), _origin(new)
    return before == after or (before[1] == after[1] and (before[0], before[2], after[0], after[2]) == UPGRADE)


def _origin(url: str) -> tuple[str, str, int]:
    parts = urlsplit(url)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or (443 if parts.scheme == "https" else 80)


def _host(request: Request) -> str:
    return urlsplit(request.url).hostname or request.url


@contextmanager
def _ours(host: str) -> Generator[None]:
    try:
        yield
    except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
        raise _not_connected(host, error) from error
    except (httpx2.ReadTimeout, httpx2.WriteTimeout, httpx2.PoolTimeout) as error:
        raise Expired(f"{host} fell silent") from error
    except (httpx2.InvalidURL, httpx2.UnsupportedProtocol) as error:
        raise Invalid(f"the URL is not valid: {error}", code="bad_url") from error
    except (httpx2.LocalProtocolError, UnicodeEncodeError) as error:
        raise Invalid(f"the request cannot be sent as HTTP: {error}", code="bad_request") from error
    except httpx2.HTTPError as error:
        raise Unreachable(f"{host} broke off: {error}", code="broken_off") from error


def _not_connected(host: str, error: httpx2.TransportError) -> Unreachable:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            why = getattr(cause, "verify_message", "") or cause.reason or "the handshake failed"
            return Unreachable(f"{host} could not prove who it is: {why}", code="tls_failed")
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx2.ConnectTimeout):
        return Unreachable(f"{host} did not answer the connection in time", code="connect_timeout")
    return Unreachable(f"{host} refused the connection", code="connect_failed")
