import { describe, expect, it } from "vitest";
import { fullDocument } from "../realtime/document";
import { presses } from "./command";
import { EDITOR, type EditorState, named } from "./editor";
import { FRAME } from "./frame";

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
  editable: true,
  steps: {},
  measure: () => ({ width: 240, height: 100 }),
  ...facts,
});
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

  it("say what comes of them and change nothing themselves", () => {
    for (const one of EDITOR) if (one.when?.(state()) ?? true) expect(one.perform(state())).toBeTypeOf("object");
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
  });
});
