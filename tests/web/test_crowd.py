"""A canvas with hundreds of blocks: what a hand touches is rendered, and nothing else."""

from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.web.building import middle_of, saved
from tests.web.conftest import Person, until
from tests.web.test_canvas import stored
from tests.web.test_running import block, code

COUNT = 240
COLUMNS = 20
PIECES = 5  # of an edge that goes with a block
LEFT_OF = "([one, x]) => document.querySelector(one).getBoundingClientRect().x < x"
QUIET = """() => new Promise((done) => {
    const [before, after] = [frames_asked, 10];
    let went = 0;
    (function next() { went++ < after ? frame(next) : done(frames_asked === before) })();
})"""
SHEET = ".react-flow__viewport"


def crowd(person: Person) -> str:
    """So many functions in rows, one after the other."""
    blocks: list[dict[str, Any]] = []
    for at in range(COUNT):
        one = code(f"b{at}", f"return {at}", at % COLUMNS * 320)
        one["position"]["y"] = at // COLUMNS * 180
        blocks.append(one)
    return person.make("Crowd", *blocks, edges=" ".join(f"b{at}>b{at + 1}" for at in range(COUNT - 1)))


def open_all(person: Person, id: str) -> Page:
    """The whole workflow in view, counting from now on which blocks React renders."""
    person.page.add_init_script("window.simRenders = new Map()")
    page = person.open(f"/workflows/{id}")
    expect(page.locator(".react-flow__node").first).to_be_visible()
    page.get_by_role("button", name="Fit View").click()
    expect(page.locator(".react-flow__node")).to_have_count(COUNT)
    expect(page.locator(".react-flow.far")).to_be_visible()
    expect(page.locator(".react-flow.moving")).to_have_count(0)
    return page


def card(page: Page, id: str) -> Locator:
    return page.locator(f".react-flow__node[data-id={id}]")


def grip(page: Page, id: str) -> tuple[float, float]:
    return middle_of(card(page, id))


def rendered(page: Page) -> list[str]:
    return page.evaluate("[...window.simRenders.keys()]")


def test_a_pan_renders_no_block_and_is_where_the_hand_left_it(person: Person) -> None:
    page = open_all(person, crowd(person))
    before = grip(page, "b130")
    pane = page.locator(".react-flow__pane").bounding_box()
    assert pane
    page.mouse.move(pane["x"] + 400, pane["y"] + 12)
    page.mouse.down()
    page.mouse.move(pane["x"] + 404, pane["y"] + 14, steps=4)
    page.evaluate("window.simRenders.clear()")
    page.mouse.move(pane["x"] + 430, pane["y"] + 32, steps=12)
    frames(page)
    moved = grip(page, "b130")
    assert moved[0] - before[0] > 20
    assert rendered(page) == []
    page.mouse.up()
    # what comes next reckons with the new place at once
    card(page, "b130").click()
    expect(page.locator(".react-flow__node.selected")).to_have_attribute("data-id", "b130")
    assert grip(page, "b130") == moved


def test_a_drag_renders_the_block_in_hand_at_most(person: Person) -> None:
    id = crowd(person)
    page = open_all(person, id)
    x, y = grip(page, "b130")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 6, y + 4, steps=3)
    expect(page.get_by_label("Name of the block")).to_have_value("B130")
    page.evaluate("window.simRenders.clear()")
    page.mouse.move(x + 40, y + 30, steps=20)
    frames(page)
    assert set(rendered(page)) <= {"b130"}
    pieces = page.locator(".loose-wires i")
    expect(pieces).to_have_count(2 * PIECES)  # the edges into it and out of it go with it, and no others
    frames(page)
    held = pieces.nth(PIECES).get_attribute("style") or ""
    page.mouse.move(x + 30, y + 30)
    frames(page)
    expect(pieces.nth(PIECES)).not_to_have_attribute("style", held)
    end = grip(page, "b130")
    into, out = (pieces.nth(at).bounding_box() for at in (PIECES - 1, PIECES))
    box = card(page, "b130").bounding_box()
    assert into
    assert out
    assert box
    assert abs(into["x"] + into["width"] - box["x"]) < 2, "the one ends where the block begins"
    assert abs(out["x"] - box["x"] - box["width"]) < 2, "the other begins where it ends"
    page.mouse.up()
    expect(page.locator(".loose-wires")).to_have_count(0)
    saved(page)
    assert grip(page, "b130") == end, "it stays where it was let go"
    assert stored(person, id)["b130"]["position"] != {"x": 130 % COLUMNS * 320, "y": 130 // COLUMNS * 180}
    page.keyboard.press("Control+Z")
    expect(page.locator(".react-flow__node.dragging")).to_have_count(0)
    page.wait_for_function(LEFT_OF, arg=["[data-id=b130]", end[0] - 20])


def test_the_canvas_pans_for_a_block_that_is_held_at_its_edge_and_rests_elsewhere(person: Person) -> None:
    person.page.add_init_script("""
        window.frames_asked = 0;
        window.frame = window.requestAnimationFrame.bind(window);
        window.requestAnimationFrame = (then) => { window.frames_asked++; return window.frame(then) };
    """)
    page = open_all(person, crowd(person))
    pane = page.locator(".react-flow__pane").bounding_box()
    assert pane
    x, y = grip(page, "b130")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 6, y + 4, steps=3)
    expect(page.get_by_label("Name of the block")).to_have_value("B130")
    page.mouse.move(x + 20, y + 10, steps=3)
    until(page, QUIET)  # the form that opens asks for some; a hand that rests asks for none
    edge = pane["x"] + pane["width"] - 12
    page.mouse.move(edge, y, steps=3)
    page.wait_for_function(LEFT_OF, arg=[SHEET, left(page) - 800])  # where it lay is out of sight
    assert abs(grip(page, "b130")[0] - edge) < 40, "it stays in the hand meanwhile"
    page.mouse.move(x, y, steps=3)
    frames(page)
    still = left(page)
    frames(page)
    assert left(page) == still
    page.mouse.up()


def left(page: Page) -> float:
    """Where the canvas begins."""
    return page.locator(SHEET).evaluate("one => one.getBoundingClientRect().x")


def frames(page: Page) -> None:
    """Ten frames go by: what was asked for before is drawn."""
    page.evaluate("""() => new Promise((done) => {
        const then = window.frame ?? requestAnimationFrame;
        let left = 10;
        (function next() { left-- ? then(next) : done() })();
    })""")


def test_many_blocks_are_dragged_by_the_frame_around_them(person: Person) -> None:
    id = crowd(person)
    page = open_all(person, id)
    page.evaluate("""
        window.marked = 0;
        addEventListener("selectstart", (event) => { window.marked += !event.defaultPrevented });
    """)
    x, y = grip(page, "b0")
    page.keyboard.down("Shift")
    page.mouse.move(x - 20, y - 14)
    page.mouse.down()
    far = grip(page, "b43")
    page.mouse.move(far[0] + 1, far[1] + 1, steps=6)
    page.mouse.up()
    page.keyboard.up("Shift")
    expect(page.locator(".react-flow__node.selected")).to_have_count(12)
    before = {one: grip(page, one) for one in ("b0", "b43", "b60")}
    frame = page.locator(".react-flow__nodesselection-rect")
    around = frame.bounding_box()
    assert around
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 5, y + 5, steps=3)
    page.evaluate("window.simRenders.clear()")
    page.mouse.move(x + 40, y + 60, steps=10)
    frames(page)
    assert rendered(page) == []
    moved = frame.bounding_box()
    assert moved
    by = grip(page, "b0")[0] - before["b0"][0]
    assert by > 30
    assert abs(grip(page, "b43")[0] - before["b43"][0] - by) < 1
    assert abs(moved["x"] - around["x"] - by) < 1
    assert grip(page, "b60") == before["b60"]
    page.mouse.up()
    assert page.evaluate("window.marked") == 0, "words on the canvas are not looked through for a selection of text"
    saved(page)
    places = stored(person, id)
    assert all(places[one]["position"]["y"] > 0 for one in ("b0", "b3"))
    assert places["b60"]["position"]["y"] == 540


def test_what_lies_in_a_container_goes_with_it(person: Person) -> None:
    box = block("each", "loop", 0, size=[500, 300])
    inner = {**code("inner", "return 1"), "parent": "each", "position": {"x": 200, "y": 120}}
    after = code("after", "return 2", 700)
    edges = "each.loop-start-source>inner each.loop-end-source>after"
    subflows = {"each": {"kind": "loop", "id": "each", "iterations": 2}}
    id = person.make("Nest", box, inner, after, edges=edges, subflows=subflows)
    page = person.open(f"/workflows/{id}")
    expect(card(page, "inner")).to_be_visible()
    line = page.locator(".react-flow__edge[data-id=e1] path").first
    drawn = line.get_attribute("d")
    start = card(page, "inner").bounding_box()
    box_at = card(page, "each").bounding_box()
    assert start
    assert box_at
    page.mouse.move(box_at["x"] + 60, box_at["y"] + 10)
    page.mouse.down()
    page.mouse.move(box_at["x"] + 60, box_at["y"] + 90, steps=6)
    frames(page)
    now = card(page, "inner").bounding_box()
    assert now
    assert now["y"] - start["y"] > 60, "while it goes on"
    expect(line).not_to_have_attribute("d", drawn or "")
    page.mouse.up()
    saved(page)
    assert card(page, "inner").bounding_box() == now
    assert stored(person, id)["inner"]["position"] == {"x": 200, "y": 120}
