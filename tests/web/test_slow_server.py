"""A server that takes its time: nothing is shown that is not so, nothing is done twice, and nothing typed is lost."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.support.stack import Stack
from tests.web.conftest import Person
from tests.web.test_running import block
from tests.web.wordy import Asker


class Late:
    """Requests of a page that are answered when they are let go."""

    def __init__(self, page: Page, path: str, method: str = "GET") -> None:
        self.held: list[Route] = []
        self.free = False
        self.page, self.place, self.method = page, re.compile(f"/api/v1{path}$"), method
        page.route(self.place, self._hold)

    def _hold(self, route: Route) -> None:
        if route.request.method == self.method and not self.free:
            self.held.append(route)
        else:
            route.fallback()

    def waits(self) -> None:
        """Wait until something is asked."""
        while not self.held:
            self.page.wait_for_timeout(20)

    def let_go(self) -> int:
        """Answer all of it; how much it was."""
        self.waits()
        self.free = True
        for one in self.held:
            one.continue_()
        return len(self.held)


def invite(owner: Person, email: str) -> str:
    """Where the link of an invitation into the owner's first workspace leads."""
    ask = Asker(owner)
    [place, *_] = ask("GET", "/workspaces")["items"]
    body = {"email": email, "grants": [{"workspace_id": place["id"], "role": "write"}]}
    sent = ask("POST", f"/organizations/{place['organization_id']}/invitations", body)
    return "/invite?" + sent["link"].partition("?")[2]


def test_who_signs_up_goes_from_the_form_to_the_app_in_one_step(browser: Browser, owner: Person) -> None:
    guest = Person(browser, owner.stack, by_key=False)
    page = guest.page
    read: list[str] = []
    page.on("request", lambda asked: read.append(asked.url) if asked.url.endswith("/invitations/read") else None)
    guest.open(invite(owner, "punctual@example.com"))
    page.locator("[name=name]").fill("Pia")
    page.locator("[name=password]").fill("a password of hers")
    late = Late(page, "/me")
    page.get_by_role("button", name="Make an account").click()
    late.waits()
    expect(page.get_by_role("heading", name=re.compile("^Join"), level=1)).to_be_visible()
    page.evaluate("""() => {
      window.titles = [];
      new MutationObserver(() => {
        const title = document.querySelector("h1")?.textContent;
        if (title && title !== window.titles.at(-1)) window.titles.push(title);
      }).observe(document.body, { childList: true, subtree: true, characterData: true });
    }""")
    late.let_go()
    expect(page.get_by_role("navigation", name="Places")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert len(read) == 1, "an invitation that is used by now is not asked for again"
    assert page.evaluate("window.titles") == ["Workflows"]
    assert guest.complaints == []
    guest.context.close()


def test_a_link_to_a_matter_of_the_organization_shows_no_other_first(owner: Person) -> None:
    late = Late(owner.page, "/workspaces")
    page = owner.open("/settings/members")
    late.waits()
    expect(page.get_by_role("heading", name="Settings", level=1)).to_be_visible()
    expect(page.locator("main").get_by_role("status", name="Loading")).to_be_visible()
    assert page.locator("main h2").all_inner_texts() == []
    late.let_go()
    expect(page.get_by_role("list", name="Members")).to_contain_text("Ada Lovelace")
    expect(page).to_have_title("Members · Settings · Sim")


def test_no_name_no_order_and_no_figure_is_shown_before_it_is_known(owner: Person) -> None:
    id = owner.make("Counted", block("start", "start"))
    owner.stack.ask("POST", f"/workflows/{id}/execute", {"input": {}})
    page, main = owner.page, owner.page.locator("main")
    late = [Late(page, path) for path in ("/organizations", "/folders", r"/runs/figures\?.*")]
    owner.open("/settings/members")
    late[0].waits()
    expect(page.get_by_role("button", name="Workspace: My workspace")).to_be_visible()
    expect(main.get_by_role("status", name="Loading")).to_be_visible()
    expect(main.get_by_role("heading", name="Members of")).to_have_count(0)
    late[0].let_go()
    expect(main.get_by_role("heading", name=re.compile("^Members of [^ ]"))).to_be_visible()
    places = page.get_by_role("navigation", name="Workflows")
    expect(places.get_by_role("status", name="Loading")).to_be_visible()
    expect(places.get_by_role("link")).to_have_count(0)
    late[1].let_go()
    expect(places.get_by_role("link").first).to_be_visible()
    owner.open("/runs")
    late[2].waits()
    figures = page.get_by_role("region", name="Runs over time")
    totals = figures.locator("figcaption span:last-child")
    expect(totals).to_have_text(["", "", "", ""])
    late[2].let_go()
    expect(totals.first).to_have_text(re.compile(r"^\d+$"))


def test_a_button_that_is_pressed_twice_does_its_work_once(owner: Person) -> None:
    page = owner.open("/workflows")
    late = Late(page, "/workflows", "POST")
    page.get_by_role("button", name="New workflow").last.dblclick()
    page.get_by_role("button", name="New workflow").first.click()
    assert late.let_go() == 1
    expect(page).to_have_url(re.compile(r"/workflows/[\w-]{36}$"))
    owner.open("/settings/my-secrets")
    late = Late(page, "/me/secrets/ONCE", "PUT")
    page.get_by_role("button", name="New secret").click()
    page.locator("[name=name]").fill("ONCE")
    page.locator("[name=value]").fill("what nobody sees")
    page.locator("[name=value]").press("Enter")
    page.locator("[name=value]").press("Enter")
    expect(page.get_by_role("button", name="One moment…")).to_be_visible()
    assert late.let_go() == 1
    expect(page.get_by_role("dialog")).to_have_count(0)
    late = Late(page, "/me/secrets/ONCE", "DELETE")
    page.get_by_role("button", name="Delete ONCE").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").dblclick()
    expect(page.get_by_role("dialog").get_by_role("button", name="One moment…")).to_be_visible()
    assert late.let_go() == 1
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name="Delete ONCE")).to_have_count(0)


def test_what_is_picked_while_letters_are_on_their_way_stands(owner: Person) -> None:
    id = owner.make("Filtered", block("start", "start"))
    owner.stack.ask("POST", f"/workflows/{id}/execute", {"input": {}})
    page = owner.open("/runs")
    page.get_by_role("searchbox", name="Look for runs").fill("filtered")
    page.get_by_role("combobox", name="Status").select_option("finished")
    expect(page).to_have_url(re.compile("text=filtered"))
    expect(page).to_have_url(re.compile("status=finished"))
    expect(page.get_by_role("combobox", name="Status")).to_have_value("finished")


def test_a_role_that_was_picked_stands_while_it_is_set(owner: Person, browser: Browser) -> None:
    ask = Asker(owner)
    [mine, *_] = ask("GET", "/workspaces")["items"]
    guest = Person(browser, owner.stack, by_key=False)
    token = invite(owner, "picked@example.com").partition("=")[2]
    theirs = {"name": "Pick", "email": "picked@example.com", "password": "a password of theirs", "invitation": token}
    someone = Asker(guest)("POST", "/auth/sign-up", theirs)["user_id"]
    guest.context.close()
    page = owner.open("/settings/people")
    late = Late(page, f"/workspaces/{mine['id']}/members/{someone}", "PUT")
    role = page.get_by_role("combobox", name="What Pick may do")
    role.select_option("read")
    late.waits()
    expect(role).to_have_value("read")
    late.let_go()
    expect(role).to_have_value("read")
    page.route(re.compile(f"/members/{someone}$"), lambda route: route.abort())
    role.select_option("admin")
    expect(page.get_by_text("The server does not answer")).to_be_visible()
    expect(role).to_have_value("read")
    assert [
        one["role"] for one in ask("GET", f"/workspaces/{mine['id']}/members")["items"] if one["name"] == "Pick"
    ] == ["read"]


def test_an_answer_that_is_being_typed_outlives_a_server_that_is_away(person: Person, stack: Stack) -> None:
    form = [{"id": "r1", "name": "why", "type": "string"}]
    ask = block("ask", "human_in_the_loop", 300, values={"input_format": form})
    id = person.make("Patient", block("start", "start"), ask, edges="start>ask")
    run = stack.ask("POST", f"/workflows/{id}/execute", {"input": {}})[1]["run_id"]
    page = person.open(f"/runs/{run}")
    page.get_by_role("textbox", name="why").fill("because")
    lost: list[Any] = []

    def lose(route: Route) -> None:
        lost.append(route)
        route.abort()

    page.route(re.compile(f"/api/v1/runs/{run}"), lose)
    while len(lost) < 4:  # asked, asked again, and both once more
        page.wait_for_timeout(50)
    expect(page.get_by_role("textbox", name="why")).to_have_value("because")
    page.unroute_all()
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_role("heading", name="This run waits for an answer")).to_have_count(0)
    ran = stack.ask("GET", f"/runs/{run}?trace=true")[1]
    assert ran["status"] != "paused"


@pytest.fixture
def kept(stack: Stack) -> str:
    return stack.ask("POST", "/files?name=focus.json&folder=focus", {"n": 1})[1]["id"]


def test_a_dialog_gives_the_focus_back_to_what_opened_it_or_to_the_page(person: Person, kept: str) -> None:
    page = person.open("/files?folder=focus")
    more = page.get_by_role("button", name="What can be done with focus.json")
    more.press("Enter")
    page.get_by_role("menuitem", name="Rename…").press("Enter")
    expect(page.get_by_role("textbox", name="Name")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(more).to_be_focused()
    more.press("Enter")
    page.get_by_role("menuitem", name="Delete…").press("Enter")
    page.get_by_role("button", name="Delete it").press("Enter")
    expect(page.get_by_text("Nothing in this folder yet")).to_be_visible()
    expect(page.locator("main")).to_be_focused()


def test_what_ends_a_long_form_is_in_sight_and_hides_no_field(owner: Person) -> None:
    page = owner.page
    page.set_viewport_size({"width": 1024, "height": 768})
    late = Late(page, "/integrations")
    owner.open("/settings/groups")
    expect(
        page.get_by_text("No group", exact=True).or_(page.get_by_role("list", name="Permission groups"))
    ).to_be_visible()
    expect(page.get_by_role("button", name="New group")).to_be_disabled()  # what can be chosen is not known yet
    assert late.let_go()
    page.get_by_role("button", name="New group").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("checkbox", name="GitHub")).to_be_visible()
    save = dialog.get_by_role("button", name="Save")
    expect(dialog.get_by_role("checkbox").first).to_be_visible()
    expect(save).to_be_in_viewport(ratio=1)
    whole, foot = dialog.bounding_box(), save.bounding_box()
    assert whole
    assert foot
    assert whole["y"] + whole["height"] - foot["y"] - foot["height"] < 20, "the form's end is the dialog's"
    dialog.get_by_label("Parts of the API they may not use").focus()
    expect(save).to_be_in_viewport(ratio=1)
    box, foot = dialog.get_by_label("Parts of the API they may not use").bounding_box(), save.bounding_box()
    assert box
    assert foot
    assert box["y"] + box["height"] <= foot["y"]
    save.press("Enter")  # the name is lacking, and far above
    expect(dialog.get_by_text("Name is needed.")).to_be_in_viewport()
    expect(dialog.locator("[name=name]")).to_be_focused()
