"""Every state of the editor in both themes, kept as a picture to look at."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.stack import Stack
from tests.web.building import block, code, node, run
from tests.web.conftest import SCREENS, Person, until

RESTS = "document.getAnimations().every((one) => one.effect.getComputedTiming().endTime === Infinity)"
"""Nothing moves on the page but what moves for ever."""
SIZES = {"1440": {"width": 1440, "height": 900}, "1920": {"width": 1920, "height": 1080}}


def building(person: Person) -> str:
    """A workflow with most of what a canvas can show."""
    asked = {"input_format": [{"id": "r", "name": "who", "type": "string", "value": "Ada"}]}
    note = "# How it works\n\nGreets **politely**, and asks a person.\n- [x] greet\n- [ ] ask\n\n"
    note += "| who | when |\n|--|--:|\n| Ada | 1 |"
    cases = [{"id": "yes", "title": "if", "value": "<work.n> > 2"}, {"id": "no", "title": "else", "value": ""}]
    form = [{"id": "q", "name": "answer", "label": "May it go on?", "type": "boolean"}]
    blocks = (
        block("start", "start", values=asked),
        {**block("note", "note", values={"content": note, "color": "blue"}), "position": {"x": 0, "y": -230}},
        code("work", "return {'n': len(<start.who>)}", 310, pinned={"output": {"result": {"n": 3}, "n": 3}}),
        block("check", "condition", 620, values={"conditions": cases}),
        block("each", "loop", 930, size=[470, 240]),
        code("inner", "return <loop.index>", 150, parent="each", timeout_s=5, retry={"tries": 3, "wait_ms": 100}),
        code("broken", "return 1 / 0", 1480, error_port=True),
        code("off", "return 'never'", 1790, enabled=False, locked=True),
        {**block("ask", "human_in_the_loop", 930, values={"input_format": form}), "position": {"x": 930, "y": 300}},
        {**block("gone", "no_such_block"), "position": {"x": 1240, "y": 300}},
    )
    blocks[5]["position"]["y"] = 110
    return person.make(
        "Every state", *blocks, subflows={"each": {"kind": "loop", "id": "each", "iterations": 3}},
        edges="start>work work>check check.condition-yes>each check.condition-no>ask each.loop-start-source>inner "
        "each.loop-end-source>broken broken.error>off",
    )  # fmt: skip


def look(person: Person, page: Page, keep: Callable[[str], None]) -> None:
    """Through the states, one after the other."""
    page.goto(f"{person.stack.url}/workflows/{building(person)}")
    expect(node(page, "Start")).to_be_visible()
    keep("opened")
    page.get_by_role("button", name="Fit View").click()
    expect(node(page, "Off")).to_be_visible()
    keep("build")
    node(page, "Inner").click()
    page.get_by_role("tabpanel").locator("summary", has_text="Settings").click()
    expect(page.get_by_label("Time limit")).to_be_visible()
    keep("settings")
    node(page, "Work").click()
    expect(page.get_by_label("Pinned output, as JSON")).to_be_visible()
    keep("pinned")
    node(page, "Gone").click()
    expect(page.get_by_role("tabpanel")).to_contain_text("keeps what it holds")
    keep("unknown")
    page.get_by_role("button", name="Deploy", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("Nothing is deployed yet")
    keep("deploy")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+A")
    node(page, "Check").click(button="right")
    expect(page.get_by_role("menu")).to_be_visible()
    keep("menu")
    page.keyboard.press("Escape")
    node(page, "Work").click()
    page.get_by_role("textbox", name="Code", exact=True).hover()
    page.get_by_role("button", name="Enlarge Code").click()
    expect(page.get_by_role("dialog").get_by_role("textbox", name="Code", exact=True)).to_be_focused()
    keep("enlarged")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Other ways to run").click()
    expect(page.get_by_role("menu")).to_be_visible()
    keep("ways")
    page.keyboard.press("Escape")
    for command in ("search", "variables"):
        page.get_by_role("button", name="Canvas").click()
        page.get_by_role("menuitem", name={"search": "Find", "variables": "Variables"}[command]).click()
        expect(page.get_by_role("dialog")).to_be_visible()
        if command == "search":
            page.get_by_label("Find", exact=True).fill("return")
            page.get_by_label("Replace with").fill("yield")
        keep(command)
        page.keyboard.press("Escape")
    page.get_by_role("tab", name="Chat").click()
    expect(page.get_by_label("Message")).to_be_visible()
    keep("chat")


def deployed(person: Person, page: Page, keep: Callable[[str], None]) -> None:
    """A version is live, the draft has moved on, and programs are told how to call it."""
    id = person.make("Deployed", block("start", "start"), code("work", "return 1", 300), edges="start>work")
    person.stack.ask("POST", f"/workflows/{id}/deployments", {"note": "The first one"})
    edge = {"id": "late", "source": "work", "target": "late", "source_handle": "source"}
    add = {"op": "block.add", "blocks": [code("late", "return 2", 600)], "edges": [edge]}
    person.stack.ask("POST", f"/workflows/{id}/operations", {"operations": [add]})
    page.goto(f"{person.stack.url}/workflows/{id}")
    page.get_by_role("button", name="Deploy: the draft differs").click()
    expect(page.get_by_role("region", name="What differs, drawn")).to_be_visible()
    keep("deploy-draft")
    page.get_by_role("tab", name="API").click()
    expect(page.get_by_role("region", name="Example for curl")).to_be_visible()
    keep("deploy-api")
    page.keyboard.press("Escape")


def running(person: Person, page: Page, keep: Callable[[str], None]) -> None:
    """A run that fails, and one that waits for an answer."""
    form = [{"id": "q", "name": "answer", "label": "May it go on?", "type": "boolean"}]
    first = person.make("Fails", block("start", "start"), code("broken", "return 1 / 0", 300), edges="start>broken")
    page.goto(f"{person.stack.url}/workflows/{first}")
    expect(node(page, "Broken")).to_be_visible()
    run(page)
    expect(node(page, "Broken").locator("[data-state=failed]")).to_be_visible()
    page.locator("[data-step=Broken]").click()
    keep("failed")
    asks = person.make(
        "Asks", block("start", "start"), block("ask", "human_in_the_loop", 300, values={"input_format": form}),
        edges="start>ask",
    )  # fmt: skip
    page.goto(f"{person.stack.url}/workflows/{asks}")
    expect(node(page, "Ask")).to_be_visible()
    run(page)
    expect(page.get_by_role("heading", name="This run waits for an answer")).to_be_visible()
    keep("approval")
    page.goto(f"{person.stack.url}/workflows/{first}")
    page.get_by_role("button", name="Show the console").click()
    page.get_by_role("list", name="Runs").get_by_role("button").first.click()
    expect(node(page, "Broken").locator("[data-state=failed]")).to_be_visible()
    keep("runs")
    page.get_by_role("link", name="Trace").click()
    page.get_by_role("button", name="With changes").click()
    page.get_by_label("Begin at").select_option(label="Broken")
    keep("replay")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", ["1440", pytest.param("1920", marks=pytest.mark.full)])
def test_every_state_of_the_editor_is_sound(browser: Browser, stack: Stack, theme: str, size: str) -> None:
    SCREENS.mkdir(parents=True, exist_ok=True)
    person = Person(browser, stack, color_scheme=theme, reduced_motion="reduce", viewport=SIZES[size])
    findings: list[str] = []

    def keep(name: str) -> None:
        until(person.page, RESTS)
        person.page.screenshot(path=SCREENS / f"editor-{name}-{theme}-{size}.png")
        findings.extend(f"{name}: {one}" for one in person.serious())

    look(person, person.page, keep)
    deployed(person, person.page, keep)
    running(person, person.page, keep)
    person.context.close()
    assert not findings, "\n".join(findings)
    assert person.complaints == []
