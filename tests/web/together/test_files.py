"""Files of a workspace as several people see them: who only reads, and two who choose at the same time."""

from playwright.sync_api import Page, expect

from tests.web.together.people import Room, choose, field, saved


def take(page: Page, name: str) -> None:
    field(page, "files").get_by_role("button", name="Choose for Files").click()
    page.get_by_role("option", name=name).click()


def test_who_only_reads_looks_at_files_and_changes_none(room: Room) -> None:
    ada, eve = room.team["Ada"], room.team["Eve"]
    kept = ada.ask("POST", "/files?name=plan.json", {"words": "the plan"})
    values = {"files": [{"file_id": kept["id"], "name": "as it was called"}]}
    room.make({"agent": {"type": "agent", "position": {"x": 0, "y": 0}, "values": values}})
    page = room.open("Eve")
    choose(page, "agent")
    expect(field(page, "files").get_by_text("plan.json")).to_be_visible()
    expect(field(page, "files").get_by_role("button", name="Upload for Files")).to_have_count(0)
    page.goto(f"{eve.url}/files")
    expect(page.get_by_role("button", name="plan.json", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Upload", exact=True)).to_have_count(0)
    page.get_by_role("button", name="What can be done with plan.json").click()
    expect(page.get_by_role("menuitem")).to_have_text(["Open", "Download"])
    for method, path in (("POST", "/files?name=a"), ("DELETE", f"/files/{kept['id']}")):
        assert eve.refused(method, path) == 403


def test_two_people_choose_files_for_one_field(room: Room) -> None:
    ids = {name: room.team["Ada"].ask("POST", f"/files?name={name}", {})["id"] for name in ("one.json", "two.json")}
    room.make({"agent": {"type": "agent", "position": {"x": 0, "y": 0}}})
    ada, bob = room.open("Ada"), room.open("Bob")
    for page in (ada, bob):
        choose(page, "agent")
    take(ada, "one.json")
    expect(field(bob, "files").get_by_text("one.json")).to_be_visible()
    take(bob, "two.json")
    expect(field(ada, "files").get_by_role("listitem")).to_have_count(2)
    field(ada, "files").get_by_role("button", name="Leave out one.json").click()
    expect(field(bob, "files").get_by_role("listitem")).to_have_count(1)
    saved(ada)
    assert room.stored()["blocks"]["agent"]["values"]["files"] == [{"file_id": ids["two.json"], "name": "two.json"}]
