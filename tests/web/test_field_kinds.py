"""Each kind of field does what its meaning asks: filled by hand, by keyboard, by a reference, and taken back."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.web.building import saved, stored
from tests.web.conftest import Person

START = {"id": "s", "type": "start", "name": "Start", "values": {"input_format": [{"name": "who", "type": "string"}]}}
CHOICES = [{"value": "a", "label": "First"}, {"value": "b", "label": "Second"}]
FORM: list[dict[str, Any]] = [
    {"kind": "schedule", "type": "object"},
    {"kind": "table", "columns": ["Name", "Count", "Open"], "column_types": ["string", "number", "boolean"]},
    {"kind": "slider", "type": "number", "least": 0, "most": 2, "step": 0.5},
    {"kind": "switch", "type": "boolean"},
    {"kind": "number", "type": "number", "least": 1, "most": 9},
    {"kind": "checkbox_list", "type": "array", "options": CHOICES},
    {"kind": "list", "type": "array"},
    {"kind": "time", "type": "string"},
]


@pytest.fixture
def strange(person: Person) -> Iterator[tuple[Page, str]]:
    """The form of a block that a stranger declared, open beside what it can refer to."""
    facts = {
        "id": "strange", "type": "strange", "title": "Strange", "doc": "A stranger's block.", "ports": ["source"],
        "form": [{"name": one["kind"], "title": f"A {one['kind']}", "doc": "Says what.", **one} for one in FORM],
    }  # fmt: skip

    def also(route: Route) -> None:
        reply = route.fetch()
        route.fulfill(response=reply, body=json.dumps({"items": [*reply.json()["items"], facts]}))

    person.page.route("**/api/v1/blocks", also)
    block = {"id": "b", "type": "strange", "name": "Odd", "position": {"x": 400, "y": 0}}
    made = person.make("Kinds", START, block, edges="s>b")
    page = person.open(f"/workflows/{made}")
    page.locator(".react-flow__node", has_text="Odd").click()
    expect(page.locator("[data-field=schedule]")).to_be_visible()
    yield page, made


def all_kept(person: Person, id: str) -> dict[str, Any]:
    """What the server keeps of the block, once everything is saved."""
    saved(person.page)
    return stored(person, id)["b"].get("values", {})


def kept(person: Person, id: str, field: str) -> Any:
    return all_kept(person, id).get(field)


def test_a_schedule_is_set_in_words_and_its_next_times_are_the_servers(
    strange: tuple[Page, str], person: Person
) -> None:
    page, id = strange
    field = page.locator("[data-field=schedule]")
    field.get_by_role("button", name="Set a time for A schedule").click()
    times = field.get_by_role("list", name="Next times of A schedule").get_by_role("listitem")
    expect(times).to_have_count(5)
    field.get_by_role("combobox", name="A schedule").select_option("weekly")
    field.get_by_role("button", name="Friday").click()
    field.get_by_role("button", name="Monday").click()
    field.get_by_label("At", exact=True).fill("07:45")
    field.get_by_role("combobox", name="Time zone").click()
    page.get_by_placeholder("Search, or type your own…").fill("New_York")
    page.get_by_role("option", name="America/New_York").click()
    said = kept(person, id, "schedule")
    assert said == {"repeat": "weekly", "days": ["fri"], "at": "07:45", "timezone": "America/New_York"}
    told = person.stack.ask("POST", "/schedules/upcoming", {"schedule": said})[1]["items"]
    expect(times.first.locator("time")).to_have_attribute("datetime", told[0])
    expect(times.first).to_contain_text("Fri")
    expect(times.first).to_contain_text("7:45")
    expect(page.locator(".react-flow__node", has_text="Odd")).to_contain_text("Fri at 07:45, America/New_York")
    field.get_by_role("combobox", name="A schedule").select_option("cron")
    field.get_by_label("Cron expression").fill("0 9 * * funday")
    expect(field.get_by_role("alert")).to_contain_text("'funday' is no day of the week")
    expect(field.get_by_label("Cron expression")).to_have_attribute("aria-invalid", "true")
    field.get_by_label("Cron expression").fill("*/5 8-17 * * mon-fri")
    expect(times).to_have_count(5)
    expect(field.get_by_role("alert")).to_have_count(0)
    assert person.serious() == []
    field.get_by_role("button", name="Clear").click()
    expect(field.get_by_role("button", name="Set a time for A schedule")).to_be_visible()
    assert kept(person, id, "schedule") is None


PASTE = """([cell, text]) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  cell.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


def paste(page: Page, label: str, text: str) -> None:
    """Paste into a cell, as a spreadsheet copies."""
    page.evaluate(PASTE, [page.get_by_label(label, exact=True).element_handle(), text])


def test_a_table_is_a_sheet(strange: tuple[Page, str], person: Person) -> None:
    page, id = strange
    field = page.locator("[data-field=table]")
    field.get_by_label("Name 1", exact=True).fill("Ada")
    field.get_by_label("Name 1", exact=True).press("Enter")
    expect(field.get_by_label("Name 2", exact=True)).to_be_focused()
    page.keyboard.type("Grace")
    page.keyboard.press("ArrowUp")
    expect(field.get_by_label("Name 1", exact=True)).to_be_focused()
    field.get_by_label("Count 1", exact=True).fill("several")
    expect(field.get_by_role("alert")).to_contain_text("Row 1: This is not a number.")
    field.get_by_label("Count 1", exact=True).fill("7")
    expect(field.get_by_role("alert")).to_have_count(0)
    field.get_by_label("Open 1", exact=True).check()
    cells = [row["cells"] for row in kept(person, id, "table")]
    assert cells == [{"Name": "Ada", "Count": 7, "Open": True}, {"Name": "Grace"}]
    sheet = 'Name\tCount\tOpen\r\n"two\nlines"\t1.5\tno\r\nLast\tfew\tyes\r\n'
    paste(page, "Name 2", sheet)
    expect(field.get_by_label("Name 3", exact=True)).to_have_value("Last")
    cells = [row["cells"] for row in kept(person, id, "table")]
    assert cells[1:] == [
        {"Name": "two\nlines", "Count": 1.5, "Open": False},
        {"Name": "Last", "Count": "few", "Open": True},
    ]
    expect(field.get_by_role("alert")).to_contain_text("Row 3")
    page.get_by_role("button", name="Undo").click()
    expect(field.get_by_label("Name 2", exact=True)).to_have_value("Grace")
    expect(field.get_by_label("Name 3", exact=True)).to_have_value("")


def test_a_table_of_thousands_draws_only_what_is_in_sight(strange: tuple[Page, str], person: Person) -> None:
    page, id = strange
    field = page.locator("[data-field=table]")
    paste(page, "Name 1", "\n".join(f"row {number}\t{number}\ttrue" for number in range(3000)))
    expect(field).to_contain_text("3,000 rows")
    assert field.locator("[data-cell]").count() < 150
    field.get_by_label("Count 1", exact=True).fill("41")
    page.keyboard.press("Enter")
    assert [row["cells"]["Count"] for row in kept(person, id, "table")][:2] == [41, 1]
    page.locator("[data-field=table] .overflow-auto").evaluate("(box) => box.scrollTo(0, box.scrollHeight)")
    field.get_by_label("Name 3000", exact=True).press("ArrowDown")
    expect(field.get_by_label("Name 3001", exact=True)).to_be_focused()


def test_any_value_may_come_from_an_earlier_block(strange: tuple[Page, str], person: Person) -> None:
    page, id = strange
    kinds = [one["kind"] for one in FORM if one["kind"] != "schedule"]
    for kind in kinds:
        field = page.locator(f"[data-field={kind}]")
        field.get_by_role("button", name=f"Use a value for A {kind}").click()
        field.get_by_role("textbox", name=f"A {kind}", exact=True).click()
        page.keyboard.insert_text("<start.who>")
        expect(field.locator(".cm-chip:not(.unknown)")).to_have_text("<start.who>")
        expect(field.get_by_role("alert")).to_have_count(0)
    assert all_kept(person, id) == dict.fromkeys(kinds, "<start.who>")
    page.reload()
    page.locator(".react-flow__node", has_text="Odd").click()
    for kind in kinds:
        field = page.locator(f"[data-field={kind}]")
        expect(field.locator(".cm-chip")).to_have_text("<start.who>")
        field.get_by_role("button", name=f"Fill in A {kind} by hand").click()
        expect(field.locator(".cm-editor")).to_have_count(0)
    assert not any(all_kept(person, id).values())


def test_a_cell_completes_what_it_names(strange: tuple[Page, str], person: Person) -> None:
    page, id = strange
    page.get_by_label("Name 1", exact=True).click()
    page.keyboard.type("<")
    page.locator(".cm-tooltip-autocomplete li", has_text="<start.who>").click()
    expect(page.locator("[data-field=table] .cm-chip")).to_have_text("<start.who>")
    assert [row["cells"] for row in kept(person, id, "table")] == [{"Name": "<start.who>"}]


def test_bad_input_is_told_at_the_field(strange: tuple[Page, str]) -> None:
    page, _ = strange
    number = page.locator("[data-field=number]")
    for typed, words in (("ten", "This is not a number."), ("12", "At most 9."), ("0", "At least 1.")):
        number.get_by_role("textbox").fill(typed)
        expect(number.get_by_role("alert")).to_have_text(words)
    number.get_by_role("textbox").fill("5")
    expect(number.get_by_role("alert")).to_have_count(0)
