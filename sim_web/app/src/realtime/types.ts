/** What the web app codes against. */

import type * as Y from "yjs";
import type { Any, Document, Operation, Refusal } from "./document";
import type { Row } from "./shapes";
import type { Storage } from "./storage";

export type Stop = () => void;

export interface Credentials {
  /** An API key … */
  key?: string;
  /** … or a one-time ticket from `POST /api/v1/realtime/ticket`. */
  ticket?: string;
}

export interface SessionOptions {
  /** Address of the realtime service, such as `ws://127.0.0.1:3002/ws`. */
  url: string;
  /** Asked at every connect, since tickets are good once. */
  credentials: () => Promise<Credentials>;
  /** Where unconfirmed changes are kept; IndexedDB where there is one, else memory. */
  storage?: Storage;
  /** Whose changes these are: each person's are kept apart, and sent in nobody else's name. */
  person?: string;
  /** Who this tab is to the server; found or made when absent. */
  clientId?: string;
  /** Makes a socket; the platform's WebSocket when absent. */
  socket?: (url: string) => SocketLike;
}

/** As much of a WebSocket as is used. */
export interface SocketLike {
  binaryType?: string;
  readonly readyState: number;
  onopen: ((event: Any) => void) | null;
  onmessage: ((event: { data: Any }) => void) | null;
  onclose: ((event: { code: number; reason?: string }) => void) | null;
  onerror: ((event: Any) => void) | null;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
}

/** What a restore is called as a step of undo. */
export const RESTORE = "Restore";

export type State = "saved" | "saving" | "offline" | "parked" | "refused" | "gone";

export interface Status {
  readonly state: State;
  /** Changes that the server has not confirmed. */
  readonly pending: number;
  readonly role: "read" | "write" | "admin";
  /** Whether the document may be edited now. */
  readonly editable: boolean;
  /** Why, in words, for `refused`, `parked` and `gone`. */
  readonly reason?: string;
}

export interface ChangeOptions {
  /** What the step is called in a menu. */
  label?: string;
  /** Steps with the same gesture, one after the other, are one step of undo. */
  gesture?: string;
  /** `false` leaves the step out of undo. */
  undo?: boolean;
}

export interface Changed {
  /** Whether every operation was taken (those that change nothing count as taken). */
  readonly ok: boolean;
  readonly refusals: readonly Refusal[];
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** What a person shows to the others; a fact that is `null` or absent is not shown. */
export interface Presence {
  cursor?: Point | null;
  selection?: readonly string[] | null;
  editing?: { block_id: string; field: string; anchor?: Any; head?: Any } | null;
  view?: { x: number; y: number; zoom: number } | null;
  /** Where blocks are while they are dragged. */
  drag?: Readonly<Record<string, readonly [number, number]>> | null;
}

export interface Peer extends Presence {
  readonly sid: string;
  readonly user_id: string;
  readonly name: string;
  readonly image?: string | null;
  readonly role?: string;
}

export type Notice =
  /** The server refused a change, or did not take it after several tries; it was taken back. */
  | { kind: "rejected"; code: string; message: string; op: Operation; now?: Any }
  /** A collaborator removed what a waiting change was about. */
  | { kind: "cancelled"; op: Operation }
  /** A change made long ago, offline, meets a newer one: theirs stands, `mine` can be sent again with `change()`. */
  | { kind: "conflict"; op: Operation; theirs?: Any }
  /** The server asks for less. */
  | { kind: "slow"; ms: number }
  /** The document was fetched anew because its fingerprint differed. */
  | { kind: "resynced"; seq: number }
  /** Told by the server: `deployed`, `restored`, `deleted`, `comment`, … */
  | { kind: "told"; what: string; [fact: string]: Any };

/** Where somebody else is in a text. */
export interface PeerCaret {
  readonly sid: string;
  readonly user_id: string;
  readonly name: string;
  readonly anchor: number;
  readonly head: number;
}

export interface SharedText {
  readonly block_id: string;
  readonly field: string;
  readonly text: Y.Text;
  readonly doc: Y.Doc;
  /** Takes back what was typed here, not what others typed. */
  readonly undo: Y.UndoManager;
  /** Resolves when the text of the server is there; before, and offline, it can be typed into all the same. */
  readonly ready: Promise<void>;
  /** `text`, `doc` and `undo` are others now: the server began the text anew. */
  onReset(listener: () => void): Stop;
  /** Say where the caret is; `null` when it left the field. */
  caret(at: { anchor: number; head: number } | null): void;
  /** Carets of the others in this field. */
  carets(): readonly PeerCaret[];
  onCarets(listener: () => void): Stop;
  close(): void;
}

/** Rows that several people change at once: each is itself wherever it stands. */
export interface SharedRows {
  /** Another list whenever something has changed. */
  readonly value: readonly Row[];
  /** What differs from the rows that one began from, `value` unless said otherwise, is one step of undo. */
  change(rows: readonly Row[], from?: readonly Row[]): void;
  onChange(listener: () => void): Stop;
  /** A text of a row, to be closed again; `null` when that fact of it is none. */
  text(id: string, fact: string): SharedText | null;
  close(): void;
}

export interface WorkflowClient {
  readonly id: string;
  /** Resolves with the first document; rejects when there is none for this person. */
  readonly ready: Promise<void>;
  state(): Document;
  /** The last operation of the history that `state()` contains. */
  seq(): number;
  subscribe(listener: () => void): Stop;
  change(ops: Operation | readonly Operation[], options?: ChangeOptions): Changed;
  undo(): boolean;
  redo(): boolean;
  canUndo(): boolean;
  canRedo(): boolean;
  /** What is taken back next is called so; `null` for what has no name, and when there is nothing. */
  undoLabel(): string | null;
  /** The `client_id` to ask REST for a restore with, so that it is one step of undo here; "" where there is no room. */
  restorer(): string;
  status(): Status;
  onStatus(listener: (status: Status) => void): Stop;
  onNotice(listener: (notice: Notice) => void): Stop;
  presence(): readonly Peer[];
  setPresence(presence: Presence): void;
  onPresence(listener: () => void): Stop;
  follow(sid: string | null): void;
  following(): string | null;
  onView(listener: (view: NonNullable<Presence["view"]>) => void): Stop;
  /** A field's text, typed together; `null` where there is no room to share it in. */
  text(block_id: string, field: string): SharedText | null;
  /** A field's rows, of which the named facts are texts that are typed together; `null` where there is no room. */
  rows(block_id: string, field: string, texts: readonly string[]): SharedRows | null;
  settled(ms?: number): Promise<void>;
  /** What the server has not confirmed, to be kept elsewhere when it never will. */
  unsaved(): Unsaved;
  close(): void;
}

/** Changes as `PATCH /api/v1/workflows/{id}` takes them. */
export interface Unsaved {
  readonly workflow_id: string;
  readonly name: string;
  /** The last operation of the history that they were made on. */
  readonly base_seq: number;
  readonly operations: readonly Operation[];
}

export interface Session {
  readonly clientId: Promise<string>;
  close(): void;
}
