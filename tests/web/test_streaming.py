"""An agent that speaks: its words and its tools as they come, in the console, on its block and in the chat."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.http import Answer, Seen, in_thread
from tests.support.vendors import call, chat
from tests.web.building import block, models_of, node, run
from tests.web.conftest import Person

LOOK_UP = {
    "name": "look_up",
    "description": "Looks something up.",
    "code": "return {'sheep': 3}",
    "schema": {"type": "object", "properties": {"what": {"type": "string"}}},
}


class Model:
    """A vendor that says the next word when it is told to, and stops in the middle until then."""

    def __init__(self) -> None:
        self._said = threading.Semaphore(0)
        self.asked: list[Any] = []

    def say(self, count: int = 1) -> None:
        """Let so many more events through."""
        self._said.release(count)

    async def answer(self, seen: Seen) -> Answer:
        """The words of the last message, one by one; a tool is asked for first where there is one."""
        body = seen.json
        self.asked.append(body)
        told = body["messages"][-1]
        if body.get("tools") and told["role"] != "tool":
            return chat(calls=[call("c1", "look_up", {"what": "sheep"})])
        text = told["content"] if isinstance(told["content"], str) else told["content"][0]["text"]
        whole: Any = chat(*(f"{word} " for word in ("There", "are", "three", "sheep", "in", text[:12])))
        return Answer(headers=whole.headers, pieces=_slowly(list(whole.pieces), self._said))


async def _slowly(pieces: list[Any], turns: threading.Semaphore) -> AsyncIterator[bytes]:
    """Each piece waits until somebody lets it through; the loop of the server does not wait with it."""
    for piece in pieces:
        while not turns.acquire(blocking=False):
            await asyncio.sleep(0.01)
        yield piece


@pytest.fixture
def model(person: Person) -> Iterator[Model]:
    model = Model()
    with in_thread(model.answer) as server, models_of(person.stack, server):
        yield model


def agent(id: str, x: int, text: str = "<start.input>", **values: Any) -> dict[str, Any]:
    asked = [{"role": "user", "content": text}]
    return block(id, "agent", x, values={"model": "openai_compatible/m", "messages": asked, **values})


def console(page: Page) -> Locator:
    return page.get_by_label("Console", exact=True)


def test_words_appear_one_by_one_and_a_stop_keeps_what_came(person: Person, model: Model) -> None:
    id = person.make("Speaks", block("start", "start"), agent("poet", 300, "hills"), edges="start>poet")
    page = person.open(f"/workflows/{id}")
    expect(node(page, "Poet")).to_be_visible()
    run(page)
    model.say(2)  # the role, and the first word
    bubble = node(page, "Poet").locator("[data-speech]")
    expect(bubble).to_have_text("There ")
    expect(console(page).get_by_text("There", exact=True)).to_be_visible()
    model.say()
    expect(bubble).to_have_text("There are ")
    console(page).locator("[data-step=Poet]").click()
    said = console(page).get_by_role("region", name="Output")
    expect(said.get_by_text("There are", exact=True)).to_be_visible()
    model.say()
    expect(said.get_by_text("There are three", exact=True)).to_be_visible()
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_visible()
    expect(said).to_contain_text("There are three")
    expect(said.get_by_role("alert")).to_contain_text("stopped")
    expect(bubble).to_have_count(0)
    page.reload()
    expect(node(page, "Poet")).to_be_visible()
    page.get_by_role("tab", name="Edit").focus()
    page.keyboard.press("Control+J")
    console(page).get_by_role("list", name="Runs").get_by_role("button").click()
    console(page).locator("[data-step=Poet]").click()
    expect(said).to_contain_text("There are three")  # what came is in the run's record, too


def test_tools_are_named_while_they_are_used_and_told_of_afterwards(person: Person, model: Model) -> None:
    id = person.make(
        "Uses", block("start", "start"), agent("clerk", 300, "count", functions=[LOOK_UP]), edges="start>clerk"
    )
    page = person.open(f"/workflows/{id}")
    expect(node(page, "Clerk")).to_be_visible()
    run(page)
    expect(node(page, "Clerk").locator("[data-speech]")).to_have_text("Uses look_up…")
    expect(console(page).locator("[data-tool=look_up]")).to_be_visible()
    model.say(20)
    expect(page.get_by_test_id("output")).to_contain_text("There are three sheep in")
    console(page).locator("[data-step=Clerk]").click()
    used = console(page).locator("[data-tool=look_up]")
    used.locator("summary").click()
    expect(used).to_contain_text("sheep")
    expect(used).to_contain_text("3")


def test_a_chat_streams_stops_and_asks_again(person: Person, model: Model) -> None:
    asked = {"input_format": [{"id": "r", "name": "input", "type": "string"}]}
    id = person.make("Chats", block("start", "start", values=asked), agent("poet", 300), edges="start>poet")
    page = person.open(f"/workflows/{id}")
    page.get_by_role("tab", name="Chat").click()
    page.get_by_label("Message").fill("meadows")
    page.keyboard.press("Enter")
    talk = page.get_by_role("log", name="Conversation")
    model.say(2)
    expect(talk.locator("[aria-live]")).to_have_text("There")
    model.say()
    expect(talk.locator("[aria-live]")).to_have_text("There are")
    page.get_by_role("tabpanel").get_by_role("button", name="Stop").click()
    answer = talk.locator("[data-said=workflow]")
    expect(answer).to_contain_text("There are")
    expect(answer.get_by_role("alert")).to_have_text("Stopped.")
    model.say(30)
    answer.get_by_role("button", name="Try again").click()
    expect(answer).to_have_count(1)
    expect(answer).to_contain_text("There are three sheep in meadows")
    expect(answer.get_by_role("alert")).to_have_count(0)
    page.reload()
    page.get_by_role("tab", name="Chat").click()
    expect(answer).to_contain_text("There are three sheep in meadows")  # a talk outlives a reload
