"""How the tests are spread over processes: what shares something dear stays together, and the longest begin first."""

from pathlib import PurePosixPath
from typing import Any

import pytest

TOGETHER = ("tests/web/together", "tests/web", "tests/whole")
"""Folders whose tests share a stack; of all others each file is for itself."""
FIRST = ("tests/web", "tests/faults", "tests/web/together", "tests/whole", "tests/realtime", "tests/accounts")
"""Folders that take longest: whoever begins with them does not end with them alone."""


def share(nodeid: str) -> str:
    """What runs in one process, one after the other."""
    file = PurePosixPath(nodeid.partition("::")[0])
    return next((folder for folder in TOGETHER if file.is_relative_to(folder)), str(file))


def rank(nodeid: str) -> int:
    """When a test's turn comes."""
    folder = PurePosixPath(nodeid.partition("::")[0]).parent
    return next((at for at, first in enumerate(FIRST) if folder == PurePosixPath(first)), len(FIRST))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: rank(item.nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Processes take shares in the order of the tests."""
    from xdist.scheduler import LoadScopeScheduling

    class Shares(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return share(nodeid)

    config.option.loadscopereorder = False
    return Shares(config, log)
