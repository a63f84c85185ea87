"""A guarded client whose clock and chance are in the test's hand."""

from collections.abc import AsyncIterator

import pytest

from sim_core.net.client import Client, Exchange, Limits
from sim_core.net.guard import Guard, Resolve


class Told:
    """A client, what it told, and how long it waited."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []
        self.waits: list[float] = []
        self.clients: list[Client] = []

    def client(
        self, *allow: str, limits: Limits | None = None, resolve: Resolve | None = None, **options: object
    ) -> Client:
        async def sleep(seconds: float) -> None:
            self.waits.append(seconds)

        guard = Guard(allow, resolve=resolve)
        client = Client(guard, limits=limits, tell=self.exchanges.append, sleep=sleep, chance=lambda: 1.0, **options)  # pyright: ignore[reportArgumentType]
        self.clients.append(client)
        return client


@pytest.fixture
async def told() -> AsyncIterator[Told]:
    told = Told()
    yield told
    for client in told.clients:
        await client.aclose()
