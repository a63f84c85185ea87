"""The editor in Chromium: first load, and pan and drag among 500 blocks beside bare DOM."""

import json
import shutil
import statistics
import sys
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from tests.bench import bare
from tests.bench.figures import Figure
from tests.support.stack import Stack

BLOCKS = 500
STEPS = 120
COLUMNS = 25
FRAME, TASK = "Commit", "ThreadControllerImpl::RunTask"
TRACED = ["-*", "toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline", "devtools.timeline.frame"]
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


def moving(browser: Browser, stack: Stack, workflow: str) -> Iterator[Figure]:
    """Pan and drag, with what React rendered meanwhile."""
    page, _ = opened(browser, stack)
    page.add_init_script("window.simRenders = new Map()")
    page.goto(f"{stack.url}/workflows/{workflow}")
    page.locator(".react-flow__node").first.wait_for()
    page.get_by_role("button", name="Fit View").click()
    page.wait_for_timeout(1500)
    seen: int = page.locator(".react-flow__node").count()
    yield Figure(name=f"{BLOCKS} blocks: in view", value=seen, unit="", goal=BLOCKS, least=True)
    pane = page.locator(".react-flow__pane").bounding_box()
    assert pane
    empty = (pane["x"] + pane["width"] / 2, pane["y"] + 40)
    for name, figure in gesture(browser, page, empty).items():
        yield figure_of(f"pan, all {BLOCKS} in view", name, figure)
    yield Figure(name="pan: blocks rendered", value=rendered(page), unit="", goal=0)
    node = page.locator(".react-flow__node[data-id=b260]").bounding_box()
    assert node
    for name, figure in gesture(browser, page, (node["x"] + 4, node["y"] + 3)).items():
        yield figure_of(f"drag, all {BLOCKS} in view", name, figure)
    yield Figure(name="drag: blocks rendered", value=rendered(page), unit="", goal=1)
    page.context.close()
    yield from baseline(browser)


def baseline(browser: Browser) -> Iterator[Figure]:
    """The same picture without any framework, to tell what the browser itself takes here."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_content(bare.page(BLOCKS, COLUMNS))
    for name, figure in gesture(browser, page, (700, 40)).items():
        yield Figure(name=f"bare DOM, pan: {name}", value=figure, unit="ms" if "ms" in name else "/s")
    page.close()


def opened(browser: Browser, stack: Stack) -> tuple[Page, CDPSession]:
    """A page of a fresh browser profile that holds the stack's key."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
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


def gesture(browser: Browser, page: Page, at: tuple[float, float]) -> dict[str, float]:
    """Main-thread time per frame, and frames a second, while the mouse holds something and moves."""
    page.mouse.move(*at)
    page.mouse.down()
    page.mouse.move(at[0] + 8, at[1] + 8, steps=4)
    page.evaluate("window.simRenders?.clear()")
    browser.start_tracing(page=page, categories=TRACED)
    for step in range(STEPS):
        page.mouse.move(at[0] + 8 + step, at[1] + 8 + step // 2)
    trace = json.loads(browser.stop_tracing())["traceEvents"]
    page.mouse.up()
    frames, seconds = per_frame(trace)
    return {
        "main thread per frame, p95 ms": round(percentile(frames, 0.95), 2),
        "main thread per frame, p50 ms": round(statistics.median(frames), 2),
        "frames": round(len(frames) / seconds, 1),
    }


def figure_of(gesture: str, name: str, value: float) -> Figure:
    """A figure of a gesture; the p95 is what is promised."""
    return Figure(
        name=f"{gesture}: {name}",
        value=value,
        unit="/s" if name == "frames" else "ms",
        goal=8 if "p95" in name else None,
    )


def per_frame(trace: list[dict[str, Any]]) -> tuple[list[float], float]:
    """CPU of the page's main thread in each frame, in ms, and the seconds between the first and the last."""
    begins = [one for one in trace if one["name"] == FRAME]
    # the renderer that drew the most is the page's
    thread = statistics.mode((one["pid"], one["tid"]) for one in begins)
    marks = sorted(one["ts"] for one in begins if (one["pid"], one["tid"]) == thread)
    tasks = sorted(
        (one["ts"], one.get("tdur", one["dur"]))
        for one in trace
        if one["name"] == TASK and one.get("ph") == "X" and (one["pid"], one["tid"]) == thread
    )
    spent = [0.0] * (len(marks) - 1)
    at = 0
    for began, lasted in tasks:
        while at < len(spent) and began >= marks[at + 1]:
            at += 1
        if at < len(spent) and began >= marks[at]:
            spent[at] += lasted / 1000
    return spent, (marks[-1] - marks[0]) / 1e6


def percentile(values: list[float], share: float) -> float:
    """The value that a share of them does not exceed."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]
