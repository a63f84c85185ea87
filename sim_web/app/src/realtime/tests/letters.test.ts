import { expect, it } from "vitest";
import text from "../../../../../tests/vectors/names.json?raw";
import { isVisible, nameKey, visible } from "../letters";

const cases: { name: string; key: string; visible: boolean }[] = JSON.parse(text);

it.each(cases)("is a name as on the server: $name", ({ name, key, visible }) => {
  expect([nameKey(name), isVisible(name)]).toEqual([key, visible]);
});

it("takes what cannot be seen out of a name", () => {
  expect([" a\u200bb ", "two\n lines", "میز\u200cها", "\u202egnp.exe"].map(visible)).toEqual([
    "ab",
    "two lines",
    "میز\u200cها",
    "gnp.exe",
  ]);
});
