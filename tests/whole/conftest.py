"""One stack for the tests that ask a whole Sim by its API: starting it takes seconds."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from sim_core.sandbox.inside import fence
from tests.support.door import Door, opened
from tests.support.stack import Stack


@pytest.fixture(scope="session")
def standing() -> Iterator[Stack]:
    stack = Stack(SIM_ALLOW_HOSTS="127.0.0.1")
    try:
        stack.start(within=120)
        stack.make_key()
        yield stack
    finally:
        stack.end()


@pytest_asyncio.fixture
async def door(standing: Stack) -> AsyncIterator[Door]:
    if fence.missing():
        pytest.skip(f"this kernel lacks {', '.join(fence.missing())}")
    async with opened(standing) as found:
        yield found
