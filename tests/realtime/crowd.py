"""A crowd in a process of its own: it sends at a rate, and everybody in it stamps what they hear with one clock.

usage: python -m tests.realtime.crowd: a plan as JSON on the first line of stdin; says `ready`, waits for `go`, and
prints a report. The stamp travels in the operation itself, so that every member of every process can read it.
"""

import asyncio
import gc
import random
import sys
import time
from typing import TypeAlias

import msgspec
import uvloop
from msgspec import Struct

from tests.realtime.wire import Wire, dial

TICK_S = 0.002
"""Operations that are due within this are sent together; each is stamped when it is sent."""
STEP_S = 0.00005
"""How finely latencies are told apart."""
Counts: TypeAlias = dict[int, int]


class Seat(Struct):
    """Who joins which workflow; each moves a block of its own, `b` and its place in the room."""

    workflow_id: str
    places: list[int]


class Plan(Struct):
    """What a crowd does."""

    port: int
    key: str
    name: str
    seats: list[Seat]
    rate: float
    """Operations a second, of all of it together."""
    seconds: float
    warm: float = 2.0
    cursors: float = 0.0
    """Movements of its cursor that each member makes in a second."""
    weight: int = 0
    """Characters of a value that is sent instead of every tenth operation."""


class Report(Struct):
    """What a crowd heard; latencies are counted in steps of 50 µs."""

    peer: Counts = msgspec.field(default_factory=dict[int, int])
    """From sending to the other members."""
    own: Counts = msgspec.field(default_factory=dict[int, int])
    """From sending to its coming back, which is the acknowledgement."""
    cursor: Counts = msgspec.field(default_factory=dict[int, int])
    early: Counts = msgspec.field(default_factory=dict[int, int])
    """To other members, in the first half of the time."""
    sent: int = 0
    heard: int = 0
    missed: int = 0
    """Operations that a member did not hear although later ones came."""
    refused: dict[str, int] = msgspec.field(default_factory=dict[str, int])
    behind_s: float = 0.0
    """How late the crowd itself was at most."""
    cpu_s: float = 0.0


class Item(Struct):
    """The part of a change that carries the stamp."""

    x: float = 0.0
    set: dict[str, str] = {}


class Change(Struct):
    """An operation."""

    items: list[Item] = []


class Done(Struct):
    """A committed operation."""

    seq: int
    client_id: str
    op: Change


class Where(Struct):
    """Somebody's presence."""

    cursor: tuple[float, float] | None = None


class Heard(Struct):
    """As much of a message as is looked at."""

    t: str
    r: str = ""
    ops: list[Done] = []
    d: list[tuple[str, Where]] = []
    code: str = ""
    seq: int = 0
    parts: int = 0
    cseq: int = 0


hear = msgspec.json.Decoder(Heard).decode


def count(counts: Counts, seconds: float) -> None:
    """Count one latency."""
    step = int(seconds / STEP_S)
    counts[step] = counts.get(step, 0) + 1


class Member:
    """One client."""

    def __init__(self, crowd: "Crowd", workflow_id: str, place: int) -> None:
        self.crowd, self.workflow_id, self.place = crowd, workflow_id, place
        self.client_id = f"{crowd.plan.name}-{workflow_id[-8:]}-{place}"
        self.cseq = self.seq = self.left = self.parts = 0
        self.wire: Wire
        self.joined: asyncio.Future[None]

    async def join(self, since: int | None = None) -> None:
        """Come in; done when the document, or what was missed, is here."""
        self.joined = asyncio.get_running_loop().create_future()
        self.wire = await dial(self.crowd.plan.port, self.hear)
        hello = {"t": "hello", "v": 1, "key": self.crowd.plan.key, "client_id": self.client_id}
        self.wire.send(msgspec.json.encode(hello))
        ask = {"t": "join", "r": self.workflow_id} | ({} if since is None else {"since": since})
        self.wire.send(msgspec.json.encode(ask))
        async with asyncio.timeout(30):
            await self.joined

    def hear(self, text: bytes) -> None:
        now, message = time.monotonic(), hear(text)
        match message.t:
            case "ops":
                self._ops(message, now)
            case "pres":
                began = self.crowd.began
                for _, where in message.d:
                    if where.cursor and where.cursor[0] >= began:
                        count(self.crowd.report.cursor, now - where.cursor[0])
            case "joined":
                self.cseq, self.seq, self.parts = message.cseq, message.seq, message.parts
                self._come(message.parts)
            case "part":
                self._come(self.left - 1)
            case "slow" | "reject" | "error" | "evict" | "moved" if now >= self.crowd.began:
                code = message.code or message.t
                self.crowd.report.refused[code] = self.crowd.report.refused.get(code, 0) + 1
            case _:
                pass

    def _come(self, left: int) -> None:
        self.left = left
        if left == 0 and not self.joined.done():
            self.joined.set_result(None)

    def _ops(self, message: Heard, now: float) -> None:
        crowd = self.crowd
        for done in message.ops:
            if done.seq != self.seq + 1:
                crowd.report.missed += done.seq - self.seq - 1
            self.seq = done.seq
            item = done.op.items[0]
            began = item.x or float(item.set.get("name", "0").rpartition(" ")[2])
            if began >= crowd.began:
                crowd.note(done.client_id == self.client_id, began, now)

    def change(self, n: int) -> None:
        """Send the next operation: mostly moves, now and then a new name."""
        self.cseq += 1
        now = time.monotonic()
        block, weight = f"b{self.place}", self.crowd.plan.weight
        if weight and n % 10 == 0:
            op = f'{{"op":"value.update","items":[{{"block_id":"{block}","field":"code","value":"{"x" * weight}"}}]}}'
        elif n % 5 == 4:
            op = f'{{"op":"block.update","items":[{{"id":"{block}","set":{{"name":"{block} {now:.6f}"}}}}]}}'
        else:
            op = f'{{"op":"block.move","items":[{{"id":"{block}","x":{now:.6f},"y":{n}}}]}}'
        text = (
            f'{{"t":"ops","r":"{self.workflow_id}","ops":[{{"cseq":{self.cseq},"op":{op},"base":{self.seq},'
            f'"ts":{time.time_ns() // 1_000_000}}}]}}'
        )
        self.wire.send(text.encode())

    def draw(self) -> None:
        """Move the cursor."""
        text = f'{{"t":"pres","r":"{self.workflow_id}","d":{{"cursor":[{time.monotonic():.6f},{self.place}]}}}}'
        self.wire.send(text.encode())


class Crowd:
    """All members of one process."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.report = plan, Report()
        self.members = [Member(self, seat.workflow_id, place) for seat in plan.seats for place in seat.places]
        self.began = float("inf")
        self.half = float("inf")

    def note(self, is_own: bool, began: float, now: float) -> None:
        """Count one operation that somebody heard."""
        report = self.report
        report.heard += 1
        count(report.own if is_own else report.peer, now - began)
        if not is_own and began < self.half:
            count(report.early, now - began)

    async def enter(self) -> None:
        """Everybody joins, so many at once."""
        for at in range(0, len(self.members), 25):
            await asyncio.gather(*(member.join() for member in self.members[at : at + 25]))

    async def go(self) -> Report:
        """Send for as long as it takes, at moments of chance, whether or not anything has come back."""
        plan, rng = self.plan, random.Random(self.plan.name)
        rng.shuffle(self.members)
        start = time.monotonic()
        self.began, until = start + plan.warm, start + plan.warm + plan.seconds
        self.half = self.began + plan.seconds / 2
        cursors = plan.cursors * len(self.members)
        due = [start + rng.expovariate(plan.rate), start + rng.random() / cursors if cursors else until]
        sent = drawn = 0
        cpu = time.process_time()
        while (now := time.monotonic()) < until:
            if self.report.sent == 0 and now >= self.began:
                cpu = time.process_time()
            while due[0] <= now:
                self.members[sent % len(self.members)].change(sent)
                self.report.behind_s = max(self.report.behind_s, now - due[0])
                self.report.sent += now >= self.began
                due[0] += rng.expovariate(plan.rate)
                sent += 1
            while due[1] <= now:
                self.members[drawn % len(self.members)].draw()
                due[1] += 1 / cursors
                drawn += 1
            await asyncio.sleep(max(TICK_S, min(due) - time.monotonic()))
        self.report.cpu_s = time.process_time() - cpu
        await asyncio.sleep(1.0)
        return self.report


async def main() -> None:
    """Follow the plan on stdin."""
    loop = asyncio.get_running_loop()
    plan = msgspec.json.decode(await loop.run_in_executor(None, sys.stdin.readline), type=Plan)
    crowd = Crowd(plan)
    await crowd.enter()
    gc.freeze()
    print("ready", flush=True)
    await loop.run_in_executor(None, sys.stdin.readline)
    print(msgspec.json.encode(await crowd.go()).decode(), flush=True)
    for member in crowd.members:
        member.wire.transport.abort()


if __name__ == "__main__":
    uvloop.run(main())
