"""What hands do on the canvas: lining up, nudging, containers, references that are dragged, imports."""

import json
import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.web.building import block, box_of, code, copied, middle_of, node, run, saved, stored
from tests.web.conftest import ROOT, Person, until

EXPORTS = Path(os.environ.get("SIM_SHARED", ROOT.parent / "shared")) / "conformance/exports"


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, steps=4)
    page.mouse.move(*end, steps=4)
    page.mouse.up()


def test_blocks_are_lined_up_and_nudged_by_keys(person: Person) -> None:
    blocks = [code("one", "return 1"), code("two", "return 2", 300), code("three", "return 3", 900)]
    for at, one in enumerate(blocks):
        one["position"]["y"] = at * 50
    id = person.make("Lines", *blocks)
    page = person.open(f"/workflows/{id}")
    expect(node(page, "Three")).to_be_visible()
    page.keyboard.press("Control+A")
    page.keyboard.press("Alt+W")
    page.keyboard.press("Alt+Shift+H")
    saved(page)
    found = stored(person, id)
    assert [found[one].get("position", {}).get("y", 0) for one in ("one", "two", "three")] == [0, 0, 0]
    assert found["two"]["position"]["x"] == 450
    page.keyboard.press("Escape")
    expect(page.locator(".react-flow__node.selected")).to_have_count(0)
    node(page, "Two").click()
    expect(page.locator(".react-flow__node.selected")).to_have_count(1)
    node(page, "Two").press("ArrowDown")
    saved(page)
    assert stored(person, id)["two"]["position"]["y"] > 0
    page.keyboard.press("Control+Z")
    saved(page)
    assert stored(person, id)["two"]["position"].get("y", 0) == 0


APPEARS = """
const look = () => {
  const block = document.querySelector(".react-flow__node[data-id=two]");
  if (!block?.checkVisibility({ visibilityProperty: true })) return requestAnimationFrame(look);
  const { x, y } = block.getBoundingClientRect();
  window.simAppeared = [x, y];
};
requestAnimationFrame(look);
"""
"""Notes where a block is at the first moment that it can be seen and clicked."""


def test_blocks_appear_where_they_stay(person: Person) -> None:
    id = person.make("Appears", code("one", "return 1"), code("two", "return 2", 400))
    person.context.add_init_script(APPEARS)
    page = person.open(f"/workflows/{id}")
    until(page, "window.simAppeared")
    saved(page)
    page.wait_for_timeout(300)
    box, middle = box_of(node(page, "Two")), box_of(page.locator(".react-flow"))
    assert page.evaluate("simAppeared") == [box["x"], box["y"]]
    assert abs(box["x"] + box["width"] / 2 - 200 - (middle["x"] + middle["width"] / 2)) < 2, "both are in the middle"


def test_a_long_workflow_opens_at_its_start_large_enough_to_read(person: Person) -> None:
    blocks = [block("start", "start", 0), *(code(f"b{at}", "return 1", at * 300) for at in range(-3, 12) if at)]
    page = person.open(f"/workflows/{person.make('Long', *blocks)}")
    start, canvas = box_of(node(page, "Start")), box_of(page.locator(".react-flow"))
    zoom = page.evaluate("new DOMMatrix(getComputedStyle(document.querySelector('.react-flow__viewport')).transform).a")
    assert zoom >= 0.6
    assert canvas["x"] <= start["x"] <= canvas["x"] + canvas["width"] / 4
    assert abs(start["y"] + start["height"] / 2 - canvas["y"] - canvas["height"] / 2) < 100
    for key, there in (("ArrowRight", 0), ("ArrowLeft", 1)):
        for _ in range(2):
            page.get_by_role("group", name="Map of the workflow").press(key)
        expect(node(page, "Start")).to_have_count(there)
    assert abs(box_of(node(page, "Start"))["x"] - start["x"]) < 2
    page.get_by_role("button", name="Fit View").click()
    expect(page.locator(".react-flow__node")).to_have_count(len(blocks))  # all of it is one press away


def test_a_block_is_dragged_into_a_container_and_out_again(person: Person) -> None:
    box = block("each", "loop", 0, size=[500, 300])
    loose = code("loose", "return 1", 620)
    id = person.make("Boxes", box, loose, subflows={"each": {"kind": "loop", "id": "each", "iterations": 2}})
    page = person.open(f"/workflows/{id}")
    inside, card = box_of(node(page, "Each")), box_of(node(page, "Loose"))
    grip = (card["x"] + card["width"] / 2, card["y"] + 12)
    middle = (inside["x"] + inside["width"] / 2, inside["y"] + inside["height"] / 2)
    page.mouse.move(*grip)
    page.mouse.down()
    page.mouse.move(*middle, steps=6)
    expect(page.locator(".react-flow__node.dropping")).to_have_count(1)
    page.mouse.up()
    expect(page.locator(".react-flow__node.dropping")).to_have_count(0)
    saved(page)
    assert stored(person, id)["loose"]["parent"] == "each"
    expect(page.locator(".react-flow.moving")).to_have_count(0)
    now = box_of(node(page, "Loose"))
    drag(page, (now["x"] + now["width"] / 2, now["y"] + 12), (middle[0], inside["y"] + inside["height"] + 120))
    saved(page)
    assert stored(person, id)["loose"].get("parent") is None


def test_a_reference_is_dragged_into_a_field(person: Person) -> None:
    asked = {"input_format": [{"id": "r", "name": "who", "type": "string"}]}
    id = person.make("Drags", block("start", "start", values=asked), code("work", "", 300), edges="start>work")
    page = person.open(f"/workflows/{id}")
    node(page, "Work").click()
    page.get_by_role("tabpanel").locator("summary", has_text="Start").click()
    field = page.get_by_role("textbox", name="Code", exact=True)
    page.get_by_role("button", name="start.who").drag_to(field)
    expect(field).to_contain_text("<start.who>")
    expect(field.locator(".cm-chip")).to_have_count(1)
    saved(page)
    assert "<start.who>" in stored(person, id)["work"]["values"]["code"]


def test_blocks_travel_to_another_workflow_as_text(person: Person) -> None:
    person.context.grant_permissions(["clipboard-read", "clipboard-write"])
    start, work = block("start", "start"), code("work", "return <start.input>", 300)
    here = person.make("Here", start, work, edges="start>work")
    there = person.make("There", block("start", "start"))
    page = person.open(f"/workflows/{here}")
    expect(node(page, "Work")).to_be_visible()
    page.keyboard.press("Control+A")
    page.keyboard.press("Control+C")
    copied(page, "Start", "Work")
    person.open(f"/workflows/{there}")
    expect(node(page, "Start")).to_be_visible()
    page.keyboard.press("Control+V")
    expect(page.locator(".react-flow__node")).to_have_count(3)
    saved(page)
    work = next(one for one in stored(person, there).values() if one["name"] == "Work")
    assert work["values"]["code"] == "return <start2.input>"


def test_a_time_limit_and_tries_are_set_in_the_form(person: Person) -> None:
    id = person.make("Limits", code("work", "return 1"))
    page = person.open(f"/workflows/{id}")
    node(page, "Work").click()
    page.get_by_role("tabpanel").locator("summary", has_text="Settings").click()
    limit = page.get_by_label("Time limit")
    limit.fill("soon")
    limit.blur()
    expect(page.get_by_role("alert")).to_contain_text("Seconds, more than 0")
    limit.fill("2.5")
    limit.blur()
    page.get_by_role("switch", name="Try again").click()
    page.get_by_label("Tries, 2 to 5").fill("4")
    saved(page)
    found = stored(person, id)["work"]
    assert (found["timeout_s"], found["retry"]["tries"]) == (2.5, 4)


def test_a_failure_takes_the_way_that_was_drawn_for_it(person: Person) -> None:
    blocks = [
        block("start", type="start"),
        code("work", "return 1 / 0", 280),
        code("rescue", "return 'saved'", 560),
        code("after", "return <rescue.result> + '!'", 840),
    ]
    id = person.make("Ways", *blocks, edges="start>work rescue>after")
    page = person.open(f"/workflows/{id}")
    node(page, "Work").click()
    page.get_by_role("tabpanel").locator("summary", has_text="Settings").click()
    page.get_by_role("switch", name="Error port").click()
    source, target = page.get_by_label("From Work, when it fails"), page.get_by_label("Into Rescue")
    expect(source).to_be_visible()
    drag(page, middle_of(source), middle_of(target))
    expect(page.locator(".react-flow__edge")).to_have_count(3)
    saved(page)
    run(page)
    expect(page.get_by_test_id("output")).to_contain_text("saved!")
    for name, state in (("Work", "handled"), ("Rescue", "done"), ("After", "done")):
        expect(node(page, name).locator(f"[data-state={state}]")).to_be_visible()
    assert person.complaints == []


@pytest.mark.parametrize("name", ["email-triage", "competitor-monitor"])
def test_an_import_shows_all_it_brought(person: Person, name: str) -> None:
    file = EXPORTS / f"{name}.json"
    if not file.exists():
        pytest.skip(f"no exports at {EXPORTS}: set SIM_SHARED")
    page = person.open("/workflows")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Import").first.click()
    chooser.value.set_files(file)
    page.wait_for_url("**/workflows/*-*")
    exported = json.loads(file.read_text())
    wanted = exported.get("workflow", exported).get("state", exported.get("state", exported))["blocks"]
    page.get_by_role("button", name="Fit View").click()
    expect(page.locator(".react-flow__node")).to_have_count(len(wanted))
    expect(page.locator(".react-flow__node-note").first).to_be_visible()
    unknown = page.locator(".react-flow__node", has_text="No installed package brings")
    expect(unknown).to_have_count(1)
    unknown.click()
    expect(page.get_by_role("tabpanel")).to_contain_text("it keeps what it holds")
    assert person.complaints == []
