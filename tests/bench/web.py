"""The editor in Chromium: first load, and pan and drag among 500 blocks beside bare DOM."""

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from tests.bench import bare
from tests.bench.figures import Figure
from tests.bench.frames import spent, traced
from tests.support.stack import Stack

BLOCKS = 500
STEPS = 120
SWAY = 16
COLUMNS = 25
CHROMIUM = next((path for name in ("chromium", "google-chrome") if (path := shutil.which(name))), "")


def run() -> Iterator[Figure]:
    """A stack of its own, a workflow of 500 blocks, and one browser."""
    if not CHROMIUM:
        print("there is no Chromium: apt-get install chromium", file=sys.stderr)
        return
    stack = Stack()
    stack.start()
    try:
        stack.make_key()
        small, large = (make(stack, number) for number in (10, BLOCKS))
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            yield from loading(browser, stack, small)
            yield from moving(browser, stack, large)
            yield from baseline(browser)
            browser.close()
    finally:
        stack.end()


def make(stack: Stack, number: int) -> str:
    """A workflow of so many blocks: functions in rows, each after the one before."""
    blocks: dict[str, Any] = {"b0": {"id": "b0", "type": "start", "name": "Start"}}
    edges: dict[str, Any] = {}
    for at in range(1, number):
        place = {"x": at % COLUMNS * 320, "y": at // COLUMNS * 180}
        values = {"code": f"return {at}", "language": "python"}
        blocks[f"b{at}"] = {
            "id": f"b{at}", "type": "function", "name": f"Block {at}", "position": place, "values": values,
        }  # fmt: skip
        edges[f"e{at}"] = {"id": f"e{at}", "source": f"b{at - 1}", "target": f"b{at}"}
    document = {"name": f"{number} blocks", "blocks": blocks, "edges": edges}
    status, made = stack.ask("POST", "/workflows", {"name": document["name"], "workflow": document})
    assert status == 201, made
    return made["id"]


def loading(browser: Browser, stack: Stack, workflow: str) -> Iterator[Figure]:
    """A first visit of the editor, with nothing cached; the quickest of three, since others use the machine."""
    visits = [visit(browser, stack, workflow) for _ in range(3)]
    yield Figure(name="first load: script, compressed", value=visits[0][0] / 1000, unit="kB", goal=400)
    yield Figure(name="first load: interactive", value=min(one[1] for one in visits), unit="s", goal=1.5)
    yield Figure(name="first load: main thread", value=min(one[2] for one in visits), unit="s")
    yield Figure(name="first load: layout shift", value=max(one[3] for one in visits), unit="", goal=0.05)


def visit(browser: Browser, stack: Stack, workflow: str) -> tuple[float, float, float, float]:
    """Bytes of script, seconds until a block can be chosen, seconds of main thread, and how much the page jumped."""
    page, session = opened(browser, stack)
    scripts: dict[str, float] = {}
    kinds: dict[str, str] = {}
    session.on("Network.responseReceived", lambda told: kinds.update({told["requestId"]: told["type"]}))
    session.on("Network.loadingFinished", lambda told: scripts.update({told["requestId"]: told["encodedDataLength"]}))
    session.send("Network.enable")
    session.send("Performance.enable")
    page.add_init_script(SHIFTS)
    page.goto(f"{stack.url}/workflows/{workflow}", wait_until="commit")
    page.locator(".react-flow__node").first.wait_for()
    loaded = dict(scripts)
    page.locator(".react-flow__node").first.click()
    page.locator(".react-flow__node.selected").wait_for()
    interactive: float = page.evaluate("performance.now()") / 1000
    page.get_by_label("Name of the block").wait_for()
    page.wait_for_load_state("networkidle")
    spent = metrics(session)["TaskDuration"]
    shift: float = page.evaluate("window.shifted")
    page.context.close()
    size = sum(bytes for id, bytes in loaded.items() if kinds.get(id) == "Script")
    return size, round(interactive, 3), round(spent, 3), round(shift, 4)


SHIFTS = """
window.shifted = 0;
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) if (!one.hadRecentInput) window.shifted += one.value;
}).observe({ type: 'layout-shift', buffered: true });
"""


def moving(browser: Browser, stack: Stack, workflow: str, number: int = BLOCKS) -> Iterator[Figure]:
    """Hands on a large workflow, with what React rendered meanwhile."""
    yield Figure(name=f"{number} blocks: opening: CPU", value=opening(browser, stack, workflow), unit="s")
    page = shown(browser, stack, workflow)
    nodes = page.locator(".react-flow__node")
    in_view = nodes.count()
    yield Figure(name=f"{number} blocks: in view", value=in_view, unit="", goal=BLOCKS, least=True)
    empty = ground(page)
    yield from traced(browser, page, held(page, empty)).figures(f"{number} blocks: pan", 8)
    yield Figure(name=f"{number} blocks: pan: blocks rendered", value=rendered(page), unit="", goal=0)
    page.mouse.up()
    drag = held(page, middle_of(page, number))
    page.wait_for_timeout(3000)  # the form of the block in hand comes first
    yield from traced(browser, page, drag).figures(f"{number} blocks: drag", 8)
    yield Figure(name=f"{number} blocks: drag: blocks rendered", value=rendered(page), unit="", goal=1)
    page.mouse.up()
    page.mouse.move(*empty)
    yield from traced(browser, page, lambda: wheel(page)).figures(f"{number} blocks: zoom with the wheel")
    page.get_by_role("button", name="Fit View").click()
    page.wait_for_timeout(1500)
    page.keyboard.down("Shift")
    frame = held(page, ground(page))
    yield from traced(browser, page, frame).figures(f"{number} blocks: frame around blocks")
    page.mouse.up()
    page.keyboard.up("Shift")
    page.context.close()


def opening(browser: Browser, stack: Stack, workflow: str) -> float:
    """Seconds of CPU of the main thread until a block can be chosen."""
    page, _ = opened(browser, stack)

    def open_it() -> None:
        page.goto(f"{stack.url}/workflows/{workflow}", wait_until="commit")
        page.locator(".react-flow__node").first.click()
        page.locator(".react-flow__node.selected").wait_for()

    took = spent(browser, page, open_it)
    page.context.close()
    return took


def shown(browser: Browser, stack: Stack, workflow: str) -> Page:
    """The editor with the whole workflow in view."""
    page, _ = opened(browser, stack)
    page.add_init_script("window.simRenders = new Map()")
    page.goto(f"{stack.url}/workflows/{workflow}")
    page.locator(".react-flow__node").first.wait_for()
    page.get_by_role("button", name="Fit View").click()
    page.wait_for_timeout(2000)
    return page


def ground(page: Page) -> tuple[float, float]:
    """A place of the canvas where no block lies."""
    pane = page.locator(".react-flow__pane").bounding_box()
    assert pane
    return pane["x"] + pane["width"] / 2, pane["y"] + 40


def middle_of(page: Page, number: int) -> tuple[float, float]:
    """Where a block in the middle can be taken."""
    box = page.locator(f".react-flow__node[data-id=b{number // 2 + COLUMNS // 2}]").bounding_box()
    assert box
    return box["x"] + 4, box["y"] + 3


def held(page: Page, at: tuple[float, float]) -> Callable[[], None]:
    """Takes hold at a place; what it gives moves on from there."""
    page.mouse.move(*at)
    page.mouse.down()
    page.mouse.move(at[0] + 8, at[1] + 8, steps=4)
    page.evaluate("window.simRenders?.clear()")

    def move() -> None:
        for step in range(STEPS):
            away = abs(step % (2 * SWAY) - SWAY)  # to and fro, so that what was in view stays in view
            page.mouse.move(at[0] + 8 + SWAY - away, at[1] + 8 + (SWAY - away) // 2)

    return move


def wheel(page: Page) -> None:
    """In a little, and out again."""
    page.keyboard.down("Control")
    for step in range(STEPS):
        page.mouse.wheel(0, -8 if step % 40 < 20 else 8)
        page.wait_for_timeout(16)
    page.keyboard.up("Control")


def baseline(browser: Browser) -> Iterator[Figure]:
    """The same picture without any framework, to tell what the browser itself takes here."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_content(bare.page(BLOCKS, COLUMNS))
    yield from traced(browser, page, held(page, (700, 40))).figures("bare DOM: pan")
    page.close()


def opened(browser: Browser, stack: Stack) -> tuple[Page, CDPSession]:
    """A page of a fresh browser profile that holds the stack's key."""
    # what the service worker fetches for later is none of the page's own, and would not be counted either
    context = browser.new_context(viewport={"width": 1440, "height": 900}, service_workers="block")
    context.add_init_script(f"sessionStorage.setItem('sim.key', {json.dumps(stack.key)})")
    page = context.new_page()
    page.set_default_timeout(60_000)
    return page, context.new_cdp_session(page)


def metrics(session: CDPSession) -> dict[str, float]:
    """What the renderer counts."""
    return {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}


def rendered(page: Page) -> int:
    """How many blocks React rendered since it was last asked."""
    return page.evaluate("(() => { const size = window.simRenders.size; window.simRenders.clear(); return size })()")
