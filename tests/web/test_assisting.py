"""A model writes a field: its words are seen as they come, and take their place when a person says so."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.support import vendors
from tests.support.http import Answer, Seen, in_thread, sse
from tests.support.stack import Stack
from tests.web.building import saved
from tests.web.conftest import Person
from tests.web.test_field_kinds import KEY, written

LISTED = {"object": "list", "data": [{"id": "small", "object": "model"}]}


class Vendor:
    """A server of models that says what it is told to."""

    says: Answer = vendors.chat("return ", "<start.who>", ".upper()")

    def answer(self, seen: Seen) -> Answer:
        return Answer(body=LISTED) if seen.path.endswith("/models") else self.says


@pytest.fixture(scope="module")
def vendor() -> Vendor:
    return Vendor()


@pytest.fixture(scope="module")
def modelled(vendor: Vendor) -> Iterator[Stack]:
    """A Sim of its own whose workspace has a server of models."""
    with in_thread(vendor.answer) as server:
        stack = Stack(SIM_ALLOW_HOSTS=server.allow)
        stack.start()
        try:
            stack.make_key()
            for name, value in (("BASE_URL", f"{server.url}/v1"), ("API_KEY", KEY)):
                assert stack.ask("PUT", f"/secrets/OPENAI_COMPATIBLE_{name}", {"value": value})[0] < 300
            yield stack
        finally:
            stack.end()


@pytest.fixture
def writer(browser: Browser, modelled: Stack) -> Iterator[Person]:
    person = Person(browser, modelled)
    yield person
    person.context.close()


def test_what_a_model_writes_takes_its_place_as_one_step(writer: Person) -> None:
    page = written(writer)
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Write", exact=True).click()
    expect(dialog.get_by_role("log")).to_have_text("return <start.who>.upper()")
    expect(dialog.get_by_role("status")).to_contain_text("openai_compatible/small")
    assert writer.serious() == []
    dialog.get_by_role("button", name="Replace").click()
    expect(dialog).to_have_count(0)
    code = page.locator("[data-field=code] .cm-content")
    expect(code).to_have_text("return <start.who>.upper()")
    saved(page)
    page.get_by_role("button", name="Undo").click()
    expect(code).to_have_text("return 1")
    page.get_by_role("button", name="Redo").click()
    expect(code).to_have_text("return <start.who>.upper()")


def test_a_draft_can_be_stopped_and_a_refusal_is_said(writer: Person, vendor: Vendor) -> None:
    chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "usage": None}
    piece = {**chunk, "choices": [{"index": 0, "delta": {"content": "word "}, "finish_reason": None}]}
    vendor.says = sse(*[piece] * 3000, pause_s=0.05)
    page = written(writer)
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
