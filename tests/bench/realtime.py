"""Rooms under load: latency of operations, cursors and typing, durable acks, joins, and a reader that stalls."""

import asyncio
import json
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec import json as msgspec_json
from websockets.asyncio.client import ClientConnection, connect

from sim_core.document.workflow import Block, Position, Workflow
from sim_core.store.documents import create_workflow
from sim_core.store.pool import Store, open_store
from tests.bench.figures import Figure
from tests.realtime.service import Service, running

SECONDS = 8.0


class Seen(Struct):
    """As much of a message as is measured."""

    t: str
    ops: list[dict[str, Any]] = []
    d: list[Any] = []
    seq: int = 0
    parts: int = 0


_seen = msgspec_json.Decoder(Seen).decode


class Peer:
    """A client that costs next to nothing: it reads everything and looks at what it was told to."""

    def __init__(self, socket: ClientConnection, name: str, workflow_id: str) -> None:
        self.socket, self.name, self.workflow_id = socket, name, workflow_id
        self.cseq = 0
        self.look: Callable[[Seen], None] | None = None
        self.task: asyncio.Task[None] | None = None
        self.sent: dict[int, float] = {}

    async def join(self, since: int | None = None) -> float:
        """Seconds until the document, or what was missed, is here."""
        began = time.perf_counter()
        ask = {"t": "join", "r": self.workflow_id} | ({} if since is None else {"since": since})
        await self.socket.send(json.dumps(ask))
        left, seen = 1, Seen("")
        while left:
            seen = _seen(await self.socket.recv(decode=False))
            if seen.t == "joined":
                left = seen.parts if since is None else 1
            elif seen.t in ("part", "ops"):
                left -= 1
        return time.perf_counter() - began

    async def read(self) -> None:
        async for text in self.socket:
            if self.look:
                self.look(_seen(text))

    def start(self) -> None:
        self.task = asyncio.create_task(self.read())

    async def move(self, x: float) -> None:
        self.cseq += 1
        self.sent[self.cseq] = time.perf_counter()
        op = {"op": "block.move", "items": [{"id": "b0", "x": x, "y": self.cseq}]}
        await self.socket.send(json.dumps({"t": "ops", "r": self.workflow_id, "ops": [{"cseq": self.cseq, "op": op}]}))


async def peers(service: Service, key: str, workflow_ids: list[str], each: int) -> list[list[Peer]]:
    rooms: list[list[Peer]] = []
    for workflow_id in workflow_ids:
        room: list[Peer] = []
        for _ in range(each):
            socket = await connect(service.url, proxy=None, compression=None, max_size=None, max_queue=None)
            name = f"{len(rooms)}-{len(room)}-{time.perf_counter_ns()}"
            await socket.send(json.dumps({"t": "hello", "v": 1, "key": key, "client_id": name}))
            await socket.recv()
            peer = Peer(socket, name, workflow_id)
            await peer.join()
            room.append(peer)
        rooms.append(room)
    return rooms


async def load(rooms: list[list[Peer]], *, rate: float, seconds: float, cursors: float = 0) -> dict[str, list[float]]:
    """Operations at a rate, from everybody in turn, whether or not the last ones have come back."""
    took: dict[str, list[float]] = {"peer": [], "ack": [], "cursor": []}
    for room in rooms:
        names = {peer.name: peer for peer in room}

        def look(seen: Seen, me: Peer = room[0], names: dict[str, Peer] = names) -> None:
            now = time.perf_counter()
            for done in seen.ops:
                sender = names.get(done["client_id"])
                if sender is not None and (began := sender.sent.pop(done.get("cseq", 0), 0)):
                    took["ack" if sender is me else "peer"].append(now - began)
            if seen.t == "pres":
                took["cursor"] += [now - one[1]["cursor"][0] for one in seen.d if one[1]["cursor"][0] > 0]

        room[0].look = look
        for peer in room:
            peer.start()
    crowd = [peer for turn in zip(*rooms, strict=True) for peer in turn]
    began, n = time.perf_counter(), 0
    drawing = [asyncio.create_task(draw(peer, cursors, seconds)) for peer in crowd[1:]] if cursors else []
    while (now := time.perf_counter()) - began < seconds:
        while n < (now - began) * rate:
            await crowd[n % len(crowd)].move(n)
            n += 1
        await asyncio.sleep(0.002)
    await asyncio.gather(*drawing)
    await asyncio.sleep(1.0)
    for peer in crowd:
        if peer.task:
            peer.task.cancel()
            await asyncio.gather(peer.task, return_exceptions=True)
        peer.look = None
    return took


async def draw(peer: Peer, rate: float, seconds: float) -> None:
    until = time.perf_counter() + seconds
    while (now := time.perf_counter()) < until:
        text = json.dumps({"t": "pres", "r": peer.workflow_id, "d": {"cursor": [now, 0]}})
        await peer.socket.send(text)
        await asyncio.sleep(1 / rate)


async def close(rooms: list[list[Peer]]) -> None:
    await asyncio.gather(*(peer.socket.close() for room in rooms for peer in room))


def at(values: list[float], share: float) -> float:
    ordered = sorted(values) or [float("inf")]
    return round(1e3 * ordered[min(len(ordered) - 1, int(len(ordered) * share))], 2)


def health(service: Service) -> dict[str, Any]:
    with urllib.request.urlopen(f"http://127.0.0.1:{service.port}/health", timeout=5) as reply:
        return json.loads(reply.read())


def figures(name: str, values: list[float], p50: float, p99: float) -> list[Figure]:
    return [
        Figure(name=f"{name}: p50", value=at(values, 0.5), unit="ms", goal=p50),
        Figure(name=f"{name}: p99", value=at(values, 0.99), unit="ms", goal=p99),
    ]


def placed(n: int) -> Block:
    return Block(id=f"b{n}", type="function", name=f"Block {n}", position=Position(n, 0), values={"code": "x"})


async def measure(service: Service) -> list[Figure]:
    store, home = service.store, service.home
    key = await service.key()

    async def workflow(blocks: int = 3) -> str:
        document = Workflow(blocks={f"b{n}": placed(n) for n in range(blocks)})
        made = await create_workflow(store, workspace_id=home.workspace_id, actor=home.user_id, document=document)
        return made.id

    found: list[Figure] = []
    rooms = await peers(service, key, [await workflow()], 10)
    took = await load(rooms, rate=50, seconds=SECONDS)
    found += figures("G1 10 in a room, 50 op/s", took["peer"], 15, 60)
    await close(rooms)

    rooms = await peers(service, key, [await workflow()], 50)
    took = await load(rooms, rate=100, seconds=SECONDS, cursors=10)
    found += figures("G2 50 in a room, 100 op/s and cursors", took["peer"], 25, 120)
    found += figures("G4 cursor", took["cursor"], 10, 50)
    await close(rooms)

    rooms = await peers(service, key, [await workflow() for _ in range(100)], 5)
    before = health(service)
    took = await load(rooms, rate=500, seconds=SECONDS)
    after = health(service)
    found += figures("G3 100 rooms of 5, 500 op/s", took["peer"], 30, 150)
    acks = took["ack"]
    found += [
        Figure(name="G6 durable ack: p95", value=at(acks, 0.95), unit="ms", goal=80),
        Figure(name="G6 durable ack: p99", value=at(acks, 0.99), unit="ms", goal=150),
    ]
    ops = max(1, after["committed"] - before["committed"])
    cpu = 1e3 * (after["cpu_s"] - before["cpu_s"]) / ops
    found.append(Figure(name="G3 server CPU for an operation", value=round(cpu, 3), unit="ms", goal=0.4))
    took = await load(rooms, rate=2000, seconds=SECONDS)
    found += figures("G3 100 rooms of 5, 2,000 op/s", took["peer"], 30, 150)
    share = 100 * (len(took["peer"]) + len(took["ack"])) / (2000 * SECONDS)
    found.append(Figure(name="G3 done of 2,000 op/s", value=round(share, 1), unit="%", goal=99, least=True))
    await close(rooms)
    while health(service)["waiting"]:
        await asyncio.sleep(0.2)
    found += await joins(service, key, await workflow(200))
    found += await typing(service, await workflow())
    found += await stalled(service, key, await workflow())
    return found


async def joins(service: Service, key: str, workflow_id: str) -> list[Figure]:
    ((one, two),) = await peers(service, key, [workflow_id], 2)
    took = [await one.join() for _ in range(30)]
    two.start()
    for x in range(100):
        await two.move(x)
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.5)
    late = (await peers(service, key, [workflow_id], 1))[0][0]
    resumed = [await late.join(since=1) for _ in range(20)]
    await close([[one, two, late]])
    return [
        Figure(name="G7 join 200 blocks: p50", value=at(took, 0.5), unit="ms", goal=60),
        Figure(name="G7 resume 100 operations: p50", value=at(resumed, 0.5), unit="ms", goal=30),
    ]


async def typing(service: Service, workflow_id: str) -> list[Figure]:
    from sim_realtime.replica_text import ReplicaText

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
            await asyncio.sleep(0.01)
    return figures("G5 keystroke", took, 50, 150)


async def stalled(service: Service, key: str, workflow_id: str) -> list[Figure]:
    rooms = await peers(service, key, [workflow_id], 50)
    slow = rooms[0].pop()
    slow.socket.transport.pause_reading()
    took = await load(rooms, rate=100, seconds=SECONDS, cursors=10)
    found = figures("G15 with one that stalls", took["peer"], 25, 120)
    slow.socket.transport.abort()
    await close(rooms)
    return found


async def serve(url: str, folder: Path) -> list[Figure]:
    store: Store = await open_store(url)
    async with running(store, url, folder) as service:
        found = await measure(service)
    await store.close()
    return found


def run() -> Iterator[Figure]:
    """On a database of its own, the service and the clients in processes of their own."""
    from sim_core.store.embedded import Embedded
    from sim_core.store.migrate import migrate
    from sim_core.store.places import find_place
    from sim_core.store.postgres import make_database

    with tempfile.TemporaryDirectory(prefix="sim-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        server = Embedded(find_place(Path(folder)), {})
        asyncio.run(server.start())
        try:
            asyncio.run(make_database(server))
            asyncio.run(migrate(server.uri()))
            yield from asyncio.run(serve(server.uri(), Path(folder)))
        finally:
            asyncio.run(server.stop())
