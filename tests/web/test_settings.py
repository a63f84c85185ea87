"""Settings as each role sees them: keys of vendors, and rights that change while one looks."""

import re
from collections.abc import Callable, Iterator
from typing import TypeAlias

import pytest
from playwright.sync_api import Browser, Locator, Page, Response, expect

from tests.support import vendors
from tests.support.http import Answer, Seen, Server, in_thread
from tests.support.stack import Stack
from tests.web.conftest import Person
from tests.web.looking import STEP, tabs
from tests.web.together.people import PASSWORD, Seat

Sit: TypeAlias = Callable[[str], Person]
GOOD, BAD = "sk-good-0123456789", "sk-bad-0123456789"
YOU = ["Profile", "Security", "Your API keys", "Your secrets", "Appearance", "Your workspaces"]
SEEN = {
    "Eve": [*YOU, "General", "People", "Usage", "General", "Members"],
    "Bob": [*YOU, "General", "People", "Usage", "General", "Members"],
    "Amy": [*YOU, "General", "People", "Usage", "API keys", "Secrets", "Model keys", "General", "Members"],
}
"""What is in the list of settings for somebody who reads, who writes, and who administers a workspace."""
MAY = {
    "Eve": {"workspace": {"Leave the workspace"}, "people": set[str](), "members": set[str]()},
    "Bob": {"workspace": {"Leave the workspace"}, "people": set[str](), "members": set[str]()},
    "Amy": {
        "workspace": {"Save", "Leave the workspace", "Delete the workspace"},
        "people": {"Remove Ada", "Remove Bob", "Remove Eve", "Remove Amy"},
        "members": set[str](),
        "models": {"Add a key of OpenAI", "Add a key of Anthropic"},
    },
}
"""The buttons that each of them is shown on a page, or some of them."""


def answer(seen: Seen) -> Answer:
    """A vendor that takes one key, and repeats those that it does not take."""
    key = seen.headers.get("authorization", "").removeprefix("Bearer ")
    if key == GOOD:
        return vendors.responses("ok")
    return vendors.refusal(401, f"Incorrect API key provided: {key}", headers={"retry-after": "3000"})


@pytest.fixture(scope="module")
def vendor() -> Iterator[Server]:
    with in_thread(answer) as server:
        yield server


@pytest.fixture(scope="module")
def place(vendor: Server) -> Iterator[Stack]:
    stack = Stack(SIM_ALLOW_HOSTS=vendor.allow)
    stack.start()
    try:
        yield stack
    finally:
        stack.end()


@pytest.fixture(scope="module")
def team(place: Stack) -> dict[str, Seat]:
    """Ada, who owns all of it, and people with each role in her workspace."""
    ada = Seat(place).sign_up("Ada")
    roles = {"Bob": "write", "Eve": "read", "Amy": "admin"}
    return {"Ada": ada, **{name: ada.invite(name, role) for name, role in roles.items()}}


@pytest.fixture
def people(browser: Browser, place: Stack, team: dict[str, Seat]) -> Iterator[Sit]:
    """Opens a browser for somebody of the team."""
    opened: list[Person] = []

    def open(name: str) -> Person:
        person = Person(browser, place, by_key=False)
        person.sign_in(email=f"{name.lower()}@example.com", password=PASSWORD)
        opened.append(person)
        return person

    yield open
    for person in opened:
        person.context.close()


def answered(dialog: Locator, button: str, **answers: str) -> None:
    for name, text in answers.items():
        dialog.locator(f"[name={name}]").fill(text)
    dialog.get_by_role("button", name=button, exact=True).click()


def test_keys_of_a_vendor_are_added_tried_put_in_order_and_deleted(
    people: Sit, place: Stack, team: dict[str, Seat], vendor: Server
) -> None:
    ada = people("Ada")
    address = {"provider": "openai", "name": "OPENAI_BASE_URL", "value": f"{vendor.url}/v1"}
    team["Ada"].ask("POST", "/model-keys", address)
    page = ada.open("/settings/models")
    card = page.get_by_role("region", name="OpenAI", exact=True)
    rows = card.get_by_role("list", name="Keys of OpenAI").get_by_role("listitem")
    expect(card).to_contain_text("No key yet")
    for key, words in ((BAD, "OpenAI does not accept this key (401)."), (GOOD, "It works:")):
        card.get_by_role("button", name="Add a key of OpenAI").click()
        answered(page.get_by_role("dialog"), "Save", value=key)
        expect(rows.filter(has_text=words)).to_have_count(1)
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text(re.compile(r"rests until .*: not accepted"))
    expect(rows.nth(1)).to_contain_text("by Ada · used just now")
    assert BAD not in page.content() and GOOD not in page.content()
    assert ada.serious() == []
    card.get_by_role("combobox", name="How the keys of OpenAI are asked").select_option("order")  # and at once, a move
    rows.nth(1).get_by_role("button", name="More about OPENAI_API_KEY_1").click()
    page.get_by_role("menuitem", name="Move up").click()
    expect(rows.nth(1)).to_contain_text("rests until")
    expect(rows.nth(0)).not_to_contain_text("rests until")
    page.reload()
    expect(card.get_by_role("combobox")).to_have_value("order")
    expect(rows.nth(1)).to_contain_text("rests until")
    rows.nth(1).get_by_role("button", name="More about OPENAI_API_KEY_1").click()
    page.get_by_role("menuitem", name="Delete…").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(rows).to_have_count(1)
    rows.get_by_role("button", name="Test OPENAI_API_KEY").click()
    expect(rows.get_by_role("status")).to_contain_text("It works")
    ada.open("/settings/audit")
    acts = page.get_by_role("list", name="Acts")
    for words in ("Added a model key", "Chose how model keys are asked", "Deleted a model key"):
        expect(acts.get_by_text(words).first).to_be_visible()


@pytest.mark.parametrize("name", ["Eve", "Bob", "Amy"])
def test_each_role_is_shown_what_it_may_do_and_nothing_else(people: Sit, name: str) -> None:
    person = people(name)
    refused: list[str] = []
    page: Page = person.page

    def note(reply: Response) -> None:
        if reply.status >= 400 and "/api/v1/" in reply.url:
            refused.append(f"{reply.status} {reply.url}")

    page.on("response", note)
    person.open("/settings/profile")
    listed = page.get_by_role("navigation", name="Settings").get_by_role("link")
    expect(listed).to_have_text(SEEN[name])
    addresses = [str(one.get_attribute("href")) for one in listed.all()]
    for address in addresses:
        page.evaluate(STEP, address)
        expect(listed.and_(page.locator("[aria-current=page]"))).to_have_attribute("href", address)
        expect(page.locator("main div.content-start h2").first).to_be_visible()
        expect(page.get_by_role("status", name="Loading")).to_have_count(0)
        tab = address.rpartition("/")[2]
        shown = page.locator("main div.content-start").get_by_role("button")
        for button in MAY[name].get(tab, ()):
            expect(shown.and_(page.get_by_role("button", name=button, exact=True)).first).to_be_visible()
        if tab in MAY[name] and tab != "models":
            expect(shown).to_have_count(len(MAY[name][tab]))
        if name != "Amy" and tab in ("people", "members"):
            picks = page.locator("main ul").get_by_role("combobox")
            expect(picks.nth(2)).to_be_visible()  # whoever is here, and the others of the team
            for pick in picks.all():
                expect(pick).to_be_disabled()
    assert refused == [], "no page asks for what its reader may not have"
    for tab in set(tabs()) - {one.rpartition("/")[2] for one in addresses}:
        page.evaluate(STEP, "/settings/appearance")
        expect(page).to_have_title(re.compile("^Appearance"))
        page.evaluate(STEP, f"/settings/{tab}")
        expect(page).to_have_title(re.compile("^Profile"))
    assert refused == []


def test_who_is_removed_while_looking_is_told_and_the_last_owner_stays(people: Sit, team: dict[str, Seat]) -> None:
    gus = team["Ada"].invite("Gus", "admin")
    guest, ada = people("Gus"), people("Ada")
    theirs, page = guest.open("/settings/secrets"), ada.open("/settings/members")
    expect(page.get_by_role("list", name="Members")).to_contain_text("Gus")
    theirs.get_by_role("button", name="New secret").click()
    theirs.get_by_role("dialog").locator("[name=name]").fill("LATE")
    theirs.get_by_role("dialog").locator("[name=value]").fill("too late")
    page.get_by_role("button", name="More about Gus").click()
    page.get_by_role("menuitem", name="Remove…").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_role("list", name="Members")).not_to_contain_text("Gus")
    assert gus.ask("GET", "/me")["workspaces"] == {}
    answered(theirs.get_by_role("dialog"), "Save")
    expect(theirs.get_by_text("What you may do has changed.")).to_be_visible()
    expect(theirs.get_by_role("button", name="New secret")).to_have_count(0)
    ada.open("/settings/organization")
    page.get_by_role("button", name="Leave the organization").click()
    page.get_by_role("dialog").get_by_role("button", name="Leave the organization").click()
    expect(page.locator("[data-sonner-toast]")).to_contain_text("owner")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert team["Ada"].ask("GET", "/me")["organizations"]
    ada.open("/settings/audit")
    expect(page.get_by_role("list", name="Acts").get_by_text("Removed a member").first).to_be_visible()
