import { expect, it } from "vitest";
import { Typing } from "./typing";

const field = (tagName = "DIV", isConnected = false) =>
  ({ tagName, isConnected, closest: () => true, matches: () => false }) as unknown as Element;
const page = { closest: () => null } as unknown as Element;
const press = (key: string, target: Element, timeStamp: number, more = {}) => ({
  key,
  target,
  timeStamp,
  ctrlKey: false,
  metaKey: false,
  ...more,
});
const after = (key: string, target = field()) => {
  const typing = new Typing();
  expect(typing.lost(press(key, target, 1000))).toBe(false);
  return typing;
};

it("keeps the rest of the words from the page when their field is taken away", () => {
  const typing = after("a");
  expect(typing.lost(press("c", page, 60_000)), "however long somebody thought").toBe(true);
  expect(typing.lost(press("Backspace", page, 62_000)), "each key goes on with the one before").toBe(true);
  expect(typing.lost(press("c", page, 66_000)), "after a pause").toBe(false);
  expect(typing.lost(press("c", page, 66_100))).toBe(false);
});

it("lets shortcuts be where the field is still there, was left, or the key is never a letter", () => {
  expect(after("a", field("DIV", true)).lost(press("l", page, 1100))).toBe(false);
  expect(after("Tab").lost(press("l", page, 1100))).toBe(false);
  expect(after("Escape").lost(press("l", page, 1100))).toBe(false);
  expect(after("Enter", field("INPUT")).lost(press("l", page, 1100))).toBe(false);
  expect(after("Enter").lost(press("l", page, 1100)), "a new line").toBe(true);
  expect(after("a").lost(press("z", page, 1100, { ctrlKey: true }))).toBe(false);
  const pointed = after("a");
  pointed.over();
  expect(pointed.lost(press("l", page, 1100))).toBe(false);
});
