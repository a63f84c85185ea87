"""A Sim with people of its own, and workflows that several of them have open."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.support.stack import Stack
from tests.web.conftest import ROOT
from tests.web.together.people import Room, Seat


@pytest.fixture(scope="package")
def place() -> Iterator[Stack]:
    """A Sim of their own, whose services may be stopped."""
    if not (ROOT / "sim_web/dist/index.html").exists():
        pytest.skip("the web app is not built: scripts/setup builds it")
    stack = Stack()
    stack.start()
    try:
        yield stack
    finally:
        stack.end()


@pytest.fixture(scope="package")
def team(place: Stack) -> dict[str, Seat]:
    """Ada, who owns the instance; Bob, who writes; Eve, who reads."""
    ada = Seat(place).sign_up("Ada")
    return {"Ada": ada, "Bob": ada.invite("Bob", "write"), "Eve": ada.invite("Eve", "read")}


@pytest.fixture
def room(browser: Browser, team: dict[str, Seat]) -> Iterator[Room]:
    room = Room(browser, team)
    yield room
    room.close()
