/** Sends what waits, in order and as fast as the server allows; what is numbered is kept before it is sent. */

import type { Operation } from "./document";
import type { Keeper } from "./keeper";
import { IN_FLIGHT, type Item, type Outbox } from "./outbox";
import { Pace } from "./pace";
import type { Timers } from "./timers";
import type { Sent } from "./wire";

/** An operation that is not answered for so long makes us start over. */
export const ANSWER_MS = 20_000;

/** What sending needs of the workflow. */
export interface Line {
  /** Whether something may be sent now. */
  readonly isOpen: boolean;
  /** Rises whenever a connection or a place in the room is lost. */
  readonly epoch: number;
  /** Whether the server knows stamps and takes several at once. */
  readonly isFull: boolean;
  send(ops: Sent[]): void;
  restart(): void;
}

export class Sender {
  readonly pace = new Pace();
  /** When the server said something last. */
  answered = 0;
  private careful = false;
  private pumping = false;
  private again = false;

  constructor(
    private readonly outbox: Outbox,
    private readonly keeper: Keeper,
    private readonly timers: Timers,
    private readonly line: Line,
  ) {}

  pump(): void {
    this.again = true;
    if (this.pumping) return;
    this.pumping = true;
    void this.pumped().finally(() => {
      this.pumping = false;
      if (this.again) this.pump();
    });
  }

  wakeAt(time: number): void {
    this.timers.set("pump", Math.max(1, time - Date.now()), () => this.pump());
  }

  slow(ms: number): void {
    this.pace.slow(ms, Date.now());
    this.wakeAt(Date.now() + ms);
  }

  /** One of several was not understood: send them one by one. */
  oneByOne(): void {
    this.careful = true;
    this.outbox.landed();
  }

  private async pumped(): Promise<void> {
    // What is changed in one turn goes together.
    await Promise.resolve();
    for (;;) {
      this.again = false;
      if (!this.line.isOpen) return this.keeper.persist();
      const items = this.due(Date.now());
      if (!items.length) return this.keeper.persist();
      const { epoch } = this.line;
      for (const item of items) this.keeper.touch(item);
      await this.keeper.persist();
      if (epoch !== this.line.epoch) continue;
      this.pace.sent(items.length, Date.now());
      this.answered = Date.now();
      this.timers.set("answer", ANSWER_MS, () => this.unanswered());
      this.line.send(items.map((item) => this.sent(item)));
    }
  }

  /** What goes out now; the rest has its timer. */
  private due(now: number): Item[] {
    const most = this.pace.most(now, this.line.isFull ? IN_FLIGHT : 1);
    if (most.wait) {
      this.wakeAt(now + most.wait);
      return [];
    }
    const flying = this.outbox.items.filter((item) => item.flying).length;
    const { items, at: later } = this.outbox.due(now, Math.min(IN_FLIGHT, flying + most.count), this.careful);
    if (later !== null) this.wakeAt(later);
    if (!items.length && !flying) this.careful = false;
    return items;
  }

  private sent({ cseq, op, base, ts, undo_of }: Item): Sent {
    const sent: Sent = { cseq: cseq as number, op: wired(op) };
    if (!this.line.isFull) return sent;
    return { ...sent, base, ts, ...(undo_of === null ? {} : { undo_of }) };
  }

  private unanswered(): void {
    if (!this.outbox.items.some((item) => item.flying)) return;
    if (Date.now() - this.answered >= ANSWER_MS) this.line.restart();
    else this.timers.set("answer", ANSWER_MS, () => this.unanswered());
  }
}

/** Without what only an effective operation has. */
function wired(op: Operation): Operation {
  return op.op === "block.remove" ? { op: op.op, ids: op.ids } : op;
}
