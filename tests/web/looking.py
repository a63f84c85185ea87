"""Looking at a page: a picture of it, what axe finds on it, what moved by itself, and whether it fits."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ViewportSize, expect

from tests.support.stack import Stack
from tests.web.conftest import ROOT, SCREENS, Person

APP = ROOT / "sim_web/app/src"
USUAL: ViewportSize = {"width": 1440, "height": 900}
LARGE: ViewportSize = {"width": 1920, "height": 1080}
SMALL: ViewportSize = {"width": 390, "height": 844}
STILL = 0.02
"""A page may shift by this much at most."""


def routes() -> list[str]:
    """Every page that the router knows, as it names them."""
    union = (APP / "frame/route.ts").read_text().partition("export type Route =")[2].partition(";\n\n")[0]
    return re.findall(r'page: "(\w+)"', union)


def tabs() -> dict[str, str]:
    """The matters of settings, as they are declared: what each is called, by its id."""
    return dict(re.findall(r'{ id: "([\w-]+)", label: "([^"]+)"', (APP / "pages/settings/tabs.ts").read_text()))


def doors() -> list[str]:
    """The addresses that are shown before somebody is in."""
    [line] = re.findall(r"SIGN_PAGES = \[(.*)\]", (APP / "App.tsx").read_text())
    return re.findall(r'"(/[\w-]+)"', line)


class Look:
    """Somebody who looks at every page."""

    def __init__(self, person: Person, theme: str, *, large: bool = False) -> None:
        self.person, self.theme, self.large = person, theme, large
        self.findings: list[str] = []
        SCREENS.mkdir(parents=True, exist_ok=True)

    def keep(self, name: str, *, loading: bool = False, still: bool = True) -> None:
        """Keep a picture of what is open, and note what is wrong with it."""
        page = self.person.page
        if not loading:
            expect(page.get_by_role("status", name="Loading")).to_have_count(0)
        page.wait_for_timeout(100)
        page.screenshot(path=SCREENS / f"{name}-{self.theme}.png")
        self.findings.extend(f"{name}: {one}" for one in self.person.serious())
        if still and (moved := self.person.shift()) >= STILL:
            self.findings.append(f"{name}: shifts by {moved:.3f}")
        if page.title() in ("", "Sim"):
            self.findings.append(f"{name}: the window has no title of its own")
        if over := overflow(self.person):
            self.findings.append(f"{name}: {over}")
        if self.large:
            page.set_viewport_size(LARGE)
            page.screenshot(path=SCREENS / f"{name}-{self.theme}-1920.png")
            page.set_viewport_size(USUAL)

    def done(self) -> None:
        self.person.context.close()
        wrong = self.findings + self.person.complaints
        assert not wrong, "\n".join(wrong)


def overflow(person: Person) -> str:
    """What is wider than the window, in words; nothing where all fits."""
    return person.page.evaluate(
        """() => [...document.querySelectorAll("html, main, [role=dialog]")]
            .filter((one) => one.scrollWidth > one.clientWidth + 1)
            .map((one) => `${one.tagName} is ${one.scrollWidth} wide, and has ${one.clientWidth}`).join("; ")"""
    )


@pytest.fixture(params=["light", "dark"])
def look(browser: Browser, owned: Stack, request: pytest.FixtureRequest) -> Iterator[Look]:
    """The owner, in either theme."""
    person = Person(browser, owned, by_key=False, color_scheme=request.param, reduced_motion="reduce")
    person.sign_in()
    found = Look(person, request.param, large=bool(request.config.getoption("--full")))
    yield found
    found.done()
