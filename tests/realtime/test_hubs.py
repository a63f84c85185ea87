import asyncio
import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from sim_realtime.hub import HEALTH, MAX_MESSAGE, why_not_socketify
from tests.support.ports import free_port

HUBS = [
    "asyncio",
    pytest.param("socketify", marks=pytest.mark.skipif(bool(why_not_socketify()), reason=why_not_socketify() or "-")),
]


class Running:
    def __init__(self, kind: str) -> None:
        self.kind, self.port, self.stopping = kind, free_port(), False
        self.url = f"ws://127.0.0.1:{self.port}/ws"
        words = [sys.executable, "-m", "tests.realtime.echo", kind, str(self.port)]
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        assert self.process.stdout.readline() == "up\n"

    def stop(self) -> int:
        if not self.stopping:
            self.stopping = True
            self.process.terminate()
        code = self.process.wait(60)
        if self.process.stdout:
            self.process.stdout.close()
        return code


@pytest.fixture(params=HUBS)
def running(request: Any) -> Iterator[Running]:
    running = Running(request.param)
    yield running
    assert running.stop() == 0


async def ask(client: ClientConnection, text: str) -> Any:
    await client.send(text)
    return json.loads(await client.recv())


async def stats_when(client: ClientConnection, holds: Any) -> dict[str, int]:
    async with asyncio.timeout(60):
        while not holds(stats := await ask(client, "stats")):
            await asyncio.sleep(0.01)
    return stats


async def test_messages_go_both_ways_in_order(running: Running) -> None:
    async with connect(running.url, proxy=None) as client:
        for number in range(100):
            await client.send(f"m{number}")
        answers = [await client.recv() for _ in range(100)]
        assert answers == [f"echo m{number}" for number in range(100)]
        await client.send("žluťoučký 🐎 \x00")
        assert await client.recv() == "echo žluťoučký 🐎 \x00"


async def test_the_server_can_close_with_a_code(running: Running) -> None:
    async with connect(running.url, proxy=None) as client:
        await client.send("bye")
        with pytest.raises(ConnectionClosed) as caught:
            await client.recv()
    assert caught.value.rcvd is not None
    assert (caught.value.rcvd.code, caught.value.rcvd.reason) == (4001, "bye")


async def test_sending_to_who_has_left_does_nothing(running: Running) -> None:
    async with connect(running.url, proxy=None) as first, connect(running.url, proxy=None) as second:
        await first.send("hello")
        await first.recv()
        first.transport.abort()
        await stats_when(second, lambda stats: stats["closed"] == 1)
        assert await ask(second, "late") is False


async def test_a_message_that_is_too_large_ends_the_connection(running: Running) -> None:
    async with connect(running.url, proxy=None) as other:
        async with connect(running.url, proxy=None) as client:
            await client.send("x" * (MAX_MESSAGE + 1))
            with pytest.raises(ConnectionClosed):
                await client.recv()
        stats = await stats_when(other, lambda stats: stats["closed"] == 1)
        assert stats["alive"] == 1


async def test_a_reader_that_falls_behind_is_closed_and_the_others_are_not(running: Running) -> None:
    """RT-63."""
    async with connect(running.url, proxy=None) as slow, connect(running.url, proxy=None) as good:
        await slow.send("hello")
        await slow.recv()
        slow.transport.pause_reading()
        await good.send("flood 0")
        stats = await stats_when(good, lambda stats: stats["alive"] == 1)
        assert stats["all"] == 2
        slow.transport.abort()


async def test_who_follows_a_topic_hears_it_in_order_with_what_is_sent_to_it_alone(running: Running) -> None:
    async with connect(running.url, proxy=None) as one, connect(running.url, proxy=None) as two:
        for client in (one, two):
            await client.send("follow")
            heard = [await client.recv()]
            assert heard == ["done"]
        assert await one.recv() == "too early"  # what was told before the second came
        await one.send("cry x")
        assert [await one.recv() for _ in range(10)] == [
            said for number in range(5) for said in (f"cry x {number}", f"alone {number}")
        ]
        assert [await two.recv() for _ in range(5)] == [f"cry x {number}" for number in range(5)]
        await one.send("others y")
        assert await one.recv() == "done"
        assert await two.recv() == "others y"
        await two.send("unfollow")
        assert await two.recv() == "done"
        assert await one.recv() == "too late"
        await one.send("cry z")
        assert (await one.recv(), await one.recv()) == ("cry z 0", "alone 0")
        assert await ask(two, "stats")


async def test_a_follower_that_falls_behind_is_closed_and_the_others_are_not(running: Running) -> None:
    """RT-63: the same for what is told to everybody."""
    async with connect(running.url, proxy=None, max_size=None) as slow, connect(running.url, proxy=None) as good:
        for client in (good, slow):
            await client.send("follow")
            assert await client.recv() == "done"
        assert await good.recv() == "too early"
        slow.transport.pause_reading()
        heard = 0
        while (await ask(good, "stats"))["alive"] == 2:
            await good.send("others " + "x" * 400_000)
            assert await good.recv() == "done"
            heard += 1
            assert heard < 100, "it is told more and more"
        slow.transport.abort()


async def test_health_is_told_over_http(running: Running) -> None:
    def get(path: str) -> bytes:
        with urllib.request.urlopen(f"http://127.0.0.1:{running.port}{path}", timeout=60) as reply:
            return reply.read()

    for path in HEALTH:
        assert await asyncio.to_thread(get, path) == b'{"ok":true}'
    with pytest.raises(urllib.error.HTTPError, match="404"):
        await asyncio.to_thread(get, "/elsewhere")


async def test_a_taken_port_is_an_error(running: Running) -> None:
    words = [sys.executable, "-m", "tests.realtime.echo", running.kind, str(running.port)]
    second = await asyncio.to_thread(subprocess.run, words, capture_output=True, text=True, timeout=60)
    assert second.returncode != 0
    assert "up" not in second.stdout


async def test_stopping_tells_everyone_to_come_back(running: Running) -> None:
    async with connect(running.url, proxy=None) as client:
        await ask(client, "stats")
        running.stopping = True
        running.process.terminate()
        with pytest.raises(ConnectionClosed) as caught:
            await client.recv()
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == 1012


async def test_a_storm_of_aborted_connections_leaves_nothing_behind(running: Running) -> None:
    async def storm() -> None:
        for _ in range(25):
            async with connect(running.url, proxy=None) as client:
                await client.send("hello")
                client.transport.abort()

    await asyncio.gather(*(storm() for _ in range(8)))
    async with connect(running.url, proxy=None) as client:
        await stats_when(client, lambda stats: stats["alive"] == 1 and stats["closed"] == stats["all"] - 1)
