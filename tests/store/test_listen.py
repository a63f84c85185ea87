"""Hearing what the database tells, over a network that forgets connections without a word."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest
import pytest_asyncio

from sim_core.store.listen import Listening
from sim_core.store.pool import Store

SOCKET = ".s.PGSQL.5432"


class Wire:
    """A line to the database; once it is cut nothing comes through those that are open, and neither side is told."""

    def __init__(self, target: str) -> None:
        self.target, self.lines = target, 0
        self.is_cut = asyncio.Event()
        self.ways: set[asyncio.Task[None]] = set()

    async def enter(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.lines += 1
        cut = self.is_cut
        far_reader, far_writer = await asyncio.open_unix_connection(self.target)
        self.ways = {
            asyncio.create_task(self.pass_on(reader, far_writer, cut)),
            asyncio.create_task(self.pass_on(far_reader, writer, cut)),
        }
        await asyncio.gather(*self.ways, return_exceptions=True)

    @staticmethod
    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, cut: asyncio.Event) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                if not cut.is_set():
                    writer.write(data)
        writer.close()

    def cut(self) -> None:
        self.is_cut.set()
        self.is_cut = asyncio.Event()


@pytest_asyncio.fixture
async def wire(store: Store) -> AsyncIterator[tuple[Wire, str]]:
    parts = urlsplit(store.url)
    if not (sockets := parse_qs(parts.query).get("host")):
        pytest.skip("the database of these tests has no socket here")
    folder = Path(tempfile.mkdtemp(prefix="sim-"))
    made = Wire(f"{sockets[0]}/{SOCKET}")
    server = await asyncio.start_unix_server(made.enter, folder / SOCKET)
    try:
        yield made, parts._replace(query=f"host={quote(str(folder))}").geturl()
    finally:
        server.close()
        for way in made.ways:
            way.cancel()
        await asyncio.gather(*made.ways, return_exceptions=True)
        shutil.rmtree(folder)


async def test_a_line_that_falls_silent_is_noticed_and_what_it_swallowed_is_asked_for(
    store: Store, wire: tuple[Wire, str]
) -> None:
    line, url = wire
    heard: asyncio.Queue[str | None] = asyncio.Queue()
    listening = Listening(url, beat_s=0.3)
    await listening.on("test_news", heard.put_nowait)
    await store.execute("SELECT pg_notify('test_news', 'one')")
    assert await asyncio.wait_for(heard.get(), 10) == "one"
    line.cut()
    await store.execute("SELECT pg_notify('test_news', 'two')")
    assert await asyncio.wait_for(heard.get(), 20) is None
    await store.execute("SELECT pg_notify('test_news', 'three')")
    assert await asyncio.wait_for(heard.get(), 10) == "three"
    assert line.lines >= 2
    await listening.close()
