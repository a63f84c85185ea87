"""A client without a guard, for servers of the tests."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from tests.support.tls import TRUST


@pytest.fixture
async def http() -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(trust_env=False, verify=TRUST) as client:
        yield client
