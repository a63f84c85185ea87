"""One sandbox for the tests of a module: starting it is part of what is tested, but not forty times."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from sim_core.sandbox import Limits, Sandbox
from sim_core.sandbox.inside import fence


@pytest.fixture(autouse=True)
def _needs_a_fence() -> None:
    if fence.missing():
        pytest.skip(f"this kernel lacks {', '.join(fence.missing())}")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sandbox(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Sandbox]:
    limits = Limits(disk_bytes=60 << 20, file_bytes=10 << 20, disk_files=200)
    box = Sandbox(scratch=Path(tmp_path_factory.mktemp("scratch")), limits=limits)
    yield box
    await box.close()
