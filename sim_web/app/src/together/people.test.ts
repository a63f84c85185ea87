import { beforeEach, describe, expect, it } from "vitest";
import { COLORS } from "../ui/person";
import { colorOf, seat } from "./people";

const light = (hex: string) => {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (one: string, other: string) => {
  const [dark = 0, bright = 0] = [light(one), light(other)].sort((a, b) => a - b);
  return (bright + 0.05) / (dark + 0.05);
};
const ids = (count: number) => [...Array(count)].map((_, at) => `person ${at * at}`);

beforeEach(() => seat([]));

describe("the colours of people", () => {
  it("are told apart among as many as there are colours", () => {
    for (let count = 1; count <= COLORS.length; count++) {
      seat([]);
      seat(ids(count));
      expect(new Set(ids(count).map(colorOf)).size).toBe(count);
    }
  });

  it("stay while others come and go, and are the same without company", () => {
    const all = ids(30);
    const [ada = ""] = all;
    const alone = colorOf(ada);
    seat([ada]);
    expect(colorOf(ada)).toBe(alone);
    for (let at = 1; at < 20; at++) {
      seat([ada, ...all.slice(at, at + 8)]);
      expect(colorOf(ada)).toBe(alone);
    }
  });

  it("show a white label on every one, and every one on pages of both themes", () => {
    for (const color of COLORS) {
      expect(contrast(color, "#ffffff"), color).toBeGreaterThanOrEqual(4.5);
      expect(contrast(color, "#19191c"), color).toBeGreaterThanOrEqual(2.2);
    }
  });
});
