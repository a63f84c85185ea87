"""Names that references hang on, blocks that are locked, and copies."""

from playwright.sync_api import Page, expect

from tests.web.building import block, code, copied, node, saved, stored
from tests.web.conftest import Person


def call(page: Page, old: str, new: str) -> None:
    node(page, old).click()
    name = page.get_by_label("Name of the block")
    expect(name).to_have_value(old)
    name.fill(new)
    name.press("Enter")


def test_references_follow_a_block_and_a_variable_to_their_new_names(person: Person) -> None:
    rows = [{"id": "yes", "title": "if", "value": "<work.result> > <variable.least>"}, {"id": "no", "title": "else"}]
    id = person.make(
        "Names",
        code("work", "return 1"),
        code("next", "return <work.result> + <work>", 300),
        block("fork", "condition", 600, values={"conditions": rows}),
        block("each", "loop", 900, size=[400, 200]),
        subflows={"each": {"kind": "loop", "id": "each", "loop_type": "for_each", "collection": "<work.result>"}},
        variables={"v": {"id": "v", "name": "least", "type": "number", "value": 1}},
        edges="work>next next>fork",
    )
    page = person.open(f"/workflows/{id}")
    before = person.stack.ask("GET", f"/workflows/{id}")[1]["workflow"]
    call(page, "Work", "Ask / tell")
    expect(page.get_by_role("alert")).to_contain_text("“/”")
    assert stored(person, id)["work"]["name"] == "Work"
    page.get_by_label("Name of the block").press("Escape")
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.get_by_label("Name of the block")).to_have_value("Work")
    page.get_by_label("Name of the block").fill("First Step")
    page.get_by_label("Name of the block").press("Enter")
    expect(node(page, "First Step")).to_be_visible()
    page.get_by_role("tab", name="Edit").focus()
    page.keyboard.press("v")
    name = page.get_by_role("dialog").get_by_label("Name", exact=True)
    name.fill("at least")
    page.keyboard.press("Escape")  # what was typed counts
    expect(page.get_by_role("dialog")).to_have_count(0)
    saved(page)
    now = person.stack.ask("GET", f"/workflows/{id}")[1]["workflow"]
    assert now["blocks"]["next"]["values"]["code"] == "return <firststep.result> + <firststep>"
    assert now["blocks"]["fork"]["values"]["conditions"][0]["value"] == "<firststep.result> > <variable.atleast>"
    assert now["subflows"]["each"]["collection"] == "<firststep.result>"
    for _ in range(2):  # one step each, whatever followed
        page.get_by_role("button", name="Undo").click()
        saved(page)
    assert person.stack.ask("GET", f"/workflows/{id}")[1]["workflow"] == before


def test_a_locked_block_is_looked_at_by_a_click_and_stays_when_all_are_deleted(person: Person) -> None:
    id = person.make(
        "Locks", code("kept", "return 1", locked=True), code("work", "return 2", 300),
        block("each", "loop", 600, size=[400, 200], locked=True),
        code("inner", "return <work.result>", 140, parent="each"),
        subflows={"each": {"kind": "loop", "id": "each", "iterations": 2}},
    )  # fmt: skip
    page = person.open(f"/workflows/{id}")
    node(page, "Kept").click()
    form = page.get_by_role("tabpanel")
    expect(form).to_contain_text("nobody changes it until it is unlocked")
    node(page, "Inner").click()
    expect(form).to_contain_text("Locked with “Each”")
    expect(page.get_by_label("Name of the block")).to_be_disabled()
    call(page, "Work", "Other")
    expect(page.get_by_role("alert")).to_contain_text("“Inner”")
    page.get_by_role("tab", name="Edit").focus()
    page.keyboard.press("Control+A")
    page.keyboard.press("Backspace")
    expect(page.get_by_text("Locked, so they stay")).to_be_visible()
    expect(page.locator(".react-flow__node")).to_have_count(3)
    saved(page)
    assert set(stored(person, id)) == {"kept", "each", "inner"}
    page.keyboard.press("Escape")
    node(page, "Kept").click()
    page.get_by_role("tab", name="Edit").focus()
    page.keyboard.press("l")
    page.keyboard.press("Backspace")
    expect(page.locator(".react-flow__node")).to_have_count(2)


def test_a_copy_stays_in_its_container_and_a_broken_text_says_why(person: Person) -> None:
    person.context.grant_permissions(["clipboard-read", "clipboard-write"])
    id = person.make(
        "Copies", block("each", "loop", size=[800, 400]),
        code("inner", "return 1", 140, parent="each"),
        code("after", "return <inner.result> + '<b>'", 440, parent="each"),
        edges="inner>after",
        subflows={"each": {"kind": "loop", "id": "each", "iterations": 2}},
    )  # fmt: skip
    page = person.open(f"/workflows/{id}")
    node(page, "Inner").click()
    node(page, "After").click(modifiers=["Control"])
    page.get_by_role("tab", name="Edit").focus()
    page.keyboard.press("Control+D")
    expect(page.locator(".react-flow__node")).to_have_count(5)
    saved(page)
    made = {one["name"]: one for one in stored(person, id).values()}
    assert {made[name]["parent"] for name in ("Inner 2", "After 2")} == {"each"}
    assert made["After 2"]["values"]["code"] == "return <inner2.result> + '<b>'"
    page.keyboard.press("Control+C")
    text = copied(page, "Inner 2", "After 2")
    page.evaluate("text => navigator.clipboard.writeText(text)", text[: len(text) // 2])
    page.keyboard.press("Control+V")
    expect(page.get_by_text("These blocks cannot be pasted.")).to_be_visible()
    expect(page.locator(".react-flow__node")).to_have_count(5)
