"""What a run costs over REST: a deployed workflow of five blocks, sync, with its journal, on one server process."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from statistics import quantiles
from typing import Any

import msgspec
import psutil
import uvloop

from tests.bench.figures import Figure
from tests.support.stack import Stack

LEVELS = (1, 16, 64)
SECONDS, WARM_S = 4.0, 1.5
GOALS = {16: (500.0, 100.0)}
"""Runs per second at least, and p99 in ms at most."""
CPU_GOAL_MS = 1.5
PARTS = {"postgres": "database", "cli serve": "server", "cli realtime": "realtime", "": "supervisor"}
"""What a process is, by words of its command line."""


def run() -> Iterator[Figure]:
    """Each number of connections in turn; the load comes from this process, on the same cores."""
    stack = Stack()
    try:
        stack.start()
        stack.make_key()
        request = _request(stack, _deployed(stack))
        uvloop.run(_load(stack.port, request, 16, WARM_S))
        for level in LEVELS:
            before = _cpu(stack)
            times, seconds = uvloop.run(_load(stack.port, request, level, SECONDS))
            yield from _figures(level, times, seconds)
            for what, now in _cpu(stack).items():
                goal = CPU_GOAL_MS if what == "server" else None
                spent = (now - before[what]) / len(times) * 1e3
                yield Figure(
                    name=f"{level} at once: CPU of the {what}", value=round(spent, 3), unit="ms/run", goal=goal
                )
    finally:
        stack.end()


def _figures(level: int, times: list[float], seconds: float) -> Iterator[Figure]:
    most, p99 = GOALS.get(level, (None, None))
    cuts = quantiles(times, n=100)
    yield Figure(
        name=f"{level} at once: runs per second",
        value=round(len(times) / seconds, 1),
        unit="1/s",
        goal=most,
        least=True,
    )
    yield Figure(name=f"{level} at once: p50", value=round(cuts[49] * 1e3, 2), unit="ms")
    yield Figure(name=f"{level} at once: p99", value=round(cuts[98] * 1e3, 2), unit="ms", goal=p99)


def _deployed(stack: Stack) -> str:
    """A start, three blocks that compute something from what comes before, and a response."""
    names = ["start", "one", "two", "three", "answer"]
    values: dict[str, dict[str, Any]] = {
        "start": {},
        "answer": {"data_mode": "json", "data": {"got": "<variable.total>"}},
    }
    for name in names[1:4]:
        row = {"id": "v", "variable_name": "total", "type": "number", "value": "<start.n>"}
        values[name] = {"variables": [row]}
    kinds = {"start": "start", "answer": "response"}
    blocks = {
        name: {"id": name, "type": kinds.get(name, "variables"), "name": name.capitalize(), "values": values[name]}
        for name in names
    }
    edges = {
        f"{a}-{b}": {"id": f"{a}-{b}", "source": a, "target": b, "source_handle": "source"} for a, b in pairwise(names)
    }
    total = {"id": "t", "name": "total", "type": "number", "value": 0}
    workflow = {"name": "bench", "blocks": blocks, "edges": edges, "variables": {"t": total}}
    _, made = _must(stack.ask("POST", "/workflows", {"workflow": workflow}))
    _must(stack.ask("POST", f"/workflows/{made['id']}/deployments", {}))
    return str(made["id"])


def _must(answer: tuple[int, Any]) -> tuple[int, Any]:
    if answer[0] >= 300:
        raise SystemExit(f"the server answered {answer}")
    return answer


def _request(stack: Stack, workflow_id: str) -> bytes:
    body = msgspec.json.encode({"input": {"n": 7}})
    lines = (
        f"POST /api/v1/workflows/{workflow_id}/execute?version=live HTTP/1.1",
        f"Host: 127.0.0.1:{stack.port}",
        f"X-API-Key: {stack.key}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    )
    return "\r\n".join((*lines, "", "")).encode() + body


def _cpu(stack: Stack) -> dict[str, float]:
    """CPU seconds of the stack's processes until now."""
    spent: dict[str, float] = dict.fromkeys(PARTS.values(), 0.0)
    for process in stack.members():
        with suppress(psutil.Error):
            words = " ".join(process.cmdline())
            times = process.cpu_times()
            spent[next(what for mark, what in PARTS.items() if mark in words)] += times.user + times.system
    return spent


async def _load(port: int, request: bytes, level: int, seconds: float) -> tuple[list[float], float]:
    """The time of each request, and how long all took; every connection sends the next one when it has its answer."""
    times: list[float] = []
    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(level):
            group.create_task(_client(port, request, began + seconds, times))
    return times, time.perf_counter() - began


async def _client(port: int, request: bytes, until: float, times: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while (began := time.perf_counter()) < until:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(head.decode() + (await reader.read(2000)).decode())
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
        await reader.readexactly(length)
        times.append(time.perf_counter() - began)
    writer.close()
