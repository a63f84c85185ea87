"""What somebody has in hand stays there while the connection breaks, comes back and welcomes them late."""

from playwright.sync_api import Page, expect

from tests.web.together.people import BLOCKS, Room, choose, field, saved, state

LINES = "\n".join(f"line {at}" for at in range(60))
HELD = """() => {
  const text = document.activeElement;
  const line = getSelection().anchorNode?.parentElement.closest(".cm-line");
  return {
    focused: text?.getAttribute("aria-label"),
    line: line?.textContent,
    scrolled: [...document.querySelectorAll("[role=tabpanel], [role=tabpanel] .control")]
      .map((one) => Math.round(one.scrollTop)),
    open: document.querySelectorAll("[role=tabpanel] details[open]").length,
    chosen: [...document.querySelectorAll(".react-flow__node.selected")].map((one) => one.dataset.id),
  };
}"""


def held(page: Page) -> dict[str, object]:
    return page.evaluate(HELD)


def test_focus_scroll_and_an_open_form_outlive_a_break_and_letters_stay_in_order(room: Room) -> None:
    room.make({**BLOCKS, "work": {**BLOCKS["work"], "values": {"code": LINES}}})
    page = room.open("Ada", wired=True, viewport={"width": 1280, "height": 640})
    choose(page, "work")
    page.locator("summary", has_text="Settings").click()
    text = field(page, "code").get_by_role("textbox")
    text.get_by_text("line 9", exact=True).click()
    page.keyboard.press("End")
    page.keyboard.type(" one")
    saved(page)
    before = held(page)
    room.wire.cut()
    page.keyboard.type(" two")
    expect(state(page)).to_contain_text("Offline")
    page.keyboard.type(" three")
    room.wire.mend()
    for word in (" four", " five", " six"):
        page.keyboard.type(word, delay=40)
    saved(page)
    page.keyboard.type(" seven")
    saved(page)
    assert held(page) == {**before, "line": "line 9 one two three four five six seven"}
    wanted = LINES.replace("line 9\n", "line 9 one two three four five six seven\n")
    assert room.stored()["blocks"]["work"]["values"]["code"] == wanted
