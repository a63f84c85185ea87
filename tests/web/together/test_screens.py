"""What working together looks like, in both themes: without serious findings, and kept as pictures to look at."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.web.conftest import SCREENS
from tests.web.together.people import BLOCKS, Room, choose, field, place_of, saved, state

LONG = "def total(rows):\n    return sum(row['price'] for row in rows)\n\nreturn total(<start.rows>)"
SHOWN: dict[str, dict[str, Any]] = {**BLOCKS, "work": {**BLOCKS["work"], "values": {"code": LONG}}}
EDGES = {"e": {"id": "e", "source": "start", "target": "work"}, "f": {"id": "f", "source": "start", "target": "other"}}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_working_together_is_sound_to_look_at(room: Room, theme: str) -> None:
    SCREENS.mkdir(parents=True, exist_ok=True)
    looks: dict[str, Any] = {"color_scheme": theme, "reduced_motion": "reduce"}
    ada = room.make(SHOWN, EDGES).open("Ada", wired=True, **looks)
    bob, eve = room.open("Bob"), room.open("Eve")
    findings: list[str] = []

    def keep(name: str, page: Page = ada) -> None:
        page.wait_for_timeout(250)
        page.screenshot(path=SCREENS / f"together-{name}-{theme}.png")
        findings.extend(f"{name}: {one}" for one in room.people[0].serious())

    for page in (ada, bob):
        choose(page, "work")
        field(page, "code").get_by_role("textbox").click()
    bob.keyboard.press("Control+End")
    bob.keyboard.type("  # with the tax?")
    bob.keyboard.press("Shift+Control+ArrowLeft")
    choose(eve, "other")
    x, y = place_of(eve, "other")
    eve.mouse.move(x + 300, y + 60)
    expect(ada.locator("[data-cursor=Eve]")).to_be_visible()
    expect(field(ada, "code")).to_contain_text("with the tax?")
    keep("typing")

    say(room, "Bob", {"block_id": "work"}, "Should @Ada add the tax here, or does the shop send it?")
    thread = say(room, "Ada", {"x": 500, "y": 420}, "We still need something that mails the result.")
    answer = {"body": "I take that.", "thread_id": thread}
    room.team["Eve"].ask("POST", f"/workflows/{room.id}/comments", answer)
    expect(ada.get_by_role("button", name="Comments, 2 unread")).to_be_visible()
    ada.get_by_role("button", name="Comments, 2 unread").click()
    keep("comments")
    ada.get_by_role("button", name="Thread of Ada on A spot on the canvas, unread").click()
    ada.get_by_label("Answer", exact=True).press_sequentially("Thanks @")
    expect(ada.get_by_role("option", name="Eve")).to_be_visible()
    keep("thread")
    ada.get_by_role("button", name="Close the comments").click()

    saved(bob)
    ada.get_by_role("button", name="History").click()
    expect(ada.get_by_role("slider", name="Moment")).to_be_visible()
    expect(ada.locator(".react-flow__node").first).to_be_visible()
    keep("history")
    ada.get_by_role("button", name="Close the history").click()

    ada.get_by_role("button", name="Follow Bob").click()
    keep("following")
    ada.keyboard.press("Escape")

    room.wire.cut()
    choose(ada, "other")
    ada.get_by_label("Name of the block").fill("Weigh")
    ada.keyboard.press("Enter")
    expect(state(ada)).to_have_text("Offline, 1 unsaved")
    state(ada).get_by_role("button").click()
    keep("offline")
    eve.emulate_media(color_scheme=theme, reduced_motion="reduce")  # pyright: ignore[reportArgumentType]
    keep("viewer", eve)
    assert findings == []


def say(room: Room, name: str, anchor: dict[str, object], body: str) -> str:
    """Begin a thread; its id."""
    people = {one["name"]: one["id"] for one in room.team["Ada"].ask("GET", f"/workflows/{room.id}/people")["items"]}
    mentions = [id for who, id in people.items() if f"@{who}" in body]
    said = {"body": body, "anchor": anchor, "mentions": mentions}
    return room.team[name].ask("POST", f"/workflows/{room.id}/comments", said)["id"]
