"""Runs of a thousand rounds and values of megabytes: few rows of the page, and everything found."""

from pathlib import Path

from playwright.sync_api import expect

from tests.web.building import block, code, node, run
from tests.web.conftest import Person

ROWS = "return {'long': 'x' * 5_000_000 + 'needle', 'rows': [{'n': n, 'name': f'sheep {n}'} for n in range(3000)]}"


def test_a_thousand_rounds_show_the_newest_and_lead_to_what_failed(person: Person) -> None:
    rows = [{"id": "f-if", "title": "if", "value": "<loop.index> in (399, 799)"}, {"id": "f-else", "title": "else"}]
    id = person.make(
        "Thousand", block("start", "start"), block("each", "loop", 300, size=[900, 260]),
        block("fork", "condition", 100, parent="each", values={"conditions": rows}),
        code("break", "raise ValueError('no more wool')", 400, parent="each", error_port=True),
        code("mend", "return 0", 650, parent="each"),
        edges="start>each each.loop-start-source>fork fork.condition-f-if>break break.error>mend",
        subflows={"each": {"kind": "loop", "id": "each", "iterations": 1000}},
    )  # fmt: skip
    page = person.open(f"/workflows/{id}")
    expect(node(page, "Break")).to_be_visible()
    run(page)
    console = page.get_by_label("Console", exact=True)
    expect(console.get_by_text("Round 1000", exact=True)).to_be_visible()  # without a word from the person
    steps = console.get_by_role("list", name="Steps")
    assert steps.get_by_role("listitem").count() < 60
    console.get_by_role("button", name="2 failed").click()
    expect(console.get_by_role("alert")).to_contain_text("no more wool")
    expect(console.get_by_text("Round 400", exact=True)).to_be_visible()
    console.get_by_role("button", name="1 of 2 failed").click()
    expect(console.get_by_text("Round 800", exact=True)).to_be_visible()
    console.get_by_label("Filter the steps").fill("handled")
    expect(steps.locator("[data-step=Break]")).to_have_count(2)


def test_a_value_of_megabytes_is_cut_searched_and_saved_whole(person: Person, tmp_path: Path) -> None:
    id = person.make("Large", block("start", "start"), code("much", ROWS, 300), edges="start>much")
    page = person.open(f"/workflows/{id}")
    expect(node(page, "Much")).to_be_visible()
    run(page)
    output = page.get_by_test_id("output")
    expect(output).to_contain_text("2,000 of 5,000,006 characters")
    assert len(output.inner_text()) < 20_000
    output.get_by_role("searchbox").fill("NEEDLE")
    expect(output).to_contain_text("1 place")
    expect(output).to_contain_text("needle")
    output.get_by_role("searchbox").fill("sheep 2999")
    expect(output).to_contain_text("sheep 2999")
    expect(output.get_by_role("button", name="2999 {1}")).to_be_visible()  # it keeps its place in the list
    with page.expect_download() as download:
        output.get_by_role("button", name="Save output as a file").click()
    download.value.save_as(tmp_path / "output.json")
    assert (tmp_path / "output.json").stat().st_size > 5_000_000
