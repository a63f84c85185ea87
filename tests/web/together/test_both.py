"""Two people change one value at once, or one of them far from the network: what both did is there."""

from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.web.together.people import BLOCKS, OTHER, Room, choose, field, rename, saved, state


def branch(title: str, value: str) -> dict[str, Any]:
    return {"id": title, "title": title, "value": value}


CHOICE: dict[str, Any] = {
    "type": "condition",
    "position": {"x": 800, "y": 0},
    "values": {"conditions": [branch("if", "<work.result> > 1"), branch("else if", "<work.result> > 2")]},
}


def expressions(room: Room) -> list[str]:
    return [one["value"] for one in room.stored()["blocks"]["choice"]["values"]["conditions"]]


def at_the_end(page: Page, texts: Locator) -> None:
    texts.click()
    page.keyboard.press("Control+End")


def test_two_write_in_branches_of_one_condition_letter_by_letter(room: Room) -> None:
    room.make({**BLOCKS, "choice": CHOICE})
    ada, bob = room.open("Ada"), room.open("Bob")
    for at, page in enumerate((ada, bob)):
        choose(page, "choice")
        at_the_end(page, field(page, "conditions").get_by_role("textbox").nth(at))
    for letter in "and so on":
        ada.keyboard.type(letter)
        bob.keyboard.type(letter.upper())
    bob.get_by_role("button", name="Add a branch").click()
    saved(ada)
    saved(bob)
    wanted = ["<work.result> > 1and so on", "<work.result> > 2AND SO ON", ""]
    assert expressions(room) == wanted
    for page in (ada, bob):
        texts = field(page, "conditions").get_by_role("textbox")
        expect(texts).to_have_count(3)
        for at, words in enumerate(wanted[:2]):
            expect(texts.nth(at)).to_have_text(words)


def test_a_name_that_is_given_offline_follows_into_what_others_wrote_meanwhile(room: Room) -> None:
    other = {**OTHER, "values": {"code": "return <work.result>"}}
    room.make({**BLOCKS, "other": other, "choice": CHOICE})
    ada, bob = room.open("Ada", wired=True), room.open("Bob")
    room.wire.cut()
    expect(state(ada)).to_contain_text("Offline")
    rename(ada, "work", "Better")
    expect(state(ada)).to_have_text("Offline, 2 unsaved")
    choose(bob, "other")
    at_the_end(bob, field(bob, "code").get_by_role("textbox"))
    bob.keyboard.type(" + 7")
    choose(bob, "choice")
    at_the_end(bob, field(bob, "conditions").get_by_role("textbox").first)
    bob.keyboard.type(" and True")
    saved(bob)
    room.wire.mend()
    saved(ada)
    blocks = room.stored()["blocks"]
    assert blocks["work"]["name"] == "Better"
    assert blocks["other"]["values"]["code"] == "return <better.result> + 7"
    assert expressions(room) == ["<better.result> > 1 and True", "<better.result> > 2"]
    expect(field(bob, "conditions").get_by_role("textbox").first).to_have_text("<better.result> > 1 and True")
