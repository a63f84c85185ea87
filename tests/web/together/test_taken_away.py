"""What somebody is typing into is taken away from them: nothing goes without a word, and no letter does harm."""

from playwright.sync_api import Page, expect

from tests.web.together.people import BLOCKS, Room, choose, field, node, saved, state

WORDS = "able to call"
"""Letters that are shortcuts on the canvas: add, lock, switch off, comment."""


def begin(page: Page, id: str) -> None:
    choose(page, id)
    field(page, "code").get_by_role("textbox").click()
    page.keyboard.press("Control+End")
    page.keyboard.type(" and")


def harmless(page: Page) -> None:
    """Typing on, into nothing, opens nothing."""
    page.keyboard.type(WORDS)
    page.keyboard.press("Backspace")
    expect(page.get_by_role("complementary", name="Comments")).to_have_count(0)
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_who_may_only_look_from_now_on_is_told_while_typing(room: Room) -> None:
    page = room.make(BLOCKS).open("Bob")
    begin(page, "work")
    saved(page)
    room.allow("Bob", "read")
    try:
        expect(page.get_by_text("You may look at this workspace now")).to_be_visible()
        expect(state(page)).to_have_text("View only")
        harmless(page)
        expect(field(page, "code").locator(".cm-content")).to_have_text("return 1 and")
        assert room.stored()["blocks"]["work"]["values"] == {"code": "return 1 and"}
    finally:
        room.allow("Bob", "write")
    expect(page.get_by_text("You may change what is in this workspace now.")).to_be_visible()
    field(page, "code").get_by_role("textbox").click()
    page.keyboard.press("Control+End")
    page.keyboard.type(" again")
    saved(page)
    assert room.stored()["blocks"]["work"]["values"]["code"] == "return 1 and again"


def test_a_server_that_still_remembers_who_one_was_is_asked_again(room: Room) -> None:
    page = room.make(BLOCKS).open("Bob")
    before = room.team["Bob"].ask("GET", "/me")
    page.route("**/api/v1/me", lambda route: route.fulfill(json=before), times=1)
    room.allow("Bob", "read")
    try:
        # sooner than the next look that comes without any reason
        expect(page.get_by_text("You may look at this workspace now")).to_be_visible(timeout=20_000)
        expect(page.get_by_role("button", name="New workflow")).to_have_count(0)
    finally:
        room.allow("Bob", "write")


def test_letters_for_a_block_that_somebody_removes_do_nothing_to_the_others(room: Room) -> None:
    ada, bob = room.make(BLOCKS).open("Ada"), room.open("Bob")
    begin(bob, "work")
    saved(bob)
    before = room.stored()["blocks"]
    choose(ada, "work")
    node(ada, "work").focus()
    ada.keyboard.press("Delete")
    expect(node(bob, "work")).to_have_count(0)
    harmless(bob)
    saved(bob)
    assert room.stored()["blocks"] == {id: block for id, block in before.items() if id != "work"}
