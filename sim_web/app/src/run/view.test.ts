import { describe, expect, it } from "vitest";
import type { Told } from "../api/client";
import { failuresOf, linesOf } from "./lines";
import { runToShow } from "./shown";
import { emptyRun, take, takeAll, unsaid } from "./view";

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

  it("forgets the words of what goes on, for whoever is told them again", () => {
    const view = takeAll(emptyRun("r"), [
      told("block.started", { block: "a", path: [], order: 1 }),
      told("block.delta", { block: "a", kind: "text", text: "Good" }),
      told("block.delta", { block: "b", kind: "text", text: "Said" }),
      told("block.finished", { block: "b", path: [], output: 1 }),
    ]);
    const again = takeAll(unsaid(view), [told("block.delta", { block: "a", kind: "text", text: "Good day" })]);
    expect([again.blocks.a?.text, again.steps.b?.text]).toEqual(["Good day", "Said"]);
    expect(view.blocks.a?.text).toBe("Good");
  });

  it("is shown by itself when it is of the draft and goes on: one's own before anybody else's", () => {
    const run = (id: string, status: string, facts = {}) => ({
      id,
      status,
      workflow_id: "w",
      trigger: "api",
      ...facts,
    });
    const own = run("2", "paused");
    const listed = [
      run("5", "running", { version: 1 }),
      run("4", "running", { parent_id: "1" }),
      run("3", "running"),
      own,
    ];
    expect(runToShow(listed, "2")?.id).toBe("2");
    expect(runToShow(listed, "1")?.id).toBe("3");
    expect(runToShow([run("3", "finished"), own], "")).toBeUndefined(); // what waits behind others is history
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
    const ended = takeAll(view, [told("block.failed", { block: "box", path: [], message: "No." })]);
    expect(failuresOf(ended)).toEqual(["in/box:2"]);
  });
});
