import { describe, expect, it } from "vitest";
import { fullDocument } from "../realtime/document";
import { linesOf } from "../run/lines";
import { emptyRun, take } from "../run/view";
import { copied, pasted } from "./clip";
import { troubleOf } from "./forms";
import { sources } from "./offers";
import { dropped } from "./places";
import { refusal } from "./ports";

const doc = fullDocument({
  blocks: {
    s: { id: "s", type: "start", name: "Start", values: { input_format: [{ name: "who", type: "string" }] } },
    l: { id: "l", type: "loop", name: "Each", position: { x: 400, y: 0 }, size: [500, 300] },
    i: { id: "i", type: "function", name: "Inner", parent: "l", position: { x: 100, y: 100 } },
    o: { id: "o", type: "function", name: "Outer", position: { x: 1000, y: 0 }, values: { code: "<inner.result>" } },
  },
  edges: {
    in: { id: "in", source: "l", target: "i", source_handle: "loop-start-source" },
    to: { id: "to", source: "s", target: "l" },
    on: { id: "on", source: "l", target: "o", source_handle: "loop-end-source" },
  },
  subflows: { l: { kind: "loop", id: "l" } },
});

describe("places", () => {
  it("take a block into a container and drop the edges that would cross its border", () => {
    const [op] = dropped(doc, [{ id: "o", at: { x: 450, y: 100 }, size: { width: 240, height: 96 } }]);
    expect(op).toEqual({
      op: "block.parent",
      items: [{ id: "o", parent: "l", x: 50, y: 100, drop_edges: ["on"] }],
    });
  });
  it("move a block that stays where it belongs", () => {
    const [op] = dropped(doc, [{ id: "i", at: { x: 520, y: 120 }, size: { width: 240, height: 96 } }]);
    expect(op).toEqual({ op: "block.move", items: [{ id: "i", x: 120, y: 120 }] });
  });
});

describe("edges", () => {
  it("do not cross borders, lead nowhere twice, and do not lead to a start", () => {
    const types = new Map();
    const edge = (source: string, target: string, source_handle = "source") =>
      refusal(doc, { source, target, source_handle }, types);
    expect(edge("s", "i")).toMatch(/border/);
    expect(edge("s", "l")).toMatch(/already/);
    expect(edge("o", "s")).toMatch(/starts/);
    expect(edge("s", "o")).toBeUndefined();
  });
});

describe("references", () => {
  it("are offered from what comes before, and from the loop around", () => {
    const paths = sources(doc, "i", new Map()).flatMap((one) => one.offers.map((offer) => offer.path));
    expect(paths).toContain("start.who");
    expect(paths).toContain("loop.index");
    expect(paths.some((path) => path.startsWith("outer"))).toBe(false);
  });
  it("follow along when blocks are pasted", () => {
    const made = pasted(doc, copied(doc, ["i", "o"]), new Map()).operations[0];
    expect(made).toMatchObject({
      blocks: [{ name: "Inner 2" }, { name: "Outer 2", values: { code: "<inner2.result>" } }],
    });
  });
});

describe("fields", () => {
  it("say what is wrong in words, and leave references alone", () => {
    const number = { name: "n", title: "N", kind: "number", least: 1, most: 5 };
    expect(troubleOf(number, 9)).toBe("At most 5.");
    expect(troubleOf(number, "x")).toBe("This is not a number.");
    expect(troubleOf(number, "<start.n>")).toBeUndefined();
    expect(troubleOf({ ...number, required: true }, null)).toBe("N is needed.");
  });
});

describe("a run", () => {
  it("is a tree of steps with the rounds of its containers", () => {
    const told = (name: string, data: object) => ({ id: "", name, data: data as Record<string, unknown> });
    const view = [
      told("block.started", { block: "l", order: 1 }),
      told("block.started", { block: "i", order: 2, path: [["l", 0]] }),
      told("block.delta", { block: "i", path: [["l", 0]], text: "Hel" }),
      told("block.delta", { block: "i", path: [["l", 0]], text: "lo" }),
      told("block.finished", { block: "i", order: 2, path: [["l", 0]], output: 1, ms: 2 }),
      told("block.failed", { block: "i", order: 3, path: [["l", 1]], message: "no" }),
      told("run.failed", { message: "no", block: "i", ms: 3 }),
    ].reduce(take, emptyRun("r"));
    expect(view.status).toBe("failed");
    expect(view.steps["i/l:0"]).toMatchObject({ state: "done", text: "Hello", output: 1 });
    expect(linesOf(view, new Set()).map((line) => [line.depth, line.round?.index ?? line.step?.state])).toEqual([
      [0, "failed"],
      [1, 0],
      [2, "done"],
      [1, 1],
      [2, "failed"],
    ]);
    expect(linesOf(view, new Set(["l"]))).toHaveLength(1);
  });
});
