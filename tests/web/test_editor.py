"""A workflow is built, run and read by mouse and keyboard."""

import re

from playwright.sync_api import Page, expect

from tests.web.conftest import Person


def add(page: Page, words: str) -> None:
    """Look for a block and take the first that is found."""
    page.get_by_role("tab", name="Add").click()
    page.get_by_label("Look for a block").fill(words)
    page.keyboard.press("Enter")
    expect(page.get_by_role("tab", name="Edit")).to_have_attribute("aria-selected", "true")


def write(page: Page, label: str, text: str) -> None:
    """Type into a text of the block's form."""
    page.get_by_role("textbox", name=label, exact=True).click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(text)


def node(page: Page, name: str):
    return page.locator(".react-flow__node", has=page.get_by_text(name, exact=True))


def saved(page: Page) -> None:
    expect(page.get_by_role("status").filter(has_text=re.compile("^Saved$"))).to_be_visible()


def test_five_blocks_are_built_by_mouse_and_keyboard_then_run_and_read(person: Person) -> None:
    page = person.open("/workflows")
    page.get_by_role("button", name="New workflow").last.click()
    page.wait_for_url(re.compile(r"/workflows/[\w-]{36}$"))
    expect(node(page, "Start")).to_be_visible()
    node(page, "Start").click()
    page.get_by_role("button", name="Add an input").click()
    page.get_by_role("textbox", name="Name", exact=True).fill("who")

    add(page, "function python")
    write(page, "Code", "return <start.who>.upper()")
    add(page, "condition")
    write(page, "Expression that must hold", "len(<function.result>) > 2")
    add(page, "function python")
    write(page, "Code", "return 'Good day, ' + <function.result>")
    add(page, "response")
    page.get_by_role("button", name="Add a value").click()
    write(page, "Value", "<function2.result>")
    saved(page)
    page.get_by_role("tab", name="Edit").focus()
    page.keyboard.press("Control+Shift+F")
    expect(page.locator(".react-flow__node")).to_have_count(5)
    expect(page.locator(".react-flow__edge")).to_have_count(4)

    page.keyboard.press("Control+Enter")
    page.get_by_label("who", exact=True).fill("Ada")
    page.get_by_role("dialog").get_by_role("button", name="Run").click()
    expect(page.get_by_test_id("output")).to_contain_text("Good day, ADA", timeout=20_000)
    expect(node(page, "Function 2").locator("[data-state=done]")).to_be_visible()
    page.locator("[data-step='Condition']").click()
    expect(page.get_by_label("Console", exact=True)).to_contain_text("selected_option")
    assert person.complaints == []


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
    expect(node(page, "Wrong").locator("[data-state=failed]")).to_be_visible(timeout=20_000)
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
    page.keyboard.press("Control+Shift+Z")
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
    source = page.get_by_label("From Start").bounding_box()
    target = page.get_by_label("Into Wait").bounding_box()
    assert source and target
    page.mouse.move(source["x"] + source["width"] / 2, source["y"] + source["height"] / 2)
    page.mouse.down()
    page.mouse.move(target["x"] + target["width"] / 2, target["y"] + target["height"] / 2, steps=8)
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
