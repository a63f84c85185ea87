/** The workflow document as the app holds it: every fact present, whatever the wire left out. */

import type * as wire from "./schema";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Subflow = wire.Loop | wire.Parallel;
export type Block = Required<Omit<wire.Block, "position" | "values">> & {
  position: { x: number; y: number };
  values: Record<string, unknown>;
};
export type Edge = Required<wire.Edge>;
export type Variable = Required<wire.Variable>;

export interface Document {
  name: string;
  description: string;
  blocks: Record<string, Block>;
  edges: Record<string, Edge>;
  subflows: Record<string, Subflow>;
  variables: Record<string, Variable>;
}

export const newBlock = (facts: wire.Block): Block => ({
  enabled: true, locked: false, advanced: false, trigger: false, error_port: false, retry: null, parent: null,
  size: null, modes: {}, extra: {}, ...facts,
  position: { x: facts.position?.x ?? 0, y: facts.position?.y ?? 0 },
  values: (facts.values ?? {}) as Record<string, unknown>,
});

export const newEdge = (facts: wire.Edge): Edge => ({ source_handle: "source", target_handle: "target", ...facts });
export const newVariable = (facts: wire.Variable): Variable => ({ type: "plain", value: null, ...facts });

const each = <A, B>(things: Record<string, A> | undefined, make: (thing: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(things ?? {}).map(([id, thing]) => [id, make(thing)]));

export const opened = (raw: wire.Workflow): Document => ({
  name: raw.name ?? "",
  description: raw.description ?? "",
  blocks: each(raw.blocks, newBlock),
  edges: each(raw.edges, newEdge),
  subflows: { ...raw.subflows },
  variables: each(raw.variables, newVariable),
});

/** An id that rises with time (UUIDv7). */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const now = Date.now();
  for (let at = 0; at < 6; at++) bytes[at] = Math.floor(now / 2 ** (8 * (5 - at))) & 255;
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 15);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 63);
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
