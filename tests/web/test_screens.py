"""Every page in both themes: without complaints, without serious findings, and kept as a picture to look at."""

import gzip
import re

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.support.stack import Stack
from tests.web.conftest import ROOT, Person
from tests.web.looking import Look, doors, look, routes, tabs

__all__ = ["look"]

PAGES = {
    "workflows": ("/workflows", "Workflows"),
    "runs": ("/runs", "Runs"),
    "files": ("/files", "Files"),
    "integrations": ("/integrations", "Integrations"),
    "integrations-open": ("/integrations?open=slack", "Integrations"),
    "lost": ("/nowhere", "Nothing here"),
    "link": ("/w/01890000-0000-7000-8000-000000000000", "Not here for you"),
    **{f"settings-{tab}": (f"/settings/{tab}", "Settings") for tab in tabs()},
}
ELSEWHERE = {"editor", "run", "settings"}
"""Pages that are looked at in several states, or as all that they hold."""
AGAIN = {"integrations-open"}
"""Pages that have a picture already, with something on them open."""
DOORS = {
    "/sign-in": "Sign in",
    "/sign-up": "Accounts are by invitation",
    "/reset": "Set a new password",
    "/invite": "This invitation does not hold",
    "/connect": "Come in by a key",
}
DIALOGS = {
    "my-keys": ("/settings/my-keys", "New key"),
    "my-secrets": ("/settings/my-secrets", "Paste a .env file"),
    "invitations": ("/settings/invitations", "Invite somebody"),
    "workspaces": ("/settings/workspaces", "New workspace"),
    "security": ("/settings/security", "Change it"),
    "second-factor": ("/settings/security", "Set it up"),
    "address": ("/settings/profile", "Change it"),
    "workspace": ("/settings/workspace", "Delete the workspace"),
    "organization": ("/settings/organization", "New organization"),
    "groups": ("/settings/groups", "New group"),
    "models": ("/settings/models", "Add a key of OpenAI"),
    "package": ("/integrations", "Add a package"),
    "account": ("/integrations?open=github", "Add an account"),
}
MENUS = {"person": "Ada Lovelace: your menu", "workspace": "Workspace: My workspace"}


def test_every_route_has_a_picture() -> None:
    assert set(routes()) == set(PAGES) - {f"settings-{tab}" for tab in tabs()} - AGAIN | ELSEWHERE
    assert set(doors()) <= set(DOORS)


def test_every_page_is_sound(look: Look, workflow: dict[str, str]) -> None:
    look.person.stack.ask("POST", f"/workflows/{workflow['Hello']}/execute", {"input": {"name": "Ada"}})
    for name in ("reports", "reports/2026"):
        look.person.stack.ask("POST", f"/files?name=figures.json&folder={name}", {"figures": [1, 2, 3]})
    look.person.stack.ask("POST", "/files?name=a%20plan.json", {"words": "first"})
    page = look.person.page
    titles: set[str] = set()
    for name, (path, title) in PAGES.items():
        look.visit(path)
        expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()
        look.keep(name)
        titles.add(page.title())
    # two matters of settings may be called alike
    assert len(titles) >= len({*PAGES} - AGAIN) - (len(tabs()) - len(set(tabs().values())))


def test_every_dialog_is_sound(look: Look) -> None:
    page = look.person.page
    for name, (path, button) in DIALOGS.items():
        look.visit(path, anew=False)
        page.get_by_role("button", name=button, exact=True).first.click()
        expect(page.get_by_role("dialog")).to_be_visible()
        look.keep(f"dialog-{name}", still=False)
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
    look.visit("/workflows", anew=False)
    expect(page.get_by_role("heading", name="Workflows", level=1)).to_be_visible()
    for name, button in MENUS.items():
        page.get_by_role("button", name=button).click()
        expect(page.get_by_role("menu")).to_be_visible()
        look.keep(f"menu-{name}", still=False)
        page.keyboard.press("Escape")
        expect(page.get_by_role("menu")).to_have_count(0)
    page.keyboard.press("Shift+?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    look.keep("shortcuts", still=False)


def fail(route: Route) -> None:
    problem = (
        '{"code": "fault", "title": "The server failed", "detail": "The database does not answer.", "status": 503}'
    )
    route.fulfill(status=503, body=problem, content_type="application/problem+json")


def test_every_state_of_a_list_is_sound(look: Look) -> None:
    """Nothing there yet, on its way, and refused: each says what to do."""
    person, page = look.person, look.person.page
    empty = make_workspace(person)
    person.enter(empty)
    for name, says in {
        "workflows": "No workflow yet",
        "runs": "Nothing ran yet",
        "files": "No file yet",
        "settings/keys": "No key yet",
        "settings/secrets": "No secret yet",
    }.items():
        person.open(f"/{name}")
        expect(page.get_by_text(says)).to_be_visible()
        look.keep(f"empty-{name.replace('/', '-')}")
    asked: list[Route] = []
    for name in ("workflows", "runs", "files", "integrations"):
        page.route(re.compile(f"/api/v1/{name}([?]|$)"), lambda route: asked.append(route))
        person.open(f"/{name}")
        expect(page.locator("main").get_by_role("status", name="Loading").first).to_be_visible()
        look.keep(f"loading-{name}", loading=True)
        page.unroute_all()
    for name in ("workflows", "runs", "files", "integrations"):
        page.route(re.compile(f"/api/v1/{name}([?]|$)"), fail)
        person.open(f"/{name}")
        expect(page.locator("main").get_by_role("button", name="Try again")).to_be_visible()
        look.keep(f"failed-{name}")
        page.unroute_all()
    assert all("503" in one for one in person.complaints)
    person.complaints.clear()


def make_workspace(person: Person) -> str:
    """One with nothing in it."""
    url, headers = person.stack.url, {"Origin": person.stack.url}
    [first, *others] = person.context.request.get(f"{url}/api/v1/workspaces").json()["items"]
    known = [one for one in others if one["name"] == "Nothing yet"]
    body = {"name": "Nothing yet", "organization_id": first["organization_id"]}
    made = known or [person.context.request.post(f"{url}/api/v1/workspaces", data=body, headers=headers).json()]
    headers["X-Workspace-Id"] = made[0]["id"]
    for one in person.context.request.get(f"{url}/api/v1/workflows", headers=headers).json()["items"]:
        person.context.request.delete(f"{url}/api/v1/workflows/{one['id']}", headers=headers)
    return made[0]["id"]


def test_every_state_of_the_editor_is_sound(look: Look, workflow: dict[str, str]) -> None:
    page = look.person.open(f"/workflows/{workflow['Ten blocks']}")
    expect(page.locator(".react-flow__node").first).to_be_visible()
    look.keep("editor")
    page.locator(".react-flow__node[aria-label^=Prepare]").click()
    look.keep("editor-block")
    page.keyboard.press("Control+K")
    expect(page.get_by_role("dialog", name="Search everything")).to_be_visible()
    look.keep("palette")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_role("dialog")).to_be_visible()
    look.keep("run-form", still=False)
    page.get_by_role("dialog").get_by_role("button", name="Run").click()
    expect(page.locator("[data-step='Add']")).to_be_visible()
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_visible()
    page.locator("[data-step='Add']").click()
    look.keep("editor-ran", still=False)
    page.set_viewport_size({"width": 1024, "height": 768})
    look.keep("editor-1024", still=False)
    page.set_viewport_size({"width": 1440, "height": 900})
    look.person.open("/runs")
    page.locator("main").get_by_role("link", name="Ten blocks").first.click()
    expect(page.get_by_role("heading", name="Trace")).to_be_visible()
    page.get_by_role("button", name="Add: finished").click()
    look.keep("run", still=False)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_door_is_sound(browser: Browser, owned: Stack, theme: str) -> None:
    person = Person(browser, owned, by_key=False, color_scheme=theme, reduced_motion="reduce")
    seen = Look(person, theme)
    for path, title in DOORS.items():
        seen.visit(path)
        expect(person.page.get_by_role("heading", name=title, level=1)).to_be_visible()
        seen.keep(path.strip("/"))
    come_in(person.page, owned.key, seen)
    seen.done()


def with_providers(route: Route) -> None:
    reply = route.fetch()
    route.fulfill(response=reply, json={**reply.json(), "providers": ["google", "github", "oidc"], "sends_mail": True})


def test_every_door_is_sound_with_other_ways_in_an_invitation_and_no_server(look: Look) -> None:
    person, page = look.person, look.person.page
    url, headers = person.stack.url, {"Origin": person.stack.url}
    [organization, *_] = person.context.request.get(f"{url}/api/v1/organizations").json()["items"]
    place = f"{url}/api/v1/organizations/{organization['id']}/invitations"
    body = {"email": f"newcomer-{look.theme}@example.com", "grants": []}
    sent = person.context.request.post(place, data=body, headers=headers).json()
    person.open("/invite?" + sent["link"].partition("?")[2])
    expect(page.get_by_role("heading", name="For somebody else")).to_be_visible()
    look.keep("invite-somebody-else")
    with page.expect_event("domcontentloaded"):  # the same address anew, with nothing left of whoever was here
        page.get_by_role("button", name="Sign out").click()
    expect(page.locator("[name=password]")).to_be_visible()
    look.keep("invite-newcomer")
    page.route("**/api/v1/auth", with_providers)
    person.open("/sign-in")
    expect(page.get_by_role("link", name="Continue with Google")).to_be_visible()
    look.keep("sign-in-providers")
    page.get_by_role("button", name="Sign in with a code").click()
    expect(page.get_by_role("textbox", name="E-mail")).to_be_focused()
    look.keep("sign-in-code", still=False)
    page.unroute_all()
    page.route("**/api/v1/**", lambda route: route.abort())
    person.open("/workflows")
    expect(page.get_by_role("heading", name="Sim does not answer")).to_be_visible()
    look.keep("no-server")
    assert all("ERR_FAILED" in one or "401" in one for one in person.complaints), person.complaints
    person.complaints.clear()


def come_in(page: Page, key: str, seen: Look) -> None:
    """At the door of developers: a key that is wrong is refused in words; the right one lets in."""
    page.get_by_role("textbox", name="API key").fill("sim_wrong")
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_role("alert")).to_be_visible()
    seen.keep("connect-refused", still=False)
    seen.person.complaints.clear()  # the browser notes that a request was refused
    page.get_by_role("textbox", name="API key").fill(key)
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_role("heading", name="Workflows", level=1)).to_be_visible()


NO_LATER = (
    "const ask = setTimeout; window.setTimeout = (run, ms, ...more) => ask(run, ms === 1000 ? 1e9 : ms, ...more);"
)
"""What edits text is fetched a second after the canvas stands: on a busy machine that is within what is counted."""


def test_the_editor_loads_less_than_400_kb_of_script(person: Person, workflow: dict[str, str]) -> None:
    loaded: set[str] = set()
    person.context.add_init_script(NO_LATER)
    person.page.on("response", lambda reply: loaded.add(reply.url) if reply.url.endswith(".js") else None)
    page = person.open(f"/workflows/{workflow['Ten blocks']}")
    expect(page.locator(".react-flow__node").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    files = [ROOT / "sim_web/dist/assets" / url.rsplit("/", 1)[1] for url in loaded]
    assert files
    assert sum(len(gzip.compress(file.read_bytes())) for file in files) < 400_000
