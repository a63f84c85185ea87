"""People in one room of a real service: texts, presence, tickets, permissions, notices, limits."""

import asyncio
import json
import random
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from sim_core.accounts.actors import Actor
from sim_core.accounts.tickets import create_ticket, redeem
from sim_core.document.operations import (
    BlockChange,
    Move,
    MoveBlocks,
    RemoveBlocks,
    UpdateBlocks,
    UpdateValues,
    ValueChange,
)  # fmt: skip
from sim_core.errors import Anonymous, Conflict, Denied, Invalid, Missing
from sim_core.store import comments, past
from sim_core.store.deployments import deploy
from sim_core.store.documents import delete
from sim_realtime import protocol
from sim_realtime.client import Client
from sim_realtime.service import SWEEP_S
from tests.realtime.service import Service

SOON_S = SWEEP_S - 5
"""Whoever hears of a change within this was told, and did not find out when looking round."""


def move(id: str, x: float) -> MoveBlocks:
    return MoveBlocks(items=(Move(id, x, 0),))


def value(id: str, field: str, value: Any) -> UpdateValues:
    return UpdateValues(items=(ValueChange(block_id=id, field=field, value=value),))


def listen(client: Client) -> list[Any]:
    heard: list[Any] = []
    client.heard = heard.append
    return heard


async def test_presence_reaches_the_others_and_ends_with_the_connection(service: Service) -> None:
    """RT-40, RT-41, RT-42."""
    async with service.client() as one:
        replica = one.open(service.workflow_id)
        await one.saved()
        heard = listen(one)
        async with service.client() as two:
            two.open(service.workflow_id)
            await two.saved()
            await one.until(lambda: len(replica.people) == 1)
            two.say(protocol.Pres(r=service.workflow_id, d=protocol.Presence(cursor=(3, 4), drag={"a": (1.0, 2.0)})))
            await one.until(lambda: any(isinstance(m, protocol.Others) for m in heard))
            (others,) = [m for m in heard if isinstance(m, protocol.Others)]
            assert others.d == ((two.sid, protocol.Presence(cursor=(3, 4), drag={"a": (1.0, 2.0)})),)
            async with service.client() as three:
                late = three.open(service.workflow_id)
                await three.saved()
                assert late.people[two.sid].presence == protocol.Presence(cursor=(3, 4), drag={"a": (1.0, 2.0)})
        await one.until(lambda: not replica.people)


async def test_values_are_gathered_and_everybody_hears_the_winner(service: Service) -> None:
    """RT-8."""
    async with service.client() as one, service.client() as two:
        first, second = one.open(service.workflow_id), two.open(service.workflow_id)
        await one.saved()
        await two.saved()
        for n in range(10):
            first.change(value("b", "code", f"one {n}"))
            second.change(value("b", "code", f"two {n}"))
        await one.saved()
        await two.saved()
        await one.until(lambda: first.seq == second.seq)
        outcomes = [*first.outcomes.values(), *second.outcomes.values()]
        assert outcomes.count("coalesced") >= 15
        assert first.confirmed == second.confirmed
        assert first.confirmed.blocks["b"].values["code"] in ("one 9", "two 9")


async def test_the_latest_clock_wins_whoever_arrives_last(service: Service) -> None:
    """RT-10, RT-12: a move that was made earlier and arrives later is superseded; an undo spares others."""
    async with service.client() as one, service.client() as two:
        first, second = one.open(service.workflow_id), two.open(service.workflow_id)
        await one.saved()
        await two.saved()
        second._clock = lambda: 1000
        first.change(move("a", 5))
        await one.saved()
        second._latest = 0
        await two.until(lambda: second.seq == first.seq)
        second._latest = 0
        late = second.change(move("a", 9))
        await two.saved()
        assert second.outcomes[late] == "superseded"
        assert second.confirmed.blocks["a"].position.x == 5
        undo = second.change(move("a", 0), undo_of=late)
        await two.saved()
        assert second.outcomes[undo] == "superseded"


async def test_a_ticket_lets_in_once(service: Service) -> None:
    """RT-2."""
    actor = Actor(user_id=service.home.user_id, roles={service.home.workspace_id: "write"})
    ticket = (await create_ticket(service.store, actor)).ticket

    async def enter() -> dict[str, str]:
        return {"ticket": ticket}

    async with Client(service.url, enter) as one:
        assert one.open(service.workflow_id)
        await one.saved()
    with pytest.raises(Denied):
        async with Client(service.url, enter):
            pass
    old = (await create_ticket(service.store, actor)).ticket
    await service.store.execute("UPDATE realtime_ticket SET expires_at = now() - interval '1 second'")
    with pytest.raises(Anonymous):
        await redeem(service.store, old)


async def test_a_role_that_is_taken_away_ends_writing_at_once(service: Service) -> None:
    """RT-20, RT-21."""
    async with service.client() as one:
        replica = one.open(service.workflow_id)
        await one.saved()
        heard = listen(one)
        await service.store.execute("UPDATE member SET role = 'member'")
        await service.store.execute("UPDATE permission SET role = 'read'")
        await one.until(lambda: replica.role == "read", within=SOON_S)
        cseq = replica.change(move("a", 9))
        await one.saved()
        assert replica.outcomes[cseq] == "forbidden"
        await service.store.execute("DELETE FROM permission")
        await one.until(lambda: any(isinstance(m, protocol.Evict) and m.code == "access" for m in heard), within=SOON_S)


async def test_only_an_admin_locks(service: Service) -> None:
    """RT-22."""
    lock = UpdateBlocks(items=(BlockChange("a", {"locked": True}),))
    async with service.client() as one, service.client(await service.key("admin")) as two:
        first, second = one.open(service.workflow_id), two.open(service.workflow_id)
        await one.saved()
        await two.saved()
        cseq = first.change(lock)
        await one.saved()
        assert first.outcomes[cseq] == "forbidden"
        cseq = second.change(lock)
        await two.saved()
        assert second.outcomes[cseq] == "applied"
        cseq = first.change(move("a", 9))
        await one.saved()
        assert first.outcomes[cseq] == "locked"


async def test_the_room_hears_of_comments_deployments_restores_and_the_end(service: Service) -> None:
    """RT-50, RT-51, RT-52."""
    store, place = service.store, comments.Place(service.workflow_id, service.home.workspace_id)
    user = service.home.user_id
    async with service.client() as one:
        replica = one.open(service.workflow_id)
        await one.saved()
        heard = listen(one)

        def kinds() -> list[str]:
            return [m.kind for m in heard if isinstance(m, protocol.Notice)]

        said = await comments.add_comment(
            store, place, by=user, body="look @me", mentions=(user,), anchor=comments.Anchor(block_id="a")
        )
        await comments.add_comment(store, place, by=user, body="yes", thread_id=said.id)
        await comments.resolve_thread(store, place, said.id, by=user, resolved=True)
        with pytest.raises(Invalid, match="not in this workspace"):
            await comments.add_comment(store, place, by=user, body="?", mentions=("nobody",))
        with pytest.raises(Denied):
            await comments.edit_comment(store, place, said.id, by="other", body="no")
        with pytest.raises(Missing):
            await comments.read_comment(store, comments.Place(service.workflow_id, "elsewhere"), said.id)
        listed = await comments.list_comments(store, place)
        assert [one.body for one in listed] == ["look @me", "yes"]
        await one.until(lambda: kinds() == ["comment"] * 3)
        before = replica.seq or 0
        replica.change(RemoveBlocks(ids=("a", "b")))
        await one.saved()
        done = await past.restore(store, service.workflow_id, service.home.workspace_id, to=before, actor=user)
        await one.until(lambda: replica.seq == done.seq and "restored" in kinds())
        assert set(replica.confirmed.blocks) == {"a", "b", "c"}
        back = await past.restore(store, service.workflow_id, service.home.workspace_id, to=before + 1, actor=user)
        await one.until(lambda: replica.seq == back.seq)
        assert set(replica.confirmed.blocks) == {"c"}
        await deploy(store, service.workflow_id, service.home.workspace_id, actor=user)
        await one.until(lambda: "deployed" in kinds())
        await delete(store, service.workflow_id, service.home.workspace_id)
        await one.until(lambda: any(isinstance(m, protocol.Evict) and m.code == "deleted" for m in heard))


async def test_a_restore_is_its_askers_to_take_back_and_nobody_elses(service: Service) -> None:
    """RT-52, RT-12."""
    store, place, user = service.store, service.home.workspace_id, service.home.user_id
    async with service.client() as one, service.client() as two:
        mine, theirs = one.open(service.workflow_id), two.open(service.workflow_id)
        await one.saved()
        await two.saved()
        before = mine.seq or 0
        mine.change(move("a", 70))
        mine.change(move("b", 70))
        await one.saved()
        done = await past.restore(store, service.workflow_id, place, to=before, actor=user, client_id=one.client_id)
        assert done.outcome == "applied"
        await one.until(lambda: mine.seq == done.seq)
        await two.until(lambda: theirs.seq == done.seq)
        theirs.change(move("b", 90))
        await two.saved()
        theirs.change(move("a", 40), undo_of=0)
        await two.saved()
        mine.change(MoveBlocks(items=(Move("a", 70, 0), Move("b", 70, 0))), undo_of=0)
        await one.saved()
        await two.until(lambda: theirs.seq == mine.seq)
        for replica in (mine, theirs):
            blocks = replica.confirmed.blocks
            assert (blocks["a"].position.x, blocks["b"].position.x) == (70, 90)
        with pytest.raises(Conflict, match="somebody else"):
            await past.restore(store, service.workflow_id, place, to=before, actor="eve", client_id=one.client_id)


async def test_who_sends_too_fast_is_slowed_and_then_shown_out(service: Service) -> None:
    """RT-60, RT-61."""
    async with connect(service.url, proxy=None) as socket:
        await socket.send(json.dumps({"t": "hello", "v": 1, "key": await service.key(), "client_id": "fast"}))
        with pytest.raises(ConnectionClosed) as caught:
            async with asyncio.timeout(60):
                for _ in range(3000):
                    await socket.send('{"t":"ping"}')
                while True:
                    await socket.recv()
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == 4029


async def test_a_client_that_comes_back_replaces_itself_and_others_may_not_take_its_name(service: Service) -> None:
    """RT-5, RT-24."""
    async with service.client(client_id="tab") as one:
        one.open(service.workflow_id)
        await one.saved()
        heard = listen(one)
        async with service.client(client_id="tab") as two:
            two.open(service.workflow_id)
            await two.saved()
            await one.until(lambda: any(isinstance(m, protocol.Evict) and m.code == "replaced" for m in heard))


KINDS: dict[str, Any] = {
    "join": {"t": "join"},
    "leave": {"t": "leave"},
    "ops": {"t": "ops", "ops": [{"cseq": 1, "op": {"op": "block.move", "items": [{"id": "a", "x": 77, "y": 0}]}}]},
    "pres": {"t": "pres", "d": {"cursor": [1, 2]}},
    "text_open": {"t": "text_open", "block_id": "a", "field": "prompt"},
    "text": {"t": "text", "block_id": "a", "field": "prompt", "n": 1, "update": "AAA="},
    "text_close": {"t": "text_close", "block_id": "a", "field": "prompt"},
    "flush": {"t": "flush"},
    "applied": {"t": "applied", "seq": 1},
}


async def test_bad_frames_do_nothing(service: Service) -> None:
    """RT-62: random, truncated, forged and oversized frames; the service lives and nobody else notices."""
    rng = random.Random(5)
    good = [json.dumps(message | {"r": service.workflow_id}) for message in KINDS.values() if message["t"] != "ops"]

    def bad() -> str:
        text = rng.choice(good)
        match rng.randrange(6):
            case 0:
                return text[: rng.randrange(len(text))]
            case 1:
                at = rng.randrange(len(text))
                return text[:at] + chr(rng.randrange(1, 0x2FF)) + text[at + 1 :]
            case 2:
                return json.dumps({"t": rng.choice(["ops", "nope", "", None]), "r": rng.randrange(9)})
            case 3:
                return "[" * rng.randrange(1, 3000)
            case 4:
                op = {"op": rng.choice(["block.add", "block.move", "x"]), "items": [{"id": "a", "x": "NaN", "y": 1}]}
                return json.dumps({"t": "ops", "r": service.workflow_id, "ops": [{"cseq": -1, "op": op}]})
            case _:
                return json.dumps({"t": "join", "r": "\x00" + "é" * rng.randrange(300), "since": 2**60})

    async with service.client() as good_one:
        replica = good_one.open(service.workflow_id)
        await good_one.saved()
        for _ in range(12):
            async with connect(service.url, proxy=None) as socket:
                hello = {"t": "hello", "v": 1, "key": await service.key(), "client_id": f"bad{rng.random()}"}
                await socket.send(json.dumps(hello))
                try:
                    for _ in range(350):
                        await socket.send(bad())
                    await socket.send("x" * 300_000)
                    await asyncio.sleep(0.1)
                except ConnectionClosed:
                    pass
        replica.change(move("c", 3))
        await good_one.saved()
        assert good_one.sid
    assert service.process.is_alive
