import { describe, expect, it } from "vitest";
import type { Comment } from "../../api/schema";
import { fullDocument } from "../../realtime/document";
import { aboutOf, calling, mentionsIn, pieces, spotOf, threadsOf } from "./threads";

const comment = (id: string, facts: Partial<Comment> = {}): Comment => ({
  id,
  thread_id: id,
  anchor: null,
  body: id,
  mentions: [],
  created_by: "ada",
  created_at: "2026-01-01T00:00:00Z",
  edited_at: null,
  resolved_at: null,
  resolved_by: null,
  ...facts,
});
const people = ["Ada", "Ada Lovelace", "Bob"].map((name) => ({ id: name.toLowerCase(), name, role: "write" as const }));
const doc = fullDocument({
  blocks: {
    l: { id: "l", type: "loop", name: "Each", position: { x: 100, y: 100 }, size: [400, 200] },
    a: { id: "a", type: "api", name: "Fetch", position: { x: 10, y: 60 }, parent: "l" },
  },
  subflows: { l: { kind: "loop", id: "l" } },
});

describe("threads", () => {
  it("stand in the order in which they were last spoken in, with what is unread", () => {
    const items = [
      comment("1"),
      comment("3", { thread_id: "1" }),
      comment("2", { resolved_at: "2026-01-02T00:00:00Z" }),
    ];
    expect(threadsOf({ items, unread: ["3"] })).toMatchObject([
      { id: "1", unread: 1, resolved: false, comments: [{ id: "1" }, { id: "3" }] },
      { id: "2", unread: 0, resolved: true },
    ]);
  });

  it("are pinned to their block wherever it lies, and nowhere when it is gone", () => {
    expect(spotOf({ block_id: "a" }, doc)).toEqual({ x: 100 + 10 + 240 - 12, y: 160 - 20 });
    expect(spotOf({ x: 3, y: 4 }, doc)).toEqual({ x: 3, y: 4 });
    expect(spotOf({ block_id: "gone" }, doc)).toBeNull();
    expect(aboutOf({ block_id: "gone" }, doc)).toBe("A block that is gone");
    expect(aboutOf({ block_id: "a" }, doc)).toBe("Fetch");
  });
});

describe("mentions", () => {
  it("mean the longest name that fits", () => {
    expect(mentionsIn("@Ada Lovelace, look", people)).toEqual(["ada lovelace"]);
    expect(mentionsIn("@Bob and @Ada", people).sort()).toEqual(["ada", "bob"]);
    expect(mentionsIn("mail bob@example.com", people)).toEqual([]);
    expect(pieces("hi @Ada Lovelace!", ["Ada", "Ada Lovelace"])).toEqual([
      { text: "hi ", meant: false },
      { text: "@Ada Lovelace", meant: true },
      { text: "!", meant: false },
    ]);
  });

  it("are completed while a name is typed, and not inside an address", () => {
    expect(calling("hi @Bo", 6)).toEqual({ from: 3, typed: "Bo" });
    expect(calling("@", 1)).toEqual({ from: 0, typed: "" });
    expect(calling("a@b", 3)).toBeNull();
    expect(calling("@Bob said it", 12)).toBeNull();
  });
});
