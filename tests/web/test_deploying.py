"""A workflow is deployed, called with what the dialog offers, changed, and rolled back."""

import json
import subprocess
import sys

from playwright.sync_api import expect

from tests.web.conftest import Person
from tests.web.test_running import block, code, node


def test_what_is_pasted_calls_what_was_deployed(person: Person) -> None:
    asked = {"input_format": [{"id": "r", "name": "who", "type": "string", "value": "it's me"}]}
    id = person.make(
        "Greets", block("start", "start", values=asked), code("greet", "return 'Hello ' + <start.who>", 300),
        edges="start>greet",
    )  # fmt: skip
    page = person.open(f"/workflows/{id}")
    expect(node(page, "Greet")).to_be_visible()
    page.get_by_role("button", name="Deploy").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Nothing is deployed yet")
    expect(dialog).to_contain_text(
        "Chat and form pages, webhooks, schedules and an MCP server do not start workflows yet"
    )
    dialog.get_by_role("switch", name="Runs survive a crash").click()
    dialog.get_by_label("What is new").fill("The first one")
    dialog.get_by_role("button", name="Deploy", exact=True).click()
    versions = dialog.get_by_role("list", name="Versions")
    expect(versions).to_contain_text("The first one")
    expect(versions).to_contain_text("an API key")
    expect(versions).to_contain_text("light")
    assert person.stack.ask("GET", f"/workflows/{id}/deployments/live")[1]["durable"] is False
    dialog.get_by_role("tab", name="API").click()
    dialog.get_by_role("button", name="Make a key for it").click()
    example = dialog.get_by_role("region", name="Example for curl")
    expect(example).to_contain_text("sim_")
    said = subprocess.run(["sh", "-c", example.inner_text()], capture_output=True, text=True, timeout=60)
    assert json.loads(said.stdout)["output"]["result"] == "Hello it's me", said
    dialog.get_by_label("How it answers").select_option("stream")
    dialog.get_by_role("tab", name="Python").click()
    script = dialog.get_by_role("region", name="Example for Python").inner_text()
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert "run.finished" in told.stdout, told
    assert person.complaints == []


def test_the_draft_moves_on_is_compared_and_an_earlier_version_made_live(person: Person) -> None:
    id = person.make("Moves", block("start", "start"), code("work", "return 1", 300), edges="start>work")
    for _ in range(2):
        person.stack.ask("POST", f"/workflows/{id}/deployments", {})
    page = person.open(f"/workflows/{id}")
    expect(page.get_by_role("button", name="Deploy: version 2 is live")).to_be_visible()
    node(page, "Work").click()
    page.get_by_role("textbox", name="Code", exact=True).click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text("return 2")
    page.get_by_role("button", name="Deploy: the draft differs").click()
    dialog = page.get_by_role("dialog")
    changes = dialog.get_by_role("list", name="Changes")
    expect(changes).to_contain_text("return 1")
    expect(changes).to_contain_text("+ return 2")
    dialog.get_by_role("button", name="Deploy the draft").click()
    expect(dialog).to_contain_text("Version 3 is live, and the draft is the same.")
    dialog.get_by_role("listitem").filter(has_text="v2").get_by_role("button", name="Make live").click()
    expect(dialog).to_contain_text("Version 2 is live; the draft differs:")
    assert person.stack.ask("POST", f"/workflows/{id}/execute?version=live", {})[1]["output"]["result"] == 1
    dialog.get_by_role("button", name="Take it offline").click()
    page.get_by_role("alertdialog").or_(page.get_by_role("dialog")).last.get_by_role(
        "button", name="Take it offline"
    ).click()
    expect(dialog.first).to_contain_text("Nothing is deployed yet")
    assert person.stack.ask("POST", f"/workflows/{id}/execute?version=live", {})[0] == 404
    assert [one for one in person.complaints if "404" not in one] == []
