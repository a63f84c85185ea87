/** As much of the protocol as the client reads; what it does not know it passes over. */

import type { Any, NewDocument, Operation } from "./document";

export const VERSION = 1;

export interface Sent {
  cseq: number;
  op: Operation;
  base?: number;
  ts?: number;
  undo_of?: number;
}

export interface WirePresence {
  cursor?: [number, number] | null;
  selection?: string[] | null;
  editing?: { block_id: string; field: string; anchor?: Any; head?: Any } | null;
  view?: { x: number; y: number; zoom: number } | null;
  drag?: Record<string, [number, number]> | null;
}

export interface Person {
  sid: string;
  user_id: string;
  name: string;
  client_id: string;
  role: Role;
  presence?: WirePresence | null;
}

export type Role = "read" | "write" | "admin";

export interface Done {
  seq: number;
  client_id: string;
  actor: string;
  op: Operation;
  cseq?: number | null;
  ts?: number | null;
}

export interface Limits {
  in_flight: number;
  ops_per_second: number;
  burst: number;
}

export type FromServer =
  | { t: "welcome"; v: number; sid: string; now: number; limits?: Limits }
  | {
      t: "joined";
      r: string;
      seq: number;
      role: Role;
      workflow?: NewDocument;
      mode?: "delta" | "snapshot";
      cseq?: number;
      roster?: Person[];
      parts?: number;
    }
  | { t: "part"; r: string; i: number; data: string }
  | { t: "ops"; r: string; ops: Done[] }
  | {
      t: "ack";
      r: string;
      items?: { cseq: number; outcome: string; seq?: number | null }[];
      cseq?: number;
      outcome?: string;
      seq?: number | null;
    }
  | { t: "reject"; r: string; cseq: number; code: string; message: string; retryable?: boolean; now?: Any }
  | { t: "pres"; r: string; d: [string, WirePresence][] }
  | { t: "roster"; r: string; joined?: Person[]; left?: string[] }
  | { t: "role"; r: string; role: Role }
  | { t: "evict"; r: string; code: string }
  | { t: "notice"; r: string; kind: string; facts?: Any }
  | { t: "hash"; r: string; seq: number; h: string }
  | { t: "slow"; ms: number }
  | { t: "moved"; r: string; url: string }
  | {
      t: "text_state";
      r: string;
      block_id: string;
      field: string;
      tseq: number;
      update: string;
      vector: string;
      reset?: boolean;
    }
  | { t: "text"; r: string; block_id: string; field: string; sid: string; update: string }
  | { t: "text_ack"; r: string; block_id: string; field: string; n: number; tseq: number; seq: number }
  | { t: "text_reject"; r: string; block_id: string; field: string; code: string; message: string; n?: number }
  | { t: "flushed"; r: string; seq: number }
  | { t: "error"; code: string; message: string; r?: string | null }
  | { t: "pong" };

export type FromRoom = Extract<FromServer, { r: string }>;
