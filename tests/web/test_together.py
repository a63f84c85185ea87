"""Two people in one workflow."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.support.stack import Stack
from tests.web.conftest import Person


@pytest.fixture
def pair(browser: Browser, stack: Stack) -> Iterator[tuple[Person, Person]]:
    both = Person(browser, stack), Person(browser, stack)
    yield both
    for one in both:
        one.context.close()


def test_what_one_does_the_other_sees(pair: tuple[Person, Person], stack: Stack) -> None:
    ada, bob = pair
    body = {"name": "Shared", "blocks": {"s": {"id": "s", "type": "start", "name": "Start"}}}
    made = stack.ask("POST", "/workflows", {"name": "Shared", "workflow": body})[1]
    for one in pair:
        one.open(f"/workflows/{made['id']}")
        expect(one.page.locator(".react-flow__node")).to_have_count(1)
    expect(ada.page.get_by_role("button", name=re.compile("^Follow"))).to_have_count(1)
    ada.page.locator(".react-flow__node").click()
    ada.page.get_by_role("tab", name="Add").click()
    ada.page.get_by_label("Look for a block").fill("wait")
    ada.page.keyboard.press("Enter")
    expect(bob.page.locator(".react-flow__node")).to_have_count(2)
    expect(bob.page.locator(".react-flow__edge")).to_have_count(1)
    name = ada.page.get_by_label("Name of the block")
    name.fill("Patience")
    name.press("Enter")
    expect(bob.page.locator(".react-flow__node", has_text="Patience")).to_be_visible()
    ada.page.get_by_role("button", name="Undo").click()
    expect(bob.page.locator(".react-flow__node", has_text="Patience")).to_have_count(0)
    assert ada.complaints == bob.complaints == []
