import asyncio
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sim_core.document.operations import Move, MoveBlocks
from sim_core.store.embedded import Embedded
from sim_core.store.migrate import migrate
from sim_core.store.places import find_place
from sim_core.store.pool import Store, open_store
from sim_core.store.postgres import make_database
from tests.faults.realtime import kills, restarts, rooms, weather
from tests.faults.storm import storm
from tests.realtime.service import Service, running


@pytest.fixture
async def service(store: Store, clean_postgres: str, tmp_path: Path) -> AsyncIterator[Service]:
    async with running(store, clean_postgres, tmp_path) as service:
        yield service


async def test_a_killed_service_loses_nothing_that_was_acknowledged(service: Service) -> None:
    """RT-9."""
    toll = await kills(service, count=3, people=4)
    assert (toll.lost, toll.twice, toll.diverged) == (0, 0, 0)
    assert toll.acked > 30


async def test_lines_that_delay_double_and_break_cost_nothing(service: Service) -> None:
    """RT-6, RT-9: frames come twice, late, or not at all before a connection breaks."""
    toll, proxy = await weather(service, edits=400)
    assert (toll.lost, toll.twice, toll.diverged) == (0, 0, 0)
    assert proxy.broken
    assert proxy.doubled
    assert toll.acked > 30


@pytest.mark.full
async def test_many_kills_lose_nothing(service: Service) -> None:
    """RT-9."""
    toll = await kills(service, count=20)
    assert (toll.lost, toll.twice, toll.diverged) == (0, 0, 0)


@pytest.mark.full
async def test_everybody_comes_back_to_a_service_that_was_killed(service: Service) -> None:
    """RT-3: a crowd comes back at once, and each has what was written meanwhile."""
    found = await storm(service, await rooms(service, 40), people=200, key=await service.key())
    assert found.tries - found.vain == 200, "somebody was turned away by a service that listened"


@pytest.mark.full
async def test_a_database_that_is_ended_and_started_again_loses_nothing() -> None:
    """RT-9: Postgres leaves at once, without writing anything more, while people edit."""
    folder = Path(tempfile.mkdtemp(prefix="sim-test-"))
    folder.chmod(0o755)
    server = Embedded(find_place(folder), {})
    await server.start()
    try:
        await make_database(server)
        await migrate(server.uri())
        store = await open_store(server.uri())
        async with running(store, server.uri(), folder) as service:
            toll = await restarts(service, server, count=2)
        await store.close()
    finally:
        await server.stop()
        shutil.rmtree(folder)
    assert (toll.lost, toll.twice, toll.diverged) == (0, 0, 0)
    assert toll.acked > 10


async def test_a_service_that_slept_goes_on_and_loses_nothing(service: Service) -> None:
    async with service.client() as one:
        replica = one.open(service.workflow_id)
        await one.saved()
        service.process.signal(signal.SIGSTOP)
        for x in range(10):
            replica.change(MoveBlocks(items=(Move("a", x, 0),)))
        await asyncio.sleep(0.3)
        assert len(replica.pending) == 10
        service.process.signal(signal.SIGCONT)
        await one.saved(within=60)
        assert replica.confirmed.blocks["a"].position.x == 9


async def test_connections_to_the_database_that_break_cost_nothing(service: Service) -> None:
    """RT-9: the database ends every connection of the service, again and again."""
    async with service.client() as one:
        replica = one.open(service.workflow_id)
        await one.saved()
        for x in range(60):
            replica.change(MoveBlocks(items=(Move("a", x + 1, 0),)))
            if x % 15 == 7:
                await service.store.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE pid <> pg_backend_pid() AND datname = current_database()"
                )
            await asyncio.sleep(0.01)
        await one.saved(within=60)
        assert replica.confirmed.blocks["a"].position.x == 60
        assert set(replica.outcomes.values()) <= {"applied", "dup"}
