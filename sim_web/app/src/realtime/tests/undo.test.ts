import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { digest } from "../reduce";
import { FakeServer } from "./server";
import { DOCUMENT, joined, move, pass, rename, write } from "./support";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("undo", () => {
  it("takes back a removal with edges and settings, and redo does it again", async () => {
    const server = new FakeServer(DOCUMENT);
    const { client } = await joined(server);
    const before = digest(client.state());
    client.change({ op: "block.remove", ids: ["b", "c"] });
    await pass();
    expect(Object.keys(server.document.blocks)).toEqual(["a"]);
    expect(client.undo()).toBe(true);
    await pass();
    expect(digest(server.document)).toBe(before);
    expect(client.canRedo()).toBe(true);
    client.redo();
    await pass();
    expect(Object.keys(server.document.blocks)).toEqual(["a"]);
    expect(client.canRedo()).toBe(false);
  });

  it("never reverts what somebody else has changed since", async () => {
    const server = new FakeServer(DOCUMENT);
    const { client } = await joined(server);
    client.change([write("b", "prompt", "mine"), write("b", "model", "m1")]);
    await pass();
    server.write(write("b", "prompt", "theirs"));
    await pass();
    expect(client.undo()).toBe(true);
    await pass();
    expect(server.document.blocks.b?.values).toEqual({ prompt: "theirs" });
    expect(client.undo()).toBe(false);
  });

  it("of a block that somebody worked on leaves it", async () => {
    const server = new FakeServer(DOCUMENT);
    const { client } = await joined(server);
    client.change({ op: "block.add", blocks: [{ id: "n", type: "agent", name: "N" }] });
    await pass(1000);
    client.change({ op: "block.add", blocks: [{ id: "m", type: "agent", name: "M" }] });
    await pass();
    server.write(write("m", "prompt", "work"));
    server.write(move("n", 50));
    await pass();
    client.undo();
    await pass();
    expect(Object.keys(server.document.blocks)).toEqual(["a", "b", "c", "d", "m"]);
  });

  it("passes over steps of which nothing is left", async () => {
    const server = new FakeServer(DOCUMENT);
    const { client } = await joined(server);
    client.change(rename("a", "Begin"));
    client.change(move("d", 30));
    await pass();
    server.write({ op: "block.remove", ids: ["d"] });
    await pass();
    expect(client.undo()).toBe(true);
    await pass();
    expect(server.document.blocks.a?.name).toBe("Start");
    expect(client.canUndo()).toBe(false);
  });

  it("takes a gesture, and quick changes of one field, as one step", async () => {
    const server = new FakeServer(DOCUMENT);
    const { client } = await joined(server);
    for (let x = 1; x <= 20; x++) {
      client.change(move("b", x), { gesture: "drag 1" });
      await pass(200);
    }
    for (const text of ["h", "he", "hel", "help"]) {
      client.change(write("b", "prompt", text));
      await pass(120);
    }
    expect(client.undo()).toBe(true);
    expect(client.state().blocks.b).toMatchObject({ position: { x: 20 }, values: { prompt: "hi" } });
    expect(client.undo()).toBe(true);
    expect(client.state().blocks.b?.position.x).toBe(0);
    expect(client.canUndo()).toBe(false);
    client.redo();
    client.redo();
    await pass(100);
    expect(server.document.blocks.b).toMatchObject({ position: { x: 20 }, values: { prompt: "help" } });
  });

  it("many times, then redo as often, leaves the document as it was", async () => {
    const server = new FakeServer(DOCUMENT);
    const { client } = await joined(server);
    client.change({ op: "block.add", blocks: [{ id: "n", type: "agent", name: "N", parent: "c" }] });
    client.change(write("n", "prompt", "later edited"));
    client.change({ op: "block.parent", items: [{ id: "d", parent: null, x: 1, y: 1 }] });
    client.change({ op: "edge.add", edges: [{ id: "bd", source: "b", target: "d" }] });
    client.change({ op: "block.remove", ids: ["c"] });
    await pass(100);
    const after = digest(client.state());
    let steps = 0;
    while (client.undo()) steps++;
    expect(digest(client.state())).toBe(digest((await joined(new FakeServer(DOCUMENT))).client.state()));
    for (; steps; steps--) expect(client.redo()).toBe(true);
    await pass(1000);
    expect(digest(client.state())).toBe(after);
    expect(digest(server.document)).toBe(after);
  });

  it("of what the server refused does not exist", async () => {
    const server = new FakeServer(DOCUMENT);
    const { client } = await joined(server);
    server.refuse = () => ({ code: "locked", message: "no" });
    client.change(move("b", 5));
    await pass();
    expect(client.canUndo()).toBe(false);
  });

  it("says whose operation it takes back, so that the server guards it too", async () => {
    const server = new FakeServer(DOCUMENT);
    const { client } = await joined(server);
    client.change(move("b", 5));
    await pass();
    client.undo();
    await pass();
    expect(server.heardOps.at(-1)).toMatchObject({ undo_of: 1 });
  });
});
