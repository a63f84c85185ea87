"""Accounts and what they offer in a browser, with a service that speaks OAuth: connected and chosen from."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.http import in_thread
from tests.support.ports import free_port
from tests.support.stack import Stack
from tests.support.vendor_oauth import Shop, install_shop
from tests.web.building import saved
from tests.web.conftest import OWNER, SCREENS, Person

BLOCK = {"id": "shop", "type": "shop", "name": "Shop", "values": {"operation": "put_thing"}}


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    made = Shop()
    with in_thread(made.answer, port=free_port()) as server:
        made.server = server
        yield made


@pytest.fixture(scope="module")
def site(shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A Sim that has an app at the shop, whose owner has an account."""
    folder: Path = tmp_path_factory.mktemp("packages")
    folder.parent.chmod(0o755)
    install_shop(folder, shop.url)
    app = {"SHOP_CLIENT_ID": "sim", "SHOP_CLIENT_SECRET": "s3cret", "SIM_ALLOW_HOSTS": shop.server.allow}
    stack = Stack(PYTHONPATH=str(folder), **app)
    stack.start()
    try:
        stack.make_key()
        assert stack.ask("POST", "/auth/sign-up", {**OWNER, "name": "Ada Lovelace"})[0] == 200
        yield stack
    finally:
        stack.end()


@pytest.fixture
def ada(browser: Browser, site: Stack) -> Iterator[Person]:
    person = Person(browser, site, by_key=False)
    person.sign_in()
    yield person
    # what a service refuses, and that the shop has no icon, is none of ours
    assert [one for one in person.complaints if "status of 502" not in one and "401 (Answer)" not in one] == []
    person.context.close()


def open_block(ada: Person, name: str, **values: Any) -> Page:
    id = ada.make(name, {**BLOCK, "values": {**BLOCK["values"], **values}})
    page = ada.open(f"/workflows/{id}")
    page.locator(".react-flow__node").click()
    return page


def field(page: Page, name: str) -> Any:
    return page.locator(f"[data-field={name}]")


def grant(ada: Person, page: Page, word: str = "Allow") -> None:
    """Connect an account in the window that opens."""
    field(page, "credential").get_by_role("button", name="Connect an account…").click()
    with ada.context.expect_page() as opened:
        page.get_by_role("button", name="Continue at Shop").click()
    with opened.value.expect_event("close"):
        opened.value.get_by_role("link", name=word).click()


def test_an_account_is_connected_from_the_field_and_what_it_offers_is_chosen(ada: Person, shop: Shop) -> None:
    page = open_block(ada, "Connect")
    grant(ada, page, "Deny")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("alert")).to_contain_text("did not grant access")
    page.keyboard.press("Escape")

    grant(ada, page)
    expect(dialog).not_to_be_visible()
    expect(field(page, "credential").get_by_role("combobox")).to_have_text("ada")

    shelf = field(page, "shelf").get_by_role("combobox")
    shelf.click()
    expect(page.get_by_role("alert").filter(has_text="Choose Hall first.")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("textbox", name="Hall").click()
    page.keyboard.insert_text("west")
    shelf.click()
    page.get_by_role("option", name="Shelf 2 of ada").click()
    expect(shelf).to_have_text("Shelf 2 of ada")
    saved(page)
    page.reload()
    page.locator(".react-flow__node").click()
    expect(shelf).to_have_text("Shelf 2 of ada")

    # another hall has other shelves
    page.get_by_role("textbox", name="Hall").click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text("east")
    expect(shelf).to_have_text("Choose…")
    shelf.click()
    page.get_by_placeholder("Search, or type your own…").fill("east-9")
    page.get_by_role("option", name="Use “east-9”").click()
    expect(field(page, "shelf")).to_contain_text("The service does not offer this")
    field(page, "shelf").get_by_role("button", name="Type Shelf").click()
    expect(field(page, "shelf").locator(".cm-content")).to_have_text("east-9")


def test_what_the_service_says_is_shown_and_asked_again(ada: Person, shop: Shop) -> None:
    page = open_block(ada, "Refused", hall="closed")
    shop.account = "grace"
    grant(ada, page)
    expect(field(page, "credential").get_by_role("combobox")).to_have_text("grace")
    field(page, "shelf").get_by_role("combobox").click()
    alert = page.get_by_role("alert").filter(has_text="Shop answered 403")
    expect(alert).to_be_visible()
    assert not re.search(r"access-token", page.content())
    asked = len(shop.server.seen)
    alert.get_by_role("button", name="Try again").click()
    expect(alert).to_be_visible()
    page.wait_for_function("() => !document.querySelector('[aria-busy=true]')")
    assert len(shop.server.seen) > asked


def test_a_browser_that_opens_no_windows_comes_back_to_the_block(ada: Person, shop: Shop) -> None:
    shop.account = "hedy"
    page = open_block(ada, "Redirect")
    page.evaluate("window.open = () => null")
    field(page, "credential").get_by_role("button", name="Connect an account…").click()
    page.get_by_role("button", name="Continue at Shop").click()
    page.get_by_role("link", name="Allow").click()
    expect(field(page, "credential").get_by_role("combobox")).to_have_text("hedy")
    expect(page).to_have_url(re.compile(r"/workflows/[\w-]{36}(\?block=shop)?$"))


def test_a_link_that_somebody_sends_chooses_nothing(ada: Person, shop: Shop) -> None:
    page = open_block(ada, "Linked", hall="east")
    place = page.url.split("?")[0]
    page.goto(f"{place}?block=shop&field=hall&connected=elsewhere")
    # what the address says was looked at before the block's form is drawn
    expect(page.get_by_role("textbox", name="Hall")).to_have_text("east")
    saved(page)
    held = ada.stack.ask("GET", place.partition(ada.stack.url)[2])[1]["workflow"]["blocks"]["shop"]["values"]
    assert held["hall"] == "east"


def test_an_account_is_shared_and_taken_back_and_deleted_at_the_service(ada: Person, shop: Shop) -> None:
    shop.account = "mary"
    page = open_block(ada, "Share")
    grant(ada, page)
    field(page, "credential").get_by_role("button", name="Share it…").click()
    dialog = page.get_by_role("dialog", name="Share “mary”")
    dialog.get_by_role("combobox", name="Share with: none").click()
    page.get_by_role("option", name="Everybody in My workspace").click()
    shared = dialog.get_by_role("list", name="Shared with")
    expect(shared.get_by_role("listitem")).to_have_count(1)
    shared.get_by_role("combobox").select_option("Can manage")
    expect(shared.get_by_role("combobox")).to_have_value("manage")
    assert ada.serious() == []
    # nothing of it is cut off
    assert dialog.evaluate("({lastElementChild: body}) => body.scrollWidth <= body.clientWidth")
    shared.get_by_role("button", name="Take back from My workspace").click()
    expect(dialog.get_by_text("Shared with nobody")).to_be_visible()
    page.keyboard.press("Escape")

    ada.open("/integrations")
    page.locator("summary").filter(has_text="Shop").click()
    page.get_by_role("button", name="Delete mary").click()
    page.get_by_role("alertdialog").or_(page.get_by_role("dialog")).get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Shop has ended the access")).to_be_visible()
    assert "mary" not in shop.tokens.values()


def test_what_runs_come_to_is_told_and_downloaded(ada: Person) -> None:
    start = {"id": "start", "type": "start", "name": "Start"}
    say = {"id": "say", "type": "response", "name": "Say", "values": {"data_mode": "json", "data": {"n": 1}}}
    id = ada.make("Thrifty", start, say, edges="start>say")
    for _ in range(3):
        assert ada.stack.ask("POST", f"/workflows/{id}/execute", {"input": {}})[0] == 200
    page = ada.open("/settings/usage")
    row = page.get_by_role("row", name="Thrifty")
    expect(row.get_by_role("cell").nth(1)).to_have_text("3")
    page.get_by_role("tab", name="Model").click()
    expect(page.get_by_text("No run asked a model in this time.")).to_be_visible()
    page.get_by_role("tab", name="Person").click()
    expect(page.get_by_role("row", name="Ada Lovelace").or_(page.get_by_role("row", name="Nobody"))).not_to_have_count(
        0
    )
    assert ada.serious() == []
    SCREENS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENS / "usage.png")
    page.get_by_role("tab", name="Workflow").click()
    with page.expect_download() as taken:
        page.get_by_role("button", name="Download as CSV").click()
    assert taken.value.suggested_filename == "usage-by-workflow.csv"
    assert "Thrifty" in taken.value.path().read_text()
