"""Several people in one workflow, in browsers of their own."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.web.together.people import BLOCKS, SLOW, START, Room, choose, field, node, place_of, rename, saved, state


def test_what_one_does_the_other_sees(room: Room) -> None:
    ada, bob = room.make({"start": START}).open("Ada"), room.open("Bob")
    expect(ada.get_by_role("button", name="Follow Bob")).to_be_visible()
    expect(bob.get_by_role("button", name="Follow Ada")).to_be_visible()
    choose(ada, "start")
    ada.get_by_role("tab", name="Add").click()
    ada.get_by_label("Look for a block").fill("wait")
    ada.keyboard.press("Enter")
    expect(bob.locator(".react-flow__node")).to_have_count(2)
    expect(bob.locator(".react-flow__edge")).to_have_count(1)
    name = ada.get_by_label("Name of the block")
    name.fill("Patience")
    name.press("Enter")
    patience = bob.locator(".react-flow__node", has_text="Patience")
    expect(patience).to_be_visible()
    expect(patience.locator("[data-person=Ada]")).to_be_visible()
    ada.get_by_role("button", name="Undo").click()
    expect(patience).to_have_count(0)
    assert [one.complaints for one in room.people] == [[], []]


def test_a_drag_is_seen_while_it_goes_on_and_stays_where_it_ends(room: Room) -> None:
    ada, bob = room.make(BLOCKS).open("Ada"), room.open("Bob")
    expect(ada.get_by_role("button", name="Follow Bob")).to_be_visible()
    before = place_of(bob, "other")
    x, y = place_of(ada, "other")
    ada.mouse.move(x + 60, y + 20)
    ada.mouse.down()
    ada.mouse.move(x + 110, y + 60, steps=4)
    ada.mouse.move(x + 160, y + 100, steps=4)
    expect(bob.locator("[data-cursor=Ada]")).to_be_visible()
    bob.wait_for_function(
        "([id, x]) => document.querySelector(`.react-flow__node[data-id=${id}]`).getBoundingClientRect().x > x + 50",
        arg=["other", before[0]],
        timeout=SLOW,
    )
    assert room.stored()["blocks"]["other"]["position"] == {"x": 400.0, "y": 300.0}, "nothing is stored before the end"
    drawn = "(() => { const at = node.getBoundingClientRect(); return `${at.x} ${at.y}` })()"
    drawn = drawn.replace("node", "document.querySelector('.react-flow__node[data-id=other]')")
    before_it = bob.evaluate("([x, y]) => `${x} ${y}`", list(before))
    bob.evaluate(f"""() => {{
        window.seen = [];
        const look = () => {{ window.seen.push({drawn}); requestAnimationFrame(look) }};
        look();
    }}""")
    ada.mouse.up()
    saved(ada)
    end = ada.evaluate(drawn)
    bob.wait_for_function(f"end => {drawn} === end", arg=end, timeout=SLOW)
    assert before_it not in bob.evaluate("window.seen"), "it never jumps back"
    stored = room.stored()["blocks"]["other"]["position"]
    lies = "(({left, top}) => [parseFloat(left), parseFloat(top)])"
    place = ada.evaluate(f"{lies}(document.querySelector('.react-flow__node[data-id=other]').style)")
    assert place == [stored["x"], stored["y"]]
    assert place != [400.0, 300.0]


def test_two_people_type_in_one_field_at_once(room: Room) -> None:
    ada, bob = room.make(BLOCKS).open("Ada"), room.open("Bob")
    for page in (ada, bob):
        choose(page, "work")
        field(page, "code").get_by_role("textbox").click()
    expect(field(bob, "code").locator("[data-person=Ada]")).to_be_visible()
    ada.keyboard.press("Control+Home")
    bob.keyboard.press("Control+End")
    for letter, other in zip("# Ada was here\n", " # and Bob too!", strict=True):
        ada.keyboard.type(letter)
        bob.keyboard.type(other)
    whole = "# Ada was here\nreturn 1 # and Bob too!"
    for page in (ada, bob):
        expect(field(page, "code").locator(".cm-line")).to_have_text(whole.split("\n"))
    expect(field(bob, "code").locator(".sim-caret[data-name=Ada]")).to_be_attached()
    for page in (ada, bob):
        saved(page)
    assert room.stored()["blocks"]["work"]["values"]["code"] == whole
    # however many steps her typing was: none of them is Bob's
    for _ in "# Ada was here\n":
        ada.keyboard.press("Control+Z")
    expect(field(bob, "code").locator(".cm-line").last).to_have_text("return 1 # and Bob too!")
    expect(field(bob, "code")).not_to_contain_text("was here")


def test_what_one_edits_may_be_removed_by_another(room: Room) -> None:
    ada, bob = room.make(BLOCKS).open("Ada"), room.open("Bob")
    choose(bob, "work")
    field(bob, "code").get_by_role("textbox").click()
    bob.keyboard.type("# half a thou")
    expect(node(ada, "work").locator("[data-person=Bob]")).to_be_visible()
    choose(ada, "work")
    ada.get_by_role("tab", name="Edit").focus()
    ada.keyboard.press("Backspace")
    expect(node(bob, "work")).to_have_count(0)
    bob.keyboard.type("ght")
    for page in (ada, bob):
        expect(page.locator(".react-flow__node")).to_have_count(2)
        saved(page)
    assert set(room.stored()["blocks"]) == {"start", "other"}
    ada.get_by_role("button", name="Undo").click()
    expect(node(bob, "work")).to_be_visible()
    saved(ada)
    assert room.stored()["blocks"]["work"]["values"]["code"].endswith("return 1")
    assert [one.complaints for one in room.people] == [[], []]


def press(page: Page, id: str, key: str) -> None:
    """A shortcut on a block."""
    choose(page, id)
    page.get_by_role("tab", name="Edit").focus()
    page.keyboard.press(key)


def drag(page: Page, id: str, by: int) -> None:
    x, y = place_of(page, id)
    page.mouse.move(x + 60, y + 18)
    page.mouse.down()
    page.mouse.move(x + 60 + by, y + 18 + by, steps=4)
    page.mouse.up()


def type_in(page: Page, id: str, text: str) -> None:
    choose(page, id)
    field(page, "code").get_by_role("textbox").click()
    page.keyboard.press("Control+Home")
    page.keyboard.insert_text(text)  # at once: letters with half a second between them are steps of their own
    saved(page)


def disconnect(page: Page, id: str) -> None:
    line = f"document.querySelector('.react-flow__edge[data-id={id}] path').getBoundingClientRect()"
    x, y = page.evaluate(f"[{line}.x + {line}.width / 2, {line}.y + {line}.height / 2]")
    page.mouse.click(x, y)
    page.keyboard.press("Backspace")


KINDS: dict[str, Callable[[Page], None]] = {
    "a move": lambda page: drag(page, "work", 80),
    "a name": lambda page: rename(page, "work", "Renamed"),
    "a flag": lambda page: press(page, "work", "e"),
    "a copy": lambda page: press(page, "work", "Control+d"),
    "a removal": lambda page: press(page, "work", "Backspace"),
    "a connection": lambda page: disconnect(page, "edge"),
    "a text": lambda page: type_in(page, "work", "# mine; "),
}


def test_each_kind_of_change_is_undone_by_its_author_and_leaves_the_others_alone(room: Room) -> None:
    edges = {"edge": {"id": "edge", "source": "start", "target": "work"}}
    ada, bob = room.make(BLOCKS, edges).open("Ada"), room.open("Bob")
    before = room.stored()
    for number, (kind, change) in enumerate(KINDS.items()):
        change(ada)
        saved(ada)
        assert room.stored() != before, kind
        rename(bob, "other", f"Theirs {number}")
        expect(node(ada, "other")).to_contain_text(f"Theirs {number}")
        saved(bob)
        ada.get_by_role("button", name="Undo").click()
        saved(ada)
        before["blocks"]["other"]["name"] = f"Theirs {number}"
        assert room.stored() == before, f"{kind} is undone, and nothing else"
        ada.get_by_role("button", name="Redo").click()
        saved(ada)
        assert room.stored() != before, f"{kind} is done again"
        ada.get_by_role("button", name="Undo").click()
        saved(ada)
        assert room.stored() == before, f"{kind} is undone again"


def test_typing_is_undone_in_its_turn_after_another_block_was_chosen(room: Room) -> None:
    ada, bob = room.make(BLOCKS).open("Ada"), room.open("Bob")
    type_in(ada, "work", "one; ")
    rename(ada, "other", "Between")
    type_in(ada, "work", "two; ")
    choose(ada, "start")
    choose(bob, "work")
    field(bob, "code").get_by_role("textbox").click()
    bob.keyboard.press("Control+End")
    bob.keyboard.type("  # his")
    saved(bob)
    code, name = field(bob, "code").locator(".cm-line"), node(bob, "other")
    expect(code).to_have_text("two; one; return 1  # his")
    ada.get_by_role("tab", name="Edit").focus()
    ada.keyboard.press("Control+z")
    expect(code).to_have_text("one; return 1  # his")
    expect(name).to_contain_text("Between")
    ada.keyboard.press("Control+z")
    expect(name).to_contain_text("Other")
    expect(code).to_have_text("one; return 1  # his")
    ada.keyboard.press("Control+z")
    expect(code).to_have_text("return 1  # his")
    for words in ("one; return 1  # his", "one; return 1  # his", "two; one; return 1  # his"):
        ada.keyboard.press("Control+Shift+z")
        expect(code).to_have_text(words)
    expect(name).to_contain_text("Between")
    for page in (ada, bob):
        saved(page)
    assert room.stored()["blocks"]["work"]["values"]["code"] == "two; one; return 1  # his"


def test_undo_never_takes_back_what_somebody_else_has_written_since(room: Room) -> None:
    ada, bob = room.make(BLOCKS).open("Ada"), room.open("Bob")
    rename(ada, "work", "Hers")
    expect(node(bob, "work")).to_contain_text("Hers")
    rename(bob, "work", "His")
    expect(node(ada, "work")).to_contain_text("His")
    ada.get_by_role("button", name="Undo").click()
    bob.get_by_role("button", name="Undo").click()
    for page in (ada, bob):
        expect(node(page, "work")).to_contain_text("Hers")
        saved(page)


def test_a_viewer_sees_everything_and_changes_nothing(room: Room) -> None:
    ada, eve = room.make(BLOCKS).open("Ada"), room.open("Eve")
    before = room.stored()
    expect(eve.get_by_label("Name of the workflow")).to_be_disabled()
    press(eve, "work", "Backspace")
    press(eve, "work", "e")
    press(eve, "work", "Control+d")
    drag(eve, "work", 90)
    expect(eve.get_by_label("Name of the block")).to_be_disabled()
    expect(field(eve, "language")).to_have_attribute("inert", "")
    type_in_vain(eve)
    read_large(eve)
    expect(ada.get_by_role("button", name="Follow Eve")).to_be_visible()
    rename(ada, "work", "Seen")
    expect(node(eve, "work")).to_contain_text("Seen")
    before["blocks"]["work"]["name"] = "Seen"
    saved(ada)
    assert room.stored() == before
    key = room.team["Eve"]
    move: dict[str, Any] = {"operations": [{"op": "block.move", "items": [{"id": "work", "x": 1, "y": 1}]}]}
    assert key.refused("PATCH", f"/workflows/{room.id}", move) == 403
    assert key.refused("POST", f"/workflows/{room.id}/restore", {"to_seq": 1}) == 403
    assert said_over_the_wire(eve, move["operations"][0]) == ["forbidden"]
    assert room.stored() == before


def test_a_container_is_resized_by_who_may_change_it(room: Room) -> None:
    box = {"type": "loop", "position": {"x": 0, "y": 0}, "size": [500, 300]}
    room.make({"each": box}, subflows={"each": {"kind": "loop", "id": "each", "iterations": 2}})
    for name, corners in (("Ada", 4), ("Eve", 0)):
        page = room.open(name)
        node(page, "each").click(position={"x": 60, "y": 10})
        expect(node(page, "each")).to_have_class(re.compile(r"\bselected\b"))
        expect(page.locator(".react-flow__resize-control.handle")).to_have_count(corners)


def type_in_vain(page: Page) -> None:
    """What a hand might try in a field that is not one's own."""
    box = field(page, "code").bounding_box()
    assert box
    page.mouse.click(box["x"] + 60, box["y"] + 40)
    page.keyboard.type("no")


def read_large(page: Page) -> None:
    """A long text has room for who may only read it: nothing beside it, and nothing to be typed into it."""
    text = page.get_by_role("textbox", name="Code", exact=True)
    expect(text).to_have_attribute("aria-readonly", "true")
    said = text.inner_text()
    field(page, "code").hover()
    page.get_by_role("button", name="Enlarge Code").click()
    dialog = page.get_by_role("dialog")
    large = dialog.get_by_role("textbox", name="Code", exact=True)
    expect(large).to_have_text(said)
    expect(large).to_be_focused()
    page.keyboard.type("no")
    page.keyboard.press("Control+z")
    expect(large).to_have_text(said)
    expect(dialog.locator("summary")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def said_over_the_wire(page: Page, op: dict[str, Any]) -> list[str]:
    """What the service answers to somebody who writes to it past the app."""
    return page.evaluate(
        """async ({ op, id, headers }) => {
            const reply = await fetch("/api/v1/realtime/ticket", { method: "POST", headers });
            const { ticket, url } = await reply.json();
            const socket = new WebSocket(url);
            const say = message => socket.send(JSON.stringify(message));
            const codes = [];
            await new Promise(done => {
                socket.onclose = done;
                socket.onopen = () => say({ t: "hello", v: 1, client_id: crypto.randomUUID(), ticket });
                socket.onmessage = ({ data }) => {
                    const message = JSON.parse(data);
                    if (message.t === "welcome") say({ t: "join", r: id });
                    if (message.t === "joined") say({ t: "ops", r: id, ops: [{ cseq: 1, op }] });
                    if (["reject", "ack", "error"].includes(message.t) || (message.t === "ops" && message.ops.length)) {
                        codes.push(message.code ?? message.t);
                        done();
                    }
                };
            });
            socket.close();
            return codes;
        }""",
        {
            "op": op,
            "id": page.evaluate("location.pathname.split('/').at(-1)"),
            "headers": {"X-API-Key": page.evaluate("sessionStorage.getItem('sim.key')")},
        },
    )


MIDDLE = """() => {
    const { width, height } = document.querySelector(".react-flow").getBoundingClientRect();
    const { a, e, f } = new DOMMatrix(getComputedStyle(document.querySelector(".react-flow__viewport")).transform);
    return [(width / 2 - e) / a, (height / 2 - f) / a];
}"""
"""What lies in the middle of the canvas as it is seen."""


def test_a_view_is_followed_until_a_hand_takes_over(room: Room) -> None:
    ada, bob = room.make(BLOCKS).open("Ada"), room.open("Bob", viewport={"width": 1100, "height": 700})
    ada.get_by_role("button", name="Follow Bob").click()
    expect(ada.get_by_role("status").filter(has_text="Following Bob")).to_be_visible()
    bob.locator(".react-flow__pane").hover(position={"x": 300, "y": 500})
    place = "document.querySelector('.react-flow__viewport').style.transform"
    before = ada.evaluate(place)
    bob.mouse.wheel(0, 700)
    ada.wait_for_function(f"before => {place} !== before", arg=before, timeout=SLOW)
    bob.keyboard.press("Control+j")  # the console takes room from the canvas
    expect(bob.get_by_role("region", name="Console")).to_be_visible()
    seen = bob.evaluate(MIDDLE)
    ada.wait_for_function(f"([x, y]) => Math.hypot(({MIDDLE})()[0] - x, ({MIDDLE})()[1] - y) < 2", arg=seen)
    ada.keyboard.press("Escape")
    expect(ada.get_by_role("status").filter(has_text="Following Bob")).to_have_count(0)


def test_two_people_write_messages_of_an_agent_at_once(room: Room) -> None:
    rows = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hello"}]
    agent: dict[str, Any] = {"type": "agent", "position": {"x": 400, "y": 0}, "values": {"messages": rows}}
    ada, bob = room.make({"start": START, "agent": agent}).open("Ada"), room.open("Bob")
    said: dict[Page, Any] = {}
    for page in (ada, bob):
        choose(page, "agent")
        said[page] = field(page, "messages").get_by_role("textbox", name="What is said")
        expect(said[page]).to_have_text(["Be kind.", "Hello"])
    said[ada].nth(1).click()
    ada.keyboard.press("Control+End")
    expect(field(bob, "messages").locator("[data-person=Ada]")).to_be_visible()
    ada.keyboard.type(" my")
    expect(field(bob, "messages").locator(".sim-caret[data-name=Ada]")).to_be_attached()
    field(bob, "messages").get_by_role("button", name="Move row 2 up").click()
    ada.keyboard.type(" friend")
    said[bob].last.click()
    bob.keyboard.press("Control+End")
    bob.keyboard.type(" Always.")
    for page in (ada, bob):
        expect(said[page].first).to_contain_text("Hello my friend")
        expect(said[page].last).to_contain_text("Be kind. Always.")
    field(bob, "messages").get_by_role("button", name="Add a message").click()
    expect(said[ada]).to_have_count(3)
    for page in (ada, bob):
        saved(page)
    stored = room.stored()["blocks"]["agent"]["values"]["messages"]
    told = [("user", "Hello my friend"), ("system", "Be kind. Always."), ("user", "")]
    assert [(one["role"], one["content"]) for one in stored] == told
    choose(ada, "start")
    undo = ada.get_by_role("button", name="Undo")
    while undo.is_enabled():  # however many steps her typing was
        undo.click()
    expect(said[bob].first).to_have_text("Hello")
    expect(said[bob].nth(1)).to_contain_text("Be kind. Always.")
    assert [one.complaints for one in room.people] == [[], []]


def test_a_workflow_that_is_deleted_while_it_is_open_says_so_at_once(room: Room) -> None:
    bob = room.make(BLOCKS).open("Bob")
    choose(bob, "work")
    listed = bob.get_by_label("Workflows", exact=True).locator(f"[href*='{room.id}']")
    expect(listed).to_have_count(1)
    room.team["Ada"].ask("DELETE", f"/workflows/{room.id}")
    expect(state(bob)).to_have_text("Gone")
    expect(bob.get_by_text("Nothing of it is saved any more")).to_be_visible()
    expect(listed).to_have_count(0)
    expect(bob.get_by_label("Name of the block")).to_be_disabled()
    expect(node(bob, "work")).to_be_visible()
