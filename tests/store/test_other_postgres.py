"""A database that somebody else runs: what is too old is refused before anything is written to it."""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit

import pytest

from sim_core.errors import Invalid, Unreachable
from sim_core.store.postgres import prepare
from sim_core.store.wire import connect

VERSION = re.compile(rb"\x00\x00\x00\x06\d{6}")
"""A column of a row whose text has six digits: the answer to `SHOW server_version_num`."""


@asynccontextmanager
async def pretending(url: str, number: int) -> AsyncGenerator[str]:
    """The same database behind a wire that tells another version of Postgres."""
    asked = urlsplit(url)
    folder = parse_qs(asked.query).get("host", [None])[0]

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(VERSION.sub(b"\x00\x00\x00\x06%d" % number, data))
            await writer.drain()
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if folder:
            inward, outward = await asyncio.open_unix_connection(f"{folder}/.s.PGSQL.{asked.port or 5432}")
        else:
            inward, outward = await asyncio.open_connection(asked.hostname, asked.port or 5432)
        await asyncio.gather(pump(reader, outward), pump(inward, writer), return_exceptions=True)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    who = f"{asked.username}@" if asked.username else ""
    yield f"postgresql://{who}127.0.0.1:{port}{asked.path}?sslmode=disable"
    server.close()


async def test_a_postgres_that_is_too_old_is_refused_by_its_number(clean_postgres: str) -> None:
    async with pretending(clean_postgres, 140012) as url:
        with pytest.raises(Invalid, match="Postgres 14; 15 or newer") as refused:
            await prepare(url)
    assert refused.value.reason == "old_postgres"
    async with pretending(clean_postgres, 150000) as url:
        await prepare(url)


async def test_a_pgvector_that_is_too_old_is_refused_with_the_command_that_helps(clean_postgres: str) -> None:
    connection = await connect(clean_postgres)
    found = await connection.fetchval("SELECT extversion FROM pg_extension WHERE extname = 'vector'")
    say = "UPDATE pg_extension SET extversion = $1 WHERE extname = 'vector'"
    await connection.execute(say, "0.7.4")
    try:
        with pytest.raises(Invalid, match=r"pgvector 0\.7\.4; 0\.8 or newer .*ALTER EXTENSION") as refused:
            await prepare(clean_postgres)
    finally:
        await connection.execute(say, found)
        await connection.close()
    assert refused.value.reason == "old_pgvector"


async def test_an_address_that_is_none_or_where_nobody_answers_is_told_apart() -> None:
    with pytest.raises(Invalid, match="postgresql://") as refused:
        await prepare("mysql://127.0.0.1/sim")
    assert refused.value.reason == "bad_setting"
    with pytest.raises(Unreachable, match="does not answer") as missed:
        await prepare("postgresql://127.0.0.1:1/sim")
    assert missed.value.reason == "database"
