"""A scripted HTTP server on loopback: real sockets, replies that a test chose, also slow, endless and broken ones."""

import asyncio
import inspect
import json
import ssl
import threading
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import parse_qs, unquote, urlsplit

REASONS = {200: "OK", 201: "Created", 204: "No Content", 302: "Found", 404: "Not Found", 429: "Too Many Requests"}


@dataclass
class Seen:
    """A request as it came over the wire; header names in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return unquote(urlsplit(self.target).path)

    @property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.target).query, keep_blank_values=True)

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Answer:
    """What to answer.

    `body` that is not bytes or text becomes JSON. `pieces` come chunked, one by one, with `pause_s` between them; with
    `cut` the connection is dropped after them. `delay_s` waits before the first byte. `raw` is sent as it is instead
    of everything else; `drop` closes without a word.
    """

    status: int = 200
    body: Any = b""
    headers: dict[str, str] = field(default_factory=dict)
    pieces: Iterable[bytes] | AsyncIterable[bytes] | None = None
    pause_s: float = 0.0
    delay_s: float = 0.0
    cut: bool = False
    drop: bool = False
    raw: bytes | None = None


Handler: TypeAlias = Callable[[Seen], Answer | Awaitable[Answer]]


def sse(*events: Any, done: str = "", pause_s: float = 0.0, cut: bool = False) -> Answer:
    """Server-sent events: a string is sent as it is, `(name, value)` with its event name, anything else as JSON."""
    pieces = [_event(event) for event in events]
    if done:
        pieces.append(f"data: {done}\n\n".encode())
    return Answer(headers={"content-type": "text/event-stream"}, pieces=pieces, pause_s=pause_s, cut=cut)


class Server:
    """A running server: where it is, and what it was asked."""

    def __init__(self, script: Handler | Sequence[Answer] | Answer, secure: bool) -> None:
        self.seen: list[Seen] = []
        self.connections = 0
        self.port = 0
        self.secure = secure
        self._script = script
        self._tasks: set[asyncio.Task[Any]] = set()

    @property
    def url(self) -> str:
        return f"{'https' if self.secure else 'http'}://{'localhost' if self.secure else '127.0.0.1'}:{self.port}"

    @property
    def allow(self) -> str:
        """The rule that lets the guarded client in."""
        return f"{'localhost' if self.secure else '127.0.0.1'}:{self.port}"

    @property
    def open(self) -> int:
        """How many connections there are now."""
        return len(self._tasks)

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while (seen := await _read(reader)) is not None:
                self.seen.append(seen)
                if not await _write(writer, await self._answer(seen), seen.method):
                    break
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            self._tasks.discard(task)

    async def stop(self) -> None:
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _answer(self, seen: Seen) -> Answer:
        script = self._script
        if isinstance(script, Answer):
            return script
        if callable(script):
            got = script(seen)
            return await got if inspect.isawaitable(got) else got
        return script[min(len(self.seen), len(script)) - 1]


@asynccontextmanager
async def serve(
    script: Handler | Sequence[Answer] | Answer,
    *,
    tls: ssl.SSLContext | None = None,
    host: str = "127.0.0.1",
    port: int = 0,
) -> AsyncIterator[Server]:
    """Serve on a port of loopback, by default a free one; a list of answers is played, and its last one repeats."""
    server = Server(script, tls is not None)
    listening = await asyncio.start_server(server.accept, host, port, ssl=tls)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        await server.stop()
        await listening.wait_closed()


@contextmanager
def in_thread(script: Handler | Sequence[Answer] | Answer, *, port: int = 0) -> Iterator[Server]:
    """The same for tests that do not await: in a loop of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    serving = serve(script, port=port)
    try:
        yield asyncio.run_coroutine_threadsafe(serving.__aenter__(), loop).result(10)
    finally:
        asyncio.run_coroutine_threadsafe(serving.__aexit__(None, None, None), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def _event(event: Any) -> bytes:
    name, value = event if isinstance(event, tuple) else ("", event)
    text = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
    return f"{f'event: {name}' + chr(10) if name else ''}data: {text}\n\n".encode()


async def _each(pieces: Iterable[bytes] | AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    if isinstance(pieces, AsyncIterable):
        async for piece in pieces:
            yield piece
    else:
        for piece in pieces:
            yield piece


async def _read(reader: asyncio.StreamReader) -> Seen | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.split("\r\n")
    method, target, _ = first.split(" ", 2)
    headers = {
        name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)
    }
    if "chunked" in headers.get("transfer-encoding", ""):
        body = b"".join([chunk async for chunk in _chunks(reader)])
    else:
        body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Seen(method, target, headers, body)


async def _chunks(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    while size := int((await reader.readline()).split(b";")[0], 16):
        yield await reader.readexactly(size)
        await reader.readline()
    await reader.readline()


async def _write(writer: asyncio.StreamWriter, answer: Answer, method: str) -> bool:
    """Send an answer; whether the connection may go on."""
    if answer.delay_s:
        await asyncio.sleep(answer.delay_s)
    if answer.drop:
        return False
    if answer.raw is not None:
        writer.write(answer.raw)
        await writer.drain()
        return False
    body = answer.body
    headers = dict(answer.headers)
    if not isinstance(body, bytes | str):
        body = json.dumps(body)
        headers.setdefault("content-type", "application/json")
    content = body.encode() if isinstance(body, str) else body
    framing = {"transfer-encoding": "chunked"} if answer.pieces is not None else {"content-length": str(len(content))}
    lines = [f"HTTP/1.1 {answer.status} {REASONS.get(answer.status, 'Answer')}"]
    lines += [f"{name}: {value}" for name, value in (framing | headers).items()]
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))
    if answer.pieces is None:
        writer.write(b"" if method == "HEAD" else content)
    else:
        async for piece in _each(answer.pieces):
            writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            await writer.drain()
            await asyncio.sleep(answer.pause_s)
        if answer.cut:
            return False
        writer.write(b"0\r\n\r\n")
    await writer.drain()
    return not answer.cut
