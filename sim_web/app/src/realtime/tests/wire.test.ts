import { expect, it } from "vitest";
import type * as Protocol from "../protocol";
import type { FromServer, WirePresence } from "../wire";

/** Checked by the compiler: what the service says, and only that, is what the client reads and writes. */
const reads = (message: Exclude<Protocol.FromServer, { t: "joined" | "ops" }>): FromServer => message;
const says = (presence: WirePresence): Protocol.Presence => presence;

it("the messages are those of the service", () => {
  expect(reads({ t: "pong" })).toEqual({ t: "pong" });
  expect(says({ cursor: [1, 2] })).toEqual({ cursor: [1, 2] });
});
