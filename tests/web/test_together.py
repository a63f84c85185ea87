"""Several people in one workflow, in browsers of their own."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.support.stack import Stack
from tests.web.conftest import ROOT, Person
from tests.web.people import Seat

SLOW = 30_000
"""Milliseconds that a loaded machine is given."""


@pytest.fixture(scope="module")
def place() -> Iterator[Stack]:
    """A Sim of their own, whose services may be stopped."""
    if not (ROOT / "sim_web/dist/index.html").exists():
        pytest.skip("the web app is not built: scripts/setup builds it")
    stack = Stack()
    stack.start()
    try:
        yield stack
    finally:
        stack.end()


@pytest.fixture(scope="module")
def team(place: Stack) -> dict[str, Seat]:
    """Ada, who owns the instance; Bob, who writes; Eve, who reads."""
    ada = Seat(place).sign_up("Ada")
    return {"Ada": ada, "Bob": ada.invite("Bob", "write"), "Eve": ada.invite("Eve", "read")}


class Room:
    """A workflow, and the browsers in which it is open."""

    def __init__(self, browser: Browser, team: dict[str, Seat]) -> None:
        self.browser, self.team = browser, team
        self.people: list[Person] = []
        self.id = ""

    def make(self, blocks: dict[str, dict[str, Any]], edges: dict[str, Any] | None = None) -> "Room":
        """A workflow of these blocks."""
        named = {id: {"id": id, "name": id.title(), **facts} for id, facts in blocks.items()}
        workflow = {"name": "Shared", "blocks": named, "edges": edges or {}}
        self.id = self.team["Ada"].ask("POST", "/workflows", {"name": "Shared", "workflow": workflow})["id"]
        return self

    def open(self, name: str, **context: Any) -> Page:
        """The workflow in a browser of somebody's."""
        person = Person(self.browser, self.team[name], **context)  # pyright: ignore[reportArgumentType] - has url and key
        person.page.set_default_timeout(SLOW)
        self.people.append(person)
        page = person.open(f"/workflows/{self.id}")
        expect(page.locator(".react-flow__node").first).to_be_visible(timeout=SLOW)
        saved(page, "View only" if name == "Eve" else "Saved")
        return page

    def stored(self) -> dict[str, Any]:
        """The document on the server."""
        return self.team["Ada"].ask("GET", f"/workflows/{self.id}")["workflow"]

    def close(self) -> None:
        for one in self.people:
            one.context.close()


@pytest.fixture
def room(browser: Browser, team: dict[str, Seat]) -> Iterator[Room]:
    expect.set_options(timeout=SLOW)
    room = Room(browser, team)
    yield room
    room.close()
    expect.set_options(timeout=5000)


def node(page: Page, id: str) -> Locator:
    return page.locator(f".react-flow__node[data-id='{id}']")


def state(page: Page) -> Locator:
    return page.locator("header").get_by_role("status")


def saved(page: Page, words: str = "Saved") -> None:
    expect(state(page)).to_have_text(words, timeout=SLOW)


def choose(page: Page, id: str) -> None:
    node(page, id).click(position={"x": 40, "y": 18})


def field(page: Page, name: str) -> Locator:
    return page.locator(f"[data-field='{name}']")


def place_of(page: Page, id: str) -> tuple[float, float]:
    box = node(page, id).bounding_box()
    assert box
    return box["x"], box["y"]


START = {"type": "start", "position": {"x": 0, "y": 0}}
WORK = {"type": "function", "position": {"x": 400, "y": 0}, "values": {"code": "return 1"}}
OTHER = {"type": "function", "position": {"x": 400, "y": 300}, "values": {"code": "return 2"}}
BLOCKS = {"start": START, "work": WORK, "other": OTHER}


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
    drawn = "document.querySelector('.react-flow__node[data-id=other]').style.transform"
    bob.evaluate(f"""() => {{
        const node = document.querySelector('.react-flow__node[data-id=other]');
        window.seen = [];
        new MutationObserver(() => window.seen.push(node.style.transform)).observe(node, {{attributes: true}});
        window.seen.push({drawn});
    }}""")
    ada.mouse.up()
    saved(ada)
    end = ada.evaluate(drawn)
    bob.wait_for_function(f"end => {drawn} === end", arg=end, timeout=SLOW)
    assert "translate(400px, 300px)" not in bob.evaluate("window.seen"), "it never jumps back"
    stored = room.stored()["blocks"]["other"]["position"]
    assert end == f"translate({stored['x']:g}px, {stored['y']:g}px)"


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
    ada.keyboard.press("Control+Z")
    expect(field(bob, "code").locator(".cm-line").last).to_have_text("return 1 # and Bob too!")
    expect(field(bob, "code")).not_to_contain_text("was here")
