"""Frames that nobody should send: each gets the right refusal, and has no effect, not even on memory."""

import asyncio
import json
import random
from collections.abc import Iterator
from typing import Any

import psutil
import pytest

from sim_core.accounts.bootstrap import add_workspace
from sim_core.document.operations import Move, MoveBlocks
from sim_core.document.workflow import Block, Workflow
from sim_core.store.documents import create_workflow, load
from tests.realtime.service import Service
from tests.realtime.wire import Wire, dial

EACH = 300
"""Frames of one connection: more would be too fast."""
GROWTH = 24 * 2**20
"""Bytes that the service may have grown in the end."""
QUIET = ("roster", "slow", "hash", "role", "pong")
MOVE = {"op": "block.move", "items": [{"id": "a", "x": 66, "y": 66}]}


class Forger:
    """One connection that sends bad frames and compares what comes back."""

    def __init__(self, service: Service, rng: random.Random, *, mine: str, foreign: str, role: str) -> None:
        self.service, self.rng, self.mine, self.foreign, self.role = service, rng, mine, foreign, role
        self.wire: Wire
        self.heard: list[tuple[str, str]] = []
        self._news = asyncio.Event()
        self.cseq = 0

    async def enter(self, key: str) -> None:
        self.wire = await dial(self.service.port, self._hear, self._news.set)
        self.say({"t": "hello", "v": 1, "key": key, "client_id": f"forger-{self.rng.random()}"})
        self.say({"t": "join", "r": self.mine})
        await self.until(lambda: any(t == "joined" for t, _ in self.heard))
        await self.rest()

    async def leave(self) -> None:
        self.wire.transport.abort()
        await asyncio.sleep(0)

    def say(self, message: Any) -> None:
        self.wire.send(json.dumps(message).encode())

    async def until(self, holds: Any) -> None:
        async with asyncio.timeout(60):
            while not holds() and self.wire.is_open:
                self._news.clear()
                await self._news.wait()

    async def rest(self) -> None:
        """Wait until everything that was sent is answered."""
        before = sum(t == "pong" for t, _ in self.heard)
        self.say({"t": "ping"})
        await self.until(lambda: sum(t == "pong" for t, _ in self.heard) > before)

    async def forge(self, frames: int) -> None:
        """Send bad frames, and compare the answers in order."""
        for at in range(0, frames, 30):
            self.heard.clear()
            pairs = [self.bad() for _ in range(min(30, frames - at))]
            for text, _ in pairs:
                self.wire.send(text)
            await self.rest()
            assert self.wire.is_open, self.wire.code
            answers = [(t, code) for t, code in self.heard if t not in QUIET]
            assert answers == [expected for _, expected in pairs], (pairs, answers)

    def bad(self) -> tuple[bytes, tuple[str, str]]:
        """A frame, and what has to come of it."""
        rng, r = self.rng, self.mine
        if rng.random() < 0.4:
            return self._garbage(), ("error", "invalid")
        kinds: list[tuple[Any, tuple[str, str]]] = [
            ({"t": "join", "r": self.foreign}, ("error", "not_found")),
            ({"t": "join", "r": "\x00" + "é" * rng.randrange(300)}, ("error", "invalid_text")),
            ({"t": "join", "r": "é" * rng.randrange(300)}, ("error", "not_found")),
            ({"t": "ops", "r": self.foreign, "ops": [{"cseq": 1, "op": MOVE}]}, ("error", "not_joined")),
            ({"t": "pres", "r": self.foreign, "d": {"cursor": [1, 2]}}, ("error", "not_joined")),
            ({"t": "text_open", "r": self.foreign, "block_id": "a", "field": "x"}, ("error", "not_joined")),
            ({"t": "flush", "r": self.foreign}, ("error", "not_joined")),
            ({"t": "text_open", "r": r, "block_id": "theirs", "field": "x"}, ("text_reject", "not_found")),
            (
                {"t": "text", "r": r, "block_id": "a", "field": "prompt", "n": 1, "update": "AAA="},
                ("text_reject", "forbidden" if self.role == "read" else "not_open"),
            ),
            ({"t": "hello", "v": 1, "key": "k", "client_id": "me"}, ("error", "hello_twice")),
            self._operation(),
        ]
        message, answer = rng.choice(kinds)
        return json.dumps(message).encode(), answer

    def _operation(self) -> tuple[Any, tuple[str, str]]:
        self.cseq += 1
        if self.role == "read":
            return self._sent(MOVE), ("reject", "forbidden")
        if self.rng.random() < 0.5:
            items = [{"id": f"b{n}", "x": 0, "y": 0} for n in range(501)]
            return self._sent({"op": "block.move", "items": items}), ("reject", "too_large")
        locked = {"op": "block.update", "items": [{"id": "a", "set": {"locked": True}}]}
        return self._sent(locked), ("reject", "forbidden")

    def _sent(self, op: Any) -> Any:
        return {"t": "ops", "r": self.mine, "ops": [{"cseq": self.cseq, "op": op}]}

    def _garbage(self) -> bytes:
        rng = self.rng
        good = json.dumps({"t": "ops", "r": self.mine, "ops": [{"cseq": 9, "op": MOVE}]})
        match rng.randrange(7):
            case 0:
                return good[: rng.randrange(len(good))].encode()
            case 1:
                return "".join(chr(rng.randrange(1, 0xD7FF)) for _ in range(rng.randrange(1, 200))).encode()
            case 2:
                return b"[" * rng.randrange(1, 3000)
            case 3:
                return json.dumps({"t": rng.choice(["nope", "", None, 7, "OPS"]), "r": self.mine}).encode()
            case 4:
                op = {"op": rng.choice(["block.move", "x", 3]), "items": [{"id": "a", "x": "NaN", "y": 1}]}
                return json.dumps({"t": "ops", "r": self.mine, "ops": [{"cseq": 1, "op": op}]}).encode()
            case 5:
                return json.dumps({"t": "pres", "r": self.mine, "d": {"cursor": [1, 2], "sid": "other"}}).encode()
            case _:
                return json.dumps({"t": "join", "r": self.mine, "since": rng.choice([2**70, -1, "1", 1.5])}).encode()

    def _hear(self, text: bytes) -> None:
        message = json.loads(text)
        self.heard.append((message["t"], message.get("code", "")))
        self._news.set()


async def _foreign(service: Service) -> str:
    """A workflow of another workspace."""
    home = service.home
    other = await add_workspace(service.store, organization_id=home.organization_id, user_id=home.user_id, name="other")
    document = Workflow(blocks={"theirs": Block(id="theirs", type="function", name="Theirs")})
    return (await create_workflow(service.store, workspace_id=other, actor=home.user_id, document=document)).id


async def _check(service: Service, frames: int) -> None:
    foreign, rng = await _foreign(service), random.Random(frames)
    before = await load(service.store, service.workflow_id, service.home.workspace_id)
    keys = {"read": await service.key("read"), "write": await service.key()}
    assert service.process.child
    process, weight = psutil.Process(service.process.child.pid), 0
    async with service.client() as good:
        replica = good.open(service.workflow_id)
        await good.saved()
        for place, at in enumerate(range(0, frames, EACH)):
            role = rng.choice(("read", "write"))
            forger = Forger(service, rng, mine=service.workflow_id, foreign=foreign, role=role)
            try:
                await forger.enter(keys[role])
                await forger.forge(min(EACH, frames - at))
            finally:
                await forger.leave()
            if place == 4:
                weight = process.memory_info().rss
        assert replica.seq == before.seq
        grown = process.memory_info().rss - weight
        assert grown < GROWTH, f"the service grew by {grown:,} bytes"
        replica.change(MoveBlocks(items=(Move("c", 3, 0),)))
        await good.saved()
    after = await load(service.store, service.workflow_id, service.home.workspace_id)
    assert after.seq == before.seq + 1


async def test_bad_frames_get_the_right_refusal_and_have_no_effect(service: Service) -> None:
    """RT-62, RT-23, RT-24: garbled, truncated, unknown and forged frames, from readers and from writers."""
    await _check(service, 2_400)


@pytest.mark.full
async def test_a_hundred_thousand_bad_frames_get_the_right_refusal(service: Service) -> None:
    """RT-62."""
    await _check(service, 100_000)


def _hellos() -> Iterator[tuple[bytes, str]]:
    for version in (0, 2, -1, 10**9):
        yield json.dumps({"t": "hello", "v": version, "key": "k", "client_id": "c"}).encode(), "stale_schema"
    for version in ("1", None, 1.5):
        yield json.dumps({"t": "hello", "v": version, "key": "k", "client_id": "c"}).encode(), "invalid"
    for name in ("", "x" * 65, "rest", "text:1", "key:1", "restore", "a\nb"):
        yield json.dumps({"t": "hello", "v": 1, "key": "k", "client_id": name}).encode(), "invalid"
    yield json.dumps({"t": "join", "r": "w"}).encode(), "hello_first"
    yield json.dumps({"t": "hello", "v": 1, "key": "x" * 5000, "client_id": "c"}).encode(), "too_large"
    yield "\x00\ufffe".encode(), "invalid"


@pytest.mark.parametrize(("text", "code"), [pytest.param(*one, id=f"{n}") for n, one in enumerate(_hellos())])
async def test_who_begins_wrongly_is_told_why_and_shown_out(service: Service, text: bytes, code: str) -> None:
    """RT-1: other versions, names of the platform's own, and what is no hello at all."""
    heard: list[Any] = []
    gone = asyncio.Event()
    wire = await dial(service.port, lambda said: heard.append(json.loads(said)), gone.set)
    wire.send(text)
    async with asyncio.timeout(60):
        await gone.wait()
    assert [(said["t"], said["code"]) for said in heard] == [("error", code)]
    assert wire.code == 4401


@pytest.mark.parametrize(
    ("kind", "size", "answer"),
    [(1, 256 * 1024 + 1, ("error", "invalid")), (2, 100, ("error", "invalid")), (1, 512 * 1024 + 1, None)],
    ids=["large", "binary", "huge"],
)
async def test_what_is_too_large_or_no_text_is_refused(service: Service, kind: int, size: int, answer: Any) -> None:
    """RT-61."""
    rng = random.Random(1)
    forger = Forger(service, rng, mine=service.workflow_id, foreign="", role="write")
    await forger.enter(await service.key())
    forger.heard.clear()
    forger.wire.send(b'"' + b"x" * (size - 2) + b'"', kind)
    await forger.rest()
    is_open = forger.wire.is_open
    await forger.leave()
    assert is_open == (answer is not None)
    assert [one for one in forger.heard if one[0] not in QUIET] == ([answer] if answer else [])
