import { describe, expect, it } from "vitest";
import { inputOf, replyOf } from "../chat/reply";
import { curl, python, sampleInput, typescript } from "../deploy/examples";
import { fullDocument, type NewDocument } from "../realtime/document";
import { emptyRun, take } from "../run/view";
import { aligned, distributed } from "./align";
import { changes, differs } from "./changes";

const measure = (id: string) => ({ width: 200, height: id === "b" ? 300 : 100 });
const given: NewDocument = {
  name: "w",
  blocks: {
    a: { id: "a", type: "start", name: "A", position: { x: 0, y: 0 } },
    b: { id: "b", type: "function", name: "B", position: { x: 250, y: 40 }, values: { code: "1" } },
    c: { id: "c", type: "function", name: "C", position: { x: 1000, y: 20 } },
    inside: { id: "inside", type: "function", name: "D", parent: "l", position: { x: 10, y: 10 } },
  },
  edges: { e: { id: "e", source: "a", target: "b" } },
};
const doc = fullDocument(given);
const moved = (operations: ReturnType<typeof aligned>) =>
  Object.fromEntries(
    operations.flatMap((one) => (one.op === "block.move" ? one.items : [])).map((item) => [item.id, item]),
  );

describe("lining up", () => {
  it("puts edges and middles on one line", () => {
    expect(moved(aligned(doc, ["a", "b", "c"], "top", measure))).toEqual({
      b: { id: "b", x: 250, y: 0 },
      c: { id: "c", x: 1000, y: 0 },
    });
    expect(moved(aligned(doc, ["a", "b", "c"], "middle", measure))).toMatchObject({ a: { y: 120 }, c: { y: 120 } });
    expect(moved(aligned(doc, ["a", "c"], "right", measure))).toEqual({ a: { id: "a", x: 1000, y: 0 } });
  });

  it("spaces evenly and leaves the outermost where they are", () => {
    expect(moved(distributed(doc, ["a", "b", "c"], "across", measure))).toEqual({ b: { id: "b", x: 500, y: 40 } });
  });

  it("leaves out what lies in another container, and what is locked", () => {
    expect(moved(aligned(doc, ["a", "b", "inside"], "left", measure))).toEqual({ b: { id: "b", x: 0, y: 40 } });
    const locked = fullDocument({
      ...given,
      blocks: { ...given.blocks, b: { ...given.blocks?.b, locked: true } as never },
    });
    expect(aligned(locked, ["a", "b"], "left", measure)).toEqual([]);
  });
});

describe("what differs", () => {
  const later = fullDocument({
    ...given,
    blocks: {
      a: { id: "a", type: "start", name: "Begin", position: { x: 9, y: 9 } },
      b: { id: "b", type: "function", name: "B", values: { code: "2" }, timeout_s: 5 },
      n: { id: "n", type: "function", name: "New" },
    },
    edges: { other: { id: "other", source: "a", target: "b" }, e2: { id: "e2", source: "b", target: "n" } },
  });

  it("is told block by block, with before and after", () => {
    const found = changes(doc, later, new Map());
    expect(found.map((one) => [one.kind, one.title])).toEqual([
      ["changed", "Begin"],
      ["changed", "B"],
      ["added", "New"],
      ["removed", "C"],
      ["removed", "D"],
      ["added", "B → New"],
    ]);
    expect(found[1]?.details).toEqual([
      { what: "time limit", before: null, after: 5 },
      { what: "code", before: "1", after: "2" },
    ]);
  });

  it("does not mind places, pins, locks and the order of keys", () => {
    const shown = fullDocument({
      ...given,
      blocks: Object.fromEntries(
        Object.entries(given.blocks ?? {})
          .reverse()
          .map(([id, one]) => [
            id,
            { ...one, position: { x: 7, y: 7 }, locked: true, pinned: { output: 1, port: null } },
          ]),
      ),
    });
    expect(differs(doc, shown)).toBe(false);
    expect(changes(doc, shown, new Map())).toEqual([]);
    expect(differs(doc, later)).toBe(true);
  });
});

describe("a call of the deployed workflow", () => {
  const call = {
    origin: "http://sim",
    workflow: "w",
    key: "k",
    way: "wait" as const,
    input: { said: "it's", on: true },
  };

  it("survives the shell, Python and TypeScript", () => {
    expect(curl(call)).toContain(`-d '{"input":{"said":"it'\\''s","on":true}}'`);
    expect(python(call)).toContain(`{"input": {"said": "it's", "on": True}}`);
    expect(typescript({ ...call, way: "async" })).toContain(`"async":true`);
  });

  it("shows an input that fits", () => {
    const asked = [
      { name: "n", type: "number", value: "3" },
      { name: "who", type: "string" },
      { name: "list", type: "array" },
    ];
    expect(sampleInput(asked)).toEqual({ n: 3, who: "some who", list: [] });
  });
});

describe("a chat", () => {
  it("hands the words in under the name that the start asks for", () => {
    expect(
      inputOf(
        [
          { name: "question", type: "string" },
          { name: "n", type: "number" },
        ],
        "hi",
        "c",
      ),
    ).toEqual({
      question: "hi",
      conversation_id: "c",
    });
    expect(inputOf([], "hi", "c")).toEqual({ input: "hi", conversation_id: "c" });
  });

  it("shows words while they come, then what was picked or the result", () => {
    const speaking = [
      { id: "1", name: "block.started", data: { block: "b", order: 1 } },
      { id: "", name: "block.delta", data: { block: "b", kind: "text", text: "Hel" } },
    ].reduce(take, emptyRun("r"));
    expect(replyOf(speaking, doc, [])).toBe("Hel");
    expect(replyOf(speaking, doc, ["b.content"])).toBe("Hel");
    const ended = [
      {
        id: "2",
        name: "block.finished",
        data: { block: "b", order: 1, output: { content: "Hello", list: [{ x: 7 }] } },
      },
      { id: "3", name: "run.finished", data: { output: { content: "Bye" } } },
    ].reduce(take, speaking);
    expect(replyOf(ended, doc, [])).toBe("Bye");
    expect(replyOf(ended, doc, ["b.content"])).toBe("Hello");
    expect(replyOf(ended, doc, ["b.list[0].x"])).toContain("7");
  });
});
