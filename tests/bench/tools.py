"""What using a tool costs: from inputs to request, over a connection, and from the reply to what the tool declared."""

import asyncio
import time
from collections.abc import Iterator
from typing import Annotated

from sim_core.net.client import Client
from sim_core.net.guard import Guard
from sim_core.net.tools import ToolBox, no_accounts
from sim_core.registry import Registry
from sim_core.spec.fields import Doc, Input, Output
from sim_core.spec.tools import Integration
from tests.bench.figures import Figure
from tests.support.http import Answer, serve

ROUNDS = 200


def run() -> Iterator[Figure]:
    """A POST with a JSON body to a server in this process, whose part is counted too."""
    yield from asyncio.run(_measured())


async def _measured() -> list[Figure]:
    async with serve(Answer(body={"id": 1, "name": "bolt"})) as server:
        client = Client(Guard(("127.0.0.0/8",)))
        tools = ToolBox(Registry.of(shop=[_shop(server.url)]), client, accounts=no_accounts)
        try:
            for _ in range(10):
                await tools.call("shop.create_thing", {"name": "bolt"})
            spent, began = time.process_time(), time.perf_counter()
            for _ in range(ROUNDS):
                await tools.call("shop.create_thing", {"name": "bolt"})
            cpu, wall = time.process_time() - spent, time.perf_counter() - began
        finally:
            await client.aclose()
    return [
        Figure(name="a tool's call, client and server", value=round(cpu / ROUNDS * 1e3, 3), unit="ms CPU", goal=5),
        Figure(name="a tool's call, client and server, wall", value=round(wall / ROUNDS * 1e3, 3), unit="ms"),
    ]


def _shop(url: str) -> Integration:
    shop = Integration("shop", title="Shop", base_url=url)

    class Thing(Output):
        id: int
        name: str

    @shop.post("/things", returns=Thing)
    class CreateThing(Input):  # pyright: ignore[reportUnusedClass]  # registered by its decorator
        """Make a thing."""

        name: Annotated[str, Doc("What it is called.")]

    return shop
