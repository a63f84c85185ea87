"""The network is off: tests reach this machine and nothing else."""

import ipaddress
import os
import socket
from typing import Any

import pytest

pytest_plugins = ["tests.support.postgres", "tests.support.spread"]

REAL_CONNECT = socket.socket.connect
REAL_LOOKUP = socket.getaddrinfo


def _is_here(address: Any) -> bool:
    if not isinstance(address, tuple):
        return True
    try:
        return ipaddress.ip_address(address[0].split("%")[0]).is_loopback
    except ValueError:
        return address[0] == "localhost"


def _connect(self: socket.socket, address: Any) -> None:
    if not _is_here(address):
        raise OSError(f"the network is off in tests: {address!r}")
    return REAL_CONNECT(self, address)


def _lookup(host: Any, port: Any, *rest: Any, **options: Any) -> Any:
    if host not in (None, "", "localhost", b"localhost") and not _is_here((host, port)):
        try:
            ipaddress.ip_address(host)
        except ValueError:
            raise socket.gaierror(f"the network is off in tests: {host!r}") from None
    return REAL_LOOKUP(host, port, *rest, **options)


@pytest.fixture(autouse=True, scope="session")
def _network_is_off() -> Any:
    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", _connect)
    patch.setattr(socket, "getaddrinfo", _lookup)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        patch.delenv(name, raising=False)
    yield
    patch.undo()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="Also run what takes minutes.")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "full: runs only with --full")
    os.environ.setdefault("SIM_TEST", "1")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--full"):
        return
    for item in items:
        if item.get_closest_marker("full"):
            item.add_marker(pytest.mark.skip(reason="runs with --full"))
