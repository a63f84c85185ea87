"""What is installed is found, says where it came from, and tells what it takes and gives."""

import re

from playwright.sync_api import Page, expect

from tests.web.conftest import Person


def entry(page: Page, title: str):
    return page.locator("details").filter(has=page.locator("summary").get_by_text(title, exact=True)).first


def test_everything_installed_is_listed_with_its_package_and_origin(owner: Person) -> None:
    page = owner.open("/integrations")
    plugins = owner.stack.ask("GET", "/plugins")[1]["items"]
    expect(page.get_by_role("heading", name="Services")).to_be_visible()
    said = page.locator("main").inner_text()
    for one in plugins:
        assert f"{one['package']} {one['version']} · built in" in said, one
    page.get_by_role("searchbox", name="Filter integrations").fill("sim-provider-anthropic")
    expect(page.locator("main summary")).to_have_count(1)
    page.locator("main summary").click()
    expect(page.get_by_role("table", name="Models of Anthropic").get_by_role("row")).not_to_have_count(1)
    # whoever runs the instance is told where it lies
    expect(page.get_by_text("Package sim-provider-anthropic")).to_contain_text("plugins/providers/anthropic")
    assert all("place" not in one or not one["place"] for one in plugins)
    page.get_by_role("searchbox", name="Filter integrations").fill("no such thing")
    expect(page.get_by_text("Nothing that is installed fits")).to_be_visible()
    assert owner.complaints == []


def test_an_operation_and_a_block_open_their_reference(owner: Person) -> None:
    page = owner.open("/integrations?open=github")
    github = entry(page, "GitHub")
    row = (
        github.get_by_role("list", name="Operations of GitHub")
        .get_by_role("listitem")
        .filter(has=page.get_by_text("Create issue", exact=True))
    )
    row.locator("summary").click()
    inputs = row.get_by_role("list", name="Inputs")
    expect(inputs.get_by_role("listitem").filter(has_text=re.compile("^owner"))).to_contain_text("*")
    expect(inputs).not_to_contain_text("operation")
    expect(row.get_by_role("list", name="Outputs")).to_contain_text("number")
    expect(row).to_contain_text("Account: a token")
    entry(page, "Condition").locator("summary").click()
    expect(page).to_have_url(re.compile("open=condition"))
    expect(entry(page, "Condition").get_by_role("list", name="Outputs")).to_contain_text("selected_path")
    assert owner.serious() == []
    assert owner.complaints == []


def test_the_command_that_adds_a_package_is_written_for_a_shell(owner: Person) -> None:
    page = owner.open("/integrations")
    page.get_by_role("button", name="Add a package").click()
    dialog = page.get_by_role("dialog", name="Add a package")
    for typed, line in (("", "NAME"), ("sim-tool-jira", "sim-tool-jira"), ("./my plugin; ls", "'./my plugin; ls'")):
        dialog.get_by_role("textbox", name="Package").fill(typed)
        expect(dialog.get_by_text("sim plugin install")).to_have_text(f"sim plugin install {line}")
    assert owner.serious() == []
