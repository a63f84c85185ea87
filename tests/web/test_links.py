"""Every place has an address that can be sent to a colleague, and the way back is the browser's own."""

import re

from playwright.sync_api import Browser, Page, expect

from tests.web.conftest import Person
from tests.web.test_running import block, code, node


def made(owner: Person, name: str) -> str:
    return owner.make(
        name, block("start", "start"), code("work", "return 1", 300), code("far", "return 2", 5000),
        edges="start>work work>far",
    )  # fmt: skip


def api(owner: Person, method: str, path: str, body: object = None, workspace: str = "") -> dict[str, str]:
    headers = {"Origin": owner.stack.url, **({"X-Workspace-Id": workspace} if workspace else {})}
    url = f"{owner.stack.url}/api/v1{path}"
    return owner.context.request.fetch(url, method=method, data=body, headers=headers).json()


def test_a_block_is_in_the_address_and_seen_by_whoever_opens_it(owner: Person, browser: Browser) -> None:
    id = made(owner, "Linked")
    page = owner.open(f"/workflows/{id}")
    node(page, "Work").click()
    expect(page).to_have_url(re.compile(f"/workflows/{id}\\?block=work$"))
    page.locator(".react-flow__pane").click(position={"x": 300, "y": 20})
    expect(page).to_have_url(re.compile(f"/workflows/{id}$"))
    colleague = Person(browser, owner.stack)
    theirs = colleague.open(f"/w/{id}?block=far")
    expect(theirs).to_have_url(re.compile(f"/workflows/{id}\\?block=far$"))
    expect(theirs.get_by_label("Name of the block")).to_have_value("Far")
    expect(node(theirs, "Far")).to_be_in_viewport()
    expect(theirs).to_have_title("Linked · Sim")
    colleague.context.close()


def test_a_run_its_step_and_a_version_have_addresses(owner: Person) -> None:
    id = owner.make("Told", block("start", "start"), code("work", "return 1", 300), edges="start>work")
    status, _ = owner.stack.ask("POST", f"/workflows/{id}/deployments", {"note": "the first"})
    assert status == 201
    page = owner.open(f"/workflows/{id}?version=1")
    dialog = page.get_by_role("dialog", name="Deploy")
    expect(dialog.get_by_role("listitem").filter(has_text="the first")).to_have_attribute("aria-current", "true")
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(f"/workflows/{id}$"))
    owner.stack.ask("POST", f"/workflows/{id}/execute", {"input": {}})
    _, listed = owner.stack.ask("GET", f"/runs?workflow_id={id}")
    run = listed["items"][0]["id"]
    page = owner.open(f"/w/{run}?block=work")
    expect(page).to_have_url(re.compile(f"/runs/{run}\\?block=work$"))
    expect(page.get_by_role("heading", name="Output of Work")).to_be_visible()


def test_a_link_into_another_workspace_of_mine_goes_over_there(owner: Person) -> None:
    [first, *others] = api(owner, "GET", "/workspaces")["items"]
    body = {"name": "Over there", "organization_id": first["organization_id"]}
    there = next((one for one in others if one["name"] == "Over there"), None) or api(
        owner, "POST", "/workspaces", body
    )
    document = {"name": "Remote", "blocks": {"s": block("s", "start")}}
    id = api(owner, "POST", "/workflows", {"workflow": document}, there["id"])["id"]
    page = owner.open("/workflows")
    expect(page.get_by_role("button", name="Workspace: My workspace")).to_be_visible()
    owner.open(f"/workflows/{id}")
    expect(page.get_by_role("button", name="Workspace: Over there")).to_be_visible()
    expect(node(page, "S")).to_be_visible()
    expect(page.get_by_role("navigation", name="Workflows").get_by_role("link", name="Remote")).to_be_visible()
    home = made(owner, "Home again")
    owner.open(f"/w/{home}")
    expect(page.get_by_role("button", name="Workspace: My workspace")).to_be_visible()
    expect(node(page, "Work")).to_be_visible()


def test_what_is_not_for_me_says_so_and_how_to_ask(owner: Person) -> None:
    for path in ("/workflows/01890000-0000-7000-8000-000000000000", "/runs/nonsense", "/w/nonsense"):
        page = owner.open(path)
        expect(page.get_by_role("heading", name="Not here for you", level=1)).to_be_visible()
        expect(page.locator("main")).to_contain_text("ada@example.com")
        expect(page.get_by_role("button", name="Copy a message to ask with")).to_be_visible()
    page.get_by_role("button", name="Go to your workflows").click()
    expect(page.get_by_role("heading", name="Workflows", level=1)).to_be_visible()
    assert owner.complaints == []


def heading(page: Page, name: str) -> None:
    expect(page.get_by_role("heading", name=name).first).to_be_visible()


def test_back_and_forward_go_through_the_editor_and_the_settings(owner: Person) -> None:
    id, other = made(owner, "Here"), made(owner, "There")
    page = owner.open("/settings/profile")
    page.get_by_role("navigation", name="Settings").get_by_role("link", name="Security").click()
    heading(page, "Password")
    page.get_by_role("navigation", name="Workflows").locator(f"a[href='/workflows/{id}']").click()
    node(page, "Work").click()
    expect(page).to_have_url(re.compile("block=work"))
    page.get_by_role("navigation", name="Workflows").locator(f"a[href='/workflows/{other}']").click()
    expect(page).to_have_title("There · Sim")
    page.go_back()
    expect(page).to_have_title("Here · Sim")
    expect(page.get_by_label("Name of the block")).to_have_value("Work")
    page.go_back()
    heading(page, "Password")
    page.go_back()
    heading(page, "E-mail")
    page.go_forward()
    heading(page, "Password")
    assert owner.complaints == []


def test_the_palette_finds_a_workflow_a_run_and_a_matter_of_settings(owner: Person) -> None:
    id = owner.make("Findable", block("start", "start"))
    owner.stack.ask("POST", f"/workflows/{id}/execute", {"input": {}})
    page = owner.open("/integrations")
    heading(page, "Integrations")
    for typed, found, at in (
        ("findable", "Findable", f"/workflows/{id}$"),
        ("findable finished", re.compile("^Findable, finished"), "/runs/[\\w-]{36}$"),
        ("permission groups", "Organization: Permission groups", "/settings/groups$"),
    ):
        page.keyboard.press("Control+K")
        palette = page.get_by_role("dialog", name="Search everything")
        palette.get_by_role("combobox").fill(typed)
        expect(palette.get_by_role("option").first).to_have_text(found)
        expect(palette.get_by_role("option", selected=True)).to_have_count(1)
        palette.get_by_role("option").filter(has_text=found).first.click()
        expect(page).to_have_url(re.compile(at))
