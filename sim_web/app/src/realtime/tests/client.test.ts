import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Any } from "../document";
import { digest } from "../reduce";
import { weight } from "../split";
import { MemoryStorage } from "../storage";
import { FakeServer } from "./server";
import { DOCUMENT, joined, move, open, pass, rename, shut, write } from "./support";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("a change", () => {
  it("shows at once, reaches the others, and counts as saved when it has come back", async () => {
    const server = new FakeServer(DOCUMENT);
    const [one, two] = [await joined(server, "one"), await joined(server, "two")];
    expect(one.client.status()).toMatchObject({ state: "saved", pending: 0, editable: true });
    let told = 0;
    two.client.subscribe(() => told++);
    expect(one.client.change(move("b", 7)).ok).toBe(true);
    expect(one.client.state().blocks.b?.position.x).toBe(7);
    expect(one.client.status()).toMatchObject({ state: "saving", pending: 1 });
    await pass();
    expect(two.client.state().blocks.b?.position.x).toBe(7);
    expect(told).toBe(1);
    expect(one.client.status().state).toBe("saved");
    expect(one.client.seq()).toBe(1);
  });

  it("that cannot be is refused in words and changes nothing", async () => {
    const { client } = await joined(new FakeServer(DOCUMENT));
    const before = client.state();
    const done = client.change(rename("b", "start"));
    expect(done).toMatchObject({ ok: false, refusals: [{ code: "name_conflict" }] });
    expect(client.state()).toBe(before);
    expect(client.status().pending).toBe(0);
  });

  it("of a field under way is not overwritten by what others do to it (pending wins until it is answered)", async () => {
    const server = new FakeServer(DOCUMENT);
    const { client } = await joined(server);
    server.answers = false;
    client.change(write("b", "prompt", "mine"));
    await pass();
    server.write(write("b", "prompt", "theirs"));
    server.write(write("b", "model", "gpt"));
    await pass();
    expect(client.state().blocks.b?.values).toEqual({ prompt: "mine", model: "gpt" });
  });

  it("of X to Y and back to X is not taken for a double of the first (D5)", async () => {
    const server = new FakeServer(DOCUMENT);
    const { client } = await joined(server);
    for (const value of ["x", "y", "x"]) client.change(write("b", "prompt", value));
    await pass();
    expect(server.document.blocks.b?.values.prompt).toBe("x");
    client.change(rename("b", "One"));
    client.change(rename("b", "Two"));
    await pass();
    expect(server.document.blocks.b?.name).toBe("Two");
  });

  it("of one field typed while offline becomes one operation", async () => {
    const server = new FakeServer(DOCUMENT);
    const { client } = await joined(server);
    server.isUp = false;
    server.cut();
    await pass();
    for (let i = 0; i < 50; i++) client.change(write("b", "prompt", `text ${i}`));
    expect(client.status()).toMatchObject({ state: "offline", pending: 1, editable: true });
    server.isUp = true;
    await pass(20_000);
    expect(server.heardOps).toHaveLength(1);
    expect(server.document.blocks.b?.values.prompt).toBe("text 49");
  });

  it("goes out with at most 16 under way, in order", async () => {
    const server = new FakeServer(DOCUMENT);
    const { client } = await joined(server);
    server.answers = false;
    const heard: number[] = [];
    const before = server.heard.bind(server);
    server.heard = (socket, message) => {
      if (message.t === "ops") heard.push(...message.ops.map((sent: Any) => sent.cseq));
      before(socket, message);
    };
    for (let i = 0; i < 40; i++) client.change({ op: "variable.add", variables: [{ id: `v${i}`, name: `v${i}` }] });
    await pass();
    expect(heard).toEqual([...Array(16)].map((_, index) => index + 1));
    server.answers = true;
    await pass(60_000);
    expect(Object.keys(server.document.variables)).toHaveLength(40);
    expect(client.status().state).toBe("saved");
  });
});

describe("a large change", () => {
  it("goes in pieces, and is one step of undo", async () => {
    const server = new FakeServer({ blocks: { l: { id: "l", type: "loop", name: "L" } } });
    const { client } = await joined(server);
    const blocks = [...Array(1000).keys()].map((n) => {
      return {
        id: `n${n}`,
        type: n === 900 ? "loop" : "agent",
        name: `N ${n}`,
        parent: n % 2 ? null : n === 900 ? "l" : "n900",
        locked: n === 7,
      };
    });
    const edges = [...Array(400).keys()].map((n) => ({
      id: `e${n}`,
      source: `n${2 * n + 1}`,
      target: n === 3 ? "n999" : `n${2 * n + 3}`,
    }));
    edges.push({ id: "locked", source: "n1", target: "n7" });
    expect(
      client.change({ op: "block.add", blocks, edges, subflows: [{ kind: "loop", id: "n900", iterations: 3 }] }),
    ).toEqual({ ok: true, refusals: [] });
    await pass(5000);
    expect(Object.keys(server.document.blocks)).toHaveLength(1001);
    expect(Object.keys(server.document.edges)).toHaveLength(401);
    expect(server.document.subflows.n900).toMatchObject({ iterations: 3 });
    for (const { op } of server.heardOps) expect(weight(op)).toBeLessThanOrEqual(500);
    client.undo();
    await pass(5000);
    expect(Object.keys(server.document.blocks)).toEqual(["l"]);
    expect(digest(client.state())).toBe(digest(server.document));
  });
});

describe("a change of large values", () => {
  it("is sent in frames that the server takes, and is one step to take back", async () => {
    const code = (n: number) => `return <agent.text> # ${"価".repeat(9000)} ${n}`;
    const ids = Array.from({ length: 30 }, (_, n) => `n${n}`);
    const blocks = ids.map((id, n) => ({ id, type: "function", name: id, values: { code: code(n) } }));
    const server = new FakeServer({
      ...DOCUMENT,
      blocks: { ...DOCUMENT.blocks, ...Object.fromEntries(blocks.map((one) => [one.id, one])) },
    });
    const { client } = await joined(server);
    const items = ids.map((block_id, n) => {
      return { block_id, field: "code", value: code(n).replace("agent", "writer"), expected: code(n) };
    });
    const rename = { op: "block.update", items: [{ id: "b", set: { name: "Writer" } }] } as const;
    expect(client.change([rename, { op: "value.update", items }]).ok).toBe(true);
    await pass(5000);
    expect(server.largest).toBeLessThan(256 * 1024);
    const codes = () => ids.map((id) => server.document.blocks[id]?.values.code);
    expect(codes()).toEqual(items.map(({ value }) => value));
    expect(client.undo()).toBe(true);
    await pass(5000);
    expect(server.largest).toBeLessThan(256 * 1024);
    expect(server.document.blocks.b?.name).toBe("Agent");
    expect(codes()).toEqual(ids.map((_, n) => code(n)));
    expect(client.canUndo()).toBe(false);
    expect(digest(client.state())).toBe(digest(server.document));
    const added = blocks.map((block) => ({ ...block, id: `copy-${block.id}`, name: `Copy ${block.id}` }));
    expect(client.change({ op: "block.add", blocks: added }).ok).toBe(true);
    await pass(5000);
    expect(server.largest).toBeLessThan(256 * 1024);
    expect(Object.keys(server.document.blocks)).toHaveLength(34 + ids.length);
  });
});

describe("a refusal", () => {
  it("takes back only its own operation and what depended on it", async () => {
    const server = new FakeServer(DOCUMENT);
    const { client, notices } = await joined(server);
    server.refuse = (op) => (op.op === "block.add" ? { code: "too_large", message: "no room" } : null);
    client.change({ op: "block.add", blocks: [{ id: "n", type: "agent", name: "New" }] });
    client.change(write("n", "prompt", "depends"));
    client.change(move("b", 9));
    await pass(100);
    expect(client.state().blocks.n).toBeUndefined();
    expect(client.state().blocks.b?.position.x).toBe(9);
    expect(notices.map(({ kind }) => kind)).toEqual(["rejected", "cancelled"]);
    expect(client.status()).toMatchObject({ state: "saved", editable: true });
    expect(digest(client.state())).toBe(digest(server.document));
  });

  it("that may pass is tried again, three times for the structure and five for a value, with growing patience", async () => {
    const server = new FakeServer(DOCUMENT);
    const { client, notices } = await joined(server);
    server.refuse = () => ({ code: "internal", message: "later", retryable: true });
    client.change(move("b", 1));
    await pass(2500);
    expect(server.heardOps).toHaveLength(2);
    await pass(1000);
    expect(server.heardOps).toHaveLength(3);
    expect(notices).toMatchObject([{ kind: "rejected", code: "internal" }]);
    expect(client.state().blocks.b?.position.x).toBe(0);
    client.change(write("b", "prompt", "x"));
    await pass(30_000);
    expect(server.heardOps).toHaveLength(8);
    expect(new Set(server.heardOps.map(({ cseq }) => cseq)).size).toBe(8);
  });

  it("that passes later keeps the order of what depends on it", async () => {
    const server = new FakeServer(DOCUMENT);
    const { client, notices } = await joined(server);
    let times = 0;
    server.refuse = (op) =>
      op.op === "block.add" && times++ < 1 ? { code: "internal", message: "later", retryable: true } : null;
    client.change({ op: "block.add", blocks: [{ id: "n", type: "agent", name: "New" }] });
    client.change(write("n", "prompt", "depends"));
    await pass(5000);
    expect(server.document.blocks.n?.values).toEqual({ prompt: "depends" });
    expect(notices).toEqual([]);
  });

  it("for want of a role parks what waits instead of losing it", async () => {
    const server = new FakeServer(DOCUMENT);
    const { client } = await joined(server);
    server.refuse = () => ({ code: "forbidden", message: "you may only read now" });
    client.change(move("b", 4));
    await pass();
    expect(client.status()).toMatchObject({ state: "parked", editable: false, pending: 1 });
    expect(client.state().blocks.b?.position.x).toBe(0);
    expect(client.change(move("b", 5)).refusals[0]?.code).toBe("read_only");
    server.refuse = null;
    server.say({ t: "role", r: "w", role: "write" });
    await pass();
    expect(server.document.blocks.b?.position.x).toBe(4);
  });
});

describe("what a collaborator removes", () => {
  it("cancels what waits item by item (D7)", async () => {
    const server = new FakeServer(DOCUMENT);
    const { client, notices } = await joined(server);
    server.isUp = false;
    server.cut();
    await pass();
    client.change({
      op: "block.move",
      items: [
        { id: "a", x: 3, y: 3 },
        { id: "d", x: 8, y: 8 },
      ],
    });
    client.change(write("d", "url", "http://x"));
    client.change({ op: "block.remove", ids: ["b", "d"] });
    server.write({ op: "block.remove", ids: ["d"] });
    server.isUp = true;
    await pass(20_000);
    expect(server.document.blocks.a?.position).toEqual({ x: 3, y: 3 });
    expect(Object.keys(server.document.blocks)).toEqual(["a", "c"]);
    expect(notices.map(({ kind }) => kind)).toContain("cancelled");
    expect(digest(client.state())).toBe(digest(server.document));
  });
});

describe("a fingerprint", () => {
  it("that differs brings the document anew, once", async () => {
    const server = new FakeServer(DOCUMENT);
    const { client, notices } = await joined(server);
    server.tellHash();
    await pass();
    expect(notices).toEqual([]);
    server.document = { ...server.document, description: "changed behind everybody's back" };
    server.tellHash();
    await pass();
    expect(notices).toMatchObject([{ kind: "resynced" }]);
    expect(client.state().description).toBe("changed behind everybody's back");
  });
});

describe("who is not let in", () => {
  it("is told so after a few tries", async () => {
    const server = new FakeServer(DOCUMENT);
    const { client } = open(server, "one", new MemoryStorage(), "wrong");
    await pass(300_000);
    expect(client.status()).toMatchObject({ state: "refused", editable: false });
    await expect(client.ready).rejects.toThrow("who is there");
  });
});

describe("presence", () => {
  it("is said at most 30 times a second, the latest at the end, and relayed", async () => {
    const server = new FakeServer(DOCUMENT);
    const [one, two] = [await joined(server, "one"), await joined(server, "two")];
    for (let x = 0; x < 1000; x++) {
      one.client.setPresence({ cursor: { x, y: 0 } });
      await pass(1);
    }
    await pass(50);
    expect(server.presences.length).toBeLessThanOrEqual(32);
    const [peer] = two.client.presence();
    expect(peer).toMatchObject({ name: "one", cursor: { x: 999, y: 0 } });
    one.client.setPresence({ view: { x: 1, y: 2, zoom: 0.5 } });
    const views: Any[] = [];
    two.client.onView((view) => views.push(view));
    await pass(50);
    two.client.follow(peer?.sid as string);
    one.client.setPresence({ view: { x: 5, y: 6, zoom: 2 } });
    await pass(50);
    expect(views).toEqual([
      { x: 1, y: 2, zoom: 0.5 },
      { x: 5, y: 6, zoom: 2 },
    ]);
    shut(one);
    await pass(50);
    expect(two.client.presence()).toEqual([]);
    expect(two.client.following()).toBe(null);
  });
});
