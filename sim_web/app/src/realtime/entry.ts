/** Being in a workflow's room: joining it, the snapshot that comes in parts, moving with it, and being sent away. */

import type { Connection, Room } from "./connection";
import { type Any, type Document, EMPTY, fullDocument } from "./document";
import type { OpenSession } from "./session";
import type { Timers } from "./timers";
import type { FromServer, Role } from "./wire";

export type Joined = Extract<FromServer, { t: "joined" }>;

/** Who enters. */
export interface Guest extends Room {
  /** The last operation that is known here; -1 when nothing is. */
  seq(): number;
  /** What one sent is to be sent again. */
  landed(): void;
  welcomed(message: Joined): void;
  adopt(document: Document, seq: number): void;
  /** The document is there, and what follows will come. */
  isIn(): void;
  roleChanged(): void;
  ended(reason: string): void;
}

export class Entry {
  connection: Connection | null = null;
  joined = false;
  role: Role = "write";
  /** Why one is out for good. */
  end: { state: "refused" | "gone"; reason: string } | null = null;
  /** Rises whenever a place in the room is lost. */
  epoch = 0;
  private parts: string[] | null = null;
  private partCount = 0;
  private snapshotSeq = -1;

  constructor(
    private readonly guest: Guest,
    private readonly session: OpenSession,
    private readonly timers: Timers,
  ) {}

  get isFull(): boolean {
    return Boolean(this.connection?.facts?.limits);
  }

  /** Whether a snapshot is coming, so that operations that are told meanwhile are in it or follow it. */
  get isReceiving(): boolean {
    return this.parts !== null;
  }

  say(message: { t: string; [fact: string]: Any }): boolean {
    return this.connection?.send({ ...message, r: this.guest.id }) ?? false;
  }

  connect(): void {
    this.connection = this.session.connection();
    this.connection.enter(this.guest);
  }

  up(): void {
    this.end = null;
    this.join();
  }

  down(): void {
    this.epoch++;
    this.joined = false;
    this.parts = null;
    this.guest.landed();
    // Where a room has moved to may be gone: ask again where it is.
    const home = this.session.connection();
    if (this.connection && this.connection !== home) this.change(home);
  }

  /** Ask for what came since, or for the whole document. */
  join(fresh = false): void {
    this.joined = false;
    this.parts = null;
    this.epoch++;
    this.guest.landed();
    const since = this.guest.seq();
    this.say({ t: "join", ...(since >= 0 && !fresh ? { since } : {}) });
  }

  entered(message: Joined): void {
    this.role = message.role;
    this.guest.welcomed(message);
    if (message.workflow) this.guest.adopt(fullDocument(message.workflow), message.seq);
    if (message.parts) {
      this.parts = [];
      this.snapshotSeq = message.seq;
      this.partCount = message.parts;
      return;
    }
    if (this.guest.seq() < 0) this.guest.adopt(EMPTY, message.seq);
    this.isIn();
  }

  part(index: number, data: string): void {
    if (!this.parts) return;
    this.parts[index] = data;
    if (this.parts.length < this.partCount || this.parts.includes(undefined as unknown as string)) return;
    const text = this.parts.join("");
    this.parts = null;
    this.guest.adopt(fullDocument(JSON.parse(text)), this.snapshotSeq);
    this.isIn();
  }

  roleIs(role: Role): void {
    this.role = role;
    this.guest.roleChanged();
  }

  refused(reason: string): void {
    this.end = { state: "refused", reason };
    this.guest.ended(reason);
  }

  evicted(code: string): void {
    this.joined = false;
    if (code === "room_full" || code === "replaced") {
      this.timers.set("join", 2000 + Math.random() * 3000, () => this.join());
      return;
    }
    const reason =
      code === "deleted" ? "this workflow is not there any more" : "you have no access to this workflow any more";
    this.end = { state: "gone", reason };
    this.guest.ended(reason);
  }

  /** Another process has the room. */
  move(url: string): void {
    const next = this.session.connection(url);
    if (next === this.connection) {
      this.timers.set("join", 250 + Math.random() * 250, () => this.join());
      return;
    }
    this.joined = false;
    this.change(next);
  }

  private change(next: Connection): void {
    const before = this.connection;
    this.connection = next;
    before?.leave(this.guest);
    next.enter(this.guest);
  }

  private isIn(): void {
    this.joined = true;
    this.guest.isIn();
  }
}
