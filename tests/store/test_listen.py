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
    listening = Listening(url, beat_s=1.0)
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


async def test_a_channel_that_is_asked_for_while_the_line_is_silent_is_heard_once_it_is_back(
    store: Store, wire: tuple[Wire, str]
) -> None:
    line, url = wire
    heard: asyncio.Queue[str | None] = asyncio.Queue()
    listening = Listening(url, beat_s=1.0)
    await listening.on("test_news", lambda _: None)
    line.cut()
    await asyncio.wait_for(listening.on("test_more", heard.put_nowait), 30)
    assert await asyncio.wait_for(heard.get(), 30) is None
    await store.execute("SELECT pg_notify('test_more', 'one')")
    assert await asyncio.wait_for(heard.get(), 30) == "one"
    await listening.close()


async def test_whoever_gives_up_while_asking_leaves_the_channel_to_the_next(store: Store) -> None:
    listening = Listening(store.url)
    await listening.on("test_news", lambda _: None)
    for steps in range(8):
        heard: asyncio.Queue[str | None] = asyncio.Queue()
        gives_up = asyncio.create_task(listening.on(f"test_{steps}", heard.put_nowait))
        for _ in range(steps):
            await asyncio.sleep(0)
        gives_up.cancel()
        await asyncio.gather(gives_up, return_exceptions=True)
        await listening.on(f"test_{steps}", heard.put_nowait)
        for word in ("one", "two"):
            await store.execute("SELECT pg_notify($1, $2)", f"test_{steps}", word)
            assert await asyncio.wait_for(heard.get(), 30) == word
    await listening.close()
