"""The console: runs wherever they were started, each step by step; and the ways to run."""

import re

from playwright.sync_api import expect

from tests.web.building import block, code, node, run, saved, stored
from tests.web.conftest import Person


def test_runs_are_listed_and_shown_wherever_they_were_started(person: Person) -> None:
    inner = code("inner", "return <loop.index>", 100, parent="each")
    id = person.make(
        "Watched", block("start", "start"), block("each", "loop", 300, size=[500, 260]), inner,
        code("last", "return <start.n> + 1", 900),
        edges="start>each each.loop-start-source>inner each.loop-end-source>last",
        subflows={"each": {"kind": "loop", "id": "each", "iterations": 6}},
    )  # fmt: skip
    person.stack.ask("POST", f"/workflows/{id}/execute", {"input": {"n": "one"}})
    person.stack.ask("POST", f"/workflows/{id}/execute", {"input": {"n": 41}})
    page = person.open(f"/workflows/{id}")
    expect(node(page, "Last")).to_be_visible()
    page.get_by_role("tab", name="Edit").focus()
    page.keyboard.press("Control+J")
    console = page.get_by_label("Console", exact=True)
    runs = console.get_by_role("list", name="Runs").get_by_role("button")
    expect(runs).to_have_count(2)
    runs.first.click()
    expect(page.get_by_test_id("output")).to_contain_text("42")
    expect(node(page, "Last").locator("[data-state=done]")).to_be_visible()
    runs.last.click()
    expect(console.get_by_role("alert")).to_contain_text("Last")
    expect(node(page, "Last").locator("[data-state=failed]")).to_be_visible()
    steps = console.get_by_role("list", name="Steps")
    console.get_by_label("Filter the steps").fill("failed")
    expect(steps.locator("[data-step]")).to_have_count(1)
    console.get_by_label("Filter the steps").fill("inner")
    expect(steps.locator("[data-step]")).to_have_count(7)  # six rounds, and the loop around them
    steps.locator("[data-step=Inner]").last.click()
    expect(console.get_by_role("region", name="Input")).to_contain_text("loop.index")
    expect(console.get_by_role("region", name="Output")).to_contain_text("5")
    console.get_by_role("button", name="Show Inner on the canvas").click()
    expect(page.get_by_label("Name of the block")).to_have_value("Inner")

    divider = console.get_by_role("separator", name="Height of the console")
    before = int(divider.get_attribute("aria-valuenow") or 0)
    divider.focus()
    page.keyboard.press("ArrowUp")
    expect(divider).to_have_attribute("aria-valuenow", str(before + 24))
    person.stack.ask("POST", f"/workflows/{id}/execute", {"input": {"n": 1}})
    expect(runs).to_have_count(3)  # without a word from the person
    console.get_by_role("link", name="Trace").click()
    page.wait_for_url(re.compile("/runs/"))
    assert person.complaints == []


def test_a_run_that_goes_on_elsewhere_is_followed_beside_ones_own(person: Person) -> None:
    pause = {"time_value": 60, "time_unit": "seconds"}
    id = person.make(
        "Long", block("start", "start"), block("rest", "wait", 300, values=pause), edges="start>rest",
    )  # fmt: skip
    _, far = person.stack.ask("POST", f"/workflows/{id}/execute", {"async": True})
    page = person.open(f"/workflows/{id}")
    expect(node(page, "Rest")).to_be_visible()
    run(page)
    console = page.get_by_label("Console", exact=True)
    waits = node(page, "Rest").locator("[data-state=running], [data-state=paused]")
    expect(waits).to_be_visible()
    other = console.locator(f"[data-run='{far['run_id']}']")
    other.click()
    expect(other).to_have_attribute("aria-pressed", "true")
    expect(waits).to_be_visible()
    page.get_by_role("button", name="Stop", exact=True).click()  # one's own, not the one that is shown
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_visible()
    expect(console.get_by_role("button").filter(has_text="cancelled")).to_have_count(1)
    expect(other).to_have_attribute("aria-pressed", "true")
    assert person.stack.ask("GET", f"/runs/{far['run_id']}")[1]["status"] in ("running", "paused")
    person.stack.ask("POST", f"/runs/{far['run_id']}/cancel")
    expect(other).to_contain_text("cancelled")
    assert person.complaints == []


def test_run_has_a_menu_of_ways_and_triggers(person: Person) -> None:
    asked = {"input_format": [{"id": "r", "name": "n", "type": "number"}]}
    hook = {"type": "api", "trigger": True, "values": {"url": "https://example.com"}}
    id = person.make(
        "Ways", block("start", "start", values=asked), code("twice", "return <start.n> * 2", 300),
        {**block("hook", "api"), **hook, "position": {"x": 0, "y": 300}},
        edges="start>twice",
    )  # fmt: skip
    page = person.open(f"/workflows/{id}")
    expect(node(page, "Twice")).to_be_visible()
    ways = page.get_by_role("button", name="Other ways to run")
    ways.click()
    expect(page.get_by_role("menuitem", name="Run from “Hook”")).to_be_visible()
    expect(page.get_by_role("menuitem", name="Run again")).to_have_count(0)
    page.get_by_role("menuitem", name="Run with other input").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("n", exact=True).fill("21")
    dialog.get_by_role("button", name="Write it as JSON").click()
    typed = dialog.get_by_label("Input, as JSON")
    expect(typed).to_have_value(re.compile('"n": 21'))
    typed.fill('{"n": 50')
    expect(dialog).to_contain_text("This is not JSON")
    expect(dialog.get_by_role("button", name="Run", exact=True)).to_be_disabled()
    typed.fill('{"n": 50}')
    dialog.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_test_id("output")).to_contain_text("100")
    node(page, "Twice").click()
    page.keyboard.press("Control+Shift+Enter")
    console = page.get_by_label("Console", exact=True)
    expect(console.get_by_role("list", name="Runs").get_by_role("button")).to_have_count(2)
    expect(page.get_by_test_id("output")).to_contain_text("100")
    assert person.complaints == []


def test_variables_show_what_a_run_made_of_them(person: Person) -> None:
    rows = [{"id": "r", "variable_id": "v", "variable_name": "count", "type": "number", "value": "<start.n>"}]
    id = person.make(
        "Counts", block("start", "start"), block("set", "variables", 300, values={"variables": rows}),
        edges="start>set", variables={"v": {"id": "v", "name": "count", "type": "number", "value": 1}},
    )  # fmt: skip
    person.stack.ask("POST", f"/workflows/{id}/execute", {"input": {"n": 7}})
    page = person.open(f"/workflows/{id}")
    expect(node(page, "Set")).to_be_visible()
    page.get_by_role("tab", name="Edit").focus()
    page.keyboard.press("Control+J")
    page.get_by_role("list", name="Runs").get_by_role("button").click()
    expect(node(page, "Set").locator("[data-state=done]")).to_be_visible()
    page.get_by_role("tab", name="Edit").focus()
    page.keyboard.press("v")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("count in the last run")).to_have_text("7")
    dialog.get_by_label("Value of count").fill("many")
    expect(dialog.get_by_role("alert")).to_have_text("This is not a number.")
    dialog.get_by_label("Value of count").fill("5")
    expect(dialog.get_by_role("alert")).to_have_count(0)
    dialog.get_by_label("Name", exact=True).focus()
    page.keyboard.press("Escape")
    saved(page)
    read = person.stack.ask("GET", f"/workflows/{id}")[1]["workflow"]["variables"]["v"]
    assert read["value"] == 5
    assert stored(person, id)["set"]["values"]["variables"][0]["value"] == "<start.n>"
    assert person.complaints == []
