"""A workflow is built, run and read by mouse and keyboard."""

import re

from playwright.sync_api import expect

from tests.web.building import middle_of, node, saved
from tests.web.conftest import Person


def test_a_failure_is_shown_on_the_block_that_failed(person: Person) -> None:
    made = person.stack.ask(
        "POST",
        "/workflows",
        {
            "name": "Breaks",
            "workflow": {
                "name": "Breaks",
                "blocks": {
                    "s": {"id": "s", "type": "start", "name": "Start"},
                    "f": {
                        "id": "f",
                        "type": "function",
                        "name": "Wrong",
                        "position": {"x": 400, "y": 0},
                        "values": {"code": "return 1 / 0"},
                    },
                },
                "edges": {"e": {"id": "e", "source": "s", "target": "f"}},
            },
        },
    )[1]
    page = person.open(f"/workflows/{made['id']}")
    expect(node(page, "Wrong")).to_be_visible()
    page.get_by_role("button", name="Run", exact=True).click()
    expect(node(page, "Wrong").locator("[data-state=failed]")).to_be_visible()
    expect(page.get_by_label("Console", exact=True).get_by_role("alert")).to_contain_text("division")


def test_copy_paste_undo_and_redo(person: Person, workflow: dict[str, str]) -> None:
    page = person.open(f"/workflows/{workflow['Hello']}")
    expect(page.locator(".react-flow__node")).to_have_count(2)
    page.locator(".react-flow__node").last.click()
    page.get_by_role("tab", name="Edit").focus()
    page.keyboard.press("Control+D")
    expect(page.locator(".react-flow__node")).to_have_count(3)
    page.keyboard.press("Control+Z")
    expect(page.locator(".react-flow__node")).to_have_count(2)
    for again in ("Control+Shift+Z", "Control+Y"):
        page.keyboard.press(again)
        expect(page.locator(".react-flow__node")).to_have_count(3)
        page.get_by_role("button", name="Undo").click()
        expect(page.locator(".react-flow__node")).to_have_count(2)
    saved(page)
    assert person.complaints == []


def test_a_block_is_dragged_from_the_toolbar_and_joined_by_hand(person: Person) -> None:
    made = person.stack.ask("POST", "/workflows", {"name": "By hand", "workflow": {
        "name": "By hand", "blocks": {"s": {"id": "s", "type": "start", "name": "Start"}}}})[1]  # fmt: skip
    page = person.open(f"/workflows/{made['id']}")
    expect(node(page, "Start")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Wait")).drag_to(
        page.locator(".react-flow__pane"), target_position={"x": 640, "y": 560}
    )
    expect(node(page, "Wait")).to_be_visible()
    page.mouse.move(*middle_of(page.get_by_label("From Start")))
    page.mouse.down()
    page.mouse.move(*middle_of(page.get_by_label("Into Wait")), steps=8)
    page.mouse.up()
    expect(page.locator(".react-flow__edge")).to_have_count(1)
    saved(page)
    _, stored = person.stack.ask("GET", f"/workflows/{made['id']}")
    assert len(stored["workflow"]["edges"]) == 1


def test_references_are_completed(person: Person, workflow: dict[str, str]) -> None:
    page = person.open(f"/workflows/{workflow['Ten blocks']}")
    node(page, "Prepare").click()
    code = page.get_by_role("textbox", name="Code", exact=True)
    code.click()
    expect(code).to_be_focused()
    page.keyboard.press("Control+End")
    page.keyboard.type("# <sta", delay=40)
    offered = page.locator(".cm-tooltip-autocomplete")
    if not offered.is_visible():
        page.wait_for_timeout(500)  # what completes is loaded when it is first needed
        page.keyboard.press("Control+Space")
    expect(offered).to_contain_text("<start.numbers>", timeout=15_000)
    page.keyboard.press("Escape")
    for _ in range(6):
        page.keyboard.press("Backspace")
    saved(page)
