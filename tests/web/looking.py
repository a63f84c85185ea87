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
        self.is_loaded = False
        self.findings: list[str] = []
        SCREENS.mkdir(parents=True, exist_ok=True)

    def visit(self, path: str, *, anew: bool = True) -> None:
        """Open an address; what moves while the app is loaded is seen in the light, elsewhere one step leads there."""
        page = self.person.page
        if (anew and self.theme == "light") or "?" in path or not page.url.startswith(self.person.stack.url):
            self.person.open(path)
            self.is_loaded = True
        else:
            page.evaluate(STEP, path)
            self.is_loaded = False

    def keep(self, name: str, *, loading: bool = False, still: bool = True) -> None:
        """Keep a picture of what is open, and note what is wrong with it."""
        page = self.person.page
        if not loading:
            expect(page.get_by_role("status", name="Loading")).to_have_count(0)
        page.wait_for_timeout(100)
        page.screenshot(path=SCREENS / f"{name}-{self.theme}.png")
        if not self.theme.endswith("wordy"):  # the same page, in wider letters
            self.findings.extend(f"{name}: {one}" for one in self.person.serious())
        if still and self.is_loaded and (moved := self.person.shift()) >= STILL:
            self.findings.append(f"{name}: shifts by {moved:.3f}")
        if page.title() in ("", "Sim"):
            self.findings.append(f"{name}: the window has no title of its own")
        if self.theme != "dark" and (over := overflow(self.person)):
            self.findings.append(f"{name}: {over}")
        if self.large:
            page.set_viewport_size(LARGE)
            page.screenshot(path=SCREENS / f"{name}-{self.theme}-1920.png")
            page.set_viewport_size(USUAL)

    def done(self) -> None:
        self.person.context.close()
        wrong = self.findings + self.person.complaints
        assert not wrong, "\n".join(wrong)


STEP = "(path) => { history.pushState(null, '', path); dispatchEvent(new PopStateEvent('popstate')); }"
"""Goes to an address as a link of the app does: what is drawn by the end of it is the page there."""

SPREAD = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("* { letter-spacing: .08em !important }");
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}"""
"""Makes letters take more room than those of any usual font, whatever fonts the machine has."""

OVERFLOW = """() => {
  const style = (one) => getComputedStyle(one);
  const named = (one) => `<${one.tagName.toLowerCase()}> "${(one.textContent ?? "").trim().slice(0, 40)}"`;
  const kept = ({ overflowX, textOverflow }) =>
    ["auto", "scroll"].includes(overflowX) || (overflowX === "hidden" && textOverflow === "ellipsis");
  const within = (one) => one && one.tagName !== "MAIN" && one !== document.body
    && (kept(style(one)) || within(one.parentElement));
  const apart = ".sr-only, svg *, .canvas-room, .react-flow, .cm-editor, [data-sonner-toaster]";
  const seen = [...document.querySelectorAll("#root *, [role=dialog], [role=dialog] *")].filter((one) => {
    const { width, height } = one.getBoundingClientRect();
    return width > 1 && height > 1 && style(one).visibility === "visible" && !one.closest(apart);
  });
  const wide = [...document.querySelectorAll("html, main, [role=dialog]")]
    .filter((one) => one.scrollWidth > one.clientWidth + 1)
    .map((one) => `${one.tagName} is ${one.scrollWidth} wide, and has ${one.clientWidth}`);
  const beyond = seen.filter((one) => {
    const { left, right } = one.getBoundingClientRect();
    return (left < -1 || right > innerWidth + 1) && !within(one.parentElement);
  }).map((one) => `${named(one)} stands beyond the window`);
  const spills = seen.filter((one) => {
    if (one.matches("input, textarea, select") || one.scrollWidth <= one.clientWidth + 1 || !one.clientWidth) return;
    const { overflowX, textOverflow } = style(one);
    const worded = [...one.childNodes].some((part) => part.nodeType === Node.TEXT_NODE && part.data.trim());
    return overflowX === "visible" ? worded : ["hidden", "clip"].includes(overflowX) && textOverflow !== "ellipsis";
  }).map((one) => `${named(one)} holds more than it shows`);
  return [...wide, ...beyond.slice(0, 3), ...spills.slice(0, 3)].join("; ");
}"""
"""What is wider than the window or than its own box, in words."""


def overflow(person: Person) -> str:
    """What does not fit, in words; nothing where all fits."""
    return person.page.evaluate(OVERFLOW)


@pytest.fixture(params=["light", "dark"])
def look(browser: Browser, owned: Stack, request: pytest.FixtureRequest) -> Iterator[Look]:
    """The owner, in either theme."""
    person = Person(browser, owned, by_key=False, color_scheme=request.param, reduced_motion="reduce")
    person.sign_in()
    found = Look(person, request.param, large=bool(request.config.getoption("--full")))
    yield found
    found.done()
