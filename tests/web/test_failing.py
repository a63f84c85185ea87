"""When a run fails or cannot begin: what is said, and the way to the field that has to be mended."""

from playwright.sync_api import Locator, Page, expect

from tests.web.building import block, code, node, run
from tests.web.conftest import Person


def field(page: Page, name: str) -> Locator:
    return page.locator(f"[data-field={name}]")


def has_the_cursor(page: Page, name: str) -> None:
    expect(field(page, name).locator(":focus")).to_have_count(1)


def test_each_problem_leads_to_its_field_wherever_that_is(person: Person) -> None:
    agent = block("clerk", "agent", 300, values={"model": "openai_compatible/m", "max_tokens": "many"})
    inner = code("inner", "return <nobody.body>", 100, parent="each")
    id = person.make(
        "Astray", block("start", "start"), agent, block("each", "loop", 600, size=[500, 260]), inner,
        edges="start>clerk clerk>each each.loop-start-source>inner",
        subflows={"each": {"kind": "loop", "id": "each", "loop_type": "for_each", "collection": ""}},
    )  # fmt: skip
    page = person.open(f"/workflows/{id}")
    expect(node(page, "Clerk")).to_be_visible()
    run(page)
    problems = page.get_by_label("Problems")
    page.get_by_role("tab", name="Chat").click()  # another panel is in the way
    for name, place in (("Clerk", "max_tokens"), ("Inner", "code"), ("Each", "collection")):
        problems.get_by_role("button").filter(has_text=name).click()
        expect(page.get_by_label("Name of the block")).to_have_value(name)
        has_the_cursor(page, place)
    page.get_by_role("button", name="3 problems").click()
    page.get_by_role("menuitem").filter(has_text="Clerk").click()
    expect(page.get_by_label("Name of the block")).to_have_value("Clerk")
    has_the_cursor(page, "max_tokens")  # folded away until it is asked for


def test_a_failure_is_said_at_its_block_and_leads_to_the_line(person: Person) -> None:
    text = "sheep = 3\nwolves = 0\nreturn sheep / wolves"
    id = person.make("Fails", block("start", "start"), code("count", text, 300), edges="start>count")
    page = person.open(f"/workflows/{id}")
    expect(node(page, "Count")).to_be_visible()
    run(page)
    expect(node(page, "Count").locator("[data-why]")).to_contain_text("division by zero")
    console = page.get_by_label("Console", exact=True)
    expect(console.get_by_role("alert")).to_contain_text("Count: ")
    console.get_by_role("button", name="Go to line 3 of the field").click()
    has_the_cursor(page, "code")
    page.keyboard.press("Shift+End")
    page.keyboard.insert_text("return 12")
    expect(field(page, "code")).to_contain_text("wolves = 0")
    expect(field(page, "code")).not_to_contain_text("sheep / wolves")
    run(page)
    expect(page.get_by_test_id("output")).to_contain_text("12")
    expect(node(page, "Count").locator("[data-why]")).to_have_count(0)
