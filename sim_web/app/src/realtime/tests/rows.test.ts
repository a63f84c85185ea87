/** Rows that several people change at once. */

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as Y from "yjs";
import { Rows } from "../shapes";
import { MemoryStorage } from "../storage";
import type { SharedRows } from "../types";
import { FakeServer, random } from "./server";
import { joined, open, pass, shut } from "./support";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const MESSAGES = [
  { id: "s", role: "system", content: "Be kind." },
  { id: "u", role: "user", content: "Hello" },
];
const serving = (messages: unknown = MESSAGES) =>
  new FakeServer({ blocks: { b: { id: "b", type: "agent", name: "Agent", values: { messages } } } });
const stored = (server: FakeServer) => server.document.blocks.b?.values.messages;
const said = (rows: SharedRows) => rows.value.map(({ role, content }) => `${role}: ${content}`);

async function two(server: FakeServer) {
  const [one, other] = [await joined(server, "one"), await joined(server, "two")];
  const [left, right] = [one, other].map(({ client }) => client.rows("b", "messages", ["content"]));
  await pass(100);
  return { one: one.client, two: other.client, left: left as SharedRows, right: right as SharedRows };
}

describe("rows", () => {
  it("are typed into while somebody else turns them around, changes and adds some", async () => {
    const server = serving();
    const { left, right, one } = await two(server);
    left.text("u", "content")?.text.insert(5, " there");
    const [first, second] = right.value as [never, never];
    right.change([
      { ...(second as object), role: "assistant" },
      first,
      { id: "n", role: "user", content: "?" },
    ] as never);
    await pass(200);
    const wanted = ["assistant: Hello there", "system: Be kind.", "user: ?"];
    expect(said(left)).toEqual(wanted);
    expect(said(right)).toEqual(wanted);
    expect(stored(server)).toEqual(left.value);
    expect(one.undo()).toBe(true);
    await pass(200);
    expect(said(right)).toEqual(["assistant: Hello", "system: Be kind.", "user: ?"]);
    expect(one.canUndo()).toBe(false);
  });

  it("that somebody removed stay away, whatever is typed into them", async () => {
    const server = serving();
    const { left, right, two: other } = await two(server);
    const text = left.text("u", "content");
    right.change(right.value.slice(0, 1));
    text?.text.insert(0, "late ");
    await pass(200);
    text?.text.insert(0, "too ");
    await pass(200);
    expect(said(left)).toEqual(["system: Be kind."]);
    expect(stored(server)).toEqual(right.value);
    expect(left.text("u", "content")).toBeNull();
    other.undo();
    await pass(200);
    expect(left.value.map(({ id }) => id)).toEqual(["s", "u"]);
    expect(left.value).toEqual(right.value);
  });

  it("show in which of them somebody is", async () => {
    const { left, right } = await two(serving());
    left.text("u", "content")?.caret({ anchor: 1, head: 3 });
    await pass(100);
    expect(right.text("u", "content")?.carets()).toMatchObject([{ name: "one", anchor: 1, head: 3 }]);
    expect(right.text("s", "content")?.carets()).toEqual([]);
  });

  it("without ids get some, and every change is one step of undo", async () => {
    const server = serving([{ role: "system", content: "Be kind." }, { role: "user" }]);
    const { left, one } = await two(server);
    expect(said(left)).toEqual(["system: Be kind.", "user: "]);
    expect(stored(server)).toEqual([{ role: "system", content: "Be kind." }, { role: "user" }]);
    left.change([...left.value, { id: "n", role: "assistant", content: "" }]);
    left.change(left.value.map((row) => ({ ...row, role: "user" })));
    await pass(200);
    expect(new Set(left.value.map(({ id }) => id)).size).toBe(3);
    expect(said(left)).toEqual(["user: Be kind.", "user: ", "user: "]);
    one.undo();
    expect(said(left)).toEqual(["system: Be kind.", "user: ", "assistant: "]);
    one.undo();
    await pass(200);
    expect(said(left)).toEqual(["system: Be kind.", "user: "]);
    one.redo();
    await pass(200);
    expect(said(left)).toEqual(["system: Be kind.", "user: ", "assistant: "]);
    expect(stored(server)).toEqual(left.value);
  });

  it("changed offline arrive once, also when the tab was closed", async () => {
    const server = serving();
    const storage = new MemoryStorage();
    const first = await joined(server, "tab", storage);
    const rows = first.client.rows("b", "messages", ["content"]);
    await pass(6000);
    server.isUp = false;
    server.cut();
    await pass();
    rows.text("u", "content")?.text.insert(5, " offline");
    rows.change([...rows.value].reverse());
    await pass(100);
    expect(first.client.status()).toMatchObject({ state: "offline", pending: 1 });
    const [unsaved] = first.client.unsaved().operations;
    expect(unsaved).toMatchObject({
      items: [{ field: "messages", value: [{ content: "Hello offline" }, { id: "s" }] }],
    });
    shut(first);
    await pass(10);
    server.isUp = true;
    const again = open(server, "tab", storage);
    await pass(1000);
    await again.client.ready;
    expect(stored(server)).toMatchObject([{ id: "u", content: "Hello offline" }, { id: "s" }]);
    expect(await storage.texts("w")).toEqual([]);
    expect(again.client.status().state).toBe("saved");
  });

  it("begun offline go as a value, and are shared later", async () => {
    const server = serving();
    const { client } = await joined(server);
    server.isUp = false;
    server.cut();
    await pass();
    const rows = client.rows("b", "messages", ["content"]);
    rows.text("u", "content")?.text.insert(5, " you");
    await pass(1000);
    expect(client.state().blocks.b?.values.messages[1].content).toBe("Hello you");
    server.isUp = true;
    await pass(20_000);
    rows.text("u", "content")?.text.insert(0, "Oh, ");
    await pass(200);
    expect(stored(server)[1].content).toBe("Oh, Hello you");
    client.undo();
    await pass(1000);
    expect(stored(server)[1].content).toBe("Hello you");
  });
});

describe("the rows of a document", () => {
  it("are made of any others, and of what two people make of them everybody has the same", () => {
    const chance = random(11);
    const shape = new Rows(["content"]);
    const some = () =>
      ["a", "b", "c", "d", "e"]
        .filter(() => chance() < 0.6)
        .sort(() => chance() - 0.5)
        .map((id) => ({
          id,
          role: chance() < 0.5 ? "user" : "system",
          content: "xyz".slice(Math.floor(chance() * 3)),
        }));
    for (let turn = 0; turn < 300; turn++) {
      const [one, other] = [new Y.Doc(), new Y.Doc()];
      const base = some();
      shape.edit(one, [], base);
      Y.applyUpdate(other, Y.encodeStateAsUpdate(one));
      expect(shape.read(other)).toEqual(base);
      const wanted = some();
      shape.edit(one, base, wanted);
      expect(shape.read(one)).toEqual(wanted);
      shape.edit(other, base, some());
      Y.applyUpdate(other, Y.encodeStateAsUpdate(one));
      Y.applyUpdate(one, Y.encodeStateAsUpdate(other));
      expect(shape.read(one)).toEqual(shape.read(other));
    }
  });
});
