"""A block type that nobody has seen before gets its form from what it declares."""

import json
from typing import Any

from playwright.sync_api import Route, expect

from tests.web.building import saved
from tests.web.conftest import Person

KINDS = (
    "short_text",
    "long_text",
    "code",
    "expression",
    "json",
    "dropdown",
    "combobox",
    "slider",
    "switch",
    "number",
    "list",
    "checkbox_list",
    "table",
    "file",
    "messages",
    "conditions",
    "routes",
    "metrics",
    "variables",
    "input_schema",
    "response_schema",
    "tools",
    "schedule",
    "time",
    "credential",
    "knowledge_base",
    "table_picker",
    "workflow",
    "mcp_server",
    "mcp_tool",
    "model",
    "unheard_of",
)
CHOICES = [{"value": "a", "label": "First"}, {"value": "b", "label": "Second"}]


def field(kind: str) -> dict[str, Any]:
    more: dict[str, Any] = {"options": CHOICES, "language": "python"}
    if kind in ("list", "checkbox_list", "input_schema", "response_schema"):
        more["type"] = "array"
    return {"name": f"f_{kind}", "title": f"A {kind}", "kind": kind, "doc": "Says what it is.", **more}


def test_every_kind_of_field_is_shown(person: Person) -> None:
    strange = {
        "id": "strange", "type": "strange", "title": "Strange", "doc": "A stranger's block.", "ports": ["source"],
        "form": [field(kind) for kind in KINDS],
    }  # fmt: skip

    def also(route: Route) -> None:
        reply = route.fetch()
        route.fulfill(response=reply, body=json.dumps({"items": [*reply.json()["items"], strange]}))

    person.page.route("**/api/v1/blocks", also)
    made = person.stack.ask("POST", "/workflows", {"name": "Strange", "workflow": {
        "name": "Strange", "blocks": {"b": {"id": "b", "type": "strange", "name": "Odd"}}}})[1]  # fmt: skip
    page = person.open(f"/workflows/{made['id']}")
    page.locator(".react-flow__node").click()
    for kind in KINDS:
        shown = page.locator(f"[data-field=f_{kind}]")
        expect(shown).to_be_visible()
        expect(shown.locator("input, button, .cm-editor, [role=switch], [role=combobox]").first).to_be_attached()
    assert person.complaints == []


def test_a_block_without_its_package_stays_and_says_why(person: Person) -> None:
    block = {"id": "b", "type": "no_such", "name": "Odd", "values": {"kept": 1}}
    body = {"name": "Gone", "workflow": {"name": "Gone", "blocks": {"b": block}}}
    made = person.stack.ask("POST", "/workflows", body)[1]
    page = person.open(f"/workflows/{made['id']}")
    expect(page.locator(".react-flow__node")).to_contain_text("No installed package brings")
    saved(page)
    page.locator(".react-flow__node").click()
    expect(page.get_by_role("tabpanel")).to_contain_text('"kept": 1')
