"""A real stack and a real browser, once for all tests of this folder."""

import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.support.stack import Stack

ROOT = Path(__file__).parents[2]
AXE = ROOT / "sim_web/app/node_modules/axe-core/axe.min.js"
SCREENS = ROOT / "artifacts/screens"
CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
expect.set_options(timeout=30_000)  # states are waited for, however busy the machine is


@pytest.fixture(scope="package")
def stack() -> Iterator[Stack]:
    """A Sim with the two example workflows."""
    if not (ROOT / "sim_web/dist/index.html").exists():
        pytest.skip("the web app is not built: scripts/setup builds it")
    stack = Stack(SIM_EMBED_HOSTS="http://localhost:*", SIM_ALLOW_HOSTS="127.0.0.1")
    stack.start()
    try:
        stack.make_key()
        for name in ("hello", "ten_blocks"):
            stack.sim("import", str(ROOT / f"docs/examples/{name}.yaml"))
        yield stack
    finally:
        stack.end()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    if not CHROMIUM:
        pytest.skip("there is no Chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


OWNER = {"email": "ada@example.com", "password": "correct horse battery"}


@pytest.fixture(scope="package")
def owned(stack: Stack) -> Stack:
    """The same Sim, whose owner has an account."""
    status, said = stack.ask("POST", "/auth/sign-up", {**OWNER, "name": "Ada Lovelace"})
    assert status == 200, said
    return stack


SHIFTS = """
window.simShift = 0;
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) if (!one.hadRecentInput) window.simShift += one.value;
}).observe({ type: "layout-shift", buffered: true });
"""
"""Counts what moves on a page without anybody having asked for it."""
NOTED = re.compile(
    r"status of (?:4\d\d|502)|net::ERR_|WebSocket connection to|frame-ancestors|X-Frame-Options|Content Security"
)
"""What a browser notes of its own accord when a server refuses, is away or forbids; tests of it say when it may."""


def until(page: Page, asks: str, given: Any = None, within: float = 60) -> Any:
    """What a function answers in the page, once that is something.

    Playwright's own `wait_for_function` is content with any promise, and may not ask an expression twice of a page that
    forbids `eval`.
    """
    end = time.monotonic() + within
    while not (said := page.evaluate(asks, given)):
        assert time.monotonic() < end, f"still {said!r}: {asks}"
        page.wait_for_timeout(50)
    return said


class Person:
    """Somebody in front of the app, whose console must stay clean; by a key unless they are to sign in."""

    everybody: ClassVar[list["Person"]] = []

    def __init__(self, browser: Browser, stack: Stack, *, by_key: bool = True, **context: Any) -> None:
        self.stack = stack
        wanted: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}, **context}
        self.context = browser.new_context(**wanted)
        self._rules = {"runOnly": ["color-contrast"]} if context.get("color_scheme") == "dark" else {}
        if by_key:
            # a page that the browser shows in place of a forbidden frame has no storage
            self.context.add_init_script(f"try {{ sessionStorage.setItem('sim.key', {stack.key!r}) }} catch {{}}")
        self.context.add_init_script(SHIFTS)
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(30_000)
        self.complaints: list[str] = []
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.everybody.append(self)

    def open(self, path: str) -> Page:
        """Go to an address of the app."""
        self.page.goto(self.stack.url + path)
        return self.page

    def make(self, name: str, *blocks: dict[str, Any], edges: str = "", **more: Any) -> str:
        """A workflow of these blocks; `a>b` of the edges joins two by their ids, `a.port>b` leaves by a port."""
        joined: dict[str, Any] = {}
        for at, words in enumerate(edges.split()):
            source, target = words.split(">")
            id, _, port = source.partition(".")
            joined[f"e{at}"] = {"id": f"e{at}", "source": id, "target": target, "source_handle": port or "source"}
        document = {"name": name, "blocks": {one["id"]: one for one in blocks}, "edges": joined, **more}
        status, made = self.stack.ask("POST", "/workflows", {"name": name, "workflow": document})
        assert status == 201, made
        return made["id"]

    def sign_in(self, **who: str) -> None:
        """Have the browser hold a session, the owner's unless said otherwise."""
        headers = {"Origin": self.stack.url}
        url = f"{self.stack.url}/api/v1/auth/sign-in"
        reply = self.context.request.post(url, data=who or OWNER, headers=headers)
        assert reply.ok, reply.text()
        self.context.add_init_script(
            "localStorage.getItem('sim.signed') || localStorage.setItem('sim.signed', 'expected')"
        )

    def enter(self, workspace: str) -> None:
        """Have every page that is opened from now on be in this workspace."""
        self.context.add_init_script(f"try {{ sessionStorage.setItem('sim.workspace', {workspace!r}) }} catch {{}}")

    def shift(self) -> float:
        """How much of the page that is open has moved by itself, from 0."""
        return self.page.evaluate("window.simShift")

    def serious(self) -> list[str]:
        """What axe finds serious or worse on the page that is open; in the dark only colours are others."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE.read_text())
        found = self.page.evaluate(
            "(rules) => axe.run(document, rules)", {"resultTypes": ["violations"], **self._rules}
        )
        return [
            f"{one['id']}: {node['html'][:160]}"
            for one in found["violations"]
            if one["impact"] in ("serious", "critical")
            for node in one["nodes"][:3]
        ]


@pytest.fixture
def owner(browser: Browser, owned: Stack) -> Iterator[Person]:
    """The owner, signed in."""
    person = Person(browser, owned, by_key=False)
    person.sign_in()
    yield person
    person.context.close()


@pytest.fixture(autouse=True)
def calm() -> Iterator[None]:
    """No script of ours fails or complains in any browser of a test."""
    Person.everybody.clear()
    yield
    said = [text for person in Person.everybody for text in person.complaints if not NOTED.search(text)]
    assert said == []


@pytest.fixture
def person(browser: Browser, stack: Stack) -> Iterator[Person]:
    person = Person(browser, stack)
    yield person
    person.context.close()


@pytest.fixture
def workflow(stack: Stack) -> dict[str, str]:
    """Ids of the example workflows by name."""
    _, listed = stack.ask("GET", "/workflows?limit=200")
    return {one["name"]: one["id"] for one in reversed(listed["items"])}
