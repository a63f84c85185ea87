/** The protocol as the client reads it: the generated messages, with the document's own operations in them. */

import type { NewDocument, Operation } from "./document";
import type * as Protocol from "./protocol";

export type { Person, Presence as WirePresence } from "./protocol";
export { VERSION } from "./protocol";
export type Role = Protocol.Person["role"];
export type Sent = Omit<Protocol.Sent, "op"> & { op: Operation };
export type Done = Omit<Protocol.Done, "op"> & { op: Operation };
/** As many as are kept; the first service told no others. */
export type Limits = Pick<Protocol.Limits, "in_flight" | "ops_per_second" | "burst">;

type Committed = Omit<Protocol.Committed, "ops"> & { ops: Done[] };
// What the first service told otherwise, and is still understood.
type Welcome = Omit<Protocol.Welcome, "limits"> & { limits?: Limits };
type Joined = Earlier<Protocol.Joined, "t" | "r" | "role" | "seq"> & { workflow?: NewDocument };
type Ack = Earlier<Protocol.Ack, "t" | "r"> & Partial<Protocol.Acked>;
type TextState = Protocol.TextState & { reset?: boolean };
/** A message of which only some facts were told. */
type Earlier<Message, Told extends keyof Message> = Pick<Message, Told> & Partial<Omit<Message, Told>>;

type Read = Welcome | Joined | Committed | Ack | TextState;
export type FromServer = Exclude<Protocol.FromServer, { t: Read["t"] }> | Read;
export type FromRoom = Extract<FromServer, { r: string }>;
