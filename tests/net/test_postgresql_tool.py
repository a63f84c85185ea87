"""The PostgreSQL tools against a real server over TCP, with a password and TLS."""

import asyncio
import shutil
import ssl
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import asyncpg
import pytest
from sim_tool_postgresql import postgresql

from sim_core.errors import Denied, Expired, Invalid, Refused, Unreachable
from sim_core.net.client import Client
from sim_core.net.guard import Guard
from sim_core.net.tools import ToolBox
from sim_core.spec.options import options_of, read
from sim_core.store.embedded import Embedded
from sim_core.store.places import find_place
from tests.net.test_toolbox import Shelf
from tests.support.tls import certificate_for, serving

HOST = "db.example"
SSL_REQUEST = bytes.fromhex("04d2162f")
Call: TypeAlias = Callable[..., Awaitable[Any]]
TABLES = """
CREATE TABLE people (
    id serial PRIMARY KEY, name text NOT NULL UNIQUE, born date, height numeric(5, 2), tags text[], facts jsonb,
    seen timestamptz, photo bytea, ref uuid, active bool DEFAULT true
);
CREATE TABLE notes (id int PRIMARY KEY, person int REFERENCES people (id), body text);
COMMENT ON COLUMN people.name IS 'Who it is.';
CREATE VIEW grown AS SELECT name FROM people WHERE born < '2010-01-01';
CREATE TABLE "odd ""name" ("a b" int);
"""


@pytest.fixture(scope="module")
def database() -> Iterator[Path]:
    """The socket of a server that wants a password."""
    folder = Path(tempfile.mkdtemp(prefix="sim-pg-tool-"))
    folder.chmod(0o755)
    embedded = Embedded(find_place(folder), {"fsync": "off"})
    asyncio.run(_prepare(embedded))
    try:
        yield embedded.place.sockets / ".s.PGSQL.5432"
    finally:
        asyncio.run(embedded.stop())
        shutil.rmtree(folder)


async def _prepare(embedded: Embedded) -> None:
    await embedded.start()
    rules = embedded.place.data / "pg_hba.conf"
    rules.write_text("local all reader scram-sha-256\n" + rules.read_text())
    root = await asyncpg.connect(embedded.uri("postgres"))
    await root.execute("CREATE ROLE reader LOGIN PASSWORD 'p@ss word'")
    await root.execute("CREATE DATABASE shop OWNER reader")
    await root.execute("SELECT pg_reload_conf()")
    await root.close()
    shop = await asyncpg.connect(embedded.uri("shop"))
    await shop.execute("GRANT ALL ON SCHEMA public TO reader; SET ROLE reader")
    await shop.execute(TABLES)
    await shop.close()


class Door:
    """Lets TCP in to the database; the embedded build speaks no TLS, so the door does."""

    def __init__(self, socket: Path, tls: ssl.SSLContext | None) -> None:
        self.socket = socket
        self.tls = tls
        self.seen: list[str | None] = []

    async def enter(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            first = await reader.readexactly(8)
            if first[4:] == SSL_REQUEST:
                writer.write(b"S" if self.tls else b"N")
                await writer.drain()
                if not self.tls:
                    return
                await writer.start_tls(self.tls)
                first = b""
            inner, outer = await asyncio.open_unix_connection(str(self.socket))
            outer.write(first)
            async with asyncio.TaskGroup() as group:
                group.create_task(_pump(reader, outer))
                group.create_task(_pump(inner, writer))
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            writer.close()


async def _pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    try:
        while piece := await source.read(65536):
            target.write(piece)
            await target.drain()
    finally:
        target.close()


@pytest.fixture(params=["tls"])
async def door(database: Path, request: pytest.FixtureRequest) -> AsyncIterator[tuple[int, str]]:
    """The port of a door to the database, and the authority that its certificate names."""
    key, certificate = certificate_for(HOST)
    context = None
    if request.param == "tls":
        context = serving(key, certificate)
    listening = await asyncio.start_server(Door(database, context).enter, "127.0.0.1", 0)
    yield listening.sockets[0].getsockname()[1], certificate
    listening.close()
    await asyncio.sleep(0.05)


@pytest.fixture
def call(door: tuple[int, str]) -> Call:
    port, authority = door

    async def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    async def run(operation: str, inputs: dict[str, Any], *, allow: bool = True, **account: str) -> Any:
        guard = Guard([f"{name}:{port}" for name in (HOST, "other.example")] if allow else [], resolve=resolve)
        values = {"host": HOST, "port": str(port), "database": "shop", "username": "reader", "password": "p@ss word"}

        async def accounts(*_: Any, **__: Any) -> dict[str, str]:
            return {**values, "ca": authority, **account}

        box = ToolBox(Shelf(postgresql), Client(guard), accounts=accounts)
        return await box.call(f"postgresql.{operation}", inputs, credential="c1")

    return run


async def test_rows_go_in_come_out_change_and_go(call: Call):
    row = {
        "name": "Ada", "born": "1815-12-10", "height": 1.65, "tags": ["a", "b"], "facts": {"n": [1, None]},
        "seen": "2026-01-31T12:00:00Z", "photo": "AAE=", "ref": "0190a6f0-0000-7000-8000-000000000001",
    }  # fmt: skip
    made = await call("insert", {"table": "people", "rows": [row, {"name": "Tom"}], "returning": ["id", "facts"]})
    assert made["row_count"] == 2
    assert made["rows"][0]["facts"] == {"n": [1, None]}
    found = await call("query", {"query": "SELECT * FROM people WHERE name = $1", "parameters": ["Ada"]})
    [ada] = found["rows"]
    assert {name: ada[name] for name in row} == {**row, "height": "1.65"}
    assert ada["active"] is True
    changed = await call("update", {"table": "people", "values": {"height": "1.7"}, "where": {"name": ["Ada", "Tom"]}})
    assert changed["row_count"] == 2
    again = {"table": "people", "rows": [{"name": "Ada", "born": None}], "conflict": ["name"]}
    assert (await call("insert", {**again, "on_conflict": "skip"}))["row_count"] == 0
    assert (await call("insert", {**again, "on_conflict": "update"}))["row_count"] == 1
    gone = await call("delete", {"table": "public.people", "where": {"born": None}, "returning": ["name"]})
    assert sorted(r["name"] for r in gone["rows"]) == ["Ada", "Tom"]


async def test_values_and_names_are_never_sql(call: Call):
    evil = "x'; DROP TABLE people; --"
    await call("insert", {"table": "people", "rows": [{"name": evil}]})
    found = await call("query", {"query": "SELECT name FROM people WHERE name = $1", "parameters": [evil]})
    assert found["rows"] == [{"name": evil}]
    with pytest.raises(Refused, match="42P01"):
        await call("delete", {"table": 'people"; DROP TABLE people; --', "where": {"id": 1}})
    assert (await call("insert", {"table": 'odd "name', "rows": [{"a b": 1}]}))["row_count"] == 1
    assert (await call("delete", {"table": "people", "where": {"name": evil}}))["row_count"] == 1


async def test_a_query_changes_nothing_and_stops_at_its_limits(call: Call):
    with pytest.raises(Refused, match="read-only"):
        await call("query", {"query": "INSERT INTO people (name) VALUES ('x') RETURNING id"})
    many = await call("query", {"query": "SELECT generate_series(1, 1000000) AS n", "limit": 3})
    assert (many["rows"], many["truncated"]) == ([{"n": 1}, {"n": 2}, {"n": 3}], True)
    with pytest.raises(Expired, match=r"0\.2 s"):
        await call("query", {"query": "SELECT pg_sleep(5)", "timeout_s": 0.2})


async def test_any_sql_runs_when_it_is_asked_for(call: Call):
    several = "CREATE TABLE temporary (id int); INSERT INTO temporary VALUES (1), (2)"
    assert (await call("execute", {"query": several}))["row_count"] == 2
    done = await call("execute", {"query": "UPDATE temporary SET id = id + $1 RETURNING id", "parameters": ["1"]})
    assert done["rows"] == [{"id": 2}, {"id": 3}]
    assert (await call("execute", {"query": "DROP TABLE temporary;"}))["status"] == "DROP TABLE"


async def test_a_wrong_parameter_is_named(call: Call):
    with pytest.raises(Invalid, match=r"parameter \$2 is 'soon', which is no date"):
        await call("query", {"query": "SELECT $1::int, $2::date", "parameters": [1, "soon"]})
    with pytest.raises(Invalid, match="has 1 parameters, 0 were given"):
        await call("query", {"query": "SELECT $1::int"})
    with pytest.raises(Refused, match='42703: column "nope" does not exist'):
        await call("query", {"query": "SELECT nope FROM people"})


async def test_a_schema_is_described(call: Call):
    told = await call("introspect", {})
    tables = {table["name"]: table for table in told["tables"]}
    assert tables["people"]["primary_key"] == ["id"]
    assert tables["people"]["unique"] == [["name"]]
    assert {c["name"]: c["type"] for c in tables["people"]["columns"]}["height"] == "numeric(5,2)"
    assert next(c["doc"] for c in tables["people"]["columns"] if c["name"] == "name") == "Who it is."
    assert tables["notes"]["foreign_keys"] == [{"columns": ["person"], "target": "people", "target_columns": ["id"]}]
    assert tables["grown"]["kind"] == "view"
    assert told["schemas"] == ["public"]


async def test_only_who_proves_to_be_the_host_is_talked_to(call: Call):
    one = {"query": "SELECT 1 AS one"}
    with pytest.raises(Unreachable, match="prove who it is"):
        await call("query", one, host="other.example")
    with pytest.raises(Unreachable, match="prove who it is"):
        await call("query", one, ca="")
    assert (await call("query", one, host="other.example", sslmode="require"))["rows"] == [{"one": 1}]


async def test_a_door_that_stays_shut_says_why(call: Call):
    one = {"query": "SELECT 1"}
    with pytest.raises(Denied, match="did not let 'reader' in"):
        await call("query", one, password="wrong")
    with pytest.raises(Denied, match="SIM_ALLOW_HOSTS"):
        await call("query", one, allow=False)
    with pytest.raises(Denied, match="database"):
        await call("query", one, database="")


@pytest.mark.parametrize("door", ["plain"], indirect=True)
async def test_a_server_without_tls_is_entered_only_when_that_is_allowed(call: Call):
    with pytest.raises(Unreachable, match="set sslmode to disable"):
        await call("query", {"query": "SELECT 1 AS one"})
    found = await call("query", {"query": "SELECT 1 AS one"}, sslmode="disable")
    assert found["rows"] == [{"one": 1}]


async def test_it_offers_tables_and_schemas_to_choose_from(call: Call):
    found = await call("list_tables", {})
    names = [(one["name"], one["kind"]) for one in found["tables"]]
    assert names == [("grown", "view"), ("notes", "table"), ('odd "name', "table"), ("people", "table")]
    assert found["schemas"] == ["public"]
    assert (await call("list_tables", {"schema": "none"}))["tables"] == []
    options = options_of(postgresql.tools["postgresql.insert"].input, "table")
    assert options is not None
    assert [one.value for one in read(options, found, {}).items] == ["grown", "notes", 'odd "name', "people"]
