import { expect, it } from "vitest";
import { actWords, counted, triggerWord } from "./words";

it("counts in words", () => {
  expect(counted(1, "field")).toBe("1 field");
  expect(counted(0, "field")).toBe("0 fields");
  expect(counted(1200, "entry", "entries")).toMatch(/^1.?200 entries$/);
});

it("reads codes as words, and those it does not know too", () => {
  expect(triggerWord("api")).toBe("API");
  expect(triggerWord("night_shift")).toBe("Night shift");
  expect(actWords("session.sign_in")).toBe("Session: sign in");
});
