import { describe, expect, it } from "vitest";
import type { FolderEntry, WorkflowEntry } from "../api/schema";
import { aboveOf, dropped, nudged, shownOf, treeOf } from "./tree";

const folder = (id: string, parent_id: string | null = null): FolderEntry => {
  return { id, name: id.toUpperCase(), parent_id, position: null, created_at: "" };
};
const workflow = (id: string, folder_id: string | null = null, position: number | null = null): WorkflowEntry => ({
  id,
  name: id,
  description: "",
  folder_id,
  position,
  seq: 0,
  created_at: "",
  updated_at: "",
});
const tree = treeOf(
  [workflow("new"), workflow("a", null, 1), workflow("b", null, 3), workflow("x", "f", 1), workflow("lost", "gone")],
  [folder("f"), folder("g"), folder("h", "f")],
);
const names = (open: string[] = []) => shownOf(tree, new Set(open)).map((one) => `${"-".repeat(one.depth)}${one.id}`);

describe("the tree of workflows", () => {
  it("shows folders first, then what is new, then what was placed", () => {
    expect(names()).toEqual(["f", "g", "new", "lost", "a", "b"]);
    expect(names(["f"])).toEqual(["f", "-h", "-x", "g", "new", "lost", "a", "b"]);
    expect(aboveOf(tree, "h")).toEqual(["f"]);
  });

  it("moves by the keyboard among neighbours, into a folder and out of it", () => {
    expect(nudged(tree, "a", "up")).toEqual({ folder_id: null, before: "lost" });
    expect(nudged(tree, "a", "down")).toEqual({ folder_id: null, before: null });
    expect(nudged(tree, "new", "up")).toBeUndefined();
    expect(nudged(tree, "b", "down")).toBeUndefined();
    expect(nudged(tree, "a", "in")).toEqual({ folder_id: "f", before: null });
    expect(nudged(tree, "x", "out")).toEqual({ folder_id: null, before: null });
    expect(nudged(tree, "x", "in")).toEqual({ folder_id: "h", before: null });
    expect(nudged(tree, "g", "in")).toEqual({ folder_id: "f", before: null });
  });

  it("puts down what is dragged, and no folder into itself", () => {
    expect(dropped(tree, "b", "new", "before")).toEqual({ folder_id: null, before: "new" });
    expect(dropped(tree, "a", "b", "after")).toEqual({ folder_id: null, before: null });
    expect(dropped(tree, "a", "x", "before")).toEqual({ folder_id: "f", before: "x" });
    expect(dropped(tree, "a", "f", "before")).toEqual({ folder_id: "f", before: null });
    expect(dropped(tree, "g", "f", "before")).toEqual({ folder_id: null, before: "f" });
    expect(dropped(tree, "f", "h", "inside")).toBeUndefined();
    expect(dropped(tree, "f", "f", "inside")).toBeUndefined();
  });
});
