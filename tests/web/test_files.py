"""The page of files, and fields that take them: brought, looked at, renamed, moved, deleted."""

import hashlib
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.support.stack import Stack
from tests.web.building import saved
from tests.web.conftest import Person
from tests.web.looking import SMALL, overflow

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


@pytest.fixture(autouse=True)
def no_files(stack: Stack) -> None:
    for one in stack.ask("GET", "/files?limit=500")[1]["items"]:
        stack.ask("DELETE", f"/files/{one['id']}")


def given(name: str, content: bytes | str, kind: str = "text/plain") -> Any:
    """A file as somebody picks it."""
    return {"name": name, "mimeType": kind, "buffer": content.encode() if isinstance(content, str) else content}


def upload(page: Page, button: str, *files: Any) -> None:
    with page.expect_file_chooser() as chosen:
        page.get_by_role("button", name=button, exact=True).first.click()
    chosen.value.set_files([*files])


def names(stack: Stack, folder: str = "") -> list[str]:
    return [one["name"] for one in stack.ask("GET", f"/files?folder={folder}")[1]["items"]]


def menu(page: Page, name: str, entry: str) -> None:
    page.get_by_role("button", name=f"What can be done with {name}", exact=True).click()
    page.get_by_role("menuitem", name=entry).click()


def test_files_are_brought_looked_at_renamed_moved_and_deleted(person: Person, stack: Stack) -> None:
    page = person.open("/files")
    expect(page.get_by_text("No file yet")).to_be_visible()
    upload(page, "Upload", given("notes.txt", "first words"), given("dot.png", PNG, "image/png"))
    table = page.get_by_role("region", name="List of files")
    expect(page.get_by_role("status").filter(has_text="2 files arrived")).to_be_visible()
    page.get_by_role("button", name="Close the list of uploads").click()
    table.get_by_role("button", name="notes.txt", exact=True).click()
    dialog = page.get_by_role("dialog", name="notes.txt")
    expect(dialog.get_by_text("first words")).to_be_visible()
    assert person.serious() == []
    with page.expect_download() as kept:
        dialog.get_by_role("button", name="Download").click()
    assert kept.value.suggested_filename == "notes.txt"
    page.keyboard.press("Escape")
    table.get_by_role("button", name="dot.png", exact=True).click()
    expect(page.get_by_role("img", name="dot.png")).to_have_js_property("naturalWidth", 1)
    page.keyboard.press("Escape")
    expect(table.get_by_role("button", name="dot.png", exact=True)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(table.get_by_role("button", name="notes.txt", exact=True)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(table.get_by_role("button", name="dot.png", exact=True)).to_be_focused()
    page.keyboard.press("F2")
    page.get_by_role("dialog").get_by_role("textbox", name="Name").fill("notes.txt")
    page.get_by_role("dialog").get_by_role("button", name="Rename").click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("already")
    page.get_by_role("dialog").get_by_role("textbox", name="Name").fill("point.png")
    page.get_by_role("dialog").get_by_role("button", name="Rename").click()
    menu(page, "point.png", "Move…")
    page.get_by_role("dialog").get_by_role("textbox", name="Folder").fill("pictures/small")
    page.get_by_role("dialog").get_by_role("button", name="Move").click()
    table.get_by_role("button", name="pictures", exact=True).click()
    table.get_by_role("button", name="small", exact=True).click()
    expect(table.get_by_role("button", name="point.png", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile(r"\?folder=pictures%2Fsmall$"))
    page.get_by_role("navigation", name="Folders above").get_by_role("button", name="All files").click()
    page.get_by_role("searchbox", name="Look for files").fill("POINT")
    expect(table.get_by_text("in pictures/small")).to_be_visible()
    page.get_by_role("searchbox", name="Look for files").fill("")
    menu(page, "pictures", "Delete…")
    page.get_by_role("button", name="Delete 1 file").click()
    expect(table.get_by_role("button", name="pictures", exact=True)).to_have_count(0)
    assert names(stack, "pictures/small") == []
    table.get_by_role("button", name="notes.txt", exact=True).press("Delete")
    page.get_by_role("button", name="Delete it").click()
    expect(page.get_by_text("No file yet")).to_be_visible()


def test_a_taken_name_is_asked_about_and_what_is_let_go_over_the_page_is_brought(person: Person, stack: Stack) -> None:
    page = person.open("/files?folder=in")
    expect(page.get_by_text("Nothing in this folder yet")).to_be_visible()
    page.evaluate("""() => {
      const data = new DataTransfer();
      for (const name of ["one.txt", "two.txt"]) data.items.add(new File([name], name, { type: "text/plain" }));
      const drop = new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
      document.querySelector("main").dispatchEvent(drop);
    }""")
    table = page.get_by_role("region", name="List of files")
    for name in ("one.txt", "two.txt"):
        expect(table.get_by_role("button", name=name, exact=True)).to_be_visible()
    sent = page.get_by_role("region", name="Uploads")
    upload(page, "Upload", given("one.txt", "other words"))
    sent.get_by_role("button", name="Keep both").click()
    expect(table.get_by_role("button", name="one (2).txt", exact=True)).to_be_visible()
    upload(page, "Upload", given("one.txt", "new words"))
    sent.get_by_role("button", name="Replace it").click()
    expect(sent.get_by_role("status")).to_contain_text("arrived")
    assert names(stack, "in") == ["one (2).txt", "one.txt", "two.txt"]
    held = {one["name"]: one["digest"] for one in stack.ask("GET", "/files?folder=in")[1]["items"]}
    assert held["one.txt"] == hashlib.sha256(b"new words").hexdigest()


def test_an_upload_shows_how_far_it_is_and_is_stopped_or_tried_again(person: Person, stack: Stack) -> None:
    page = person.open("/files")
    held: list[Any] = []
    page.route("**/api/v1/files?name=*", lambda route: held.append(route))
    upload(page, "Upload", given("slow.txt", "slow"))
    sent = page.get_by_role("region", name="Uploads")
    expect(sent.get_by_role("progressbar", name="How far slow.txt is")).to_be_visible()
    assert person.serious() == []
    sent.get_by_role("button", name="Stop slow.txt").click()
    expect(sent).to_have_count(0)
    page.unroute_all()
    page.route("**/api/v1/files?name=*", lambda route: route.abort())
    upload(page, "Upload", given("lost.txt", "lost"))
    expect(sent.get_by_role("alert")).to_contain_text("The connection was lost")
    page.unroute_all()
    sent.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("button", name="lost.txt", exact=True)).to_be_visible()
    assert names(stack) == ["lost.txt"]


def test_thousands_of_files_are_few_rows_of_the_page(person: Person) -> None:
    def many(route: Any) -> None:
        cursor = re.search(r"cursor=(\d+)", route.request.url)
        first = int(cursor[1]) if cursor else 0
        facts = {"folder": "", "media_type": "text/plain", "size": 1, "digest": "d", "updated_by": None,
                 "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"}  # fmt: skip
        items = [{"id": f"{n:036}", "name": f"file {n:05}.txt", **facts} for n in range(first, first + 1000)]
        left = str(first + 1000) if first < 4000 else None
        page = {"items": items, "next_cursor": left, "folders": [], "used": 1, "quota": 0, "max_bytes": 1000}
        route.fulfill(json=page)

    person.page.route("**/api/v1/files?*", many)
    page = person.open("/files")
    table = page.get_by_role("region", name="List of files")
    for count in range(1000, 5001, 1000):
        expect(table.get_by_role("table")).to_have_attribute("aria-rowcount", str(count + 1))
        table.evaluate("box => box.scrollTo(0, box.scrollHeight)")
    table.evaluate("box => box.scrollTo(0, box.scrollHeight)")
    expect(table.get_by_role("button", name="file 04999.txt", exact=True)).to_be_visible()
    assert table.get_by_role("row").count() < 80


def test_the_page_fits_a_phone(person: Person, stack: Stack) -> None:
    name = quote("A name that is longer than any phone is wide, and then some more of it.txt")
    assert stack.ask("POST", f"/files?name={name}&folder=one/two", {})[0] == 201
    page = person.page
    page.set_viewport_size(SMALL)
    for path in ("/files", "/files?folder=one/two"):
        person.open(path)
        expect(page.get_by_role("region", name="List of files").get_by_role("button").first).to_be_visible()
        assert overflow(person) == ""
    assert person.serious() == []


AGENT = {"id": "a", "type": "agent", "name": "Agent", "position": {"x": 300, "y": 0}}
START = {"id": "s", "type": "start", "name": "Start"}


def files_come_to(person: Person, id: str, meant: Callable[[Any], bool]) -> None:
    """Wait until the server has what the field was told."""
    saved(person.page)
    for _ in range(300):
        held = person.stack.ask("GET", f"/workflows/{id}")[1]["workflow"]["blocks"]["a"].get("values", {}).get("files")
        if meant(held):
            return
        person.page.wait_for_timeout(100)
    raise AssertionError(held)


def test_a_field_chooses_uploads_and_says_what_is_gone(person: Person, stack: Stack) -> None:
    kept = stack.ask("POST", "/files?name=kept.txt&folder=deep", {"words": 1})[1]
    id = person.make("Looks at files", START, AGENT, edges="s>a")
    page = person.open(f"/workflows/{id}")
    page.locator(".react-flow__node", has_text="Agent").click()
    field = page.locator("[data-field=files]")
    field.get_by_role("button", name="Choose for Files").click()
    page.get_by_placeholder("Search all files…").fill("KEPT")
    page.get_by_role("option", name="kept.txt").click()
    chosen = field.get_by_role("list", name="Files of Files")
    expect(chosen.get_by_text("kept.txt")).to_be_visible()
    upload(page, "Upload for Files", given("new.txt", "new"), given("also.txt", "also"))
    expect(chosen.get_by_role("listitem")).to_have_count(3)
    first = {"file_id": kept["id"], "name": "kept.txt"}
    all_of_them = {"kept.txt", "new.txt", "also.txt"}
    files_come_to(person, id, lambda held: held[0] == first and {one["name"] for one in held} == all_of_them)
    assert person.serious() == []
    chosen.get_by_role("button", name="Leave out new.txt").click()
    expect(chosen.get_by_role("listitem")).to_have_count(2)
    page.get_by_role("button", name="Undo").click()
    expect(chosen.get_by_role("listitem")).to_have_count(3)
    stack.ask("DELETE", f"/files/{kept['id']}")
    page.reload()
    page.locator(".react-flow__node", has_text="Agent").click()
    expect(field.get_by_role("alert")).to_contain_text("not there any more")
    field.get_by_role("button", name="Leave out kept.txt").click()
    expect(field.get_by_role("alert")).to_have_count(0)
    field.get_by_role("button", name="Use a value for Files").click()
    field.get_by_role("textbox", name="Files").click()
    page.keyboard.type("<start.files>")
    page.keyboard.press("Escape")
    expect(field.get_by_role("textbox", name="Files")).to_contain_text("start.files")
    files_come_to(person, id, lambda held: held == "<start.files>")
