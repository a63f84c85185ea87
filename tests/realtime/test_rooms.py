import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from sim_core.accounts.bootstrap import Home, add_workspace, bootstrap
from sim_core.accounts.keys import create_key
from sim_core.document.operations import Move, MoveBlocks
from sim_core.document.workflow import Block, Workflow
from sim_core.store.documents import create_workflow, load
from sim_core.store.operations import append_ops
from sim_core.store.pool import Store
from tests.realtime.service import Process

DOCUMENT = Workflow(name="shared", blocks={"a": Block(id="a", type="start", name="Start")})


class World:
    def __init__(self, store: Store, home: Home, workflow_id: str, url: str) -> None:
        self.store, self.home, self.workflow_id, self.url = store, home, workflow_id, url

    async def key(self, *scopes: str, workspace_id: str = "") -> str:
        made = await create_key(
            self.store,
            user_id=self.home.user_id,
            name="test",
            workspace_id=workspace_id or self.home.workspace_id,
            scopes=scopes or ("read", "write"),
        )
        return made.text

    @asynccontextmanager
    async def client(self, name: str, key: str = "") -> AsyncIterator["Client"]:
        async with connect(self.url, proxy=None) as socket:
            client = Client(socket)
            await client.say(t="hello", v=1, key=key or await self.key(), client_id=name)
            assert (await client.hear())["t"] == "welcome"
            yield client

    async def move(self, x: float) -> None:
        await append_ops(
            self.store, self.workflow_id, (MoveBlocks(items=(Move("a", x, 0),)),),
            workspace_id=self.home.workspace_id, actor="rest", client_id="rest",
        )  # fmt: skip


class Client:
    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def say(self, **message: Any) -> None:
        await self.socket.send(json.dumps(message))

    async def hear(self) -> Any:
        while (message := json.loads(await asyncio.wait_for(self.socket.recv(), 60)))["t"] in (
            "roster",
            "slow",
            "hash",
        ):
            pass
        return message

    async def join(self, workflow_id: str, since: int | None = None) -> Any:
        await self.say(t="join", r=workflow_id, **({} if since is None else {"since": since}))
        while (joined := await self.hear())["t"] not in ("joined", "error", "evict", "moved"):
            pass
        parts = [(await self.hear())["data"] for _ in range(joined.get("parts", 0))]
        return joined | ({"workflow": json.loads("".join(parts))} if parts else {})

    async def move(self, workflow_id: str, cseq: int, x: float) -> None:
        op = {"op": "block.move", "items": [{"id": "a", "x": x, "y": 0}]}
        await self.say(t="ops", r=workflow_id, ops=[{"cseq": cseq, "op": op}])


@pytest.fixture
async def world(process: Process, store: Store, clean_postgres: str) -> AsyncIterator[World]:
    home = await bootstrap(store)
    made = await create_workflow(store, workspace_id=home.workspace_id, actor=home.user_id, document=DOCUMENT)
    yield World(store, home, made.id, f"ws://127.0.0.1:{process.port}/ws")
    assert process.is_alive, "the service died"


async def test_what_one_does_reaches_both_in_order_and_is_durable(world: World) -> None:
    """RT-7."""
    async with world.client("one") as one, world.client("two") as two:
        joined = await one.join(world.workflow_id)
        assert joined["workflow"]["blocks"]["a"]["name"] == "Start"
        await two.join(world.workflow_id)
        for cseq in range(1, 21):
            await one.move(world.workflow_id, cseq, float(cseq))
        for client in (one, two):
            heard: list[Any] = []
            while len(heard) < 20:
                heard += (await client.hear())["ops"]
            assert [op["seq"] for op in heard] == list(range(joined["seq"] + 1, joined["seq"] + 21))
            assert [op["cseq"] for op in heard] == list(range(1, 21))
    stored = await load(world.store, world.workflow_id, world.home.workspace_id)
    assert stored.workflow.blocks["a"].position.x == 20


async def test_a_change_by_another_process_appears_in_the_room(world: World) -> None:
    """RT-14."""
    async with world.client("one") as one:
        await one.join(world.workflow_id)
        await world.move(7)
        heard = await one.hear()
    assert (heard["t"], heard["ops"][0]["actor"], heard["ops"][0]["op"]["items"][0]["x"]) == ("ops", "rest", 7)


async def test_coming_back_brings_what_was_missed_and_a_resend_changes_nothing(world: World) -> None:
    async with world.client("one") as one:
        seq = (await one.join(world.workflow_id))["seq"]
    await world.move(1)
    await world.move(2)
    async with world.client("one") as one:
        joined = await one.join(world.workflow_id, since=seq)
        assert "workflow" not in joined
        missed = await one.hear()
        assert [op["seq"] for op in missed["ops"]] == [seq + 1, seq + 2]
        await one.move(world.workflow_id, 1, 5.0)
        assert (await one.hear())["ops"][0]["cseq"] == 1
        await one.move(world.workflow_id, 1, 5.0)
        assert (await one.hear())["items"][0]["outcome"] == "dup"


async def test_a_reader_watches_and_may_not_write(world: World) -> None:
    async with world.client("reader", await world.key("read")) as reader:
        assert (await reader.join(world.workflow_id))["role"] == "read"
        await reader.move(world.workflow_id, 1, 9.0)
        assert (await reader.hear())["code"] == "forbidden"
    stored = await load(world.store, world.workflow_id, world.home.workspace_id)
    assert stored.workflow.blocks["a"].position.x == 0


async def test_workflows_of_others_do_not_exist(world: World) -> None:
    other = await add_workspace(
        world.store, organization_id=world.home.organization_id, user_id=world.home.user_id, name="other"
    )
    async with world.client("stranger", await world.key(workspace_id=other)) as stranger:
        assert (await stranger.join(world.workflow_id))["code"] == "not_found"
        await stranger.move(world.workflow_id, 1, 9.0)
        assert (await stranger.hear())["code"] == "not_joined"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", 4401),
        ('{"t":"ping"}', 4401),
        ('{"t":"hello","v":99,"key":"k","client_id":"c"}', 4401),
        ('{"t":"hello","v":1,"key":"sim_wrong","client_id":"c"}', 4401),
        ('{"t":"hello","v":1,"key":"k","client_id":"c","x":1}', 4401),
    ],
)
async def test_who_does_not_say_hello_properly_is_shown_out(world: World, text: str, code: int) -> None:
    """RT-1."""
    async with connect(world.url, proxy=None) as socket:
        await socket.send(text)
        assert json.loads(await socket.recv())["t"] == "error"
        with pytest.raises(ConnectionClosed) as caught:
            await socket.recv()
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == code


async def test_a_message_nobody_understands_is_answered_and_the_talk_goes_on(world: World) -> None:
    async with world.client("one") as one:
        for text in ("not json", "[]", '{"t":"nonsense"}', '{"t":"join"}', '{"t":"ops","r":"x","ops":[{"cseq":"a"}]}'):
            await one.socket.send(text)
            assert (await one.hear())["code"] == "invalid"
        await one.say(t="ping")
        assert (await one.hear())["t"] == "pong"
