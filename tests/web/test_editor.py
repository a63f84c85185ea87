"""A workflow is built, run and read by mouse and keyboard."""

import re

from playwright.sync_api import WebSocketRoute, expect

from tests.web.building import at_the_end, block, code, middle_of, node, saved
from tests.web.conftest import Person


def test_a_copy_is_taken_back_and_made_again(person: Person) -> None:
    page = person.open(f"/workflows/{person.make('Again', block('start', 'start'), code('work', 'return 1', 400))}")
    node(page, "Work").click()
    page.get_by_role("tab", name="Edit").focus()
    page.keyboard.press("Control+D")
    expect(page.locator(".react-flow__node")).to_have_count(3)
    page.keyboard.press("Control+Z")
    expect(page.locator(".react-flow__node")).to_have_count(2)
    for again in ("Control+Shift+Z", "Control+Y"):
        page.keyboard.press(again)
        expect(page.locator(".react-flow__node")).to_have_count(3)
        page.get_by_role("button", name="Undo").click()
        expect(page.locator(".react-flow__node")).to_have_count(2)
    saved(page)


def test_a_block_is_dragged_from_the_toolbar_and_joined_by_hand(person: Person) -> None:
    made = person.stack.ask("POST", "/workflows", {"name": "By hand", "workflow": {
        "name": "By hand", "blocks": {"s": {"id": "s", "type": "start", "name": "Start"}}}})[1]  # fmt: skip
    page = person.open(f"/workflows/{made['id']}")
    expect(node(page, "Start")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Wait")).drag_to(
        page.locator(".react-flow__pane"), target_position={"x": 640, "y": 560}
    )
    expect(node(page, "Wait")).to_be_visible()
    page.mouse.move(*middle_of(page.get_by_label("From Start")))
    page.mouse.down()
    page.mouse.move(*middle_of(page.get_by_label("Into Wait")), steps=8)
    page.mouse.up()
    expect(page.locator(".react-flow__edge")).to_have_count(1)
    saved(page)
    _, stored = person.stack.ask("GET", f"/workflows/{made['id']}")
    assert len(stored["workflow"]["edges"]) == 1


ASKED = {"input_format": [{"id": "r", "name": "numbers", "type": "array"}]}


def test_references_are_completed_while_the_text_is_on_its_way(person: Person) -> None:
    held: list[tuple[WebSocketRoute, str | bytes]] = []

    def joined(room: WebSocketRoute) -> None:
        server = room.connect_to_server()
        server.on_message(lambda said: held.append((room, said)) if '"text_state"' in str(said) else room.send(said))

    person.context.route_web_socket(re.compile("/ws$"), joined)
    blocks = block("start", "start", values=ASKED), code("prepare", "return 12", 300)
    page = person.open(f"/workflows/{person.make('Completes', *blocks, edges='start>prepare')}")
    text = at_the_end(page, "Prepare")
    page.keyboard.press("ArrowLeft")
    page.keyboard.type("<start.n")
    offered = page.locator(".cm-tooltip-autocomplete")
    expect(offered).to_contain_text("<start.numbers>")
    while not held:
        page.wait_for_timeout(20)
    for room, said in held:
        room.send(said)
    saved(page)
    page.keyboard.type("u")  # where the cursor was left
    expect(text).to_contain_text("return 1<start.nu2")
    expect(offered).to_contain_text("<start.numbers>")
    page.keyboard.press("Enter")
    expect(text).to_contain_text("return 1<start.numbers>2")
    saved(page)
