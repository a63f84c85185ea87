"""A model writes a field: its words are seen as they come, and take their place when a person says so."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.support import vendors
from tests.support.http import Answer, Seen, in_thread, sse
from tests.web.building import block, code, models_of, node, saved
from tests.web.conftest import Person

LISTED = {"object": "list", "data": [{"id": "small", "object": "model"}]}


class Vendor:
    """A server of models that says what it is told to."""

    says: Answer

    def answer(self, seen: Seen) -> Answer:
        return Answer(body=LISTED) if seen.path.endswith("/models") else self.says


@pytest.fixture
def vendor(person: Person) -> Iterator[Vendor]:
    vendor = Vendor()
    with in_thread(vendor.answer) as server, models_of(person.stack, server):
        yield vendor


def written(person: Person) -> Page:
    """The dialog in which a model writes the code of a function."""
    asked = {"input_format": [{"id": "r", "name": "who", "type": "string"}]}
    id = person.make(
        "Written", block("start", "start", values=asked), code("code", "return 1", 400), edges="start>code"
    )
    page = person.open(f"/workflows/{id}")
    node(page, "Code").click()
    page.get_by_role("button", name="Write Code with a model").click()
    page.get_by_label("What should it be?").fill("the name in capitals")
    return page


def test_without_a_key_the_help_says_where_to_add_one(person: Person) -> None:
    page = written(person)
    page.get_by_role("button", name="Write", exact=True).click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("add the key of one under Settings")
    expect(page.get_by_role("dialog").get_by_role("link", name="Model keys")).to_have_attribute(
        "href", "/settings/models"
    )
    assert person.serious() == []


def test_what_a_model_writes_takes_its_place_as_one_step(person: Person, vendor: Vendor) -> None:
    vendor.says = vendors.chat("return ", "<start.who>", ".upper()")
    page = written(person)
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Write", exact=True).click()
    expect(dialog.get_by_role("log")).to_have_text("return <start.who>.upper()")
    expect(dialog.get_by_role("status")).to_contain_text("openai_compatible/small")
    assert person.serious() == []
    dialog.get_by_role("button", name="Replace").click()
    expect(dialog).to_have_count(0)
    field = page.locator("[data-field=code] .cm-content")
    expect(field).to_have_text("return <start.who>.upper()")
    saved(page)
    page.get_by_role("button", name="Undo").click()
    expect(field).to_have_text("return 1")
    page.get_by_role("button", name="Redo").click()
    expect(field).to_have_text("return <start.who>.upper()")


def test_a_draft_can_be_stopped_and_a_refusal_is_said(person: Person, vendor: Vendor) -> None:
    chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "usage": None}
    piece = {**chunk, "choices": [{"index": 0, "delta": {"content": "word "}, "finish_reason": None}]}
    vendor.says = sse(*[piece] * 3000, pause_s=0.05)
    page = written(person)
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("What should it be?").press("Control+Enter")
    expect(dialog.get_by_role("log")).to_contain_text("word word")
    expect(dialog.get_by_role("button", name="Replace")).to_have_count(0)
    dialog.get_by_role("button", name="Stop").click()
    expect(dialog.get_by_role("button", name="Write again")).to_be_visible()
    vendor.says = vendors.refusal(400, "The prompt is too long.")
    dialog.get_by_role("button", name="Write again").click()
    expect(dialog.get_by_role("alert")).to_contain_text("The prompt is too long.")
    page.keyboard.press("Escape")
    expect(page.locator("[data-field=code] .cm-content")).to_have_text("return 1")
