/** What somebody has in hand stays there whenever the room comes late, comes again, or is somewhere else. */

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeServer } from "./server";
import { DOCUMENT, joined, move, open, pass } from "./support";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const HAPPENS: Record<string, (server: FakeServer) => void> = {
  "the connection breaks, and the welcome is late": (server) => server.cut(),
  "the document is fetched anew": (server) => server.say({ t: "hash", r: "w", seq: server.seq, h: "another" }),
  "the room is somewhere else": (server) => server.say({ t: "moved", r: "w", url: "ws://elsewhere" }),
};

describe("selection, form, letters and steps of undo stay", () => {
  for (const [name, happens] of Object.entries(HAPPENS)) {
    it(`when ${name}`, async () => {
      const server = new FakeServer(DOCUMENT);
      const [one, two] = [await joined(server, "one"), await joined(server, "two")];
      const { client, notices } = one;
      client.setPresence({ selection: ["b"], editing: { block_id: "b", field: "prompt" } });
      client.change(move("b", 7));
      const shared = client.text("b", "prompt");
      await pass(10);
      await shared.ready;
      let resets = 0;
      shared.onReset(() => resets++);
      const [doc, text] = [shared.doc, shared.text];
      shared.text.insert(2, " there");
      happens(server);
      shared.text.insert(0, "oh ");
      await pass(20_000);
      expect(client.status()).toMatchObject({ state: "saved", pending: 0, editable: true });
      // The editor is bound to this document: another one would mount it anew, without its caret.
      expect([shared.doc, shared.text, resets]).toEqual([doc, text, 0]);
      expect(client.text("b", "prompt")).toBe(shared);
      expect(server.plain("b", "prompt")).toBe("oh hi there");
      expect(client.mine).toMatchObject({ selection: ["b"], editing: { block_id: "b", field: "prompt" } });
      expect(two.client.presence().find(({ selection }) => selection?.[0] === "b")?.editing?.field).toBe("prompt");
      expect(notices.filter(({ kind }) => kind !== "resynced")).toEqual([]);
      while (client.canUndo()) client.undo();
      await pass(100);
      expect(server.plain("b", "prompt")).toBe("hi");
      expect(server.document.blocks.b?.position.x).toBe(0);
    });
  }

  it("when the first welcome comes after the first change", async () => {
    const server = new FakeServer(DOCUMENT);
    const { storage, client: before } = await joined(server, "one");
    before.close();
    await pass(100);
    server.isUp = false;
    const { client } = open(server, "one", storage);
    await pass(10);
    const shown = client.state();
    expect(client.change(move("b", 7)).ok).toBe(true);
    client.setPresence({ selection: ["b"] });
    server.isUp = true;
    await pass(20_000);
    expect(client.status().state).toBe("saved");
    expect(client.state().blocks.b?.position.x).toBe(7);
    expect(client.state().blocks.a).toBe(shown.blocks.a);
    expect(client.mine.selection).toEqual(["b"]);
    expect(client.canUndo()).toBe(true);
  });
});
