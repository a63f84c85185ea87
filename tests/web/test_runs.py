"""The list of runs: filtered, followed, thousands of rows long; and one run with the workflow as it was."""

import re
import time
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.support.stack import Stack
from tests.web.building import block, code
from tests.web.conftest import Person


def execute(stack: Stack, id: str) -> str:
    answer = stack.ask("POST", f"/workflows/{id}/execute", {"input": {}})[1]
    return answer.get("run_id") or answer["error"]["run_id"]


def ended(stack: Stack, id: str) -> dict[str, Any]:
    """A run, once its row says that it is over: its last block is told of before."""
    for _ in range(600):
        found = stack.ask("GET", f"/runs/{id}")[1]
        if found["status"] not in ("pending", "running"):
            return found
        time.sleep(0.05)
    raise AssertionError(f"the run goes on: {found}")


def work(person: Person, name: str = "Counts sheep", text: str = "return 1") -> str:
    return person.make(name, block("start", "start"), code("work", text, 320), edges="start>work")


@pytest.fixture
def works(person: Person) -> str:
    return work(person)


def test_runs_are_followed_and_found(person: Person, stack: Stack) -> None:
    execute(stack, work(person, "Finds sheep"))
    breaks = work(person, "Falls over", "raise ValueError('nobody finds wool')")
    page = person.open("/runs")
    table = page.get_by_role("region", name="List of runs")
    expect(table.get_by_role("link", name="Finds sheep")).to_have_count(1)
    stack.ask("POST", f"/workflows/{breaks}/execute", {"input": {}})
    expect(table.get_by_role("link", name="Falls over")).to_be_visible()  # without a word from the person
    page.get_by_role("searchbox", name="Look for runs").fill("nobody FINDS wool")
    expect(table.get_by_role("link", name="Finds sheep")).to_have_count(0)
    expect(table.get_by_role("link", name="Falls over")).to_have_count(1)
    page.reload()
    expect(page.get_by_role("searchbox", name="Look for runs")).to_have_value("nobody FINDS wool")
    page.get_by_role("combobox", name="Status").select_option("finished")
    expect(page.get_by_text("No run fits")).to_be_visible()
    page.get_by_role("button", name="Clear").click()
    expect(table.get_by_role("link", name="Finds sheep")).to_be_visible()
    assert person.complaints == []


def test_thousands_of_runs_are_few_rows_of_the_page(person: Person, works: str) -> None:
    def many(route: Any) -> None:
        cursor = re.search(r"cursor=(\d+)", route.request.url)
        first = int(cursor[1]) if cursor else 5000
        items = [
            {"id": f"{n:036}", "workflow_id": works, "status": "finished", "trigger": "api", "duration_ms": n}
            for n in range(first, first - 1000, -1)
        ]
        left = str(first - 1000) if first > 1000 else None
        route.fulfill(json={"items": items, "next_cursor": left})

    person.page.route("**/api/v1/runs?*", many)
    page = person.open("/runs")
    table = page.get_by_role("region", name="List of runs")
    expect(table.get_by_role("link").first).to_be_visible()
    for count in range(1000, 5001, 1000):
        expect(table.get_by_role("table")).to_have_attribute("aria-rowcount", str(count + 1))
        table.evaluate("box => box.scrollTo(0, box.scrollHeight)")
    table.evaluate("box => box.scrollTo(0, box.scrollHeight)")
    expect(table.get_by_role("link").last).to_have_attribute("href", f"/runs/{1:036}")
    assert table.get_by_role("link").count() < 60
    assert person.complaints == []


def test_a_run_shows_the_workflow_as_it_was_and_runs_again_from_a_block(
    person: Person, stack: Stack, works: str
) -> None:
    run = execute(stack, works)
    change = {"op": "block.update", "items": [{"id": "work", "set": {"name": "Renamed"}}]}
    stack.ask("PATCH", f"/workflows/{works}", {"operations": [change]})
    page = person.open(f"/runs/{run}")
    page.get_by_role("button", name="Work: finished").press("Enter")
    page.get_by_role("button", name="Run again from Work").click()
    page.wait_for_url(re.compile(rf"/runs/(?!{run})"))
    expect(page.get_by_role("button", name="Work: finished")).to_be_visible()
    expect(page.get_by_text("Replay", exact=True)).to_be_visible()
    assert person.complaints == []


def test_a_run_is_repeated_with_changes(person: Person, stack: Stack, works: str) -> None:
    page = person.open(f"/runs/{execute(stack, works)}")
    page.get_by_role("button", name="With changes").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Input", exact=True).fill('{"sheep": 3')
    expect(dialog.get_by_role("button", name="Run", exact=True)).to_be_disabled()
    dialog.get_by_label("Begin at").select_option(label="Work")
    expect(dialog.get_by_label("Input", exact=True)).to_have_count(0)
    dialog.get_by_label("Code").fill("return 12")
    dialog.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_text("Replay", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Work: finished")).to_be_visible()
    again = ended(stack, page.url.rsplit("/", 1)[1])
    assert again["output"]["result"] == 12
    page.get_by_role("button", name="With changes").click()
    dialog.get_by_label("Input", exact=True).fill('{"sheep": 4}')
    dialog.get_by_label("What runs").select_option("draft")
    dialog.get_by_role("button", name="Run", exact=True).click()
    page.wait_for_url(re.compile(rf"/runs/(?!{again['id']})"))
    expect(page.get_by_role("button", name="Work: finished")).to_be_visible()
    last = ended(stack, page.url.rsplit("/", 1)[1])
    assert (last["input"], last["output"]["result"]) == ({"sheep": 4}, 1)
    assert person.complaints == []


def test_without_a_run_the_page_says_what_comes_here(person: Person, stack: Stack) -> None:
    nobody: dict[str, Any] = {"items": [], "next_cursor": None}
    person.page.route("**/api/v1/runs?*", lambda route: route.fulfill(json=nobody))
    page = person.open("/runs")
    expect(page.get_by_text("Nothing ran yet")).to_be_visible()
    expect(page.get_by_role("region", name="Runs over time")).to_have_count(0)
    expect(page.get_by_role("searchbox", name="Look for runs")).to_have_count(0)
    page.get_by_role("link", name="Open a workflow and run it").click()
    expect(page.get_by_role("heading", name="Workflows")).to_be_visible()


def test_a_trace_of_thousands_of_steps_is_few_rows_of_the_page(person: Person, stack: Stack) -> None:
    id = person.make(
        "Rounds", block("start", "start"), block("each", "loop"), block("set", "variables", parent="each"),
        edges="start>each each.loop-start-source>set",
        subflows={"each": {"kind": "loop", "id": "each", "iterations": 1000}},
    )  # fmt: skip
    page = person.open(f"/runs/{execute(stack, id)}")
    steps = page.get_by_role("region", name="Steps")
    expect(steps.get_by_role("button").first).to_be_visible()
    assert steps.get_by_role("button").count() < 80
    steps.evaluate("box => box.scrollTo(0, box.scrollHeight)")
    last = steps.get_by_role("button").last
    expect(last).to_contain_text("Set")
    last.click()
    expect(steps.locator("[aria-pressed=true]")).to_have_count(1)  # one round of it, not all
