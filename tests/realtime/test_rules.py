"""Rules of rooms, over a database in memory and a clock that jumps."""

import asyncio
import random
from collections.abc import Callable, Coroutine
from typing import Any
from unittest.mock import patch

import pytest

from sim_core.document.operations import BlockChange, Move, MoveBlocks, UpdateBlocks, UpdateValues, ValueChange
from sim_core.document.reduce import digest
from sim_core.store import chains
from sim_core.store.pool import Store
from sim_core.store.rooms import Ownership
from sim_realtime import entering, limits, protocol
from sim_realtime.client import Replica
from sim_realtime.service import Service
from tests.realtime.simulation.clock import run
from tests.realtime.simulation.disk import Disk, MemoryLedger
from tests.realtime.simulation.people import Letters, Person, Square
from tests.realtime.simulation.play import START, WallClock


class Scene:
    """Two people in a room where nothing breaks."""

    def __init__(self) -> None:
        self.disk = Disk(START, random.Random(1))
        self.letters = Letters()
        self.disk.roles = {"p": "write", "q": "write"}
        self.p, self.q = (Person(name, random.Random(2), 0, self.letters) for name in "pq")
        self.boot()
        for person in (self.p, self.q):
            person.types = False
            person.connect(self.service, self.square)

    def boot(self) -> None:
        self.ledger, self.square = MemoryLedger(self.disk), Square()
        self.service = Service(self.ledger, crier=self.square, version="0")
        self.disk.hear = self.service.heard_ops

    def kill(self) -> None:
        """The process is gone, with everything it had not written."""
        self.ledger.dead, self.disk.owner = True, None
        for person in (self.p, self.q):
            if link := person.link:
                link.is_open = False
                person.lost(link)
        self.boot()


def scene(play: Callable[[Scene], Coroutine[Any, Any, None]]) -> None:
    async def go() -> None:
        here = Scene()
        await asyncio.sleep(1)
        await play(here)

    with patch.object(chains, "time", WallClock()):
        run(go())


def value(text: str) -> UpdateValues:
    return UpdateValues(items=(ValueChange(block_id="a", field="code", value=text),))


def test_what_was_written_offline_long_ago_does_not_overwrite_what_others_wrote_since() -> None:
    """RT-11."""

    async def play(here: Scene) -> None:
        assert here.p.link
        here.p.link.cut()
        mine = here.p.replica.change(value("mine"))
        here.q.replica.change(value("theirs"))
        await asyncio.sleep(40)
        here.p.connect(here.service, here.square)
        await asyncio.sleep(1)
        assert here.p.replica.outcomes[mine] == "conflict"
        assert here.p.replica.view.blocks["a"].values["code"] == "theirs"

    scene(play)


def test_a_refusal_names_its_reason_and_uses_up_its_number() -> None:
    """RT-13."""

    async def play(here: Scene) -> None:
        wrong = here.p.replica.change(UpdateBlocks(items=(BlockChange("a", {"name": "Block b"}),)))
        await asyncio.sleep(1)
        assert here.p.replica.outcomes[wrong] == "name_conflict"
        right = here.p.replica.change(UpdateBlocks(items=(BlockChange("a", {"name": "Other"}),)))
        await asyncio.sleep(1)
        assert (right, here.p.replica.outcomes[right]) == (wrong + 1, "applied")

    scene(play)


def test_the_digest_is_told_and_who_differs_joins_anew() -> None:
    """RT-15."""

    async def play(here: Scene) -> None:
        for x in range(300):
            here.p.replica.change(MoveBlocks(items=(Move("a", x, 0),)))
            if x == 20:
                here.q.replica.confirmed = START  # something went wrong over there
            await asyncio.sleep(0.1)
        await asyncio.sleep(2)
        assert here.p.replica.diverged == 0
        assert here.q.replica.diverged in (0, 1)
        assert digest(here.q.replica.confirmed) == digest(here.disk.stored.workflow)

    scene(play)


@pytest.mark.parametrize("is_new", [False, True])
def test_who_comes_in_over_a_slow_line_is_waited_for_and_misses_nothing(is_new: bool) -> None:
    """RT-3: neither the delta nor the document, nor what is told while they are on their way."""

    async def play(here: Scene) -> None:
        assert here.q.link
        here.q.link.cut()
        here.p.replica.change(value("one"))
        await asyncio.sleep(0.5)
        if is_new:
            here.q.replica = Replica("w", "tab-new", here.q.say, clock=here.q.clock)
        here.q.connect(here.service, here.square)
        here.q.link.behind = entering.ROOMY + 1
        await asyncio.sleep(0.2)
        here.p.replica.change(value("two"))
        here.p.replica.change(MoveBlocks(items=(Move(id="a", x=7, y=7),)))
        await asyncio.sleep(2)
        assert digest(here.q.replica.confirmed) != digest(here.disk.stored.workflow)
        here.q.link.behind = 0
        await asyncio.sleep(1)
        assert here.q.link.is_open
        assert digest(here.q.replica.confirmed) == digest(here.disk.stored.workflow)

    scene(play)


def test_who_is_behind_gets_the_latest_of_everybody_once() -> None:
    """RT-42."""

    async def play(here: Scene) -> None:
        heard: list[Any] = []
        real = here.q.hear
        here.q.hear = lambda link, message: (heard.append(message), real(link, message))  # type: ignore[method-assign]
        assert here.q.link
        here.q.link.behind = limits.BEHIND + 1
        for x in range(30):
            here.p.say(protocol.Pres(r="w", d=protocol.Presence(cursor=(x, 0))))
            await asyncio.sleep(0.04)
        assert len([one for one in heard if isinstance(one, protocol.Others)]) <= 2  # until it is noticed, 33 ms later
        heard.clear()
        here.q.link.behind = 0
        await asyncio.sleep(0.5)
        (told,) = [one for one in heard if isinstance(one, protocol.Others)]
        assert told.d[0][1].cursor == (29, 0)

    scene(play)


def test_a_minute_of_typing_costs_thirty_writes_and_a_kill_costs_no_letter() -> None:
    """RT-33: five hundred characters, one every 120 ms; the service is killed in the midst of them."""

    async def play(here: Scene) -> None:
        text = here.p.text
        here.p.types = here.q.types = True
        text.open()
        await asyncio.sleep(0.5)
        began, writes = text.text, here.disk.text_commits
        assert began
        for n in range(500):
            text.type(text.text + chr(ord("a") + n % 26))
            await asyncio.sleep(0.12)
            if n == 230:
                here.kill()
                here.p.connect(here.service, here.square)
            if n == 240:
                here.q.connect(here.service, here.square)
        await asyncio.sleep(4)
        assert here.disk.text_commits - writes <= 30
        typed = began + "".join(chr(ord("a") + n % 26) for n in range(500))
        assert text.durable == text.n
        assert here.p.text.text == here.q.text.text == typed
        assert here.disk.stored.workflow.blocks["a"].values["prompt"] == typed

    scene(play)


def test_what_was_typed_in_time_is_written_at_once_when_the_right_to_write_ends() -> None:
    """RT-21, RT-32."""

    async def play(here: Scene) -> None:
        text = here.p.text
        text.open()
        await asyncio.sleep(0.5)
        text.type("hello, in time")
        await asyncio.sleep(0.1)
        here.disk.roles["p"] = "read"
        here.service.heard_permission("p")
        await asyncio.sleep(0.9)
        assert here.disk.stored.workflow.blocks["a"].values["prompt"] == "hello, in time"
        assert text.durable == text.n
        text.type("hello, too late")
        await asyncio.sleep(4)
        assert text.refused == "forbidden"
        assert here.disk.stored.workflow.blocks["a"].values["prompt"] == "hello, in time"

    scene(play)


def test_a_role_that_changes_on_the_way_in_counts() -> None:
    """RT-20: it ends while the connection is being let in, at every moment of that."""

    async def play(here: Scene) -> None:
        here.disk.delay = 0.05
        for moment in range(60):
            assert here.p.link
            here.disk.roles["p"] = "write"
            here.p.link.cut()
            here.p.connect(here.service, here.square)
            await asyncio.sleep(moment * 0.005)
            here.disk.roles["p"] = "read"
            here.service.heard_permission("p")
            await asyncio.sleep(2)
            assert here.p.replica.role == "read", moment
            (member,) = [m for m in here.service.rooms["w"].members.values() if m.session.client_id == "tab-p"]
            assert member.role == "read", moment

    scene(play)


def test_who_comes_while_the_database_is_away_is_let_in_when_it_is_back() -> None:
    """RT-1: it is no reason to turn anybody away for good."""

    async def play(here: Scene) -> None:
        here.disk.roles["r"] = "write"
        late = Person("r", random.Random(4), 0, here.letters)
        late.connect(here.service, here.square)
        first = late.link
        assert first
        while first.session.actor is None:
            await asyncio.sleep(0.001)
        here.disk.faults = 1.0
        await asyncio.sleep(5)
        assert not late.replica.is_joined
        here.disk.faults = 0.0
        await asyncio.sleep(1)
        assert late.replica.is_joined
        assert late.link is first
        here.disk.faults = 1.0
        first.cut()
        late.connect(here.service, here.square)
        second = late.link
        assert second
        await asyncio.sleep(1)
        assert second.code == 1013

    scene(play)


async def test_a_room_has_one_owner_and_goes_to_another_when_it_is_let_go(store: Store) -> None:
    """RT-53."""
    one = Ownership(store.url, owner="one", address="ws://one/ws")
    two = Ownership(store.url, owner="two", address="ws://two/ws")
    assert await one.claim("w") is None
    assert await one.claim("w") is None
    assert await two.claim("w") == "ws://one/ws"
    assert await two.claim("v") is None
    await one.release("w")
    assert await two.claim("w") is None
    await one.close()
    assert await one.claim("v") == "ws://two/ws"
    await two.close()
    assert await one.claim("v") is None
    await one.close()
