import { describe, expect, it } from "vitest";
import type { Told } from "../api/client";
import { linesOf } from "./lines";
import { emptyRun, take, takeAll } from "./view";

const told = (name: string, data: object, id = ""): Told => ({ id, name, data: data as Told["data"] });
const round = (index: number, fails = false): Told[] => [
  told("block.started", { block: "in", path: [["box", index]], order: index }, `${index}`),
  fails
    ? told("block.failed", { block: "in", path: [["box", index]], message: "No." })
    : told("block.finished", { block: "in", path: [["box", index]], output: index, ms: 1 }),
];
const looped = (rounds: number) => [
  told("block.started", { block: "box", path: [], order: 0 }),
  ...Array.from({ length: rounds }, (_, at) => round(at, at === 2)).flat(),
];

describe("a run's view", () => {
  it("is the same however its events come, and leaves the one before as it was", () => {
    const before = emptyRun("r");
    const events = [...looped(4), told("run.failed", { message: "No.", block: "in" })];
    expect(takeAll(before, events)).toEqual(events.reduce(take, before));
    expect(before.order).toEqual([]);
  });

  it("keeps words, thoughts and variables", () => {
    const view = takeAll(emptyRun("r"), [
      told("run.started", { input: { who: "Ada" } }),
      told("block.started", { block: "a", path: [], order: 1 }),
      told("block.delta", { block: "a", kind: "thinking", text: "Hm" }),
      told("block.delta", { block: "a", kind: "text", text: "Good" }),
      told("block.delta", { block: "a", kind: "text", text: " day" }),
      told("variables.set", { block: "a", values: { n: 1 } }),
      told("variables.set", { block: "a", values: { m: 2 } }),
    ]);
    expect(view.input).toEqual({ who: "Ada" });
    expect(view.blocks.a).toMatchObject({ text: "Good day", thinking: "Hm", state: "running" });
    expect(view.variables).toEqual({ n: 1, m: 2 });
    expect(takeAll(view, [told("block.delta", { block: "a", kind: "reset" })]).blocks.a?.text).toBe("");
  });

  it("takes in and lists twenty thousand steps in a moment", () => {
    const began = performance.now();
    const view = takeAll(emptyRun("r"), looped(20_000));
    expect(linesOf(view, new Set())).toHaveLength(40_001);
    expect(performance.now() - began).toBeLessThan(20_000); // quadratic work would take minutes
  });

  it("is listed by what fits, with what that lies in", () => {
    const view = takeAll(emptyRun("r"), looped(4));
    const failed = linesOf(view, new Set(), (step) => step.state === "failed");
    expect(failed.map((line) => line.step?.block ?? line.round?.index)).toEqual(["box", 2, "in"]);
    expect(failed.map((line) => line.holds)).toEqual([true, true, false]);
  });
});
