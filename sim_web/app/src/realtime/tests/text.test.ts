import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as Y from "yjs";
import type { Any } from "../document";
import { edit } from "../shapes";
import { MemoryStorage } from "../storage";
import { FakeServer, random } from "./server";
import { DOCUMENT, joined, open, pass, shut, write } from "./support";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("a shared text", () => {
  it("has both what two people type at once", async () => {
    const server = new FakeServer(DOCUMENT);
    const [one, two] = [await joined(server, "one"), await joined(server, "two")];
    const [left, right] = [one.client.text("b", "prompt"), two.client.text("b", "prompt")];
    await pass(10);
    await Promise.all([left.ready, right.ready]);
    expect(left.text.toString()).toBe("hi");
    left.text.insert(0, "oh ");
    right.text.insert(2, " there");
    await pass(100);
    expect(left.text.toString()).toBe("oh hi there");
    expect(right.text.toString()).toBe("oh hi there");
    expect(server.plain("b", "prompt")).toBe("oh hi there");
    left.undo.undo();
    await pass(100);
    expect(right.text.toString()).toBe("hi there");
  });

  it("of a new block is asked for once the server has the block", async () => {
    const server = new FakeServer(DOCUMENT);
    const { client, notices } = await joined(server);
    const known: boolean[] = [];
    const heard = server.heard.bind(server);
    server.heard = (socket, message) => {
      if (message.t === "text_open") known.push("n" in server.document.blocks);
      heard(socket, message);
    };
    client.change({ op: "block.add", blocks: [{ id: "n", type: "agent", name: "New" }] });
    const shared = client.text("n", "prompt");
    expect(known).toEqual([]);
    await pass(100);
    await shared.ready;
    expect(known).toEqual([true]);
    shared.text.insert(0, "hello");
    await pass(100);
    expect(server.plain("n", "prompt")).toBe("hello");
    expect(notices).toEqual([]);
  });

  it("is merged for 30 ms and counts as saved when the server has it", async () => {
    const server = new FakeServer(DOCUMENT);
    const { client } = await joined(server);
    const shared = client.text("b", "prompt");
    await pass(10);
    const texts: Any[] = [];
    const heard = server.heard.bind(server);
    server.heard = (socket, message) => {
      if (message.t === "text") texts.push(message);
      heard(socket, message);
    };
    for (const letter of "hello") shared.text.insert(0, letter);
    expect(client.status().state).toBe("saving");
    await pass(100);
    expect(texts).toHaveLength(1);
    expect(client.status().state).toBe("saved");
  });

  it("that was typed offline arrives once, also when the tab was closed", async () => {
    const server = new FakeServer(DOCUMENT);
    const storage = new MemoryStorage();
    const first = await joined(server, "tab", storage);
    const shared = first.client.text("b", "prompt");
    await pass(6000);
    server.isUp = false;
    server.cut();
    await pass();
    shared.text.insert(2, " offline");
    await pass(100);
    expect(first.client.status()).toMatchObject({ state: "offline", pending: 1 });
    shut(first);
    await pass(10);
    server.isUp = true;
    const again = open(server, "tab", storage);
    await pass(1000);
    await again.client.ready;
    expect(server.plain("b", "prompt")).toBe("hi offline");
    expect(await storage.texts("w")).toEqual([]);
    expect(again.client.status().state).toBe("saved");
  });

  it("that is begun offline goes as a value, and is shared later without doubling", async () => {
    const server = new FakeServer(DOCUMENT);
    const { client } = await joined(server);
    server.isUp = false;
    server.cut();
    await pass();
    const shared = client.text("b", "prompt");
    shared.text.insert(2, " you");
    await pass(1000);
    expect(client.state().blocks.b?.values.prompt).toBe("hi you");
    server.isUp = true;
    await pass(20_000);
    expect(shared.text.toString()).toBe("hi you");
    shared.text.insert(0, "oh ");
    await pass(200);
    expect(server.plain("b", "prompt")).toBe("oh hi you");
  });

  it("shows where the others are", async () => {
    const server = new FakeServer(DOCUMENT);
    const [one, two] = [await joined(server, "one"), await joined(server, "two")];
    const [left, right] = [one.client.text("b", "prompt"), two.client.text("b", "prompt")];
    await pass(10);
    left.caret({ anchor: 2, head: 2 });
    await pass(100);
    right.text.insert(0, "123");
    await pass(100);
    expect(right.carets()).toMatchObject([{ name: "one", anchor: 5, head: 5 }]);
    left.caret(null);
    await pass(100);
    expect(right.carets()).toEqual([]);
  });

  it("follows a value that is written from outside before it is shared", async () => {
    const server = new FakeServer(DOCUMENT);
    const { client } = await joined(server);
    server.isUp = false;
    server.cut();
    await pass();
    const shared = client.text("b", "prompt");
    client.change(write("b", "prompt", "set"));
    await pass(10);
    expect(shared.text.toString()).toBe("set");
  });
});

describe("the smallest cut", () => {
  it("makes any text of any other, and never parts a pair of halves", () => {
    const chance = random(7);
    const letters = ["a", "b", "😀", "😁", "é"];
    const any = () => [...Array(Math.floor(chance() * 8))].map(() => letters[Math.floor(chance() * 5)]).join("");
    for (let i = 0; i < 2000; i++) {
      const [before, after] = [any(), any()];
      const text = new Y.Doc().getText("t");
      text.insert(0, before);
      edit(text, before, after);
      expect(text.toString()).toBe(after);
    }
  });
});

describe("undo of a workflow", () => {
  it("takes back what was typed and what was done otherwise in the order in which it happened", async () => {
    const server = new FakeServer(DOCUMENT);
    const { client } = await joined(server);
    const shared = client.text("b", "prompt");
    await pass(100);
    await shared.ready;
    client.change({ op: "block.move", items: [{ id: "b", x: 1, y: 1 }] });
    await pass(1000);
    shared.text.insert(2, " there");
    await pass(1000);
    client.change({ op: "block.move", items: [{ id: "b", x: 2, y: 2 }] });
    await pass(1000);
    const seen = () => [client.state().blocks.b?.position.x, shared.text.toString()];
    expect(seen()).toEqual([2, "hi there"]);
    const steps = [
      [1, "hi there"],
      [1, "hi"],
      [0, "hi"],
    ];
    for (const step of steps) {
      expect(client.undo()).toBe(true);
      await pass(1000);
      expect(seen()).toEqual(step);
    }
    expect(client.canUndo()).toBe(false);
    for (const step of [
      [1, "hi"],
      [1, "hi there"],
      [2, "hi there"],
    ]) {
      expect(client.redo()).toBe(true);
      await pass(1000);
      expect(seen()).toEqual(step);
    }
    expect(client.canRedo()).toBe(false);
  });
});
