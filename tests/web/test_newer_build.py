"""A tab that outlives its build: the server has files of other names, and the app goes on without losing anything."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from tests.support.stack import Stack
from tests.web.building import saved, write
from tests.web.conftest import ROOT, Person
from tests.web.test_running import block, code, node

DIST = ROOT / "sim_web/dist"
HASH = re.compile(r"-([\w-]{8})\.(js|css)\b")


class Upgrade:
    """The same app as another build has it: each file under another name, in every text that names it."""

    def __init__(self) -> None:
        self.done = False
        self.asked: list[str] = []
        texts = (path for path in (DIST / "assets").iterdir() if path.suffix in (".js", ".css"))
        self.files = {self.renamed(path.name): path for path in texts}

    @staticmethod
    def renamed(text: str) -> str:
        return HASH.sub(lambda found: f"-{found[1][:-2]}Z9.{found[2]}", text)

    def route(self, route: Any) -> None:
        """Answer as a server with the newer build does."""
        path = urlsplit(route.request.url).path
        if not self.done or path.startswith(("/api/", "/health/")):
            return route.fallback()
        if not path.startswith("/assets/"):
            reply = route.fetch()
            html = "text/html" in reply.headers.get("content-type", "")
            return route.fulfill(response=reply, body=self.renamed(reply.text())) if html else route.fallback()
        self.asked.append(path)
        kept: Path | None = self.files.get(path.removeprefix("/assets/"))
        if kept is None and not path.endswith((".js", ".css")):
            return route.fallback()
        if kept is None:
            return route.fulfill(status=404, content_type="application/problem+json", body="{}")
        kind = "text/css" if kept.suffix == ".css" else "text/javascript"
        return route.fulfill(content_type=kind, body=self.renamed(kept.read_text()))


@pytest.fixture
def tab(browser: Browser, stack: Stack) -> Iterator[Person]:
    """A tab that no service worker has files for, as a browser's first one."""
    person = Person(browser, stack, service_workers="block")
    yield person
    person.context.close()


def test_a_tab_of_an_older_build_is_loaded_anew_with_all_that_was_done(tab: Person) -> None:
    id = tab.make("Upgraded", block("start", "start"), code("work", "return 1", 300), edges="start>work")
    upgrade = Upgrade()
    tab.context.route("**/*", upgrade.route)
    page = tab.open(f"/workflows/{id}")
    node(page, "Work").click()
    write(page, "Code", "return 'kept'")
    shown = page.locator("head script[type=module]")
    entry = shown.get_attribute("src") or ""
    saved(page)
    upgrade.done = True
    page.get_by_role("tab", name="Chat").click()  # a part that this tab has not loaded yet
    expect(shown).to_have_attribute("src", Upgrade.renamed(entry))
    assert Upgrade.renamed(entry) != entry
    assert any(path.startswith("/assets/ChatPanel-") for path in upgrade.asked)
    node(page, "Work").click()
    expect(page.get_by_role("textbox", name="Code", exact=True)).to_contain_text("kept")
    page.get_by_role("tab", name="Chat").click()
    expect(page.get_by_label("Message")).to_be_visible()
    tab.complaints[:] = [one for one in tab.complaints if "dynamically imported module" not in one]


def test_a_part_that_does_not_get_through_is_said_and_asked_for_again(tab: Person) -> None:
    page = tab.open("/workflows")
    expect(page.get_by_role("heading", name="Workflows", exact=True)).to_be_visible()
    page.route("**/assets/Settings-*.js", lambda route: route.abort())
    page.get_by_role("link", name="Settings").first.click()
    expect(page.get_by_role("heading", name="This page did not load in full")).to_be_visible()
    page.unroute("**/assets/Settings-*.js")
    page.get_by_role("button", name="Load it again").click()
    expect(page.get_by_role("heading", name="Settings", exact=True)).to_be_visible()
    tab.complaints[:] = [one for one in tab.complaints if "dynamically imported module" not in one]
