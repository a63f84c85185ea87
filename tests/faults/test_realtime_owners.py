"""Two processes serve rooms from one database: a room is in one of them, wherever people knock."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect

from sim_core.document.operations import Move, MoveBlocks
from sim_core.document.reduce import digest
from sim_core.store.documents import load
from sim_core.store.pool import Store
from sim_realtime.client import Client, Replica
from tests.realtime.service import Process, Service, running

LET_GO = """
SELECT pg_terminate_backend(pid) FROM pg_locks
WHERE locktype = 'advisory' AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def move(id: str, x: float) -> MoveBlocks:
    return MoveBlocks(items=(Move(id, x, 0),))


@pytest.fixture
async def two(store: Store, clean_postgres: str, tmp_path: Path) -> AsyncIterator[tuple[Service, Process]]:
    """A service, and another process beside it."""
    async with running(store, clean_postgres, tmp_path) as service:
        other = Process(clean_postgres, tmp_path)
        await asyncio.to_thread(other.start)
        try:
            yield service, other
        finally:
            assert await asyncio.to_thread(other.stop) in (0, -9)


def url(process: Process) -> str:
    return f"ws://127.0.0.1:{process.port}/ws"


async def knock(service: Service, at: str) -> Any:
    """What one process answers to who wants to come in."""
    async with connect(at, proxy=None) as socket:
        await socket.send(json.dumps({"t": "hello", "v": 1, "key": await service.key(), "client_id": "knock"}))
        await socket.send(json.dumps({"t": "join", "r": service.workflow_id}))
        while (heard := json.loads(await asyncio.wait_for(socket.recv(), 60)))["t"] in ("welcome", "slow"):
            pass
        return heard


async def agree(service: Service, *pairs: tuple[Client, Replica]) -> None:
    stored = await load(service.store, service.workflow_id, service.home.workspace_id)
    for client, replica in pairs:
        await client.until(lambda replica=replica: (replica.seq or 0) >= stored.seq, within=60)
        assert digest(replica.confirmed) == digest(stored.workflow)


async def test_a_room_is_in_one_process_and_the_other_shows_the_way(two: tuple[Service, Process]) -> None:
    """RT-53."""
    service, other = two
    async with service.client() as one, service.client(url=url(other)) as guest:
        first = one.open(service.workflow_id)
        await one.saved()
        told = await knock(service, url(other))
        assert (told["t"], told["url"]) == ("moved", service.url)
        second = guest.open(service.workflow_id)
        await guest.saved(within=60)
        await one.until(lambda: len(first.people) == 1, within=60)  # they meet in one room
        first.change(move("a", 1))
        second.change(move("b", 2))
        await asyncio.gather(one.saved(within=60), guest.saved(within=60))
        await agree(service, (one, first), (guest, second))


async def test_when_the_owner_dies_the_other_takes_over_and_nothing_is_lost(two: tuple[Service, Process]) -> None:
    """RT-53, RT-9: people at a process that is killed go on at the other, with all that was not acknowledged."""
    service, other = two
    async with service.client(url=url(other)) as holder:  # the other has the room from now on
        held = holder.open(service.workflow_id)
        await holder.saved()
        async with service.client() as guest:
            replica = guest.open(service.workflow_id)
            await guest.saved(within=60)
            await holder.until(lambda: len(held.people) == 1, within=60)
            for x in range(40):
                replica.change(move("a", x + 1))
                if x == 20:
                    other.kill()
                await asyncio.sleep(0.005)
            await guest.saved(within=60)
            assert set(replica.outcomes.values()) <= {"applied", "dup"}
            assert len(replica.outcomes) == 40
            assert (await knock(service, service.url))["t"] == "joined"
            await asyncio.to_thread(other.start)
            told = await knock(service, url(other))
            assert (told["t"], told["url"]) == ("moved", service.url)
            await holder.saved(within=60)  # it had nobody but the other to ask, and is shown the way
            await guest.until(lambda: len(replica.people) == 1, within=60)
            await agree(service, (guest, replica), (holder, held))


async def test_an_owner_that_hangs_loses_its_rooms_and_comes_back_in_peace(two: tuple[Service, Process]) -> None:
    """RT-53: the process is there, with all its connections, and answers nobody."""
    service, other = two
    async with service.client(url=url(other)) as holder:
        held = holder.open(service.workflow_id)
        held.change(move("a", 1))
        await holder.saved()
        other.signal(signal.SIGSTOP)
        try:
            held.change(move("a", 2))
            async with service.client() as guest:
                replica = guest.open(service.workflow_id)
                replica.change(move("b", 3))
                await guest.saved(within=60)
                other.signal(signal.SIGCONT)
                await holder.until(lambda: len(held.people) == 1, within=60)  # it was shown the way
                await asyncio.gather(holder.saved(within=60), guest.saved(within=60))
                await agree(service, (guest, replica), (holder, held))
        finally:
            other.signal(signal.SIGCONT)


async def test_a_process_whose_hold_was_lost_takes_its_rooms_again(two: tuple[Service, Process]) -> None:
    """RT-53: the database ends the connection that holds the locks, and nothing else."""
    service, other = two
    async with service.client() as one:
        replica = one.open(service.workflow_id)
        await one.saved()
        for x in range(3):
            before = await service.store.value("SELECT min(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted")
            assert before
            await service.store.rows(LET_GO)
            async with asyncio.timeout(60):
                while await service.store.value(
                    "SELECT min(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted"
                ) in (None, before):
                    await asyncio.sleep(0.02)
            replica.change(move("a", x + 1))
            await one.saved(within=60)
        told = await knock(service, url(other))
        assert (told["t"], told["url"]) == ("moved", service.url)
