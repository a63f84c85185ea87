from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from sim_core.store.pool import Store
from tests.realtime.service import Process, Service, housed


@pytest.fixture(scope="module")
def process(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """One service for the tests of a module: each has people and a workflow of its own."""
    process = Process(postgres_url, tmp_path_factory.mktemp("realtime"))
    process.start()
    yield process
    assert process.stop() == 0


@pytest.fixture
async def service(process: Process, store: Store, clean_postgres: str, tmp_path: Path) -> AsyncIterator[Service]:
    """The service with a fresh home and workflow."""
    service = await housed(Service(store, process))
    yield service
    assert process.is_alive, "the service died"
