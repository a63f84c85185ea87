"""Coming in, coming back, typing, and a member that stalls."""

import asyncio
import socket
import time
from collections import Counter

from sim_core.store.documents import load
from sim_realtime.replica_text import ReplicaText
from tests.bench.figures import Figure
from tests.bench.realtime.load import Bench, Load, Took, figure, health, quantiles
from tests.realtime.crowd import STEP_S, Crowd, Member, Plan
from tests.realtime.service import Service

CLOSED_S = 60.0
"""Seconds in which a member that stalls has to be closed."""


def guest(bench: Bench, workflow_id: str, name: str, place: int) -> Member:
    """A member in this process."""
    plan = Plan(port=bench.service.port, key=bench.key, name=name, seats=[], rate=1, seconds=1)
    return Member(Crowd(plan), workflow_id, place)


async def timed(member: Member, since: int | None = None) -> float:
    """Seconds from dialling to the document, or to the last operation that was missed."""
    began = time.perf_counter()
    await member.join(since)
    if since is not None:
        while member.seq < since + 100:
            await asyncio.sleep(0)
    return time.perf_counter() - began


async def joins(bench: Bench, workflow_id: str) -> list[Figure]:
    """Open a large workflow that nobody has open, then one that somebody has, then come back after 100 operations."""
    first: list[float] = []
    for n in range(10):
        ids = [await bench.workflow(200)]
        member = guest(bench, ids[0], f"cold{n}", 0)
        first.append(await timed(member))
        member.wire.transport.abort()
    host = guest(bench, workflow_id, "host", 0)
    await host.join()
    hot = [guest(bench, workflow_id, f"hot{n}", 1) for n in range(30)]
    took = [await timed(member) for member in hot]
    since = host.seq
    for n in range(100):
        host.change(n if n % 5 != 4 else n + 1)
        await asyncio.sleep(0.05)
    while host.seq < since + 100:
        await asyncio.sleep(0.01)
    back = [guest(bench, workflow_id, f"back{n}", 1) for n in range(30)]
    resumed = [await timed(member, since) for member in back]
    for member in (host, *hot, *back):
        member.wire.transport.abort()
    return [
        *quantiles("G7 first to open 200 blocks", counted(first), 60, 250),
        *quantiles("G7 join 200 blocks", counted(took), 60, 250),
        *quantiles("G7 resume 100 operations", counted(resumed), 30, None),
    ]


async def typing(service: Service, workflow_id: str) -> list[Figure]:
    """Two people in one field, and how long each letter takes to the other."""
    took: list[float] = []
    async with service.client() as one, service.client() as two:
        texts: list[ReplicaText] = []
        for client in (one, two):
            replica = client.open(workflow_id)
            await client.saved()
            text = ReplicaText(replica, "b0", "code")
            client.heard = text.hear
            text.open()
            await client.until(lambda text=text: text.is_open)
            texts.append(text)
        left, right = texts
        for _ in range(200):
            began, wanted = time.perf_counter(), left.text + "x"
            left.type(wanted)
            await two.until(lambda wanted=wanted: right.text == wanted)
            took.append(time.perf_counter() - began)
            await asyncio.sleep(0.02)
    return quantiles("G5 keystroke", counted(took), 50, 150)


async def stalled(bench: Bench) -> list[Figure]:
    """One of fifty stops reading: the others notice nothing, it is closed, and comes back by its sequence number."""
    workflow_id = await bench.workflow(50)
    slow = guest(bench, workflow_id, "slow", 49)
    await slow.join()
    kernel: socket.socket = slow.wire.transport.get_extra_info("socket")
    kernel.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    slow.wire.transport.pause_reading()
    began, since = time.monotonic(), slow.seq
    putting = asyncio.create_task(bench.put(Load(1, 49, 100, cursors=10, seconds=17, weight=150_000), [workflow_id]))
    gone = await until_gone(bench.service.port, began, putting)
    took = await putting
    slow.wire.transport.abort()
    last = (await load(bench.service.store, workflow_id, bench.service.home.workspace_id)).seq
    back = guest(bench, workflow_id, "slow", 49)
    again = time.perf_counter()
    await back.join(since)
    mode = back.parts
    while back.seq < last and time.perf_counter() < again + 10:
        await asyncio.sleep(0.001)
    resumed = time.perf_counter() - again
    back.wire.transport.abort()
    return [
        *quantiles("G15 one of 50 stalls, the others", took.report.peer, 25, 120),
        figure("G15 it is closed after", gone, "s", CLOSED_S),
        figure("G15 it comes back by its sequence number", float(mode == 0 and back.seq > since), "", 1, least=True),
        figure("G15 and has everything after", 1e3 * resumed, "ms", 1000),
    ]


async def until_gone(port: int, began: float, putting: asyncio.Task[Took]) -> float:
    """Seconds until the service has one connection less than it had at most, while the others are still there."""
    most = 0
    while not putting.done():
        now = (await asyncio.to_thread(health, port))["connections"]
        if now == most - 1 and most >= 50 and not putting.done():
            return time.monotonic() - began
        most = max(most, now)
        await asyncio.sleep(0.1)
    return float("inf")


def counted(seconds: list[float]) -> Counter[int]:
    """Durations in the steps that crowds count in."""
    return Counter(int(one / STEP_S) for one in seconds)
