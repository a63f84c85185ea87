import { describe, expect, it } from "vitest";
import type { HistoryEntry } from "../../api/schema";
import { fullDocument, type Operation } from "../../realtime/document";
import { momentsOf } from "./moments";

const doc = fullDocument({ blocks: { a: { id: "a", type: "api", name: "Fetch" } } });
const entry = (seq: number, second: number, operation: Operation, facts: Partial<HistoryEntry> = {}): HistoryEntry => ({
  seq,
  at: new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString(),
  actor: "ada",
  client_id: "c",
  operation: operation as HistoryEntry["operation"],
  ...facts,
});
const move: Operation = { op: "block.move", items: [{ id: "a", x: 1, y: 1 }] };

describe("moments", () => {
  it("hold what one person did in one go, the latest first", () => {
    const moments = momentsOf(
      [
        entry(1, 0, { op: "block.add", blocks: [{ id: "b", type: "api", name: "Gone" }] } as Operation),
        entry(2, 10, move),
        entry(3, 20, move),
        entry(4, 30, { op: "block.remove", ids: ["b"] }, { actor: "bob" }),
        entry(5, 400, move, { actor: "bob" }),
        entry(6, 401, move, { actor: "bob", client_id: "restore:c" }),
      ],
      doc,
    );
    expect(moments.map(({ seq, first, actor, words }) => [first, seq, actor, words])).toEqual([
      [6, 6, "bob", "Restored an earlier state"],
      [5, 5, "bob", "Moved Fetch"],
      [4, 4, "bob", "Removed Gone"],
      [1, 3, "ada", "Added Gone, moved Fetch"],
    ]);
    expect(moments.at(-1)?.blocks).toEqual(["b", "a"]);
  });

  it("say what was done to what", () => {
    const said = (operation: Operation) => momentsOf([entry(1, 0, operation)], doc)[0]?.words;
    expect(said({ op: "block.update", items: [{ id: "a", set: { enabled: false } }] })).toBe("Switched off Fetch");
    expect(said({ op: "block.update", items: [{ id: "a", set: { name: "Get" } }] })).toBe("Renamed a block to Get");
    expect(said({ op: "value.update", items: [{ block_id: "a", field: "url", value: 1 }] })).toBe(
      "Changed url of Fetch",
    );
    expect(said({ op: "edge.add", edges: [{ id: "e", source: "a", target: "x" }] })).toBe("Connected Fetch to a block");
    expect(said({ op: "workflow.update", set: { name: "W" } })).toBe("Called the workflow W");
    expect(said({ op: "variable.remove", ids: ["v", "w"] })).toBe("Removed 2 variables");
  });
});
