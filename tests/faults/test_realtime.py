import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sim_core.document.operations import Move, MoveBlocks
from sim_core.store.pool import Store
from tests.faults.realtime import kills
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


async def test_a_service_that_slept_goes_on_and_loses_nothing(service: Service) -> None:
    async with service.client() as one:
        replica = one.open(service.workflow_id)
        await one.saved()
        service.process.signal(signal.SIGSTOP)
        for x in range(10):
            replica.change(MoveBlocks(items=(Move("a", x, 0),)))
        await asyncio.sleep(1)
        assert len(replica.pending) == 10
        service.process.signal(signal.SIGCONT)
        await one.saved()
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
        await one.saved(within=20)
        assert replica.confirmed.blocks["a"].position.x == 60
        assert set(replica.outcomes.values()) <= {"applied", "dup"}
