/** The document in this tab: what the server confirmed, with what is on its way on top, and undo of one's own. */

import { digest } from "./digest";
import type { Any, Document, Operation } from "./document";
import { EMPTY } from "./document";
import { equal } from "./equal";
import type { Keeper } from "./keeper";
import { type Item, isConditional, type Outbox } from "./outbox";
import { apply } from "./reduce";
import { differing, fitting, removes } from "./registers";
import { split } from "./split";
import { type Changed, type ChangeOptions, type Notice, RESTORE } from "./types";
import { type Change, type Order, Undo } from "./undo";
import type { Done, FromServer } from "./wire";

/** Whom the replica tells. */
export interface Around {
  /** What is shown is another document now. */
  announce(): void;
  /** Something was done that can be taken back. */
  did(): void;
  notify(notice: Notice): void;
  /** What the server's clock is ahead of ours. */
  readonly ahead: number;
  readonly order: Order;
}

type Performed = { changes: Change[]; refusals: Changed["refusals"] };

export class Replica {
  readonly history: Undo;
  confirmed: Document = EMPTY;
  shown: Document = EMPTY;
  /** The last operation of the history that `confirmed` contains. */
  seq = -1;
  /** Whether what waits is left out of what is shown, because it may not be written. */
  hides = false;
  /** Restores that were asked for here. */
  restores = 0;
  private clock = 0;
  private mended = -1;

  constructor(
    readonly outbox: Outbox,
    private readonly keeper: Keeper,
    private readonly around: Around,
  ) {
    this.history = new Undo(around.order);
  }

  // One's own changes.

  change(ops: readonly Operation[], options: ChangeOptions): Performed {
    const done = this.perform(ops, null);
    if (options.undo !== false) this.record(done.changes, options);
    return done;
  }

  private record(changes: readonly Change[], { gesture, label }: ChangeOptions): void {
    if (!changes.length) return;
    this.history.record(changes, Date.now(), gesture, label);
    this.around.did();
  }

  /** One step back, or forth again; whether there was one. */
  turn(way: "undo" | "redo"): boolean {
    return this.history[way](
      () => this.shown,
      Date.now(),
      (ops, step) => this.perform(ops, this.outbox.numberOf(step.parts[0]?.changes.at(-1) ?? 0)).changes,
    );
  }

  private perform(ops: readonly Operation[], undo_of: number | null): Performed {
    const changes: Change[] = [];
    const refusals: Changed["refusals"][number][] = [];
    for (const [index, op] of ops.entries()) {
      const whole = apply(this.shown, op);
      const at = ops.length > 1 ? `/${index}` : "";
      refusals.push(...whole.refusals.map((one) => ({ ...one, pointer: `${at}${one.pointer}` })));
      if (!whole.effective) continue;
      for (const piece of split(op)) {
        const before = this.shown;
        const { document, effective } = apply(before, piece);
        if (!effective) continue;
        const item = this.outbox.add(piece, effective, { base: Math.max(this.seq, 0), ts: this.stamp(), undo_of });
        this.keeper.touch(item);
        this.shown = document;
        changes.push({ number: item.n, before, effective });
      }
    }
    if (changes.length) this.around.announce();
    return { changes, refusals };
  }

  /** Later than every stamp that was seen, by the server's clock. */
  private stamp(): number {
    this.clock = Math.max(Math.round(Date.now() + this.around.ahead), this.clock + 1);
    return this.clock;
  }

  // What the server says.

  /** A whole document instead of what was known. */
  adopt(document: Document, seq: number): void {
    if (this.seq >= 0) this.history.takenAll(differing(this.confirmed, document));
    this.confirmed = document;
    this.seq = seq;
    this.rebuild(true);
  }

  /** Committed operations, anybody's: whether they were taken in, or something is missing, or cannot be. */
  committed(dones: readonly Done[], clientId: string): "same" | "moved" | "gap" | "differs" {
    let [moved, same, prune] = [false, true, false];
    const gone: Item[] = [];
    const restored: Change[] = [];
    for (const done of dones) {
      this.clock = Math.max(this.clock, done.ts ?? 0);
      const own = done.client_id === clientId;
      const item = own ? this.outbox.find(done.cseq) : undefined;
      if (done.seq > this.seq + 1) return "gap";
      if (done.seq === this.seq + 1) {
        const before = this.confirmed;
        const result = apply(before, done.op);
        if (result.refusals.length) return "differs";
        this.confirmed = result.document;
        this.seq = done.seq;
        moved = true;
        const isNext = item !== undefined && item === this.outbox.items[gone.length];
        same = same && isNext && equal(item.effective, result.effective);
        if (!own) {
          prune = prune || removes(done.op);
          if (done.client_id === `restore:${clientId}`) restored.push({ number: 0, before, effective: done.op });
          else this.history.taken(done.op);
        }
      }
      if (item) gone.push(item);
    }
    this.record(restored, { gesture: `restore ${this.restores}`, label: RESTORE });
    for (const item of this.outbox.items) if (item.done !== null && item.done <= this.seq) gone.push(item);
    this.keeper.finish(gone);
    if (moved && !(same && !prune)) this.rebuild(prune);
    return moved ? "moved" : "same";
  }

  /** An operation that is done without an effect of its own. */
  acknowledged({ cseq, outcome, seq }: { cseq: number; outcome: string; seq?: number | null }): void {
    const item = this.outbox.find(cseq);
    if (!item) return;
    if (outcome === "dup" && !seq && this.isMissing(item)) {
      // Its number was seen and nothing came of it: it was refused, and the answer lost. Ask anew.
      this.outbox.requeue(item, 0);
      this.keeper.touch(item);
      return;
    }
    if (outcome === "superseded") this.history.refused(item.n);
    if (seq && seq > this.seq) {
      item.done = seq;
      item.flying = false;
      return;
    }
    this.keeper.finish([item]);
    if (outcome !== "applied") this.rebuild();
  }

  private isMissing({ op }: Item): boolean {
    const left = fitting(op, this.confirmed);
    return left !== null && apply(this.confirmed, left).effective !== null;
  }

  /** A refusal: it waits to be tried again (until when is returned), or is taken back. */
  turnedDown(message: Extract<FromServer, { t: "reject" }>): number | null {
    const item = this.outbox.find(message.cseq);
    if (!item) return null;
    let until: number | null = null;
    if (message.code === "forbidden") this.outbox.requeue(item, 0);
    else if (message.code === "conflict" && isConditional(item.op)) until = this.putTogether(item);
    else if (message.retryable && this.outbox.again(item, Date.now())) until = item.after;
    else if (!message.retryable && this.outbox.isBehindRetry(item)) this.outbox.requeue(item, 0);
    else this.takeBack(item, message.code, message.message, message.now);
    if (!this.outbox.items.includes(item)) this.keeper.finish([item]);
    else this.keeper.touch(item);
    return until;
  }

  /** Somebody was faster: ours goes on top of theirs, at once where that is known here. */
  private putTogether(item: Item): number | null {
    const { op } = item;
    this.outbox.requeue(item, 0);
    this.rebuild();
    if (item.op !== op || this.outbox.again(item, Date.now())) return item.after || null;
    this.takeBack(item, "conflict", "somebody else changed it meanwhile");
    return null;
  }

  /** An operation that will not be: it goes, and what depended on it. */
  takeBack(item: Item, code: string, message: string, now?: Any): void {
    this.keeper.finish([item]);
    this.history.refused(item.n);
    const { op } = item;
    if (fitting(op, this.confirmed) === null && code === "not_found") this.around.notify({ kind: "cancelled", op });
    else if (code === "conflict") this.around.notify({ kind: "conflict", op, theirs: now });
    else this.around.notify({ kind: "rejected", code, message, op, now });
    this.rebuild(true);
  }

  /** Whether a fingerprint of the server shows that this document is another; said once for each. */
  differs(seq: number, hash: string): boolean {
    if (seq !== this.seq || this.outbox.size || this.mended === seq || digest(this.confirmed) === hash) return false;
    this.mended = seq;
    return true;
  }

  rebuild(prune = false): void {
    const before = this.shown;
    if (this.hides) {
      this.shown = this.confirmed;
    } else {
      const over = this.outbox.over(this.confirmed, (document, op) => apply(document, op).document, prune);
      this.shown = over.document;
      for (const item of over.changed) {
        if (isConditional(item.op)) item.base = Math.max(this.seq, 0);
        this.keeper.touch(item);
      }
      this.keeper.finish(over.cancelled);
      for (const { n, op } of over.cancelled) {
        this.history.refused(n);
        this.around.notify({ kind: "cancelled", op });
      }
    }
    if (this.shown !== before) this.around.announce();
  }
}
