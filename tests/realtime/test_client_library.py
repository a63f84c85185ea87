"""The browser's realtime client: its own tests, and driven from Node against the real service."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from sim_core.accounts.bootstrap import Home, bootstrap
from sim_core.accounts.keys import create_key
from sim_core.document.operations import Move as Place
from sim_core.document.operations import MoveBlocks, Operation, RemoveBlocks
from sim_core.document.reduce import digest
from sim_core.document.workflow import Block, Edge, Workflow
from sim_core.store.documents import create_workflow, history, load
from sim_core.store.operations import append_ops
from sim_core.store.pool import Store
from tests.support.ports import free_port

APP = Path(__file__).parents[2] / "sim_web" / "app"
NODE = shutil.which("node")
LACKS = "needs Node" if NODE is None else "" if (APP / "node_modules").is_dir() else "needs `npm ci` in sim_web/app"
pytestmark = pytest.mark.skipif(bool(LACKS), reason=LACKS)

PATIENCE_S = 60
DOCUMENT = Workflow(
    name="shared",
    blocks={
        "a": Block(id="a", type="start", name="Start"),
        "b": Block(id="b", type="agent", name="Agent", values={"prompt": "hi"}),
        "c": Block(id="c", type="api", name="Fetch"),
    },
    edges={"ab": Edge(id="ab", source="a", target="b")},
)


def test_the_library_passes_its_own_tests() -> None:
    words = [APP / "node_modules/.bin/vitest", "run", "--config", "vitest.config.ts", "src/realtime"]
    done = subprocess.run(words, cwd=APP, capture_output=True, text=True, timeout=240, env={**os.environ, "CI": "1"})
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


class Service:
    """`sim realtime` in a process of its own, killed and started again on the same port."""

    def __init__(self, database: str, data: Path) -> None:
        self.port = free_port()
        self.url = f"ws://127.0.0.1:{self.port}/ws"
        self._settings = {"DATABASE_URL": database, "SIM_REALTIME_PORT": str(self.port), "SIM_DATA": str(data)}
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        words = [sys.executable, "-m", "sim_core.cli", "realtime"]
        self._process = subprocess.Popen(words, env={**os.environ, **self._settings}, stdout=subprocess.DEVNULL)
        async with asyncio.timeout(PATIENCE_S):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                    writer.close()
                    return
                except OSError:
                    await asyncio.sleep(0.05)

    def kill(self) -> None:
        if self._process and self._process.poll() is None:
            self._process.kill()
            self._process.wait(PATIENCE_S)


class Driver:
    """A Node process with any number of clients in it."""

    def __init__(self, process: asyncio.subprocess.Process, facts: dict[str, str]) -> None:
        self._process = process
        self._facts = facts
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._reading = asyncio.ensure_future(self._read())

    async def ask(self, do: str, name: str, **facts: Any) -> Any:
        """What a client answers to a command."""
        assert self._process.stdin
        id = len(self._waiting)
        answer = self._waiting[id] = asyncio.get_running_loop().create_future()
        self._process.stdin.write(json.dumps({"id": id, "do": do, "name": name, **facts}).encode() + b"\n")
        return await asyncio.wait_for(answer, PATIENCE_S)

    async def until(self, holds: Callable[[Any], Any], do: str, name: str, **facts: Any) -> Any:
        """What a client answers, once it is as wished."""
        async with asyncio.timeout(PATIENCE_S):
            while not holds(said := await self.ask(do, name, **facts)):
                await asyncio.sleep(0.02)
        return said

    async def open(self, name: str) -> Any:
        """A client that follows the workflow; its document."""
        return await self.ask("open", name, **self._facts)

    async def change(self, name: str, *ops: dict[str, Any]) -> None:
        assert (await self.ask("change", name, ops=ops))["ok"]

    async def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        await asyncio.wait_for(self._process.wait(), PATIENCE_S)
        await self._reading

    async def _read(self) -> None:
        assert self._process.stdout
        async for line in self._process.stdout:
            said = json.loads(line)
            answer = self._waiting[said["id"]]
            if "error" in said:
                answer.set_exception(AssertionError(said["error"]))
            else:
                answer.set_result(said["answer"])


class World:
    def __init__(self, store: Store, home: Home, workflow_id: str, service: Service, driver: Driver) -> None:
        self.store, self.home, self.workflow_id = store, home, workflow_id
        self.service, self.driver = service, driver

    async def write(self, *ops: Operation) -> None:
        """A change by another process."""
        await append_ops(
            self.store, self.workflow_id, ops, workspace_id=self.home.workspace_id, actor="rest", client_id="rest"
        )

    async def stored(self) -> Workflow:
        return (await load(self.store, self.workflow_id, self.home.workspace_id)).workflow

    async def converged(self, *names: str) -> Workflow:
        """The document, once it is the same for everybody."""
        for name in names:
            await self.driver.ask("settled", name, ms=30_000)
        async with asyncio.timeout(PATIENCE_S):
            while True:
                stored = await self.stored()
                seen = [await self.driver.ask("state", name) for name in names]
                if {one["digest"] for one in seen} == {digest(stored)}:
                    assert {one["status"]["state"] for one in seen} == {"saved"}
                    return stored
                await asyncio.sleep(0.05)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library with the driver, as one file that Node runs."""
    file = tmp_path_factory.mktemp("driver") / "drive.mjs"
    bundle = [APP / "node_modules/.bin/rolldown", "src/realtime/tests/drive.ts", "--format", "esm", "--file", file]
    subprocess.run(bundle, cwd=APP, check=True, capture_output=True, timeout=180)
    return file


@asynccontextmanager
async def _driver(facts: dict[str, str], program: Path) -> AsyncGenerator[Driver]:
    assert NODE
    process = await asyncio.create_subprocess_exec(
        NODE, "--experimental-websocket", "--no-warnings", program,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=2**24,
    )  # fmt: skip
    driver = Driver(process, facts)
    try:
        yield driver
    finally:
        await driver.close()


@pytest.fixture
async def world(store: Store, clean_postgres: str, tmp_path: Path, program: Path) -> AsyncIterator[World]:
    home = await bootstrap(store)
    made = await create_workflow(store, workspace_id=home.workspace_id, actor=home.user_id, document=DOCUMENT)
    key = await create_key(
        store, user_id=home.user_id, name="test", workspace_id=home.workspace_id, scopes=("read", "write")
    )
    service = Service(clean_postgres, tmp_path)
    await service.start()
    facts = {"url": service.url, "key": key.text, "workflow": made.id}
    try:
        async with _driver(facts, program) as driver:
            yield World(store, home, made.id, service, driver)
    finally:
        service.kill()


def _move(id: str, x: float) -> dict[str, Any]:
    return {"op": "block.move", "items": [{"id": id, "x": x, "y": 0}]}


def _write(id: str, field: str, value: Any) -> dict[str, Any]:
    return {"op": "value.update", "items": [{"block_id": id, "field": field, "value": value}]}


def _add(id: str) -> dict[str, Any]:
    return {"op": "block.add", "blocks": [{"id": id, "type": "agent", "name": f"Step {id}"}]}


async def test_two_clients_and_a_writer_from_outside_see_one_document(world: World) -> None:
    ask = world.driver.ask
    opened = [await world.driver.open(name) for name in ("one", "two")]
    assert [document["blocks"]["b"]["values"] for document in opened] == [{"prompt": "hi"}] * 2
    for number in range(30):
        await world.driver.change("one", _add(f"one{number}"), _write(f"one{number}", "prompt", number))
        await world.driver.change("two", _move("b", number), _write("b", f"f{number}", True))
    await world.write(MoveBlocks(items=(Place("c", 5, 5),)))
    stored = await world.converged("one", "two")
    assert len(stored.blocks) == 33
    assert stored.blocks["one29"].values == {"prompt": 29}
    assert await ask("undo", "one") is True
    stored = await world.converged("one", "two")
    assert "one29" not in stored.blocks


async def test_what_is_done_offline_arrives_and_what_others_removed_is_cancelled(world: World) -> None:
    ask = world.driver.ask
    await world.driver.open("one")
    await world.driver.open("two")
    await ask("network", "one", on=False)
    for number in range(100):
        await world.driver.change("one", _add(f"off{number}"))
    await world.driver.change("one", _write("b", "prompt", "offline"), _write("c", "url", "gone"), _move("c", 9))
    status = (await ask("state", "one"))["status"]
    assert (status["state"], status["pending"], status["editable"]) == ("offline", 103, True)
    await world.write(RemoveBlocks(ids=("c",)))
    await world.driver.change("two", _write("b", "model", "m"))
    await ask("settled", "two")
    await ask("network", "one", on=True)
    stored = await world.converged("one", "two")
    assert len(stored.blocks) == 102
    assert stored.blocks["b"].values == {"prompt": "offline", "model": "m"}
    assert [notice["kind"] for notice in await ask("notices", "one")] == ["cancelled", "cancelled"]


async def test_a_tab_that_was_closed_offline_brings_its_changes_when_it_is_opened_again(world: World) -> None:
    ask = world.driver.ask
    await world.driver.open("one")
    await ask("network", "one", on=False)
    await world.driver.change("one", *(_add(f"off{number}") for number in range(40)))
    await ask("close", "one")
    opened = await world.driver.open("one")
    assert len(opened["blocks"]) == 43
    assert len((await world.converged("one")).blocks) == 43


async def test_nothing_is_lost_or_done_twice_when_the_service_is_killed_under_load(world: World) -> None:
    ask = world.driver.ask
    await world.driver.open("one")
    await world.driver.open("two")
    made = 0
    for _ in range(3):
        for number in range(40):
            await world.driver.change("one", _add(f"one{made}"), _move("b", made))
            await world.driver.change("two", _add(f"two{made}"), _write("b", "prompt", str(made)))
            made += 1
            if number == 20:
                world.service.kill()
        await world.service.start()
    stored = await world.converged("one", "two")
    assert {id for id in stored.blocks if id.startswith("one")} == {f"one{number}" for number in range(made)}
    assert {id for id in stored.blocks if id.startswith("two")} == {f"two{number}" for number in range(made)}
    assert (stored.blocks["b"].position.x, stored.blocks["b"].values["prompt"]) == (made - 1, str(made - 1))
    changes = [change async for change in _history(world)]
    numbers = [(change.client_id, change.cseq) for change in changes if change.cseq is not None]
    assert len(numbers) == len(set(numbers))
    assert await ask("notices", "one") == await ask("notices", "two") == []


async def _history(world: World) -> AsyncIterator[Any]:
    after = 0
    while changes := await history(world.store, world.workflow_id, world.home.workspace_id, after=after, limit=500):
        for change in changes:
            yield change
        after = changes[-1].seq


async def test_two_people_type_into_one_field(world: World) -> None:
    """Shared where the service shares texts; else whole values go, and the last one counts."""
    ask = world.driver.ask
    await world.driver.open("one")
    await world.driver.open("two")
    assert await ask("read", "two", block_id="b", field="prompt") == "hi"
    assert await ask("type", "one", block_id="b", field="prompt", at=2, text=" there") == "hi there"
    stored = await world.converged("one", "two")
    assert stored.blocks["b"].values["prompt"] == "hi there"
    await world.driver.until(lambda text: text == "hi there", "read", "two", block_id="b", field="prompt")


async def _shares(world: World) -> None:
    """Two clients of a service that shares texts and presence."""
    await world.driver.open("one")
    await world.driver.open("two")
    await world.driver.ask("settled", "one")
    if not await world.driver.ask("shares", "one"):
        pytest.skip("this service shares no texts")


async def test_what_two_people_type_at_once_is_all_there_after_a_kill_and_an_outage(world: World) -> None:
    await _shares(world)
    ask, place = world.driver.ask, {"block_id": "b", "field": "prompt"}
    assert [await ask("read", name, **place) for name in ("one", "two")] == ["hi", "hi"]
    for number in range(60):
        await asyncio.gather(
            ask("type", "one", **place, at=0, text=chr(65 + number % 26)),
            ask("type", "two", **place, at=10_000, text=str(number % 10)),
        )
        if number == 20:
            world.service.kill()
        if number == 25:
            await world.service.start()
        if number == 40:
            await ask("network", "one", on=False)
        if number == 50:
            await ask("network", "one", on=True)
        await asyncio.sleep(0.02)
    text = (await world.converged("one", "two")).blocks["b"].values["prompt"]
    assert [await ask("read", name, **place) for name in ("one", "two")] == [text, text]
    assert "".join(letter for letter in text if letter.isupper()) == "".join(chr(65 + n % 26) for n in range(60))[::-1]
    assert "".join(letter for letter in text if letter.isdigit()) == "".join(str(n % 10) for n in range(60))


async def test_everybody_sees_where_the_others_are(world: World) -> None:
    await _shares(world)
    shown = {
        "cursor": {"x": 1.5, "y": 2},
        "selection": ["b"],
        "view": {"x": 0, "y": 1, "zoom": 2},
        "drag": {"b": [3, 4]},
    }
    await world.driver.ask("presence", "one", set=shown)
    [peer] = await world.driver.until(lambda peers: peers and peers[0].get("cursor"), "presence", "two")
    assert {key: peer[key] for key in shown} == shown
    await world.driver.ask("close", "one")
    await world.driver.until(lambda peers: not peers, "presence", "two")
