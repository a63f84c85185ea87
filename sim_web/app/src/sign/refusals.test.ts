import { expect, it } from "vitest";
import { refusalIn } from "./refusals";

it("says what a code means, and never what an address says", () => {
  expect(refusalIn("?refused=signup_closed")).toContain("invitation");
  expect(refusalIn("?refused=call+this+number")).toContain("did not let you in");
  expect(refusalIn("?to=/x")).toBe("");
});
