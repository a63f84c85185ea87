/** Undo over every kind of change: mine is taken back and done again, theirs stays, and theirs is never overwritten. */

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Client } from "../client";
import type { NewDocument, Operation } from "../document";
import { fullDocument } from "../document";
import { apply, digest } from "../reduce";
import { FakeServer } from "./server";
import { DOCUMENT, joined, move, pass, rename, write } from "./support";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const BASE: NewDocument = {
  ...DOCUMENT,
  variables: { v: { id: "v", name: "limit", type: "number", value: 1 } },
};
const edge = { id: "bc", source: "b", target: "c" };

interface Case {
  mine: Operation;
  /** Another fact of the same things, or of others. */
  beside: Operation;
  /** The very fact; `null` where nobody can write it again. */
  over: Operation | null;
}

const on = (set: object): Operation => ({ op: "block.update", items: [{ id: "b", set }] }) as Operation;
const gone = (...ids: string[]): Operation => ({ op: "block.remove", ids });
const variable = (set: object): Operation => ({ op: "variable.update", id: "v", set }) as Operation;
const loop = (set: object): Operation => ({ op: "subflow.update", id: "c", set }) as Operation;
const head = (set: object): Operation => ({ op: "workflow.update", set }) as Operation;
const into = (parent: string | null, x = 5): Operation => ({
  op: "block.parent",
  items: [{ id: "b", parent, x, y: 5, drop_edges: ["ab"] }],
});

const KINDS: Record<Operation["op"], Case> = {
  "block.add": {
    mine: { op: "block.add", blocks: [{ id: "n", type: "agent", name: "New" }] },
    beside: rename("b", "Theirs"),
    over: write("n", "prompt", "theirs"),
  },
  "block.remove": { mine: gone("b"), beside: rename("a", "Theirs"), over: null },
  "block.move": { mine: move("b", 70), beside: rename("b", "Theirs"), over: move("b", 90) },
  "block.parent": { mine: into("c"), beside: rename("b", "Theirs"), over: into("c", 9) },
  "block.update": { mine: on({ enabled: false }), beside: on({ name: "Theirs" }), over: on({ enabled: true }) },
  "value.update": {
    mine: write("b", "prompt", "mine"),
    beside: write("b", "model", "theirs"),
    over: write("b", "prompt", "theirs"),
  },
  "edge.add": { mine: { op: "edge.add", edges: [edge] }, beside: move("c", 90), over: null },
  "edge.remove": { mine: { op: "edge.remove", ids: ["ab"] }, beside: move("b", 90), over: gone("a") },
  "subflow.update": { mine: loop({ iterations: 7 }), beside: rename("c", "Theirs"), over: loop({ iterations: 9 }) },
  "variable.add": {
    mine: { op: "variable.add", variables: [{ id: "w", name: "fresh", type: "string", value: "" }] },
    beside: variable({ value: 9 }),
    over: { op: "variable.update", id: "w", set: { value: "theirs" } },
  },
  "variable.remove": { mine: { op: "variable.remove", ids: ["v"] }, beside: rename("a", "Theirs"), over: null },
  "variable.update": {
    mine: variable({ value: 5 }),
    beside: variable({ name: "theirs" }),
    over: variable({ value: 9 }),
  },
  "workflow.update": {
    mine: head({ name: "Mine" }),
    beside: head({ description: "x" }),
    over: head({ name: "Theirs" }),
  },
};

const made = (...ops: Operation[]) =>
  digest(ops.reduce((document, op) => apply(document, op).document, fullDocument(BASE)));

/** What I do, by the door that it goes through. */
const DOORS: Record<string, (client: Client, server: FakeServer, op: Operation) => void> = {
  "on the canvas": (client, _server, op) => void client.change(op),
  "by a restore": (client, server, op) => server.write(op, `restore:${client.restorer()}`),
};

for (const [door, act] of Object.entries(DOORS)) {
  describe(`undo of what was done ${door}`, () => {
    it.each(Object.entries(KINDS))("%s: mine goes and comes again, theirs stays", async (_kind, { mine, beside }) => {
      const server = new FakeServer(BASE);
      const { client } = await joined(server);
      act(client, server, mine);
      await pass();
      expect(digest(server.document)).toBe(made(mine));
      server.write(beside);
      await pass();
      expect(client.undo()).toBe(true);
      await pass();
      expect(digest(server.document)).toBe(made(beside));
      expect(client.redo()).toBe(true);
      await pass();
      expect(digest(server.document)).toBe(made(mine, beside));
      expect(client.undo()).toBe(true);
      await pass();
      expect(digest(server.document)).toBe(made(beside));
      expect(digest(client.state())).toBe(made(beside));
    });

    const contested = Object.entries(KINDS).filter(([, { over }]) => over);
    it.each(contested)("%s: what they wrote over it stays", async (_kind, { mine, over }) => {
      const server = new FakeServer(BASE);
      const { client } = await joined(server);
      act(client, server, mine);
      await pass();
      server.write(over);
      await pass();
      const theirs = digest(server.document);
      client.undo();
      await pass();
      expect(digest(server.document)).toBe(theirs);
      expect(digest(client.state())).toBe(theirs);
    });
  });
}

describe("a restore", () => {
  it("of several changes is one step, between those before and after it", async () => {
    const server = new FakeServer(BASE);
    const { client } = await joined(server);
    client.change(rename("a", "Mine"));
    await pass(1000);
    const name = `restore:${client.restorer()}`;
    for (const op of [rename("a", "Start"), gone("b"), loop({ iterations: 2 })]) server.write(op, name);
    await pass();
    expect(client.undoLabel()).toBe("Restore");
    client.restorer();
    server.write(loop({ iterations: 3 }), name);
    await pass();
    client.undo();
    await pass();
    expect(digest(server.document)).toBe(made(rename("a", "Start"), gone("b"), loop({ iterations: 2 })));
    client.undo();
    await pass();
    expect(digest(server.document)).toBe(made(rename("a", "Mine")));
    client.undo();
    await pass();
    expect(digest(server.document)).toBe(made());
    for (let step = 0; step < 3; step++) client.redo();
    await pass();
    expect(digest(server.document)).toBe(made(gone("b"), loop({ iterations: 3 })));
  });

  it("by somebody else is theirs", async () => {
    const server = new FakeServer(BASE);
    const { client } = await joined(server);
    client.change(rename("a", "Mine"));
    await pass();
    server.write(rename("a", "Start"), "restore:two");
    await pass();
    client.undo();
    expect(client.state().blocks.a?.name).toBe("Start");
    expect(client.canUndo()).toBe(false);
  });
});

describe("typing", () => {
  it("is taken back in the order in which things happened, also after its field was closed", async () => {
    const server = new FakeServer({ ...BASE });
    const { client } = await joined(server);
    const seen = () => [client.state().blocks.b?.position.x, server.plain("b", "prompt"), server.plain("d", "url")];
    const type = async (block: string, field: string, text: string) => {
      const shared = client.text(block, field);
      await pass(100);
      shared.text.insert(shared.text.length, text);
      await pass(1000);
      shared.close();
      await pass(100);
    };
    await type("b", "prompt", " one");
    client.change(move("b", 1));
    await pass(1000);
    await type("d", "url", "two");
    await type("b", "prompt", " three");
    client.change(move("b", 2));
    await pass(1000);
    const path = [
      [2, "hi one three", "two"],
      [1, "hi one three", "two"],
      [1, "hi one", "two"],
      [1, "hi one", ""],
      [0, "hi one", ""],
      [0, "hi", ""],
    ];
    expect(seen()).toEqual(path[0]);
    for (const step of path.slice(1)) {
      expect(client.undo()).toBe(true);
      await pass(1000);
      expect(seen()).toEqual(step);
    }
    expect(client.canUndo()).toBe(false);
    for (const step of path.slice(0, -1).reverse()) {
      expect(client.redo()).toBe(true);
      await pass(1000);
      expect(seen()).toEqual(step);
    }
    expect(client.status().state).toBe("saved");
  });

  it("leaves what others type in the closed field meanwhile", async () => {
    const server = new FakeServer(BASE);
    const [one, two] = [await joined(server, "one"), await joined(server, "two")];
    const mine = one.client.text("b", "prompt");
    await pass(100);
    mine.text.insert(2, " mine");
    await pass(1000);
    mine.close();
    const theirs = two.client.text("b", "prompt");
    await pass(100);
    theirs.text.insert(0, "theirs, ");
    theirs.text.insert(theirs.text.length, " and more");
    await pass(1000);
    expect(server.plain("b", "prompt")).toBe("theirs, hi mine and more");
    expect(one.client.undo()).toBe(true);
    await pass(1000);
    expect(server.plain("b", "prompt")).toBe("theirs, hi and more");
    expect(theirs.text.toString()).toBe("theirs, hi and more");
    expect(one.client.text("b", "prompt").text.toString()).toBe("theirs, hi and more");
  });

  it("in a block that was removed and came back is still taken back", async () => {
    const server = new FakeServer(BASE);
    const { client } = await joined(server);
    const shared = client.text("b", "prompt");
    await pass(100);
    shared.text.insert(2, " there");
    await pass(1000);
    shared.close();
    client.change(gone("b"));
    await pass(1000);
    expect(client.undo()).toBe(true);
    await pass(1000);
    expect(client.state().blocks.b?.values.prompt).toBe("hi there");
    expect(client.undo()).toBe(true);
    await pass(1000);
    expect(client.state().blocks.b?.values.prompt).toBe("hi");
  });

  it("done while offline is taken back offline and after it, and lost nowhere", async () => {
    const server = new FakeServer(BASE);
    const { client } = await joined(server);
    const shared = client.text("b", "prompt");
    await pass(100);
    server.isUp = false;
    server.cut();
    await pass();
    shared.text.insert(2, " there");
    await pass(1000);
    shared.close();
    client.change(move("b", 3));
    const fresh = client.text("d", "url");
    fresh.text.insert(0, "begun offline");
    await pass(1000);
    fresh.close();
    expect(client.state().blocks.d?.values.url).toBe("begun offline");
    client.undo();
    expect(client.state().blocks.d?.values.url).toBeUndefined();
    server.isUp = true;
    await pass(30_000);
    expect(client.status()).toMatchObject({ state: "saved", pending: 0 });
    expect([server.document.blocks.b?.position.x, server.plain("b", "prompt")]).toEqual([3, "hi there"]);
    client.undo();
    client.undo();
    await pass(1000);
    expect([server.document.blocks.b?.position.x, server.plain("b", "prompt")]).toEqual([0, "hi"]);
    expect(client.canUndo()).toBe(false);
  });

  it("is kept for the thirty fields in which something was typed last", async () => {
    const blocks = Object.fromEntries(
      [...Array(40)].map((_, n) => [`t${n}`, { id: `t${n}`, type: "api", name: `T${n}` }]),
    );
    const server = new FakeServer({ blocks });
    const { client } = await joined(server);
    for (const id of Object.keys(blocks)) {
      const shared = client.text(id, "url");
      await pass(50);
      shared.text.insert(0, "x");
      await pass(600);
      shared.close();
      await pass(50);
    }
    let steps = 0;
    while (client.undo()) steps++;
    expect(steps).toBe(30);
  });
});
