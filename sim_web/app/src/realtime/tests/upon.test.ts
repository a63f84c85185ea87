/** Values written on top of what their writer has seen: who is overtaken puts both together, and nothing goes. */

import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Any, Block, Document } from "../document";
import { MemoryStorage } from "../storage";
import { FakeServer, random } from "./server";
import { DOCUMENT, joined, type Open, open, pass, shut, write } from "./support";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const upon = ({ client }: Open, field: string, change: (value: Any) => Any) => {
  const expected = client.state().blocks.b?.values[field] ?? null;
  return client.change({ op: "value.update", items: [{ block_id: "b", field, value: change(expected), expected }] });
};
const add = (id: string) => (rows: Any) => [...(rows ?? []), { id, value: id }];
const ids = ({ blocks }: Document) => (blocks.b as Block).values.rows.map(({ id }: Any) => id).sort();

it("two add rows at once, again and again, and all of them are there", async () => {
  const server = new FakeServer(DOCUMENT);
  const [one, two] = [await joined(server, "one"), await joined(server, "two")];
  for (const at of [1, 2, 3]) {
    upon(one, "rows", add(`one${at}`));
    upon(two, "rows", add(`two${at}`));
    upon(two, "rows", add(`again${at}`));
    if (at === 2) await pass(20_000);
  }
  await pass(20_000);
  expect(ids(server.document)).toEqual(["again1", "again2", "again3", "one1", "one2", "one3", "two1", "two2", "two3"]);
  expect(one.client.state()).toEqual(server.document);
  expect(two.client.state()).toEqual(server.document);
  expect([...one.notices, ...two.notices]).toEqual([]);
});

it("what was written offline, also before a reload, goes on top of what others wrote meanwhile", async () => {
  const server = new FakeServer({ ...DOCUMENT });
  const storage = new MemoryStorage();
  const one = await joined(server, "one", storage);
  server.isUp = false;
  server.cut();
  await pass(10);
  upon(one, "rows", add("a"));
  upon(one, "rows", add("b"));
  upon(one, "prompt", (text) => `<new.x> ${text}`);
  expect(one.client.status()).toMatchObject({ state: "offline", pending: 2 });
  await pass(10);
  shut(one);
  server.write(write("b", "rows", [{ id: "c", value: "c" }]));
  server.write(write("b", "prompt", "hi there"));
  server.isUp = true;
  const back = open(server, "one", storage);
  await pass(60_000);
  expect(back.client.status().state).toBe("saved");
  expect(ids(server.document)).toEqual(["a", "b", "c"]);
  expect(server.document.blocks.b?.values.prompt).toBe("<new.x> hi there");
  expect(back.notices).toEqual([]);
});

it("what is shown has both while the answer is out", async () => {
  const server = new FakeServer(DOCUMENT);
  const one = await joined(server, "one");
  server.answers = false;
  upon(one, "rows", add("mine"));
  await pass();
  server.write(write("b", "rows", [{ id: "theirs", value: "" }]));
  await pass();
  expect(ids(one.client.state())).toEqual(["mine", "theirs"]);
});

it.each(Array.from({ length: 12 }, (_, seed) => seed + 1))(
  "two type in rows over slow lines that break: seed %i",
  async (seed) => {
    const chance = random(seed);
    const server = new FakeServer(DOCUMENT, chance, { delay: 80, repeat: 0.1 });
    const people = ["one", "two"].map((id) => open(server, id));
    await pass(1000);
    upon(people[0] as Open, "rows", () => [
      { id: "row0", value: "" },
      { id: "row1", value: "" },
    ]);
    await pass(5000);
    const typed: string[] = [];
    for (let at = 0; at < 60; at++) {
      const who = Math.floor(chance() * 2);
      const letter = `${who}.${at}`;
      const row = chance() < 0.8 ? `row${who}` : `row${1 - who}`;
      typed.push(letter);
      const type = (one: Any) => (one.id === row ? { ...one, value: `${one.value} ${letter}` } : one);
      expect(upon(people[who] as Open, "rows", (rows: Any[]) => rows.map(type)).ok).toBe(true);
      if (chance() < 0.03) server.cut();
      await pass(Math.floor(chance() * 60));
    }
    await pass(120_000);
    const rows = (server.document.blocks.b as Block).values.rows as Any[];
    expect(rows.flatMap(({ value }) => value.trim().split(/\s+/)).sort()).toEqual([...typed].sort());
    for (const { client, notices } of people) {
      expect(client.status().pending).toBe(0);
      expect(client.state()).toEqual(server.document);
      expect(notices.filter(({ kind }) => kind !== "resynced")).toEqual([]);
    }
  },
);
