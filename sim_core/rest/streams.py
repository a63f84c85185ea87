"""A run as server-sent events: what is journaled, then what comes, then the end."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from typing import TypeAlias

import msgspec
from litestar.response.streaming import ASGIStreamingResponse

from sim_core.flow.events import Event, TextDelta
from sim_core.store.entries import Entry as Told

HEARTBEAT_S = 15.0
BATCH_S = 0.05
HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}

_encode = msgspec.json.Encoder().encode
Frames: TypeAlias = AsyncGenerator[bytes]


def event_stream(told: AsyncIterator[Told], run_id: str) -> ASGIStreamingResponse:
    """The answer that sends them; each has the journal's number as its id, so that a client can resume after it."""
    return ASGIStreamingResponse(
        iterator=frames(told), media_type="text/event-stream", headers={**HEADERS, "x-run-id": run_id}
    )


async def frames(told: AsyncIterator[Told], *, heartbeat_s: float = HEARTBEAT_S, batch_s: float = BATCH_S) -> Frames:
    """Events as frames: words that come within 50 ms are sent together, and silence is filled with comments."""
    yield b"retry: 1000\n\n"
    coming: asyncio.Queue[Told | None] = asyncio.Queue(maxsize=256)
    pump = asyncio.ensure_future(_pump(told, coming))
    words: list[TextDelta] = []
    due = 0.0
    clock = asyncio.get_running_loop().time
    try:
        while True:
            try:
                async with asyncio.timeout(max(0.0, due - clock()) if words else heartbeat_s):
                    item = await coming.get()
            except TimeoutError:
                yield _words(words) if words else b": still here\n\n"
                words = []
                continue
            if item is not None and isinstance(item.event, TextDelta):
                if not words:
                    due = clock() + batch_s
                words.append(item.event)
                continue
            if words:
                yield _words(words)
                words = []
            if item is None:
                break
            yield frame(item.event, item.seq)
        await pump
    finally:
        pump.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await pump


def frame(event: Event, seq: int | None) -> bytes:
    """One event as a frame; `event:` is its name, `data:` the rest."""
    name = str(type(event).__struct_config__.tag)
    number = b"" if seq is None else b"id: %d\n" % seq
    return b"%bevent: %b\ndata: %b\n\n" % (number, name.encode(), _encode(event))


async def _pump(told: AsyncIterator[Told], coming: asyncio.Queue[Told | None]) -> None:
    try:
        async for item in told:
            await coming.put(item)
    except Exception:
        await coming.put(None)
        raise
    await coming.put(None)


def _words(deltas: list[TextDelta]) -> bytes:
    """Words as few frames as may be: what one step said in one kind is joined."""
    joined: list[TextDelta] = []
    for delta in deltas:
        last = joined[-1] if joined else None
        if (
            last
            and delta.kind != "reset"
            and (last.block, last.path, last.kind) == (delta.block, delta.path, delta.kind)
        ):
            joined[-1] = msgspec.structs.replace(last, text=last.text + delta.text)
        else:
            joined.append(delta)
    return b"".join(frame(delta, None) for delta in joined)
