"""A run that several windows see: loaded anew, open twice, another person's, and while the server is away."""

from playwright.sync_api import Locator, Page, Route, expect

from tests.support.cable import cable
from tests.support.stack import Stack
from tests.web.together.people import START, Room, node, rename, saved, state

LONG = {"type": "wait", "position": {"x": 400, "y": 0}, "values": {"time_value": 300, "time_unit": "seconds"}}
EDGES = {"e": {"id": "e", "source": "start", "target": "rest"}}


def begin(page: Page) -> None:
    page.get_by_role("button", name="Run", exact=True).click()
    going(page)


def going(page: Page) -> None:
    """The run is shown as it goes on."""
    expect(node(page, "rest").locator("[data-state=running]")).to_be_visible()


def stopped(page: Page) -> None:
    expect(node(page, "rest").locator("[data-state=failed]")).to_be_visible()


def told(page: Page) -> Locator:
    return page.get_by_role("region", name="Run under way")


def test_a_run_goes_on_in_a_window_that_is_loaded_anew_and_is_stopped_there(room: Room) -> None:
    page = room.make({"start": START, "rest": LONG}, EDGES).open("Ada")
    begin(page)
    page.reload()
    going(page)
    expect(told(page)).to_have_count(0)  # it is this window's own
    console = page.get_by_label("Console", exact=True)
    expect(console.locator("[data-step=Rest]")).to_contain_text("running…")
    page.get_by_role("button", name="Stop", exact=True).click()
    stopped(page)
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_visible()
    page.get_by_role("tab", name="Edit").focus()
    page.keyboard.press("Control+Shift+Enter")  # the same once more: what it was started with is known
    going(page)


def test_everybody_sees_one_run_and_who_may_run_may_stop_it(room: Room) -> None:
    ada = room.make({"start": START, "rest": LONG}, EDGES).open("Ada")
    bob, eve = room.open("Bob"), room.open("Eve")
    begin(ada)
    for page in (bob, eve):
        going(page)
        expect(told(page)).to_contain_text("Ada's run goes on")
    late = room.open("Bob")  # comes when it is under way already
    going(late)
    expect(told(late)).to_contain_text("Ada's run")
    expect(told(eve).get_by_role("button")).to_have_count(0)
    expect(eve.get_by_role("button", name="Run", exact=True)).to_have_count(0)
    told(bob).get_by_role("button", name="Stop it").click()
    for page in (ada, bob, eve, late):
        stopped(page)
        expect(told(page)).to_have_count(0)
    expect(ada.get_by_role("button", name="Run", exact=True)).to_be_visible()


def test_a_run_that_ends_while_the_server_is_away_is_told_of_when_it_is_back(room: Room, place: Stack) -> None:
    room.make({"start": START, "rest": LONG}, EDGES)
    ada = room.team["Ada"]
    with cable(place.port) as line:
        page = room.open("Ada", through=line.url)
        begin(page)
        console = page.get_by_label("Console", exact=True)
        line.cut()
        away = console.get_by_role("status").filter(has_text="The server does not answer")
        expect(away).to_be_visible()
        going(page)
        expect(page.get_by_role("alert")).to_have_count(0)
        [run] = ada.ask("GET", f"/runs?workflow_id={room.id}")["items"]
        ada.ask("POST", f"/runs/{run['id']}/cancel")
        line.mend()
        stopped(page)
        expect(away).to_have_count(0)
        expect(page.get_by_role("button", name="Run", exact=True)).to_be_visible()


def test_without_the_rooms_runs_are_seen_and_what_is_unsaved_is_not_run_without(room: Room) -> None:
    page = room.make({"start": START, "rest": LONG}, EDGES).open("Bob", wired=True)
    room.wire.cut()
    expect(state(page)).to_have_text("Offline")
    ada = room.open("Ada")
    begin(ada)
    going(page)  # the rooms could not tell of it
    told(page).get_by_role("button", name="Stop it").click()
    stopped(ada)
    stopped(page)
    rename(page, "rest", "Pause")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_label("Console", exact=True).get_by_role("alert")).to_contain_text(
        "Not run: 1 change of yours did not reach the server yet."
    )
    room.wire.mend()
    saved(page)
    page.get_by_role("button", name="Run", exact=True).click()
    going(page)
    page.get_by_role("button", name="Stop", exact=True).click()
    stopped(page)


def test_of_two_people_who_answer_the_second_is_told(room: Room) -> None:
    form = {"input_format": [{"id": "r", "name": "amount", "type": "number"}]}
    ask = {"type": "human_in_the_loop", "position": {"x": 400, "y": 0}, "values": form}
    ada = room.make({"start": START, "rest": ask}, EDGES).open("Ada")
    ada.get_by_role("button", name="Run", exact=True).click()
    expect(node(ada, "rest").locator("[data-state=paused]")).to_be_visible()
    [run] = room.team["Ada"].ask("GET", f"/runs?workflow_id={room.id}")["items"]
    bob, eve = room.open("Bob"), room.open("Eve")
    for page in (bob, eve):  # whoever comes sees that it waits
        expect(node(page, "rest").locator("[data-state=paused]")).to_be_visible()
    eve.goto(f"{room.team['Eve'].url}/runs/{run['id']}")
    expect(eve.get_by_text("Whoever may run this workflow can answer.")).to_be_visible()
    expect(eve.get_by_role("textbox", name="amount")).to_have_count(0)
    bob.goto(f"{room.team['Bob'].url}/runs/{run['id']}")
    bob.set_viewport_size({"width": 390, "height": 844})
    bob.get_by_role("textbox", name="amount").fill("5")

    def be_slower(route: Route) -> None:
        answer = {"input": {"amount": 7}, "wait": False}
        room.team["Ada"].ask("POST", f"/runs/{run['id']}/resume", answer)
        route.continue_()

    bob.route("**/resume", be_slower)
    bob.get_by_role("button", name="Send the answer").click()
    expect(bob.get_by_text("Somebody else has answered meanwhile")).to_be_visible()
    expect(bob.get_by_role("heading", name="This run waits for an answer")).to_have_count(0)
    expect(node(ada, "rest").locator("[data-state=done]")).to_be_visible()
    expect(ada.get_by_test_id("output")).to_contain_text("7")
