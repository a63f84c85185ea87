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
  expect(actWords("session.sign_in")).toBe("Signed in");
  expect(actWords("key.create")).toBe("Made an API key");
  expect(actWords("permission.set")).toBe("Set rights in a workspace");
  expect(actWords("invitation.resend")).toBe("Sent again: an invitation");
  expect(actWords("seat.fold_up")).toBe("Seat: fold up");
});
