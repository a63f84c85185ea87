"""Through the front door: a fresh instance is made one's own, others come by invitation, and everybody gets out."""

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.stack import Stack
from tests.web.building import build_five_blocks_and_run_them
from tests.web.conftest import SCREENS, Person

PASSWORD = "correct horse battery"
OWNER = "ada@example.com"
READ: set[str] = set()
"""Letters that were read before."""


@pytest.fixture(scope="module")
def fresh(browser: Browser) -> Iterator[Stack]:
    """An instance that nobody has made theirs."""
    stack = Stack(SIM_SIGNUP="open")
    # browsers keep passkeys for names only
    stack.url = stack.environment["SIM_URL"] = f"http://localhost:{stack.port}"
    stack.start()
    try:
        yield stack
    finally:
        stack.end()


@pytest.fixture
def visitor(browser: Browser, fresh: Stack) -> Iterator[Person]:
    person = Person(browser, fresh, by_key=False)
    yield person
    person.context.close()


@pytest.fixture
def owner(browser: Browser, fresh: Stack) -> Iterator[Person]:
    """Whoever owns the instance, signed in; made now when nobody does yet."""
    person = Person(browser, fresh, by_key=False)
    _, facts = fresh.ask("GET", "/auth")
    if facts["is_fresh"]:
        fresh.ask("POST", "/auth/sign-up", {"name": "Ada Lovelace", "email": OWNER, "password": PASSWORD})
    person.sign_in(email=OWNER, password=PASSWORD)
    yield person
    person.context.close()


def post(person: Person, path: str, **body: Any) -> dict[str, str]:
    """One request in the name of a browser."""
    headers = {"Origin": person.stack.url}
    reply = person.context.request.post(f"{person.stack.url}/api/v1{path}", data=body, headers=headers)
    assert reply.ok, reply.text()
    return reply.json() if reply.body() else {}


def fill(page: Page, **answers: str) -> None:
    for name, text in answers.items():
        page.locator(f"[name={name}]").fill(text)


def sign_in(person: Person, email: str = OWNER, password: str = PASSWORD) -> Page:
    page = person.open("/sign-in")
    fill(page, email=email, password=password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("navigation", name="Places")).to_be_visible()
    return page


def code_for(owner: Person, address: str) -> str:
    """The code in the next letter to an address, which could not be sent, as the owner reads it."""
    for _ in range(600):
        reply = owner.context.request.get(f"{owner.stack.url}/api/v1/instance/mail")
        for one in reply.json()["items"]:
            code = re.search(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b", one["text"])
            if one["recipient"] == address and one["id"] not in READ and code:
                READ.add(one["id"])
                return code[0]
        time.sleep(0.1)
    raise AssertionError(f"no letter came for {address}")


def test_the_first_visitor_signs_up_sees_a_workflow_run_and_builds_one_of_five_blocks(visitor: Person) -> None:
    """A newcomer's way, in one browser: from the address to the output of a run, and to a workflow of their own."""
    began = time.monotonic()
    page = visitor.open("/")
    expect(page.get_by_role("heading", name="Welcome to Sim")).to_be_visible()
    page.get_by_role("button", name="Set up Sim").click()
    expect(page.get_by_text("Name is needed.")).to_be_visible()
    fill(page, name="Ada Lovelace", email="ada", password="short")
    page.get_by_role("button", name="Set up Sim").click()
    expect(page.get_by_text("This is not an address")).to_be_visible()
    expect(page.get_by_text("A password has 10 to 256 characters.")).to_be_visible()
    fill(page, email=OWNER, password="aaaaaaaaaaaa")
    page.get_by_role("button", name="Set up Sim").click()
    expect(page.get_by_text("too easily guessed")).to_be_visible()
    visitor.complaints.clear()  # the browser notes that a request was refused
    fill(page, password=PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/workflows/[\w-]{36}$"))
    expect(page.locator(".react-flow__node")).to_have_count(2)
    steps = page.get_by_role("region", name="First steps")
    expect(steps.get_by_role("listitem").first).to_be_visible()
    expect(steps.get_by_text(", done")).to_have_count(0)
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Run").click()
    expect(page.get_by_test_id("output")).to_contain_text("Hello, World!")
    expect(page.get_by_role("main").get_by_text("By hand")).to_be_visible()
    expect(steps.get_by_role("listitem").first).to_contain_text(", done")
    print(f"from the address to the output of a run: {time.monotonic() - began:.1f} s")
    page.get_by_role("link", name="Workflows", exact=True).click()
    build_five_blocks_and_run_them(page)
    # a block was looked at, and blocks were added; what is left goes away for good when somebody wants that
    expect(steps.get_by_text(", done")).to_have_count(3)
    steps.get_by_role("button", name="Do not show the first steps again").press("Enter")
    expect(steps).to_have_count(0)
    page.reload()
    expect(page.locator(".react-flow__node").first).to_be_visible()
    expect(steps).to_have_count(0)
    assert visitor.complaints == []


def test_signing_out_and_in_again(owner: Person, visitor: Person) -> None:
    page = visitor.open("/runs?status=failed")
    fill(page, email=OWNER, password="not the password")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    visitor.complaints.clear()
    fill(page, password=PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Runs", level=1)).to_be_visible()
    assert page.url.endswith("/runs?status=failed")
    page.get_by_role("button", name=re.compile("your menu$")).click()
    page.get_by_role("menuitem", name="Sign out").click()
    page.wait_for_url("**/sign-in")  # the door is loaded anew, with nothing left of whoever was here
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert visitor.complaints == []


def test_a_session_that_ends_elsewhere_leads_to_the_door_and_back(owner: Person, visitor: Person) -> None:
    page = sign_in(visitor)
    page.get_by_role("navigation", name="Places").get_by_role("link", name="Integrations").click()
    expect(page.get_by_role("heading", name="Integrations", level=1)).to_be_visible()
    post(owner, "/auth/sign-out/everywhere")
    # the page asks now and then by itself: it may have noticed before anything is clicked
    page.evaluate("document.querySelector('nav[aria-label=Places] a[href=\"/runs\"]')?.click()")
    expect(page.get_by_text("Your session has ended.")).to_be_visible()
    fill(page, email=OWNER, password=PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name=re.compile("^(Runs|Integrations)$"), level=1)).to_be_visible()


def test_others_make_an_account_with_the_code_of_their_mail(owner: Person, visitor: Person) -> None:
    page = visitor.open("/sign-up")
    fill(page, name="Bob", email="bob@example.com", password=PASSWORD)
    page.get_by_role("button", name="Make an account").click()
    expect(page.get_by_text("This instance sends no mail")).to_be_visible()
    fill(page, code=code_for(owner, "bob@example.com").lower())
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(re.compile(r"/workflows/[\w-]{36}$"))
    expect(page.locator(".react-flow__node")).to_have_count(2)
    assert visitor.complaints == []


def test_a_code_by_mail_signs_in_and_a_forgotten_password_is_set_anew(owner: Person, visitor: Person) -> None:
    page = visitor.open("/sign-in")
    page.get_by_role("button", name="Sign in with a code").click()
    fill(page, email=OWNER)
    page.get_by_role("button", name="Send me a code").click()
    expect(page.get_by_role("heading", name="Type the code")).to_be_visible()
    fill(page, code=code_for(owner, OWNER))
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("navigation", name="Places")).to_be_visible()
    post(visitor, "/auth/sign-out")
    page = visitor.open("/reset")
    fill(page, email=OWNER)
    page.get_by_role("button", name="Send me a code").click()
    expect(page.get_by_role("button", name="Set the password")).to_be_visible()
    fill(page, code=code_for(owner, OWNER), password=PASSWORD + "!")
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_text("Your password is set.")).to_be_visible()
    sign_in(visitor, password=PASSWORD + "!")
    post(visitor, "/auth/confirm", password=PASSWORD + "!")
    headers = {"Origin": visitor.stack.url}
    back = visitor.context.request.put(
        f"{visitor.stack.url}/api/v1/me/password", data={"password": PASSWORD}, headers=headers
    )
    assert back.status == 204


def test_a_passkey_signs_in_and_proves_who_one_is(owner: Person, visitor: Person) -> None:
    sign_in(visitor)
    page = visitor.open("/settings/security")
    device: Any = visitor.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    facts = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options = {**facts, "isUserVerified": True, "automaticPresenceSimulation": True}
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.get_by_role("button", name="New passkey").click()
    fill(page, name="My laptop")
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_role("list", name="Passkeys")).to_contain_text("My laptop")
    page.get_by_role("button", name=re.compile("your menu$")).click()
    page.get_by_role("menuitem", name="Sign out").click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("navigation", name="Places")).to_be_visible()
    visitor.open("/settings/security")
    expect(page.get_by_role("list", name="Passkeys")).to_contain_text("used just now")
    page.get_by_role("button", name="Remove My laptop").click()
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_text("No passkey yet")).to_be_visible()
    assert visitor.complaints == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_an_open_door_a_wrong_answer_and_a_void_link_are_sound(browser: Browser, owner: Person, theme: str) -> None:
    SCREENS.mkdir(parents=True, exist_ok=True)
    person = Person(browser, owner.stack, by_key=False, color_scheme=theme, reduced_motion="reduce")
    page = person.page
    findings: list[str] = []

    def keep(name: str) -> None:
        page.screenshot(path=SCREENS / f"{name}-{theme}.png")
        findings.extend(f"{name}: {one}" for one in person.serious())

    person.open("/sign-up")
    expect(page.get_by_role("heading", name="Make an account", level=1)).to_be_visible()
    keep("sign-up-open")
    page.get_by_role("link", name="Sign in").click()
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert")).to_have_count(2)
    keep("sign-in-wrong")
    page.get_by_role("button", name="Sign in with a code").click()
    expect(page.get_by_role("heading", name="Sign in by e-mail")).to_be_visible()
    keep("sign-in-code")
    assert person.complaints == []
    person.open("/invite?token=inv_nobody_has_this")
    expect(page.get_by_role("heading", name="This invitation does not hold")).to_be_visible()
    keep("invite-void")
    person.context.close()
    assert findings == []


def test_an_invitation_outlives_signing_out_and_in_by_whom_it_is_for(owner: Person, visitor: Person) -> None:
    [place] = owner.context.request.get(f"{owner.stack.url}/api/v1/organizations").json()["items"]
    asked = post(owner, f"/organizations/{place['id']}/invitations", email="grace@example.com", grants=[])
    grace = {"name": "Grace Hopper", "email": "grace@example.com", "password": PASSWORD}
    post(visitor, "/auth/sign-up", **grace, invitation=asked["link"].partition("?token=")[2])
    harbour = post(visitor, "/organizations", name="Harbour")["id"]
    link = post(visitor, f"/organizations/{harbour}/invitations", email=OWNER, grants=[])["link"]

    page = visitor.open("/sign-in")
    expect(page.get_by_role("navigation", name="Places")).to_be_visible()
    visitor.open("/invite?" + link.partition("?")[2])
    expect(page.get_by_role("heading", name="For somebody else")).to_be_visible()
    with page.expect_event("domcontentloaded"):
        page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Harbour")
    page.get_by_role("link", name="Sign in").click()
    fill(page, email=OWNER, password=PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Join Harbour")).to_be_visible()
    page.get_by_role("button", name="Accept").click()
    page.wait_for_url("**/workflows")
    names = [
        one["name"] for one in visitor.context.request.get(f"{visitor.stack.url}/api/v1/organizations").json()["items"]
    ]
    assert "Harbour" in names
