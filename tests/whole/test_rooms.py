"""A room by the front door: tickets and changes over REST, people at the realtime service beside it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from sim_core.document.operations import BlockChange, Move, MoveBlocks, Operation, UpdateBlocks
from sim_realtime import protocol
from sim_realtime.client import Client
from tests.support.stack import Stack

DOCUMENT = {"name": "shared", "blocks": {id: {"id": id, "type": "function", "name": id} for id in "abc"}}


def entrance(stack: Stack, key: str) -> Callable[[], Awaitable[dict[str, str]]]:
    """A ticket for each connection, as a browser asks for one."""

    async def enter() -> dict[str, str]:
        status, ticket = await asyncio.to_thread(stack.ask, "POST", "/realtime/ticket", None, x_api_key=key)
        assert status == 201
        return {"ticket": ticket["ticket"]}

    return enter


async def test_what_rest_does_is_seen_in_the_room_and_the_other_way_round(standing: Stack) -> None:
    """Edits, restores, comments, deployments and the end come to who is in the room; what they do is read over REST."""

    async def ask(method: str, path: str, body: Any = None) -> Any:
        status, told = await asyncio.to_thread(standing.ask, method, path, body)
        assert status < 300, told
        return told

    id = (await ask("POST", "/workflows", {"workflow": DOCUMENT}))["id"]
    key = await ask("POST", "/keys", {"name": "room", "scopes": ["read", "write"]})
    heard: list[Any] = []
    url = f"ws://127.0.0.1:{standing.realtime_port}/ws"
    async with Client(url, entrance(standing, key["key"])) as one:
        one.heard = heard.append
        room = one.open(id)
        await one.saved(within=20)
        move = {"op": "block.move", "items": [{"id": "a", "x": 5, "y": 6}]}
        await ask("PATCH", f"/workflows/{id}", {"operations": [move]})
        await one.until(lambda: room.confirmed.blocks["a"].position.x == 5)
        before = room.seq
        room.change(MoveBlocks(items=(Move("b", 8, 9),)))
        await one.saved(within=20)
        assert (await ask("GET", f"/workflows/{id}"))["workflow"]["blocks"]["b"]["position"] == {"x": 8, "y": 9}
        await ask("POST", f"/workflows/{id}/restore", {"to_seq": before})
        await one.until(lambda: room.confirmed.blocks["b"].position.x == 0)
        await ask("POST", f"/workflows/{id}/comments", {"body": "look", "anchor": {"block_id": "a"}})
        await one.until(lambda: {m.kind for m in heard if isinstance(m, protocol.Notice)} == {"restored", "comment"})
        lock: Operation = UpdateBlocks(items=(BlockChange("a", {"locked": True}),))
        refused = room.change(lock)
        await one.saved(within=20)
        assert room.outcomes[refused] == "forbidden"  # its key may not
        await ask("DELETE", f"/workflows/{id}")
        await one.until(lambda: any(isinstance(m, protocol.Evict) and m.code == "deleted" for m in heard))


async def test_who_has_the_room_open_is_shown_out_with_their_key(standing: Stack) -> None:
    """A key that is revoked over REST ends the connection that it opened."""

    def ask(method: str, path: str, body: Any = None) -> Any:
        status, told = standing.ask(method, path, body)
        assert status < 300, told
        return told

    id = (await asyncio.to_thread(ask, "POST", "/workflows", {"workflow": DOCUMENT}))["id"]
    key = await asyncio.to_thread(ask, "POST", "/keys", {"name": "gone", "scopes": ["read", "write"]})
    heard: list[Any] = []
    url = f"ws://127.0.0.1:{standing.realtime_port}/ws"
    async with Client(url, entrance(standing, key["key"])) as one:
        one.heard = heard.append
        one.open(id)
        await one.saved(within=20)
        await asyncio.to_thread(ask, "DELETE", f"/keys/{key['id']}")
        await one.until(lambda: any(isinstance(m, protocol.Evict) and m.code == "access" for m in heard), within=60)
