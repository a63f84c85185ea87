"""How a workflow is built by mouse and keyboard."""

import re

from playwright.sync_api import Locator, Page, expect


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


def node(page: Page, name: str) -> Locator:
    """The card of a block."""
    return page.locator(".react-flow__node", has=page.get_by_text(name, exact=True))


def middle_of(one: Locator) -> tuple[float, float]:
    """Where a hand takes hold of it."""
    box = one.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def saved(page: Page) -> None:
    """Wait until everything is saved."""
    expect(page.get_by_role("status").filter(has_text=re.compile("^Saved$"))).to_be_visible()


def build_five_blocks_and_run_them(page: Page) -> None:
    """From the list of workflows to the output of a new one."""
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
    expect(page.get_by_test_id("output")).to_contain_text("Good day, ADA")
    expect(node(page, "Function 2").locator("[data-state=done]")).to_be_visible()
    page.locator("[data-step='Condition']").click()
    expect(page.get_by_label("Console", exact=True)).to_contain_text("selected_option")
