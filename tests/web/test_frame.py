"""The frame around every page: workspaces, folders, and the settings of people, workspaces and organizations."""

import base64
import hmac
import re
import struct
import time

from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.web.conftest import OWNER, Person
from tests.web.wordy import Asker


def make(person: Person, name: str) -> str:
    body = {"name": name, "workflow": {"name": name, "blocks": {"s": {"id": "s", "type": "start", "name": "Start"}}}}
    return person.stack.ask("POST", "/workflows", body)[1]["id"]


def fill(page: Page, **answers: str) -> None:
    for name, text in answers.items():
        page.locator(f"[name={name}]").fill(text)


def begins_with(tree: Locator, *names: str) -> None:
    """Wait until these rows come first, in this order."""
    for at, name in enumerate(names):
        expect(tree.get_by_role("listitem").nth(at)).to_have_text(name)


def test_folders_hold_workflows_by_mouse_and_by_keyboard(owner: Person) -> None:
    ids = {name: make(owner, name) for name in ("Alpha", "Beta")}
    page = owner.open("/workflows")
    tree = page.get_by_role("list", name="Workflows and folders")
    alpha, beta = (tree.locator(f"[data-twig='{ids[name]}']") for name in ("Alpha", "Beta"))
    expect(alpha).to_be_visible()
    begins_with(tree, "Beta", "Alpha")
    alpha.get_by_role("link").focus()
    page.keyboard.press("Alt+ArrowUp")
    begins_with(tree, "Alpha", "Beta")
    page.get_by_role("button", name="New folder").click()
    page.get_by_label("Name of the folder").fill("Greek")
    page.keyboard.press("Enter")
    folder = tree.get_by_role("listitem").filter(has=page.get_by_role("button", name="Greek", exact=True))
    expect(folder).to_be_visible()
    beta.drag_to(folder)
    expect(beta).to_have_css("padding-left", "14px")
    alpha.get_by_role("link").focus()
    page.keyboard.press("Alt+ArrowRight")
    expect(alpha).to_have_css("padding-left", "14px")
    begins_with(tree, "Greek", "Beta", "Alpha")
    folder.get_by_role("button", name="Greek", exact=True).click()
    expect(alpha).to_have_count(0)
    page.reload()
    expect(folder).to_be_visible()
    folder.hover()
    page.get_by_role("button", name="More about Greek").click()
    page.get_by_role("menuitem", name="Delete…").click()
    page.get_by_role("button", name="Delete the folder").click()
    expect(folder).to_have_count(0)
    expect(alpha).to_have_css("padding-left", "0px")
    assert owner.complaints == []


def test_a_workspace_is_made_entered_deleted_and_had_back(owner: Person) -> None:
    page = owner.open("/settings/workspaces")
    page.get_by_role("button", name="New workspace").click()
    fill(page, name="Laboratory")
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_role("button", name="Workspace: Laboratory")).to_be_visible()
    expect(page.get_by_role("navigation", name="Workflows").get_by_text("None yet.")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Workspace: Laboratory")).to_be_visible()
    owner.open("/settings/workspace")
    page.get_by_role("button", name="Delete the workspace").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete the workspace").click()
    expect(page.get_by_role("button", name="Workspace: My workspace")).to_be_visible()
    owner.open("/settings/workspaces")
    gone = page.get_by_role("list", name="Deleted workspaces").get_by_role("listitem")
    expect(gone).to_contain_text("Laboratory")
    gone.get_by_role("button", name="Restore").click()
    expect(page.get_by_role("list", name="Workspaces", exact=True)).to_contain_text("Laboratory")
    assert owner.complaints == []


def test_an_invitation_is_handed_on_and_lets_somebody_in(browser: Browser, owner: Person) -> None:
    page = owner.open("/settings/invitations")
    page.get_by_role("button", name="Invite somebody").first.click()
    fill(page, email="grace@example.com")
    page.get_by_role("dialog").get_by_role("button", name="Invite").click()
    link = page.get_by_test_id("shown-once").inner_text()
    page.keyboard.press("Escape")
    expect(page.get_by_role("list", name="Invitations")).to_contain_text("waiting")
    guest = Person(browser, owner.stack, by_key=False)
    theirs = guest.page
    theirs.goto(link)
    expect(theirs.get_by_role("heading", name=re.compile("^Join"))).to_be_visible()
    fill(theirs, name="Grace", password="a password of hers")
    theirs.get_by_role("button", name="Make an account").click()
    expect(theirs.get_by_role("button", name="Workspace: My workspace")).to_be_visible()
    guest.open("/settings/members")
    expect(theirs.get_by_role("list", name="Members")).to_contain_text("Ada Lovelace")
    expect(theirs.get_by_role("navigation", name="Settings").get_by_text("Invitations")).to_have_count(0)
    owner.open("/settings/people")
    with page.expect_response(re.compile("/members/")) as told:
        page.get_by_role("combobox", name="What Grace may do").select_option("read")
    assert told.value.ok
    guest.open("/workflows")
    expect(theirs.get_by_role("list", name="Workflows and folders").get_by_role("listitem").first).to_be_visible()
    expect(theirs.get_by_role("button", name="New folder")).to_have_count(0)
    assert guest.complaints == owner.complaints == []
    guest.context.close()


def test_who_is_in_no_workspace_is_told_and_goes_on_once_let_in(browser: Browser, owner: Person) -> None:
    ask = Asker(owner)
    [place, *_] = ask("GET", "/workspaces")["items"]
    body = {"email": "outside@example.com", "grants": []}
    sent = ask("POST", f"/organizations/{place['organization_id']}/invitations", body)
    guest = Person(browser, owner.stack, by_key=False)
    page = guest.page
    page.goto(sent["link"])
    fill(page, name="Otto", password="a password of his")
    page.get_by_role("button", name="Make an account").click()
    expect(page.get_by_role("heading", name="No workspace yet", level=1)).to_be_visible()
    assert guest.serious() == []
    page.get_by_role("button", name="Your workspaces").click()
    expect(page.get_by_text("No workspace", exact=True)).to_be_visible()
    expect(page.get_by_role("navigation", name="Settings").get_by_text("Usage")).to_have_count(0)
    assert guest.complaints == []
    me = Asker(guest)("GET", "/me")["id"]
    ask("PUT", f"/workspaces/{place['id']}/members/{me}", {"role": "read"})
    guest.open("/workflows")
    expect(page.get_by_role("button", name=f"Workspace: {place['name']}")).to_be_visible()
    expect(page.get_by_role("heading", name="Workflows", level=1)).to_be_visible()
    assert guest.complaints == []
    guest.context.close()


def test_keys_are_shown_once_and_revoked(owner: Person) -> None:
    page = owner.open("/settings/my-keys")
    page.get_by_role("button", name="New key").click()
    fill(page, name="Laptop")
    page.get_by_role("button", name="Make the key").click()
    key = page.get_by_test_id("shown-once").inner_text()
    assert owner.stack.ask("GET", "/me", X_API_Key=key)[0] == 200
    page.keyboard.press("Escape")
    page.reload()
    expect(page.get_by_role("list", name="Your API keys")).to_contain_text("Laptop")
    assert key not in page.content()
    page.get_by_role("button", name="Revoke Laptop").click()
    page.get_by_role("button", name="Revoke", exact=True).click()
    expect(page.locator("main")).not_to_contain_text("Laptop")  # a dialog that is busy hides roles, not words
    assert owner.stack.ask("GET", "/me", X_API_Key=key)[0] == 401


def test_secrets_are_pasted_and_what_is_wrong_is_said_by_line(owner: Person) -> None:
    page = owner.open("/settings/secrets")
    page.get_by_role("button", name="Paste a .env file").click()
    fill(page, text="GOOD=1\n2BAD=x\n")
    page.get_by_role("button", name="Set them").click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("2")
    fill(page, text="# keys\nexport ALPHA='one two'\nBETA=3\n")
    page.get_by_role("button", name="Set them").click()
    expect(page.get_by_role("list", name="Secrets of this workspace")).to_contain_text("ALPHA")
    assert "one two" not in page.content()


def totp(secret: str) -> str:
    """What an authenticator app would show now (RFC 6238)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, struct.pack(">Q", int(time.time()) // 30), "sha1")
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"


def test_a_second_factor_is_set_up_and_asked_for(browser: Browser, owner: Person) -> None:
    page = owner.open("/settings/security")
    page.get_by_role("button", name="Set it up").click()
    expect(page.get_by_role("img", name="Code to scan")).to_be_visible()
    secret = page.get_by_test_id("totp-secret").inner_text()
    recovery = page.get_by_role("dialog").get_by_role("listitem").first.inner_text()
    fill(page, code=totp(secret))
    page.get_by_role("button", name="Turn it on").click()
    expect(page.get_by_role("button", name="Turn it off")).to_be_visible()
    other = Person(browser, owner.stack, by_key=False)
    theirs = other.open("/sign-in")
    fill(theirs, **OWNER)
    theirs.get_by_role("button", name="Sign in", exact=True).click()
    expect(theirs.get_by_role("heading", name="Second step")).to_be_visible()
    fill(theirs, code=recovery)
    theirs.get_by_role("button", name="Continue").click()
    expect(theirs.get_by_role("navigation", name="Places")).to_be_visible()
    other.context.close()
    page.get_by_role("button", name="Turn it off").click()
    page.get_by_role("dialog").get_by_role("button", name="Turn it off").click()
    expect(page.get_by_role("button", name="Set it up")).to_be_visible()


def test_something_grave_takes_a_fresh_proof(owner: Person) -> None:
    page = owner.open("/settings/security")
    asked: list[str] = []

    def stale(route: Route) -> None:
        if asked:
            route.continue_()
            return
        asked.append("password")
        problem = '{"code": "confirm", "title": "Confirm that it is you first", "status": 403}'
        route.fulfill(status=403, body=problem, content_type="application/problem+json")

    changed: list[int] = []
    page.on("response", lambda reply: changed.append(reply.status) if "/me/password" in reply.url else None)
    page.route("**/api/v1/me/password", stale)
    page.get_by_role("button", name="Change it").click()
    fill(page, password=OWNER["password"])
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_role("dialog", name="Is it you?")).to_be_visible()
    page.get_by_role("dialog", name="Is it you?").locator("[name=password]").fill(OWNER["password"])
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert changed == [403, 204]


def test_an_account_of_a_service_is_kept_and_deleted(owner: Person) -> None:
    page = owner.open("/integrations")
    page.get_by_role("searchbox", name="Filter integrations").fill("github")
    page.locator("summary", has_text="GitHub").click()
    page.get_by_role("button", name="Add an account").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Name", exact=True).fill("The bot")
    dialog.locator("input[type=password]").first.fill("ghp_secret_of_the_bot")
    dialog.get_by_role("button", name="Keep it").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_text("The bot", exact=True)).to_be_visible()
    assert "ghp_secret_of_the_bot" not in page.content()
    page.get_by_role("button", name="Delete The bot").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("The bot", exact=True)).to_have_count(0)
    assert owner.complaints == []
