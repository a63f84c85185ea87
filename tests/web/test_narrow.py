"""A window as wide as a phone: every page can be read, a workflow looked at and run, and nothing is cut off."""

import pytest
from playwright.sync_api import Browser, expect

from tests.support.stack import Stack
from tests.web.conftest import Person
from tests.web.looking import SMALL, SPREAD, Look
from tests.web.test_screens import DOORS, PAGES
from tests.web.wordy import furnish


@pytest.mark.parametrize("kind", ["narrow", "narrow-wordy"])
def test_every_page_fits_a_phone(browser: Browser, owned: Stack, kind: str) -> None:
    """With long names in wide letters too: what fits must not depend on the font or on what people write."""
    person = Person(browser, owned, by_key=False, viewport=SMALL, reduced_motion="reduce")
    person.sign_in()
    look = Look(person, kind)
    page = person.page
    if kind == "narrow-wordy":
        person.enter(furnish(person))
        person.context.add_init_script(f"({SPREAD})()")
    for name, (path, title) in PAGES.items():
        look.visit(path)
        expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()
        look.keep(name)
    look.visit("/workflows")
    page.get_by_role("button", name="Show the sidebar").click()
    expect(page.get_by_role("dialog", name="Sidebar")).to_be_visible()
    look.keep("sidebar", still=False)
    page.get_by_role("dialog").get_by_role("link", name="Settings", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("combobox", name="Settings").select_option("security")
    expect(page.get_by_role("heading", name="Password")).to_be_visible()
    look.done()


def test_a_workflow_is_looked_at_and_run_on_a_phone(browser: Browser, owned: Stack, workflow: dict[str, str]) -> None:
    person = Person(browser, owned, by_key=False, viewport=SMALL, reduced_motion="reduce")
    person.sign_in()
    look = Look(person, "narrow")
    page = person.open(f"/workflows/{workflow['Hello']}")
    expect(page.locator(".react-flow__node").first).to_be_in_viewport()
    expect(page.get_by_text("to build, open it in a wider window")).to_be_visible()
    look.keep("editor")
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Run").click()
    expect(page.get_by_test_id("output")).to_be_visible()
    look.keep("editor-ran", still=False)
    look.done()


def test_every_door_fits_a_phone(browser: Browser, owned: Stack) -> None:
    person = Person(browser, owned, by_key=False, viewport=SMALL, reduced_motion="reduce")
    look = Look(person, "narrow")
    for path, title in DOORS.items():
        look.visit(path)
        expect(person.page.get_by_role("heading", name=title, level=1)).to_be_visible()
        look.keep(path.strip("/"))
    look.done()
