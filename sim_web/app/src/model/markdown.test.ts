import { describe, expect, it } from "vitest";
import { parts } from "./markdown";

describe("Markdown", () => {
  it("keeps lines, headings, quotes and code as they are", () => {
    expect(parts("# How\n\nSo.\n> said\n---\n```py\n# no heading\n- no item\n```\nend")).toEqual([
      { kind: "heading", text: "How" },
      { kind: "line", text: "So." },
      { kind: "quote", text: "said" },
      { kind: "rule" },
      { kind: "code", text: "# no heading\n- no item" },
      { kind: "line", text: "end" },
    ]);
    expect(parts("```\nnot closed yet")).toEqual([{ kind: "code", text: "not closed yet" }]);
  });
  it("knows lists with numbers, tasks and depth", () => {
    expect(parts("- a\n  - [ ] to do\n  - [x] done\n2. second\n-no item")).toEqual([
      {
        kind: "list",
        items: [
          { depth: 0, text: "a" },
          { depth: 1, text: "to do", done: false },
          { depth: 1, text: "done", done: true },
          { depth: 0, text: "second", number: "2" },
        ],
      },
      { kind: "line", text: "-no item" },
    ]);
  });
  it("reads a table, with as many cells in each row as the head has", () => {
    expect(parts("| Name | n |\n|:--|--:|\n| a \\| b | 1 | 2 |\n| c |\nafter")).toEqual([
      {
        kind: "table",
        head: ["Name", "n"],
        align: ["left", "right"],
        rows: [
          ["a | b", "1"],
          ["c", ""],
        ],
      },
      { kind: "line", text: "after" },
    ]);
    expect(parts("a | b\nno ruler")).toHaveLength(2);
    expect(parts("a | b\n---")).toHaveLength(1);
  });
});
