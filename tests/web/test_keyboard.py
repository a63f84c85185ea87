"""Nothing but a keyboard: from the door to the output of a workflow of one's own, and where one is can be seen."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.support.stack import Stack
from tests.web.building import node
from tests.web.conftest import Person

SEEN = """() => {
    const one = document.activeElement;
    const shown = (element) => {
        const style = getComputedStyle(element);
        return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
    };
    const around = one.closest(".control, .react-flow__node") ?? one;
    return [one, around, ...(one.matches(".react-flow__node") ? [one.firstElementChild] : [])].some(shown)
        ? "" : one.outerHTML.slice(0, 200);
}"""
"""Nothing where the element that has the focus shows it; else what it is."""
FAR = 90


@pytest.fixture
def newcomer(browser: Browser) -> Iterator[Person]:
    """Somebody whose hands are at the keyboard, before an instance that nobody has made theirs."""
    stack = Stack()
    stack.start()
    person = Person(browser, stack, by_key=False, reduced_motion="reduce")
    try:
        yield person
    finally:
        person.context.close()
        stack.end()


def reach(page: Page, what: Locator, key: str = "Tab") -> None:
    """Press Tab until something has the focus; at each stop one can see where one is."""
    hidden: list[str] = []
    for _ in range(FAR):
        if what.evaluate("one => one === document.activeElement"):
            assert hidden == []
            return
        page.keyboard.press(key)
        if said := page.evaluate(SEEN):
            hidden.append(said)
    raise AssertionError(f"the keyboard does not reach {what}; unseen on the way: {hidden}")


def command(page: Page, words: str) -> None:
    """Find a command and perform it."""
    page.keyboard.press("Control+K")
    palette = page.get_by_role("dialog", name="Search everything")
    expect(palette).to_be_visible()
    page.keyboard.type(words)
    expect(palette.get_by_role("option", selected=True)).to_contain_text(re.compile(words, re.IGNORECASE))
    page.keyboard.press("Enter")
    expect(palette).to_have_count(0)


def add(page: Page, words: str) -> None:
    page.keyboard.press("/")
    expect(page.get_by_label("Look for a block")).to_be_focused()
    page.keyboard.type(words)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Name of the block")).to_be_visible()


def test_signing_up_building_and_running_takes_a_keyboard_alone(newcomer: Person) -> None:
    page = newcomer.open("/")
    expect(page.locator("[name=name]")).to_be_focused()
    page.keyboard.type("Ada Lovelace")
    for name, text in {"email": "ada@example.com", "password": "correct horse battery"}.items():
        reach(page, page.locator(f"[name={name}]"))
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/workflows/[\w-]{36}$"))
    expect(node(page, "Greet")).to_be_visible()
    sample = page.url
    command(page, "New workflow")
    page.wait_for_url(lambda url: url != sample)
    expect(page.locator(".react-flow__node")).to_have_count(1)
    add(page, "function python")
    add(page, "function python")
    expect(page.locator(".react-flow__node")).to_have_count(3)
    expect(page.locator(".react-flow__edge")).to_have_count(1)  # the second followed the first, which was chosen

    page.keyboard.press("Escape")
    reach(page, node(page, "Start"))
    page.keyboard.press("Enter")
    reach(page, node(page, "Function"))
    page.keyboard.down("Control")
    page.keyboard.press("Space")
    page.keyboard.up("Control")
    page.keyboard.press("j")
    expect(page.locator(".react-flow__edge")).to_have_count(2)

    page.keyboard.press("Escape")
    write(page, "Function", "return 6 * 7")
    write(page, "Function 2", "return <function.result> + 1")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_test_id("output")).to_contain_text("43")
    step = page.locator("[data-step='Function']")
    reach(page, step)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Console", exact=True)).to_contain_text("42")
    assert newcomer.complaints == []


def write(page: Page, name: str, text: str) -> None:
    """Choose a block and write its code; the code editor lets the keyboard out again."""
    reach(page, node(page, name))
    page.keyboard.press("Enter")
    expect(page.get_by_label("Name of the block")).to_have_value(name)
    reach(page, page.get_by_role("textbox", name="Code", exact=True))
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(text)
    page.keyboard.press("Escape")
    reach(
        page, page.get_by_role("button", name="Add", exact=True).or_(page.get_by_role("tab", name="Add")), "Shift+Tab"
    )
