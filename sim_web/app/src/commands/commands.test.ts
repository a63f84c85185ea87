import { describe, expect, it } from "vitest";
import { IN_BAR, menuOf, ON_BLOCKS, ON_CANVAS, ON_EDGES, TO_RUN } from "../editor/menus";
import { fullDocument } from "../realtime/document";
import type { Step } from "../run/view";
import type { Submenu } from "../ui/Menu";
import { presses, readied } from "./command";
import { EDITOR, named } from "./editor";
import { FRAME } from "./frame";
import type { EditorState } from "./state";

const doc = fullDocument({
  blocks: {
    a: { id: "a", type: "start", name: "Start" },
    b: { id: "b", type: "function", name: "Work", values: { code: "return <start.x>" } },
  },
  edges: { e: { id: "e", source: "a", target: "b" } },
});
const state = (facts: Partial<EditorState> = {}): EditorState => ({
  doc,
  selected: ["b"],
  edges: [],
  types: new Map(),
  busy: false,
  live: false,
  runs: true,
  editable: true,
  ran: false,
  steps: {},
  measure: () => ({ width: 240, height: 100 }),
  ...facts,
});
const done = { key: "b", block: "b", path: [], order: 1, state: "done", text: "", output: 1 } as Step;
const inBox = fullDocument({
  blocks: {
    l: { id: "l", type: "loop", name: "Each", size: [500, 300] },
    i: { id: "i", type: "function", name: "Inner", parent: "l", pinned: { output: 1, port: "source" } },
    j: { id: "j", type: "function", name: "Other", parent: "l", position: { x: 300, y: 90 } },
    k: { id: "k", type: "function", name: "Third", parent: "l", position: { x: 350, y: 20 } },
    a: { id: "a", type: "start", name: "Start" },
    c: { id: "c", type: "start", name: "Second start" },
  },
  subflows: { l: { kind: "loop", id: "l" } },
});
/** Every command holds in one of these. */
const WHERE = [
  state(),
  state({ busy: true }),
  state({ ran: true, run: "r", steps: { b: done } }),
  state({ selected: [], edges: ["e"] }),
  state({ doc: inBox, selected: ["i", "j", "k"] }),
  state({ doc: inBox, selected: ["i", "j"] }),
  state({ doc: inBox, selected: ["i"] }),
];
const press = (key: string, more = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...more,
});

describe("commands", () => {
  it("have names and shortcuts of their own", () => {
    const all = [...EDITOR, ...FRAME];
    expect(new Set(all.map((one) => one.name)).size).toBe(all.length);
    const keys = all.flatMap((one) => one.key ?? []);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it.each(EDITOR.map((one) => [one.name, one] as const))(
    "%s has words, and does something where it holds",
    (_, one) => {
      expect(one.label.length).toBeGreaterThan(2);
      expect(one.group).toBeTruthy();
      const fits = WHERE.filter((each) => one.when?.(each) ?? true);
      expect(fits.length, "it holds in none of the states").toBeGreaterThan(0);
      for (const each of fits) {
        const before = JSON.stringify(each.doc);
        const ready = readied(
          [one],
          () => each,
          (outcome) => expect(Object.keys(outcome).length).toBeGreaterThan(0),
        );
        for (const choice of ready) choice.run();
        expect(JSON.stringify(each.doc), "it changed the document itself").toBe(before);
      }
    },
  );

  it("stand in a menu, under a button or on a key, and every menu names commands that there are", () => {
    const all = new Set(EDITOR.map((one) => one.name));
    const listed = [...ON_BLOCKS, ...ON_EDGES, ...ON_CANVAS, ...IN_BAR, ...TO_RUN].filter((name) => name !== "line");
    for (const name of listed) expect(all, name).toContain(name);
    const bare = EDITOR.filter((one) => !one.key && !listed.includes(one.name)).map((one) => one.name);
    expect(bare).toEqual(["run.open", "deploy", "console.clear", "history"]); // buttons of the page
  });

  it("are offered once for each of the things that they can be done to", () => {
    const two = fullDocument({ ...doc, blocks: { ...doc.blocks, c: { id: "c", type: "start", name: "Other" } } });
    const said: unknown[] = [];
    const starts = readied(
      EDITOR,
      () => state({ doc: two }),
      (outcome) => said.push(outcome),
    ).filter((one) => one.command === "run.start");
    expect(starts.map((one) => one.label)).toEqual(["Run from “Start”", "Run from “Other”"]);
    starts[1]?.run();
    expect(said).toEqual([{ act: "run.start", about: "c" }]);
    expect(readied(EDITOR, state, () => undefined).some((one) => one.command === "run.start")).toBe(false);
  });

  it("run the whole container from a block that lies in it", () => {
    const said: unknown[] = [];
    const here = (facts: Partial<EditorState>) =>
      readied(
        EDITOR,
        () => state(facts),
        (outcome) => said.push(outcome),
      ).filter((one) => one.label.startsWith("Run from “Each”") && one.ready());
    expect(here({ doc: inBox, selected: ["i", "j"] })).toEqual([]);
    expect(here({ doc: inBox, selected: ["l"] })).toEqual([]);
    here({ doc: inBox, selected: ["i"] })[0]?.run();
    expect(said).toEqual([{ act: "run.from", about: "l" }]);
  });

  it("gather in a menu those of a kind, and leave out what does not hold", () => {
    const commands = readied(
      EDITOR,
      () => state({ selected: ["a", "b"] }),
      () => undefined,
    );
    const entries = menuOf(ON_BLOCKS, commands);
    const align = entries.find((one) => typeof one === "object" && "entries" in one) as Submenu;
    expect(align.label).toBe("Align");
    expect(align.entries).toHaveLength(6);
    expect(JSON.stringify(entries)).not.toContain("Run from here");
    expect(entries.at(-1)).toMatchObject({ label: "Delete", danger: true });
  });

  it("say what comes of them", () => {
    expect(named("delete")?.perform(state()).operations).toEqual([{ op: "block.remove", ids: ["b"] }]);
    expect(named("enabled")?.perform(state()).operations).toEqual([
      { op: "block.update", items: [{ id: "b", set: { enabled: false } }] },
    ]);
  });

  it("are not offered where nothing may be changed", () => {
    const readOnly = state({ editable: false });
    for (const name of ["delete", "cut", "duplicate", "layout", "undo"]) {
      expect(named(name)?.when?.(readOnly), name).toBe(false);
    }
  });

  it("connect the block that was chosen first to the second, once", () => {
    const alone = { ...doc, edges: {} };
    const join = named("join");
    expect(join?.when?.(state())).toBe(false);
    expect(join?.perform(state({ doc: alone, selected: ["a", "b"] })).operations).toMatchObject([
      { op: "edge.add", edges: [{ source: "a", target: "b", source_handle: "source" }] },
    ]);
    expect(join?.perform(state({ selected: ["a", "b"] })).say).toContain("already");
    expect(join?.perform(state({ doc: alone, selected: ["b", "a"] })).say).toContain("starts the workflow");
  });

  it("duplicate blocks under fresh names", () => {
    const op = named("duplicate")?.perform(state()).operations?.[0];
    expect(op).toMatchObject({ op: "block.add", blocks: [{ name: "Work 2" }], edges: [] });
  });

  it("know their keys on every keyboard", () => {
    expect(presses(press("k", { metaKey: true }), "Mod+K")).toBe(true);
    expect(presses(press("K", { ctrlKey: true }), "Mod+K")).toBe(true);
    expect(presses(press("k"), "Mod+K")).toBe(false);
    expect(presses(press("Delete"), "Backspace")).toBe(true);
    const shift = { shiftKey: true };
    expect(presses(press("/", { ...shift, code: "Digit7" }), "/"), "German").toBe(true);
    expect(presses(press("2", { ...shift, code: "Digit2" }), "2"), "French").toBe(true);
    expect(presses(press("я", { ctrlKey: true, code: "KeyZ" }), "Mod+Z"), "Russian").toBe(true);
    expect(presses(press("Ζ", { ctrlKey: true, ...shift, code: "KeyZ" }), "Mod+Shift+Z"), "Greek").toBe(true);
    expect(presses(press("w", { ctrlKey: true, code: "KeyZ" }), "Mod+Z"), "another Latin one").toBe(false);
    expect(presses(press("L", shift), "L")).toBe(false);
  });
});
