"""How a workflow is built by mouse and keyboard."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import FloatRect, Locator, Page, expect

from tests.support.http import Server
from tests.support.stack import Stack
from tests.web.conftest import Person, until

KEY = "sk-very-secret-1234567890"


def block(id: str, type: str = "function", x: int = 0, **facts: Any) -> dict[str, Any]:
    """A block as a document keeps it."""
    return {"id": id, "type": type, "name": id.title(), "position": {"x": x, "y": 0}, **facts}


def code(id: str, text: str, x: int = 0, **facts: Any) -> dict[str, Any]:
    """A function in Python."""
    return block(id, x=x, values={"code": text}, **facts)


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
    return page.locator(f".react-flow__node[aria-label^='{name},']")


def run(page: Page) -> None:
    page.get_by_role("button", name="Run", exact=True).click()


def at_the_end(page: Page, name: str) -> Locator:
    """The code of a block, where one goes on writing it."""
    node(page, name).click()
    text = page.get_by_role("textbox", name="Code", exact=True)
    text.click()
    expect(text).to_be_focused()
    page.keyboard.press("Control+End")
    return text


def stored(person: Person, id: str) -> dict[str, Any]:
    """The blocks of a workflow as the server has them."""
    return person.stack.ask("GET", f"/workflows/{id}")[1]["workflow"]["blocks"]


@contextmanager
def models_of(stack: Stack, server: Server) -> Iterator[None]:
    """The workspace has a server of models for so long."""
    given = {"OPENAI_COMPATIBLE_BASE_URL": f"{server.url}/v1", "OPENAI_COMPATIBLE_API_KEY": KEY}
    for name, value in given.items():
        status, said = stack.ask("PUT", f"/secrets/{name}", {"value": value})
        assert status < 300, said
    try:
        yield
    finally:
        for name in given:
            stack.ask("DELETE", f"/secrets/{name}")


def box_of(one: Locator) -> FloatRect:
    """Where it is, once it can be seen: a canvas measures its blocks before it brings them into view."""
    expect(one).to_be_visible()
    box = one.bounding_box()
    assert box
    return box


def middle_of(one: Locator) -> tuple[float, float]:
    """Where a hand takes hold of it."""
    box = box_of(one)
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def copied(page: Page, *names: str) -> str:
    """The text in the clipboard, once it is these blocks."""
    holds = """async (names) => {
      const text = await navigator.clipboard.readText();
      try { return JSON.parse(text).blocks.map((one) => one.name).join() === names.join() && text } catch { return "" }
    }"""
    return until(page, holds, list(names))


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
