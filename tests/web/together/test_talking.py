"""Comments and the history."""

import re

from playwright.sync_api import expect

from tests.web.together.people import BLOCKS, Room, choose, node, rename, saved


def test_a_thread_on_a_block_is_answered_mentions_and_is_settled(room: Room) -> None:
    ada, bob = room.make(BLOCKS).open("Ada"), room.open("Bob")
    choose(ada, "work")
    ada.get_by_role("tab", name="Edit").focus()
    ada.keyboard.press("c")
    box = ada.get_by_label("Comment", exact=True)
    box.press_sequentially("What is this for, @Bo")
    expect(ada.get_by_role("option", name="Bob")).to_be_visible()
    box.press("Enter")
    expect(box).to_have_value("What is this for, @Bob ")
    box.press_sequentially("?")
    ada.get_by_role("button", name="Comment", exact=True).click()
    expect(ada.get_by_role("button", name="Thread of Ada on Work")).to_be_visible()

    pin = bob.get_by_role("button", name="Thread of Ada on Work, unread")
    expect(pin).to_be_visible()
    expect(bob.get_by_role("button", name="Comments, 1 unread")).to_be_visible()
    pin.click()
    said = bob.get_by_role("article", name="Ada said")
    expect(said).to_contain_text("What is this for, @Bob ?")
    expect(bob.get_by_role("button", name="Comments", exact=True)).to_be_visible()
    bob.get_by_label("Answer", exact=True).fill("It returns one.")
    bob.get_by_role("button", name="Answer", exact=True).click()

    answer = ada.get_by_role("article", name="Bob said")
    expect(answer).to_contain_text("It returns one.")
    # Ada is an admin
    expect(answer.get_by_role("button", name="What to do with what Bob said")).to_be_visible()
    ada.get_by_role("button", name="Resolve").click()
    expect(bob.get_by_label("Thread on Work")).to_contain_text("Resolved")
    bob.get_by_role("button", name="Close the comments").click()
    expect(bob.get_by_role("button", name=re.compile("^Thread of"))).to_have_count(0)
    [first, second] = room.team["Bob"].ask("GET", f"/workflows/{room.id}/comments")["items"]
    assert first["mentions"] == [room.team["Bob"].id]
    assert (first["anchor"], second["anchor"]) == ({"block_id": "work"}, None)
    assert [one.complaints for one in room.people] == [[], []]


def test_a_viewer_comments_on_a_spot_and_takes_it_back(room: Room) -> None:
    ada, eve = room.make(BLOCKS).open("Ada"), room.open("Eve")
    eve.get_by_role("button", name="Comments").click()
    eve.get_by_role("button", name="New comment").click()
    eve.locator(".react-flow__pane").click(position={"x": 200, "y": 500})
    eve.get_by_label("Comment", exact=True).fill("Something is missing here.")
    eve.keyboard.press("Control+Enter")
    pin = ada.get_by_role("button", name="Thread of Eve on A spot on the canvas, unread")
    expect(pin).to_be_visible()
    eve.get_by_role("button", name="What to do with what Eve said").click()
    eve.get_by_role("menuitem", name="Edit").click()
    eve.get_by_label("Say it differently").fill("Never mind.")
    eve.get_by_role("button", name="Save").click()
    expect(eve.get_by_role("article", name="Eve said")).to_contain_text("edited")
    eve.get_by_role("button", name="What to do with what Eve said").click()
    eve.get_by_role("menuitem", name="Delete the thread").click()
    expect(pin).to_have_count(0)


def test_the_past_is_looked_at_restored_and_that_taken_back(room: Room) -> None:
    ada, bob = room.make(BLOCKS).open("Ada"), room.open("Bob")
    choose(bob, "other")
    bob.get_by_role("tab", name="Edit").focus()
    bob.keyboard.press("Backspace")
    expect(node(ada, "other")).to_have_count(0)
    saved(bob)
    ada.get_by_role("button", name="History").click()
    slider = ada.get_by_role("slider", name="Moment")
    expect(slider).to_have_attribute("aria-valuetext", re.compile("^Bob"))
    moments = ada.get_by_label("Moments").get_by_role("listitem")
    expect(moments.first).to_contain_text("Removed Other")
    expect(ada.locator(".react-flow__node")).to_have_count(2)
    expect(ada.get_by_role("button", name="Restore this")).to_be_disabled()
    slider.press("Home")
    expect(slider).to_have_attribute("aria-valuetext", re.compile("^Ada"))
    expect(node(ada, "other")).to_be_visible()
    ada.get_by_role("button", name="Search").press("Control+k")
    expect(ada.get_by_role("dialog")).to_be_visible()
    ada.keyboard.press("Escape")  # the palette alone
    expect(ada.get_by_role("dialog")).to_have_count(0)
    expect(slider).to_have_attribute("aria-valuetext", re.compile("^Ada"))
    ada.keyboard.press("Escape")
    expect(slider).to_have_count(0)
    ada.get_by_role("button", name="History").click()
    slider.press("Home")
    expect(slider).to_have_attribute("aria-valuetext", re.compile("^Ada"))
    ada.keyboard.press("Backspace")
    ada.get_by_role("button", name="Restore this").click()
    expect(node(bob, "other")).to_be_visible()
    expect(node(ada, "other")).to_be_visible()
    ada.get_by_role("button", name="Undo").last.click()
    expect(node(bob, "other")).to_have_count(0)
    history = room.team["Ada"].ask("GET", f"/workflows/{room.id}/history")["items"]
    assert [one["operation"]["op"] for one in history[-3:]] == ["block.remove", "block.add", "block.remove"]
    assert history[-2]["client_id"].startswith("restore:")
    assert [one.complaints for one in room.people] == [[], []]


def test_a_restore_is_one_step_of_undo_that_leaves_what_others_did_since(room: Room) -> None:
    ada, bob = room.make(BLOCKS).open("Ada"), room.open("Bob")
    for id in ("work", "other"):
        rename(bob, id, f"{id} anew")
    saved(bob)
    expect(node(ada, "other")).to_contain_text("other anew")
    ada.get_by_role("button", name="History").click()
    ada.get_by_role("slider", name="Moment").press("Home")
    ada.get_by_role("button", name="Restore this").click()
    for page in (ada, bob):
        expect(node(page, "work")).to_contain_text("Work")
        expect(node(page, "other")).to_contain_text("Other")
    rename(bob, "other", "His")
    expect(node(ada, "other")).to_contain_text("His")
    choose(ada, "start")
    ada.get_by_role("tab", name="Edit").focus()
    for key, name in (("Control+z", "work anew"), ("Control+Shift+z", "Work"), ("Control+z", "work anew")):
        ada.keyboard.press(key)
        expect(node(bob, "work")).to_contain_text(name)
        expect(node(bob, "other")).to_contain_text("His")
    saved(ada)
    expect(ada.get_by_role("button", name="Undo", exact=True).first).to_be_disabled()
