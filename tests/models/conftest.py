"""A client without a guard, for servers of the tests, and each protocol in turn."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from sim_core.spec.providers import Model
from tests.models.wire import DIALECTS
from tests.support.tls import TRUST


@pytest.fixture
async def http() -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(trust_env=False, verify=TRUST) as client:
        yield client


@pytest.fixture(params=list(DIALECTS))
def dialect(request: pytest.FixtureRequest) -> tuple[Any, Any, Model]:
    return DIALECTS[request.param]
