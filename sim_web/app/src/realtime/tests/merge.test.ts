import { describe, expect, it } from "vitest";
import { merged } from "../merge";

const row = (id: string, value = id, more = {}) => ({ id, value, ...more });

describe("two changes of one value", () => {
  it("are both kept, word by word", () => {
    expect(merged("return <old.x> + 1", "return <new.x> + 1", "x = 2\nreturn <old.x> + 1 # b")).toBe(
      "x = 2\nreturn <new.x> + 1 # b",
    );
    expect(merged("<a.x> and <a.y>", "<b.x> and <b.y>", "<a.x> and not <a.y>")).toBe("<b.x> and not <b.y>");
    expect(merged("a b c", "a c", "a b c d")).toBe("a c d");
    expect(merged("a", "a mine", "a theirs")).toBe("a theirs mine");
  });

  it("of the same word leave the later writer's", () => {
    expect(merged("one two", "one three", "one four")).toBe("one three");
    expect(merged("", "mine", "theirs")).toBe("theirsmine");
    expect(merged(1, 2, 3)).toBe(2);
    expect(merged([1], [1, 2], [1, 3])).toEqual([1, 2]);
  });

  it("of rows are changes of each row", () => {
    const base = [row("a"), row("b"), row("else")];
    const mine = [row("a", "a1"), row("b"), row("m"), row("else")];
    const theirs = [row("a", "a", { title: "T" }), row("t"), row("else")];
    expect(merged(base, mine, theirs)).toEqual([row("a", "a1", { title: "T" }), row("m"), row("t"), row("else")]);
  });

  it("keep a row that one removed and the other wrote in", () => {
    expect(merged([row("a"), row("b")], [row("b")], [row("a", "new"), row("b")])).toEqual([row("a", "new"), row("b")]);
    expect(merged([row("a"), row("b")], [row("b")], [row("a"), row("b", "new")])).toEqual([row("b", "new")]);
  });

  it("take the order from whoever moved rows", () => {
    const [a, b, c] = [row("a"), row("b"), row("c")];
    expect(merged([a, b, c], [c, a, b], [a, b, row("c", "new")])).toEqual([row("c", "new"), a, b]);
    expect(merged([a, b, c], [a, b, row("c", "new")], [c, a, b])).toEqual([row("c", "new"), a, b]);
  });

  it("tell rows without ids apart by their names, and give up on what has none", () => {
    const [x, y] = [
      { name: "x", type: "string" },
      { name: "y", type: "string" },
    ];
    expect(merged([x], [{ ...x, type: "number" }], [x, y])).toEqual([{ ...x, type: "number" }, y]);
    expect(merged([x, x], [x], [x, x, y])).toEqual([x]);
    expect(merged(null, [row("a")], [row("b")])).toEqual([row("a"), row("b")]);
  });

  it("are the same whoever comes first, where nobody changed what the other did", () => {
    const base = { rows: [row("a", "one two three")], text: "x y", n: 1 };
    const mine = { ...base, rows: [row("a", "ONE two three")], n: 2 };
    const theirs = { ...base, rows: [row("a", "one two THREE"), row("b")], text: "x y z" };
    expect(merged(base, mine, theirs)).toEqual(merged(base, theirs, mine));
  });

  it("of long texts that have nothing in common are not compared", () => {
    const long = (word: string) => Array.from({ length: 4000 }, (_, at) => `${word}${at}`).join(" ");
    expect(merged(long("a"), long("b"), long("c"))).toBe(long("b"));
  });
});
