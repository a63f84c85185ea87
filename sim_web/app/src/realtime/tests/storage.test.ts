import "fake-indexeddb/auto";
import { describe, expect, it } from "vitest";
import { fullDocument } from "../document";
import { defaultStorage, IndexedStorage, type Kept, MemoryStorage, type Storage } from "../storage";
import { DOCUMENT, move } from "./support";

const item = (n: number, cseq: number | null = null): Kept => ({
  n,
  op: move("a", n),
  cseq,
  base: 0,
  ts: n,
  undo_of: null,
});
let databases = 0;

it("is each person's own, in one browser", async () => {
  await defaultStorage("ada").put("c", "w", [item(1)], 2);
  expect(await defaultStorage("bob").clients()).toEqual([]);
  expect(await defaultStorage("ada").clients()).toEqual(["c"]);
});

describe.each<[string, () => Storage]>([
  ["memory", () => new MemoryStorage()],
  ["IndexedDB", () => new IndexedStorage(indexedDB, `test ${databases++}`)],
])("what is kept in %s", (_, make) => {
  it("comes back in order, with the next number", async () => {
    const storage = make();
    await storage.put("c", "w", [item(2), item(10), item(1, 1)], 2);
    await storage.put("c", "w", [item(2, 2)], 3);
    expect(await storage.load("c", "w")).toEqual({ items: [item(1, 1), item(2, 2), item(10)], next: 3 });
    await storage.remove("c", "w", [1, 10]);
    expect((await storage.load("c", "w")).items).toEqual([item(2, 2)]);
  });

  it("belongs to one client and one workflow", async () => {
    const storage = make();
    await storage.put("idle", "w", [], 4);
    await storage.put("c", "w", [item(1)], 2);
    expect(await storage.load("c", "other")).toEqual({ items: [], next: 1 });
    expect(await storage.load("other", "w")).toEqual({ items: [], next: 1 });
    expect(await storage.clients()).toEqual(["c", "idle"]);
  });

  it("has the last document, and texts the server may lack", async () => {
    const storage = make();
    expect(await storage.snapshot("w")).toBe(null);
    await storage.keepSnapshot("w", { seq: 3, document: fullDocument(DOCUMENT) });
    expect(await storage.snapshot("w")).toEqual({ seq: 3, document: fullDocument(DOCUMENT) });
    await storage.forget("w");
    expect(await storage.snapshot("w")).toBe(null);
    await storage.keepText("w", { block_id: "b", field: "prompt", update: new Uint8Array([1, 2]) });
    await storage.keepText("x", { block_id: "b", field: "prompt", update: new Uint8Array([3]) });
    expect(await storage.texts("w")).toEqual([{ block_id: "b", field: "prompt", update: new Uint8Array([1, 2]) }]);
    await storage.keepText("w", { block_id: "b", field: "prompt", update: null });
    expect(await storage.texts("w")).toEqual([]);
  });
});
