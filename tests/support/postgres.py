"""A real Postgres for tests: one server a session, emptied for each test that asks for `store`."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
import pytest_asyncio

UNSAFE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """URL of a migrated database: `SIM_TEST_DATABASE_URL`, or an embedded server of this session."""
    from sim_core.store.embedded import Embedded
    from sim_core.store.migrate import migrate
    from sim_core.store.places import find_place
    from sim_core.store.postgres import make_database, prepare

    if given := os.environ.get("SIM_TEST_DATABASE_URL"):
        given = asyncio.run(_of_this_process(given))
        asyncio.run(prepare(given))
        asyncio.run(migrate(given))
        yield given
        return
    folder = Path(tempfile.mkdtemp(prefix="sim-test-"))
    folder.chmod(0o755)  # the system user that runs Postgres for root must get in
    server = Embedded(find_place(folder), UNSAFE)
    asyncio.run(server.start())
    try:
        asyncio.run(make_database(server))
        asyncio.run(migrate(server.uri()))
        yield server.uri()
    finally:
        asyncio.run(server.stop())
        shutil.rmtree(folder)


async def _of_this_process(url: str) -> str:
    """The same server's database of one of several processes that run the tests."""
    from sim_core.store.wire import connect

    if not (worker := os.environ.get("PYTEST_XDIST_WORKER")):
        return url
    parts = urlsplit(url)
    name = f"{parts.path.removeprefix('/')}_{worker}"
    connection = await connect(url)
    if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
        await connection.execute(f'CREATE DATABASE "{name}"')
    await connection.close()
    return urlunsplit(parts._replace(path=f"/{name}"))


@pytest_asyncio.fixture
async def clean_postgres(postgres_url: str) -> str:
    """URL of a database in which nothing is stored."""
    from sim_core.store.tables import TABLES
    from sim_core.store.wire import connect

    connection = await connect(postgres_url)
    names = [*(table._meta.tablename for table in reversed(TABLES)), "sim_pgqueuer"]
    await connection.execute(";".join(f'DELETE FROM "{name}"' for name in names))
    await connection.close()
    return postgres_url


@pytest_asyncio.fixture
async def store(clean_postgres: str) -> AsyncIterator[object]:
    """An open store in which nothing is stored."""
    from sim_core.store.pool import open_store

    opened = await open_store(clean_postgres)
    yield opened
    await opened.close()
