"""What was done without a server is not lost: tabs that go offline, are loaded anew, and come back."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.stack import Stack
from tests.web.conftest import Person, until
from tests.web.together.people import (
    BLOCKS,
    PASSWORD,
    SLOW,
    START,
    Room,
    Wire,
    choose,
    field,
    node,
    rename,
    saved,
    state,
)

LEFT = """async () => {
    const found = { outbox: 0, texts: 0, snapshots: 0 };
    for (const { name } of await indexedDB.databases()) {
        if (!name.startsWith("sim-realtime")) continue;
        const database = await new Promise((done, fail) => {
            const opening = indexedDB.open(name);
            opening.onsuccess = () => done(opening.result);
            opening.onerror = () => fail(opening.error);
        });
        for (const store of Object.keys(found).filter((one) => database.objectStoreNames.contains(one)))
            found[store] += await new Promise((done) => {
                const counting = database.transaction(store).objectStore(store).count();
                counting.onsuccess = () => done(counting.result);
            });
        database.close();
    }
    return found;
}"""
"""What is left in a browser of documents and changes."""


def left(page: Page, **counts: int) -> None:
    """Wait until so much is left in this browser's IndexedDB."""
    found = f"async wanted => Object.entries(await ({LEFT})()).every(([one, n]) => n === (wanted[one] ?? n))"
    until(page, found, counts)


def clients(page: Page) -> set[str]:
    """Who the tabs of this browser are to the server, by the locks that they hold."""
    held = page.evaluate("async () => (await navigator.locks.query()).held.map(lock => lock.name)")
    return {name for name in held if name.startswith("sim-client:")}


def switch_off(page: Page, ids: list[str]) -> None:
    """Choose each block and press its shortcut: one change each."""
    page.evaluate(
        """async ids => {
            const pause = () => new Promise(done => setTimeout(done));
            for (const id of ids) {
                document.querySelector(`.react-flow__node[data-id=${id}]`).click();
                await pause();
                dispatchEvent(new KeyboardEvent("keydown", { key: "e" }));
                await pause();
            }
        }""",
        ids,
    )


@pytest.mark.parametrize("edits", [20, pytest.param(200, marks=pytest.mark.full)])
def test_two_tabs_offline_with_many_edits_and_a_reload_lose_nothing(room: Room, edits: int) -> None:
    places = {f"b{n}": {"x": 280 * (n % 20), "y": 200 + 120 * (n // 20)} for n in range(edits)}
    blocks: dict[str, dict[str, Any]] = {id: {"type": "function", "position": place} for id, place in places.items()}
    first = room.make({"start": START, **blocks}).open("Ada", wired=True)
    second = room.people[0].context.new_page()
    second.set_default_timeout(SLOW)
    second.goto(first.url)
    saved(second)
    assert len(clients(first)) == 2, "each tab is a client of its own"

    room.wire.cut()
    expect(state(first)).to_have_text("Offline")
    expect(state(second)).to_have_text("Offline")
    first.get_by_role("button", name="Fit View").click()
    expect(first.locator(".react-flow__node")).to_have_count(edits + 1)
    switch_off(first, [*blocks][1:])
    expect(state(first)).to_have_text(f"Offline, {edits - 1} unsaved")
    node(second, "start").click()
    second.get_by_label("Name of the block").fill("Begin")
    second.keyboard.press("Enter")
    expect(state(second)).to_have_text("Offline, 1 unsaved")
    left(first, outbox=edits)
    before = clients(first)

    first.reload()
    expect(state(first)).to_have_text(f"Offline, {edits - 1} unsaved")
    assert clients(first) == before, "a tab that was loaded anew goes on as the same"
    assert room.stored()["blocks"]["b1"].get("enabled", True)

    room.wire.mend()
    for page in (first, second):
        saved(page)
    first.get_by_role("button", name="Fit View").click()
    expect(node(first, "start")).to_contain_text("Begin")
    left(first, outbox=0)
    stored = room.stored()["blocks"]
    assert [id for id in blocks if stored[id].get("enabled", True)] == ["b0"]
    assert stored["start"]["name"] == "Begin"
    history = room.team["Ada"].ask("GET", f"/workflows/{room.id}/history?limit=500")["items"]
    updates = [one["operation"] for one in history if one["operation"]["op"] == "block.update"]
    done = [item["id"] for one in updates for item in one["items"]]
    assert sorted(done) == sorted([*[*blocks][1:], "start"]), "everything was done once"


def test_what_a_closed_tab_left_goes_out_with_the_next_one(room: Room) -> None:
    page = room.make(BLOCKS).open("Ada", wired=True)
    choose(page, "work")
    text = field(page, "code").get_by_role("textbox")
    text.click()
    page.keyboard.press("Control+End")
    page.keyboard.type(" + 1")
    saved(page)
    room.wire.cut()
    expect(state(page)).to_have_text("Offline")
    page.keyboard.insert_text(" + 40")
    page.get_by_label("Name of the block").fill("Answer")
    page.keyboard.press("Enter")
    expect(state(page)).to_have_text("Offline, 2 unsaved")
    left(page, outbox=1, texts=1)
    page.close()
    room.wire.mend()
    again = room.people[0].context.new_page()
    again.set_default_timeout(SLOW)
    again.goto(f"{room.team['Ada'].url}/workflows/{room.id}")
    expect(node(again, "work")).to_contain_text("Answer")
    expect(node(again, "work")).to_contain_text("return 1 + 1 + 40")
    saved(again)
    assert room.stored()["blocks"]["work"]["values"]["code"] == "return 1 + 1 + 40"


def test_a_server_that_fails_for_a_moment_as_the_editor_opens_has_its_rooms_after_it(room: Room) -> None:
    ada = room.make(BLOCKS).open("Ada")
    ada.context.route("**/api/v1/realtime/ticket", lambda route: route.fulfill(status=502))
    with ada.expect_response("**/api/v1/realtime/ticket"):
        ada.reload()
    ada.context.unroute_all()
    saved(ada)
    rename(room.open("Bob"), "work", "Both")
    expect(node(ada, "work")).to_contain_text("Both")


def test_a_lost_server_is_said_calmly_and_comes_back(room: Room, place: Stack, tmp_path: Path) -> None:
    page = room.make(BLOCKS).open("Ada")
    choose(page, "work")
    expect(page.get_by_label("Name of the block")).to_have_value("Work")
    place.stop()
    try:
        unsaved = go_on(page, tmp_path / "unsaved.json")
    finally:
        place.start()
    saved(page)
    assert room.stored()["blocks"]["other"]["name"] == "Later"
    # what was downloaded is what the API takes, and doing it again changes nothing
    done = room.team["Ada"].ask("PATCH", f"/workflows/{room.id}", {"operations": unsaved["operations"]})
    assert done["outcome"] == "noop"


def go_on(page: Page, file: Path) -> dict[str, Any]:
    """Work while the server is away, and take what is unsaved along."""
    expect(state(page)).to_have_text("Offline")
    choose(page, "other")
    page.get_by_label("Name of the block").fill("Later")
    page.keyboard.press("Enter")
    expect(state(page)).to_have_text("Offline, 1 unsaved")
    expect(node(page, "other")).to_contain_text("Later")
    state(page).get_by_role("button").click()
    expect(page.get_by_text("You can go on working")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download what is unsaved").click()
    download.value.save_as(file)
    unsaved = json.loads(file.read_text())
    assert unsaved["operations"] == [{"op": "block.update", "items": [{"id": "other", "set": {"name": "Later"}}]}]
    page.keyboard.press("Escape")
    expect(page.get_by_role("alert")).to_have_count(0)
    return unsaved


def sit_down(room: Room, name: str) -> Page:
    """Somebody signed in by password, whose browser has kept the app; their way to the rooms can be cut."""
    person = Person(room.browser, room.team[name], by_key=False)  # pyright: ignore[reportArgumentType] - has url and key
    room.people.append(person)
    room.wire = Wire(person.context)
    page = person.page
    page.set_default_timeout(SLOW)
    person.open("/sign-in")
    page.get_by_label("E-mail").fill(f"{name.lower()}@example.com")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/workflows")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    person.open(f"/workflows/{room.id}")
    saved(page)
    return page


def test_a_reload_without_a_network_opens_the_editor_with_what_is_unsaved(room: Room) -> None:
    page = sit_down(room.make(BLOCKS), "Ada")
    context = page.context
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    context.set_offline(True)
    expect(state(page)).to_have_text("Offline")
    choose(page, "work")
    page.get_by_label("Name of the block").fill("Alone")
    page.keyboard.press("Enter")
    expect(state(page)).to_have_text("Offline, 1 unsaved")
    left(page, outbox=1, snapshots=1)

    page.reload()
    expect(state(page)).to_have_text("Offline, 1 unsaved")
    expect(node(page, "work")).to_contain_text("Alone")
    choose(page, "other")
    expect(field(page, "code").get_by_role("textbox")).to_contain_text("return 2")
    page.get_by_label("Name of the block").fill("Lonely")
    page.keyboard.press("Enter")
    expect(state(page)).to_have_text("Offline, 2 unsaved")
    files = page.evaluate("""async () => {
        const found = [];
        for (const name of await caches.keys())
            for (const { url } of await (await caches.open(name)).keys()) found.push(new URL(url).pathname);
        return found;
    }""")
    assert "/" in files
    assert not [path for path in files if path.startswith("/api/")]

    context.set_offline(False)
    saved(page)
    blocks = room.stored()["blocks"]
    assert (blocks["work"]["name"], blocks["other"]["name"]) == ("Alone", "Lonely")

    page.get_by_role("button", name="Ada: your menu").click()
    page.get_by_role("menuitem", name="Sign out", exact=True).click()
    page.wait_for_url("**/sign-in")
    stays = "async () => [await caches.keys(), (await navigator.serviceWorker.getRegistrations()).length]"
    assert page.evaluate(stays) == [[], 0], "nothing of hers stays"


def go_out(page: Page) -> None:
    page.get_by_role("button", name="Bob: your menu").click()
    page.get_by_role("menuitem", name="Sign out", exact=True).click()


def test_signing_out_leaves_nothing_unless_unsent_changes_are_to_be_kept(room: Room) -> None:
    page = sit_down(room.make(BLOCKS), "Bob")
    room.wire.cut()
    expect(state(page)).to_have_text("Offline")
    choose(page, "work")
    page.get_by_label("Name of the block").fill("Unsent")
    page.keyboard.press("Enter")
    expect(state(page)).to_have_text("Offline, 1 unsaved")
    left(page, outbox=1, snapshots=1)
    go_out(page)
    asked = page.get_by_role("dialog", name="Sign out with unsent changes?")
    expect(asked).to_contain_text("1 change is not at the server yet")
    asked.get_by_role("button", name="Cancel").click()
    expect(state(page)).to_have_text("Offline, 1 unsaved")
    go_out(page)
    asked.get_by_role("button", name="Keep them").click()
    page.wait_for_url("**/sign-in*")
    left(page, outbox=1)

    room.wire.mend()
    page.get_by_label("E-mail").fill("bob@example.com")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("navigation", name="Places")).to_be_visible()
    page.goto(f"{room.team['Bob'].url}/workflows/{room.id}")
    expect(node(page, "work")).to_contain_text("Unsent")
    saved(page)
    assert room.stored()["blocks"]["work"]["name"] == "Unsent"

    room.wire.cut()
    expect(state(page)).to_have_text("Offline")
    choose(page, "other")
    page.get_by_label("Name of the block").fill("Never")
    page.keyboard.press("Enter")
    left(page, outbox=1)
    go_out(page)
    asked.get_by_role("button", name="Discard them").click()
    page.wait_for_url("**/sign-in*")
    left(page, outbox=0, texts=0, snapshots=0)
    assert room.stored()["blocks"]["other"]["name"] == "Other"
