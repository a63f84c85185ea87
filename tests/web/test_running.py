"""Running from the canvas: what is asked, what is shown meanwhile, and what is wrong."""

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from tests.web.building import block, code, node, run
from tests.web.conftest import Person


def test_everything_that_keeps_it_from_running_is_said_at_once(person: Person) -> None:
    first, second = code("first", "return <no.body>", 300), code("second", "return <nobody.result>", 600)
    id = person.make("Wrong", block("start", "start"), first, second, edges="start>first first>second")
    page = person.open(f"/workflows/{id}")
    expect(node(page, "Second")).to_be_visible()
    run(page)
    problems = page.get_by_label("Problems")
    expect(problems).to_contain_text("First")
    expect(problems).to_contain_text("Second")
    for name in ("First", "Second"):
        expect(node(page, name).locator("svg[aria-label]").first).to_be_visible()
    problems.get_by_role("button").filter(has_text="Second").click()
    expect(page.get_by_label("Name of the block")).to_have_value("Second")


def test_a_pinned_output_stands_in_for_its_block(person: Person) -> None:
    id = person.make(
        "Pinned", block("start", "start"), code("dear", "return 'asked the world'", 300),
        code("after", "return 'got ' + <dear.result>", 600), edges="start>dear dear>after",
    )  # fmt: skip
    page = person.open(f"/workflows/{id}")
    node(page, "Dear").click()
    run(page)
    expect(page.get_by_test_id("output")).to_contain_text("got asked the world")
    page.get_by_role("tabpanel").get_by_role("button", name="Pin", exact=True).click()
    pinned = page.get_by_label("Pinned output, as JSON")
    expect(pinned).to_contain_text("asked the world")
    pinned.fill('{"result": "nothing at all"}')
    pinned.blur()
    expect(node(page, "Dear").get_by_label("Its output is pinned")).to_be_visible()
    run(page)
    expect(page.get_by_test_id("output")).to_contain_text("got nothing at all")
    expect(node(page, "Dear")).to_contain_text("pinned")
    pinned.fill("{oops")
    pinned.blur()
    expect(page.get_by_role("alert")).to_contain_text("This is not JSON")
    page.get_by_role("button", name="Unpin").click()
    expect(pinned).to_have_count(0)
    run(page)
    expect(page.get_by_test_id("output")).to_contain_text("got asked the world")
    assert person.complaints == []


def test_an_approval_is_asked_for_and_the_run_goes_on(person: Person) -> None:
    form = [{"id": "r1", "name": "amount", "type": "number", "required": True}, {"id": "r2", "name": "why"}]
    shown = [{"id": "s1", "name": "customer", "type": "string", "value": "Ada & sons"}]
    human = {"input_format": form, "builder_data": shown}
    id = person.make(
        "Approval", block("start", "start"), block("ask", "human_in_the_loop", 300, values=human),
        code("after", "return <ask.amount> * 2", 600), edges="start>ask ask>after",
    )  # fmt: skip
    page = person.open(f"/workflows/{id}")
    expect(node(page, "After")).to_be_visible()
    run(page)
    console = page.get_by_label("Console", exact=True)
    expect(console.get_by_role("heading", name="This run waits for an answer")).to_be_visible()
    expect(node(page, "Ask").locator("[data-state=paused]")).to_be_visible()
    expect(console).to_contain_text("Ada & sons")
    console.get_by_role("textbox", name="amount").fill("21")
    console.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_test_id("output")).to_contain_text("42")
    expect(node(page, "After").locator("[data-state=done]")).to_be_visible()
    assert person.complaints == []


def test_it_runs_until_a_block_and_from_a_block(person: Person) -> None:
    id = person.make(
        "Parts", block("start", "start"), code("one", "return 1", 300), code("two", "return <one.result> + 1", 600),
        edges="start>one one>two",
    )  # fmt: skip
    page = person.open(f"/workflows/{id}")
    node(page, "One").click(button="right")
    page.get_by_role("menuitem", name="Run until here").click()
    expect(node(page, "One").locator("[data-state=done]")).to_be_visible()
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_visible()
    expect(node(page, "Two").locator("[data-state]")).to_have_count(0)
    node(page, "Two").click(button="right")
    page.get_by_role("menuitem", name="Run from here").click()
    expect(node(page, "Two").locator("[data-state=done]")).to_be_visible()
    expect(page.get_by_test_id("output")).to_contain_text("2")


def test_a_loop_shows_its_rounds_and_a_run_is_stopped(person: Person) -> None:
    inner = code("inner", "return <loop.index> * 10", 100, parent="each")
    id = person.make(
        "Rounds", block("start", "start"), block("each", "loop", 300, size=[500, 260]), inner,
        block("rest", "wait", 900, values={"time_value": 60, "time_unit": "seconds"}),
        edges="start>each each.loop-start-source>inner each.loop-end-source>rest",
        subflows={"each": {"kind": "loop", "id": "each", "iterations": 2}},
    )  # fmt: skip
    page = person.open(f"/workflows/{id}")
    expect(node(page, "Rest")).to_be_visible()
    run(page)
    console = page.get_by_label("Console", exact=True)
    expect(console.get_by_role("button", name="Round 2")).to_be_visible()
    console.locator("[data-step=Inner]").last.click()
    expect(console.get_by_role("button", name=re.compile("^Copy <inner.result>"))).to_be_attached()
    expect(console).to_contain_text("10")
    console.get_by_role("button", name="Fold").first.click()
    expect(console.get_by_role("button", name="Round 2")).to_have_count(0)
    expect(node(page, "Rest").locator("[data-state=running], [data-state=paused]")).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(console).to_contain_text("cancelled")


def test_a_chat_answers_with_what_was_picked(person: Person) -> None:
    asked = {"input_format": [{"id": "r", "name": "input", "type": "string"}]}
    id = person.make(
        "Talk", block("start", "start", values=asked),
        code("reply", "return 'You said **' + <start.input> + '**'", 300),
        code("length", "return len(<reply.result>)", 600), edges="start>reply reply>length",
    )  # fmt: skip
    page = person.open(f"/workflows/{id}")
    page.get_by_role("tab", name="Chat").click()
    page.get_by_role("button", name="Shows the result").click()
    page.get_by_label("reply.result").check()
    page.keyboard.press("Escape")
    page.get_by_label("Message").fill("good day")
    page.get_by_label("Message").press("Enter")
    answer = page.locator("[data-said=workflow]")
    expect(answer.locator("strong")).to_have_text("good day")
    expect(node(page, "Length").locator("[data-state=done]")).to_be_visible()
    page.get_by_label("Message").fill("again")
    page.keyboard.press("Enter")
    expect(answer).to_have_count(2)
    page.get_by_role("button", name="Begin a new conversation").click()
    expect(answer).to_have_count(0)
    assert person.complaints == []


def test_every_kind_of_input_is_asked_for_and_what_does_not_fit_is_said(person: Person, tmp_path: Path) -> None:
    kinds = ("string", "number", "boolean", "object", "array", "file", "file[]")
    rows: list[dict[str, Any]] = [{"id": kind, "name": kind.replace("[]", "s"), "type": kind} for kind in kinds]
    rows[0]["required"] = True
    text = "return [<start.string>, <start.number> + 1, <start.boolean>, <start.object>, <start.array>,"
    text += " <start.file.name>, str([one['size'] for one in <start.files>])]"
    id = person.make(
        "Kinds", block("start", "start", values={"input_format": rows}), code("all", text, 300), edges="start>all"
    )
    page = person.open(f"/workflows/{id}")
    expect(node(page, "All")).to_be_visible()
    run(page)
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("number", exact=True).fill("many")
    dialog.get_by_label("object", exact=True).fill("[1]")
    dialog.get_by_label("array", exact=True).fill("[1")
    dialog.get_by_role("button", name="Run", exact=True).click()
    told = dialog.get_by_role("alert")
    expect(told).to_have_count(4)
    for words in ("This is needed.", "This is not a number.", "This is no object", "This is not JSON"):
        expect(told.filter(has_text=words)).to_have_count(1)
    dialog.get_by_label("string *", exact=True).fill("two\nlines")
    dialog.get_by_label("number", exact=True).fill("1.5")
    dialog.get_by_label("boolean", exact=True).click()
    dialog.get_by_label("object", exact=True).fill('{"a": null}')
    dialog.get_by_label("array", exact=True).fill("[1, 2]")
    expect(told).to_have_count(0)
    for name in ("a.txt", "b.bin"):
        (tmp_path / name).write_bytes(b"\x00" * 1500)
    dialog.get_by_label("file", exact=True).set_input_files(tmp_path / "a.txt")
    dialog.get_by_label("files", exact=True).set_input_files([tmp_path / "a.txt", tmp_path / "b.bin"])
    expect(dialog.get_by_text("1.5 kB")).to_have_count(3)
    dialog.get_by_role("button", name="Leave out a.txt").last.click()
    dialog.get_by_role("button", name="Run", exact=True).click()
    output = page.get_by_test_id("output")
    for part in ("two", "2.5", "true", "a.txt", "[1500]"):
        expect(output).to_contain_text(part)
