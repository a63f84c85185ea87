"""Every page in both themes: without complaints, without serious findings, and kept as a picture to look at."""

import gzip
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ViewportSize, expect

from tests.support.stack import Stack
from tests.web.conftest import ROOT, SCREENS, Person

PAGES = {
    "workflows": ("/workflows", "Workflows"),
    "runs": ("/runs", "Runs"),
    "integrations": ("/integrations", "Integrations"),
    "lost": ("/nowhere", "Nothing here"),
    **{
        f"settings-{tab}": (f"/settings/{tab}", "Settings")
        for tab in (
            *("profile", "security", "my-keys", "my-secrets", "appearance", "workspaces", "workspace", "people"),
            *("keys", "secrets", "models", "organization", "members", "invitations", "groups", "audit"),
            *("everybody", "mail", "instance-audit"),
        )
    },
}
USUAL: ViewportSize = {"width": 1440, "height": 900}
LARGE: ViewportSize = {"width": 1920, "height": 1080}


class Look:
    """Somebody who looks at every page: a picture of each, and what axe finds on it."""

    def __init__(self, person: Person, theme: str, *, large: bool) -> None:
        self.person, self.theme, self.large = person, theme, large
        self.findings: list[str] = []
        SCREENS.mkdir(parents=True, exist_ok=True)

    def keep(self, name: str) -> None:
        page = self.person.page
        expect(page.get_by_role("status", name="Loading")).to_have_count(0)
        page.wait_for_timeout(100)
        page.screenshot(path=SCREENS / f"{name}-{self.theme}.png")
        self.findings.extend(f"{name}: {one}" for one in self.person.serious())
        if self.large:
            page.set_viewport_size(LARGE)
            page.screenshot(path=SCREENS / f"{name}-{self.theme}-1920.png")
            page.set_viewport_size(USUAL)

    def done(self) -> None:
        self.person.context.close()
        assert self.findings == []
        assert self.person.complaints == []


@pytest.fixture(params=["light", "dark"])
def look(browser: Browser, owned: Stack, request: pytest.FixtureRequest) -> Iterator[Look]:
    person = Person(browser, owned, by_key=False, color_scheme=request.param, reduced_motion="reduce")
    person.sign_in()
    found = Look(person, request.param, large=bool(request.config.getoption("--full")))
    yield found
    found.done()


def test_every_page_is_sound(look: Look, workflow: dict[str, str]) -> None:
    look.person.stack.ask("POST", f"/workflows/{workflow['Hello']}/execute", {"input": {"name": "Ada"}})
    page = look.person.page
    for name, (path, title) in PAGES.items():
        look.person.open(path)
        expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()
        look.keep(name)


def test_every_state_of_the_editor_is_sound(look: Look, workflow: dict[str, str]) -> None:
    page = look.person.open(f"/workflows/{workflow['Ten blocks']}")
    expect(page.locator(".react-flow__node").first).to_be_visible()
    look.keep("editor")
    page.locator(".react-flow__node[aria-label^=Prepare]").click()
    look.keep("editor-block")
    page.keyboard.press("Control+K")
    look.keep("palette")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_role("dialog")).to_be_visible()
    look.keep("run-form")
    page.get_by_role("dialog").get_by_role("button", name="Run").click()
    expect(page.locator("[data-step='Add']")).to_be_visible()
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_visible(timeout=30_000)
    page.locator("[data-step='Add']").click()
    look.keep("editor-ran")
    look.person.open("/runs")
    page.locator("main").get_by_role("link", name="Ten blocks").first.click()
    expect(page.get_by_role("heading", name="Trace")).to_be_visible()
    page.get_by_role("button", name="Add: finished").click()
    look.keep("run")


def test_the_connect_page_is_sound(browser: Browser, stack: Stack) -> None:
    SCREENS.mkdir(parents=True, exist_ok=True)
    for theme in ("light", "dark"):
        context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme=theme)
        page = context.new_page()
        page.goto(stack.url + "/connect")
        page.get_by_role("textbox", name="API key").fill("sim_wrong")
        page.get_by_role("button", name="Connect").click()
        expect(page.get_by_role("alert")).to_be_visible()
        page.screenshot(path=SCREENS / f"connect-{theme}.png")
        page.get_by_role("textbox", name="API key").fill(stack.key)
        page.get_by_role("button", name="Connect").click()
        expect(page.get_by_role("heading", name="Workflows", level=1)).to_be_visible()
        context.close()


def test_the_editor_loads_less_than_400_kb_of_script(person: Person, workflow: dict[str, str]) -> None:
    loaded: set[str] = set()
    person.page.on("response", lambda reply: loaded.add(reply.url) if reply.url.endswith(".js") else None)
    page = person.open(f"/workflows/{workflow['Ten blocks']}")
    expect(page.locator(".react-flow__node").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    files = [ROOT / "sim_web/dist/assets" / url.rsplit("/", 1)[1] for url in loaded]
    assert files
    assert sum(len(gzip.compress(file.read_bytes())) for file in files) < 400_000
