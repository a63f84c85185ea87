"""A workflow is deployed, called with what the dialog offers, changed, and rolled back."""

import itertools
import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import expect

from tests.web.building import block, code, node
from tests.web.conftest import ROOT, Person

NODE = ROOT / ".venv/node"


def pasted(language: str, text: str, folder: Path) -> str:
    """What an example says when it is run as it stands."""
    script = folder / "call.mjs"  # it has no types to strip: any Node runs it as it stands
    script.write_text(text)
    node = shutil.which("node", path=f"{os.environ['PATH']}:{NODE}")
    assert node, "the web app was built by a Node"
    command = {"curl": ["sh", "-c", text], "Python": [sys.executable, "-c", text], "TypeScript": [node, str(script)]}
    done = subprocess.run(command[language], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_is_pasted_calls_what_was_deployed(person: Person, tmp_path: Path) -> None:
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
    for way, language in itertools.product(("wait", "stream", "async"), ("curl", "Python", "TypeScript")):
        dialog.get_by_label("How it answers").select_option(way)
        dialog.get_by_role("tab", name=language).click()
        example = dialog.get_by_role("region", name=f"Example for {language}")
        expect(example).to_contain_text("sim_")
        said = pasted(language, example.inner_text(), tmp_path)
        assert {"wait": "Hello it's me", "stream": "run.finished", "async": "run_id"}[way] in said, (
            way,
            language,
            said,
        )
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
    drawn = dialog.get_by_role("region", name="What differs, drawn")
    expect(drawn.get_by_role("button", name="Start: the same")).to_be_visible()
    drawn.get_by_role("button", name="Work: changed").click()
    expect(changes.get_by_role("listitem").filter(has_text="Work")).to_have_attribute("aria-current", "true")
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


def test_what_was_added_and_what_is_gone_is_drawn_between_two_versions(person: Person) -> None:
    start, work, late = block("start", "start"), code("work", "return 1", 300), code("late", "return 2", 600)
    id = person.make("Grows", start, work, edges="start>work")
    person.stack.ask("POST", f"/workflows/{id}/deployments", {"note": "first"})
    edge = {"id": "late", "source": "start", "target": "late", "source_handle": "source"}
    changes = [{"op": "block.add", "blocks": [late], "edges": [edge]}, {"op": "block.remove", "ids": ["work"]}]
    status, said = person.stack.ask("POST", f"/workflows/{id}/operations", {"operations": changes})
    assert status < 300, said
    person.stack.ask("POST", f"/workflows/{id}/deployments", {"note": "second"})
    page = person.open(f"/workflows/{id}")
    page.get_by_role("button", name="Deploy: version 2 is live").click()
    row = page.get_by_role("list", name="Versions").get_by_role("listitem").filter(has_text="second")
    row.get_by_role("button", name="Changes").click()
    drawn = row.get_by_role("region", name="What differs, drawn")
    for said in ("Start: the same", "Work: removed", "Late: added"):
        expect(drawn.get_by_role("button", name=said)).to_be_visible()
    expect(row.get_by_role("list", name="Changes").get_by_role("img", name="removed")).to_have_count(2)
    assert person.serious() == []
    assert person.complaints == []
