"""Editing by menus, dialogs and the large text editor."""

import json
import re

from playwright.sync_api import expect

from tests.web.building import at_the_end, block, box_of, code, copied, node, saved, stored
from tests.web.conftest import Person


def test_a_text_is_edited_large_with_references_beside_it(person: Person) -> None:
    asked = {"input_format": [{"id": "r", "name": "who", "type": "string"}]}
    id = person.make("Large", block("start", "start", values=asked), code("work", "", 300), edges="start>work")
    page = person.open(f"/workflows/{id}")
    node(page, "Work").click()
    page.get_by_role("textbox", name="Code", exact=True).hover()
    page.get_by_role("button", name="Enlarge Code").click()
    dialog = page.get_by_role("dialog")
    large = dialog.get_by_role("textbox", name="Code", exact=True)
    expect(large).to_be_focused()
    page.keyboard.type("return <st")
    expect(page.locator(".cm-tooltip-autocomplete")).to_contain_text("<start.who>")
    page.keyboard.press("Escape")
    expect(page.locator(".cm-tooltip-autocomplete")).to_have_count(0)
    expect(dialog).to_be_visible()  # the first Escape was for the list
    for _ in range(3):
        page.keyboard.press("Backspace")
    dialog.locator("summary", has_text="Start").click()
    dialog.get_by_role("button", name="start.who").drag_to(large)
    expect(large).to_contain_text("<start.who>")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("button", name="Enlarge Code")).to_be_focused()  # as before
    expect(page.get_by_role("textbox", name="Code", exact=True)).to_contain_text("<start.who>")
    saved(page)
    assert "<start.who>" in stored(person, id)["work"]["values"]["code"]
    assert person.complaints == []


def test_a_text_is_replaced_where_it_is_meant(person: Person) -> None:
    id = person.make(
        "Replaces", code("one", "return 'old'"), code("two", "return 'Old'", 300), code("three", "return 'old'", 600),
        code("kept", "return 'old'", 900, locked=True), block("old box", "loop", 1200, size=[400, 200]),
        subflows={"old box": {"kind": "loop", "id": "old box", "loop_type": "for_each", "collection": "old"}},
        variables={"v": {"id": "v", "name": "v", "type": "plain", "value": "the old"}},
    )  # fmt: skip
    page = person.open(f"/workflows/{id}")
    expect(node(page, "One")).to_be_visible()
    page.keyboard.press("Control+F")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Find", exact=True).fill("old")
    expect(dialog.get_by_role("status")).to_have_text("7 times in 7 places")
    expect(dialog).to_contain_text("locked, so it stays")
    expect(dialog).to_contain_text("a name stays")
    dialog.get_by_label("Capitals count").check()
    expect(dialog.get_by_role("status")).to_have_text("5 times in 5 places")
    dialog.get_by_label("Replace with").fill("new")
    expect(dialog.locator("ins").first).to_have_text("new")
    dialog.get_by_label("Replace in Three, code").uncheck()
    dialog.get_by_role("button", name="Replace in 3").click()
    page.keyboard.press("Escape")
    saved(page)
    read = person.stack.ask("GET", f"/workflows/{id}")[1]["workflow"]
    codes = [read["blocks"][one]["values"]["code"] for one in ("one", "two", "three", "kept")]
    assert codes == ["return 'new'", "return 'Old'", "return 'old'", "return 'old'"]
    assert (read["subflows"]["old box"]["collection"], read["variables"]["v"]["value"]) == ("new", "the new")
    page.get_by_role("tab", name="Edit").focus()
    page.keyboard.press("Control+Z")
    saved(page)
    assert stored(person, id)["one"]["values"]["code"] == "return 'old'"
    assert person.complaints == []


def test_menus_fit_what_they_were_opened_on(person: Person) -> None:
    person.context.grant_permissions(["clipboard-read", "clipboard-write"])
    id = person.make("Menus", block("start", "start"), code("end", "return 1", 600), edges="start>end")
    page = person.open(f"/workflows/{id}")
    left, right = box_of(node(page, "Start")), box_of(node(page, "End"))
    way = ((left["x"] + left["width"] + right["x"]) / 2, left["y"] + 22 * left["width"] / 240)
    page.mouse.click(*way, button="right")
    page.get_by_role("menuitem", name="Put a block in between").click()
    expect(page.get_by_label("Look for a block")).to_be_focused()
    page.keyboard.type("function")
    page.keyboard.press("Enter")
    expect(page.locator(".react-flow__edge")).to_have_count(2)
    saved(page)
    edges = person.stack.ask("GET", f"/workflows/{id}")[1]["workflow"]["edges"].values()
    made = next(one for one in stored(person, id) if one not in ("start", "end"))
    assert {(one["source"], one["target"]) for one in edges} == {("start", made), (made, "end")}

    node(page, "End").click(button="right")
    page.get_by_role("menuitem", name="Copy").click()
    copied(page, "End")
    page.locator(".react-flow__pane").click(button="right", position={"x": 60, "y": 60})
    expect(page.get_by_role("menuitem", name="Paste")).to_be_visible()
    expect(page.get_by_role("menuitem", name="Delete")).to_have_count(0)
    page.get_by_role("menuitem", name="Paste").click()
    expect(page.locator(".react-flow__node")).to_have_count(4)
    page.get_by_role("tab", name="Edit").focus()
    page.keyboard.press("Control+A")
    node(page, "Start").click(button="right")
    page.get_by_role("menuitem", name="Align").click()
    page.get_by_role("menuitem", name="Align top edges").click()
    saved(page)
    assert len({one.get("position", {}).get("y", 0) for one in stored(person, id).values()}) == 1
    node(page, "End").click()
    page.keyboard.press("Escape")
    node(page, "End").click()
    node(page, "End").focus()
    page.keyboard.press("F2")
    expect(page.get_by_label("Name of the block")).to_be_focused()
    assert person.complaints == []


def test_a_secret_that_is_missing_is_made_where_it_is_named(person: Person) -> None:
    page = person.open(f"/workflows/{person.make('Secretive', code('work', 'return 1'))}")
    text = at_the_end(page, "Work")
    page.keyboard.type(" + {{MADE_")
    page.locator(".cm-tooltip-autocomplete li", has_text="New secret MADE_…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Name")).to_have_value("MADE_")
    dialog.get_by_label("Name").fill("MADE_HERE")
    dialog.get_by_label("Value", exact=True).fill("what nobody sees")
    try:
        dialog.get_by_role("button", name="Save").click()
        expect(text).to_have_text("return 1 + {{MADE_HERE}}")
        expect(text.locator(".cm-chip.secret").first).to_be_visible()
        expect(text.locator(".cm-chip.unknown")).to_have_count(0)
        expect(text).to_be_focused()
        page.keyboard.type("; {{MA")
        page.locator(".cm-tooltip-autocomplete li", has_text="{{MADE_HERE}}").click()
        expect(text).to_have_text("return 1 + {{MADE_HERE}}; {{MADE_HERE}}")
        saved(page)
    finally:
        status, _ = person.stack.ask("DELETE", "/secrets/MADE_HERE")
    assert status < 300


def test_a_note_has_a_colour_tasks_and_a_table(person: Person) -> None:
    words = "# Plan\n- [x] greet\n- [ ] ask\n\n| who | when |\n|--|--:|\n| Ada | 1 |"
    page = person.open(f"/workflows/{person.make('Noted', block('note', 'note', values={'content': words}))}")
    note = node(page, "Note")
    expect(note.get_by_role("img", name="Done")).to_have_count(1)
    expect(note.get_by_role("img", name="To do")).to_have_count(1)
    expect(note.get_by_role("columnheader")).to_have_text(["who", "when"])
    expect(note.get_by_role("cell")).to_have_text(["Ada", "1"])
    paper = note.locator("> div").first
    before = paper.evaluate("one => getComputedStyle(one).backgroundColor")
    note.click()
    page.get_by_role("combobox", name="Color").click()
    page.get_by_role("option", name="Green").click()
    expect(paper).not_to_have_css("background-color", before)
    saved(page)


def test_what_is_missing_says_what_brings_it_and_wrong_json_is_said_at_once(person: Person) -> None:
    id = person.make(
        "Lacks", {**block("gone", "no_such_thing"), "values": {"operation": "send", "text": "hello"}},
        block("call", "human_in_the_loop", 300),
    )  # fmt: skip
    page = person.open(f"/workflows/{id}")
    node(page, "Gone").click()
    form = page.get_by_role("tabpanel")
    expect(form).to_contain_text("sim-tool-no-such-thing")
    form.locator("summary", has_text="What it holds").click()
    expect(form).to_contain_text(json.dumps("hello"))
    node(page, "Call").click()
    form.get_by_role("button", name=re.compile("more fields?$")).click()
    field = form.locator("[data-kind=json]").first
    field.locator(".cm-content").click()
    page.keyboard.insert_text('{"a": 1')
    expect(field.get_by_role("alert")).to_contain_text("This is not JSON")
    page.keyboard.insert_text("}")
    expect(field.get_by_role("alert")).to_have_count(0)
    assert person.complaints == []
