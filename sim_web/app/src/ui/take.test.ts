import { describe, expect, it } from "vitest";
import { cutAt, isLarge, sifted } from "./take";

describe("a large value", () => {
  it("is told from one that is looked over at once", () => {
    expect(isLarge({ a: [1, 2, { b: "short" }] })).toBe(false);
    expect(isLarge("x".repeat(5_000_000))).toBe(true);
    expect(isLarge({ rows: Array.from({ length: 61 }, () => 1) })).toBe(true);
  });

  it("is searched by names and values, and each part keeps its place", () => {
    const value = { sheep: [{ name: "Dolly" }, { name: "Shaun" }, { name: "dolly" }], wolf: { dollars: 3, other: 1 } };
    const { value: kept, found } = sifted(value, "doll");
    expect(found).toBe(3);
    expect(Object.keys((kept as typeof value).sheep)).toEqual(["0", "2"]);
    expect((kept as typeof value).wolf).toEqual({ dollars: 3 });
    expect(sifted(value, "goat")).toEqual({ value: undefined, found: 0 });
    expect(
      sifted(
        Array.from({ length: 500 }, () => "yes"),
        "yes",
      ).found,
    ).toBe(200);
  });

  it("shows of a long text its beginning, or where the words stand", () => {
    const text = `${"x".repeat(5000)}here${"y".repeat(5000)}`;
    expect(cutAt(text, "", 2000)).toEqual({ from: 0, to: 2000 });
    expect(cutAt(text, "HERE", 2000)).toEqual({ from: 4900, to: 6900 });
    expect(cutAt("short", "", 2000)).toEqual({ from: 0, to: 5 });
  });
});
