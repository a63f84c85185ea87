import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openWorkflow } from "../client";
import { digest } from "../reduce";
import { createSession } from "../session";
import { MemoryStorage } from "../storage";
import { FakeServer } from "./server";
import { DOCUMENT, joined, move, open, pass, shut, write } from "./support";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("coming back", () => {
  it("brings what was missed although changes wait (D1), and sends nothing twice", async () => {
    const server = new FakeServer(DOCUMENT);
    const { client } = await joined(server);
    server.isUp = false;
    server.cut();
    await pass();
    client.change(move("b", 5));
    server.write(write("b", "prompt", "missed"));
    server.isUp = true;
    await pass(20_000);
    expect(client.state().blocks.b).toMatchObject({ position: { x: 5 }, values: { prompt: "missed" } });
    expect(digest(client.state())).toBe(digest(server.document));
    expect(server.log.filter(({ client_id }) => client_id === "one")).toHaveLength(1);
  });

  it("after the answer was lost counts the operation once", async () => {
    const server = new FakeServer(DOCUMENT, () => 0.5, { delay: 20, repeat: 0 });
    const { client } = open(server, "one");
    await pass(500);
    client.change({ op: "variable.add", variables: [{ id: "v", name: "v" }] });
    await pass(11);
    expect(server.seq).toBe(1);
    server.restart();
    await pass(20_000);
    expect(server.seq).toBe(1);
    expect(client.status()).toMatchObject({ state: "saved", pending: 0 });
    expect(client.state().variables.v?.name).toBe("v");
  });

  it("to a document that went too far gets it whole, with what waits on top", async () => {
    const server = new FakeServer(DOCUMENT, () => 0.5, { delay: 0, repeat: 0 }, 3);
    const { client } = await joined(server);
    server.isUp = false;
    server.cut();
    for (let x = 1; x < 9; x++) server.write(move("a", x));
    client.change(move("b", 5));
    server.isUp = true;
    await pass(20_000);
    expect(digest(client.state())).toBe(digest(server.document));
    expect(server.document.blocks.b?.position.x).toBe(5);
  });

  it("after the tab was closed while offline loses nothing (D18)", async () => {
    const server = new FakeServer(DOCUMENT);
    const storage = new MemoryStorage();
    const first = await joined(server, "tab", storage);
    await pass(6000);
    server.isUp = false;
    server.cut();
    await pass();
    for (let i = 0; i < 200; i++)
      first.client.change({
        op: "edge.add",
        edges: [{ id: `e${i}`, source: "a", target: "b", source_handle: `h${i}` }],
      });
    await pass();
    shut(first);
    const again = open(server, "tab", storage);
    await pass(100);
    expect(Object.keys(again.client.state().edges)).toHaveLength(201);
    expect(again.client.status()).toMatchObject({ state: "offline", pending: 200 });
    server.isUp = true;
    await pass(30_000);
    expect(Object.keys(server.document.edges)).toHaveLength(201);
    expect(again.client.status().state).toBe("saved");
  });

  it("has the document at once when the tab is loaded anew right after the server was lost", async () => {
    const server = new FakeServer(DOCUMENT);
    const storage = new MemoryStorage();
    const first = await joined(server, "tab", storage);
    server.isUp = false;
    server.cut();
    await pass(10);
    // the tab is not closed: it is gone
    const again = open(server, "tab", storage);
    await pass(100);
    expect(Object.keys(again.client.state().blocks)).toEqual(["a", "b", "c", "d"]);
    expect(again.client.status()).toMatchObject({ state: "offline", editable: true });
    for (const one of [first, again]) shut(one);
  });

  it("happens by itself when nobody answers", async () => {
    const server = new FakeServer(DOCUMENT);
    const { client } = await joined(server);
    server.answers = false;
    client.change(move("b", 5));
    await pass(15_000);
    server.answers = true;
    await pass(20_000);
    expect(client.status().state).toBe("saved");
    expect(server.document.blocks.b?.position.x).toBe(5);
  });
});

describe("a server that is killed", () => {
  it("is found within a second of its return, and asked with one ticket however often nobody listened", async () => {
    const server = new FakeServer(DOCUMENT);
    let tickets = 0;
    const credentials = async () => ({ key: `k${++tickets}` });
    const session = createSession({
      url: "ws://fake",
      credentials,
      clientId: "one",
      storage: new MemoryStorage(),
      socket: server.socket,
    });
    const client = openWorkflow("w", session);
    await pass(50);
    await client.ready;
    for (let times = 1; times <= 3; times++) {
      server.isUp = false;
      for (const socket of [...server.sockets]) socket.broken();
      await pass(4_000);
      expect(client.status().state).toBe("offline");
      server.isUp = true;
      await pass(1_200);
      expect(client.status().state).toBe("saved");
      expect(tickets).toBe(1 + times);
    }
    shut({ client, session, storage: new MemoryStorage(), notices: [] });
  });
});

describe("tabs", () => {
  it("are clients of their own, one that is loaded anew goes on as the same, and leftovers of closed ones go out", async () => {
    const held = new Set<string>();
    const request = async (name: string, _: unknown, work: (lock: object | null) => Promise<void>) => {
      if (held.has(name)) return work(null);
      held.add(name);
      await work({});
      held.delete(name);
    };
    vi.stubGlobal("navigator", { locks: { request } });
    const server = new FakeServer(DOCUMENT);
    const storage = new MemoryStorage();
    const session = () => {
      return createSession({
        url: "ws://fake",
        credentials: async () => ({ key: "k" }),
        storage,
        socket: server.socket,
      });
    };
    await storage.put("gone", "w", [{ n: 1, op: move("b", 5), cseq: 1, base: 0, ts: 1, undo_of: null }], 2);
    await storage.put("lost", "w", [{ n: 1, op: move("c", 6), cseq: null, base: 0, ts: 1, undo_of: null }], 1);
    const [first, second, third] = [session(), session(), session()];
    const ids = await Promise.all([first.clientId, second.clientId, third.clientId]);
    expect(new Set(ids).size).toBe(3);
    expect(ids.slice(0, 2)).toEqual(["gone", "lost"]);
    second.close();
    await pass();
    const client = openWorkflow("w", first);
    await pass(1000);
    expect(client.state().blocks).toMatchObject({ b: { position: { x: 5 } }, c: { position: { x: 6 } } });
    expect(server.log.map(({ client_id }) => client_id)).toEqual(["gone", "lost"]);
    for (const one of [first, third]) one.close();
    vi.unstubAllGlobals();
  });
});
