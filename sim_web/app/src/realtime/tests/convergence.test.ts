import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Any, Operation } from "../document";
import { digest } from "../reduce";
import { MemoryStorage } from "../storage";
import { FakeServer, random } from "./server";
import { DOCUMENT, move, type Open, open, pass, rename, shut, write } from "./support";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const { SEEDS = "40", FIRST_SEED = "1" } = (globalThis as Any).process.env;

/** A block nobody does anything to but write, each into a field of one's own: what was written last must be there. */
const LEDGER = "ledger";

/** What somebody at the canvas may do; most of it makes sense. */
function deed(chance: () => number, { client }: Open, fresh: () => string): void {
  const one = <T>(all: readonly T[]): T => all[Math.floor(chance() * all.length)] as T;
  const { blocks, edges, variables } = client.state();
  const ids = Object.keys(blocks).filter((id) => id !== LEDGER);
  if (!ids.length) ids.push("a");
  const id = one(ids);
  const containers = ids.filter((one) => /loop|parallel/.test(blocks[one]?.type ?? ""));
  const deeds: (() => Operation | "undo" | "redo")[] = [
    () => move(id, Math.round(chance() * 100)),
    () => ({ op: "block.move", items: ids.slice(0, 3).map((id) => ({ id, x: Math.round(chance() * 50), y: 1 })) }),
    () => write(id, one(["prompt", "url"]), one(["x", "y", null, 1, true])),
    () => write(id, "prompt", `${Math.round(chance() * 5)}`),
    () => rename(id, one(["Start", "Agent", "Fetch", "Other", "Each"])),
    () => ({
      op: "block.update",
      items: [{ id, set: one([{ enabled: false }, { enabled: true }, { locked: chance() < 0.3 }]) }],
    }),
    () => ({
      op: "block.add",
      blocks: [
        { id: fresh(), type: one(["agent", "loop"]), name: `N ${fresh()}`, parent: one([null, null, ...containers]) },
      ],
    }),
    () => ({ op: "block.remove", ids: [id] }),
    () => ({ op: "block.parent", items: [{ id, parent: one([null, ...containers]), x: 1, y: 2 }] }),
    () => ({ op: "edge.add", edges: [{ id: fresh(), source: id, target: one(ids) }] }),
    () => ({ op: "edge.remove", ids: [one([...Object.keys(edges), "none"])] }),
    () => ({ op: "variable.add", variables: [{ id: fresh(), name: one(["total", "count", fresh()]) }] }),
    () => ({
      op: "variable.update",
      id: one([...Object.keys(variables), "none"]),
      set: { value: Math.round(chance() * 9) },
    }),
    () => ({ op: "subflow.update", id: one(["c", ...containers]), set: { iterations: Math.round(chance() * 9) } }),
    () => "undo",
    () => "undo",
    () => "redo",
  ];
  const what = one(deeds)();
  if (what === "undo") client.undo();
  else if (what === "redo") client.redo();
  else client.change(what);
}

async function schedule(seed: number): Promise<void> {
  const chance = random(seed);
  vi.spyOn(Math, "random").mockImplementation(random(-seed));
  const blocks = { ...DOCUMENT.blocks, [LEDGER]: { id: LEDGER, type: "note", name: "Ledger" } };
  const server = new FakeServer({ ...DOCUMENT, blocks }, chance, { delay: chance() * 80, repeat: chance() * 0.1 }, 20);
  const storages = [0, 1, 2, 3].map(() => new MemoryStorage());
  const people = storages.map((storage, index) => open(server, `client ${index}`, storage));
  const written = storages.map(() => 0);
  let made = 0;
  await pass(1000);
  for (let step = 0; step < 60; step++) {
    const index = Math.floor(chance() * people.length);
    const fate = chance();
    if (fate < 0.03) {
      for (const socket of server.sockets) if (socket.clientId === `client ${index}`) socket.broken();
    } else if (fate < 0.05) {
      server.restart();
    } else if (fate < 0.07) {
      // The tab is closed, with whatever it had kept by then, and opened again.
      shut(people[index] as Open);
      await pass(1);
      people[index] = open(server, `client ${index}`, storages[index]);
    } else if (fate < 0.1) {
      server.isUp = !server.isUp;
      if (!server.isUp) server.cut();
    } else if (fate < 0.13) {
      server.write(move("a", step), "rest");
    } else if (fate < 0.16) {
      const until = step + 3;
      server.refuse = () =>
        step < until && chance() < 0.3 ? { code: "internal", message: "busy", retryable: true } : null;
    } else if (fate < 0.45) {
      const { ok } = (people[index] as Open).client.change(write(LEDGER, `field ${index}`, step), { undo: false });
      if (ok) written[index] = step;
    } else {
      deed(chance, people[index] as Open, () => `n${seed}-${made++}`);
    }
    if (chance() < 0.6) await pass(Math.round(chance() * 200));
  }
  server.isUp = true;
  server.refuse = null;
  await pass(90_000);
  server.tellHash();
  await pass(1000);
  for (const [index, { client, notices }] of people.entries()) {
    const where = `seed ${seed}, client ${index}`;
    expect(client.status(), where).toMatchObject({ state: "saved", pending: 0 });
    expect(digest(client.state()), where).toBe(digest(server.document));
    expect(
      notices.filter(({ kind }) => kind === "resynced"),
      where,
    ).toEqual([]);
    // What was refused until there was no patience left is given back in words, not lost.
    const given = notices.some((notice) => notice.kind === "rejected" && JSON.stringify(notice.op).includes(LEDGER));
    if (written[index] && !given)
      expect(client.state().blocks[LEDGER]?.values[`field ${index}`], where).toBe(written[index]);
  }
  const sent = server.log.filter(({ cseq }) => cseq).map(({ client_id, cseq }) => `${client_id} ${cseq}`);
  expect(new Set(sent).size, `seed ${seed}: nothing is done twice`).toBe(sent.length);
  people.forEach(shut);
}

describe("whatever happens on the way, everybody ends with what the server has", () => {
  for (let seed = +FIRST_SEED; seed < +FIRST_SEED + +SEEDS; seed++) it(`seed ${seed}`, () => schedule(seed));
});
