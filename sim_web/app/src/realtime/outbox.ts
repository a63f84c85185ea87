/** What is not confirmed yet: in order, numbered at the first sending, coalesced before it, tried again after a refusal. */

import type { Document, Operation } from "./document";
import { rebased } from "./merge";
import { fitting, REPLACEABLE, registers, strike } from "./registers";
import { FRAME, size, weight } from "./split";
import type { Box, Kept } from "./storage";

/** Milliseconds before the tries after the first. */
export const WAITS = [1000, 2000, 4000, 8000, 8000] as const;
/** How often a change of the structure is tried, and one of a value. */
export const TRIES = { structure: 3, value: 5 } as const;
export const IN_FLIGHT = 16;
/** With more waiting than this the document becomes read-only, and what waits is kept. */
export const FULL = 5000;
/** Changes whose numbers are remembered, so that undo can name them. */
const REMEMBERED = 500;

export interface Item extends Kept {
  /** Sent over the connection there is now, and not answered. */
  flying: boolean;
  tries: number;
  /** Not before this time. */
  after: number;
  /** Confirmed, and to go once the document has come this far. */
  done: number | null;
  /** What it changed when it was made. */
  effective: Operation;
}

/** Whether these may be written depends on what else is there, so they keep their place. */
const ORDERED = new Set(["name", "type", "locked"]);

export class Outbox {
  items: Item[] = [];
  next = 1;
  private n = 0;
  /** Which change of ours wrote a fact last. */
  private readonly latest = new Map<string, number>();
  /** Under which numbers the latest changes were sent. */
  private readonly numbers = new Map<number, number>();

  get size(): number {
    return this.items.length;
  }

  get isFull(): boolean {
    return this.items.length >= FULL;
  }

  restore(box: Box): void {
    this.next = Math.max(this.next, box.next);
    const kept = box.items.map((item) => fresh(item, item.op));
    this.items = [...kept, ...this.items];
    for (const { op, n } of kept) {
      if (REPLACEABLE.has(op.op)) for (const key of registers(op)) this.latest.set(key, n);
    }
    for (const [index, item] of this.items.entries()) if (index >= kept.length) item.n = Math.max(item.n, this.n + 1);
    this.n = Math.max(this.n, ...this.items.map(({ n }) => n), 0);
  }

  /** Put a change in, or into one of the same facts that has not been sent. */
  add(op: Operation, effective: Operation, facts: { base: number; ts: number; undo_of: number | null }): Item {
    const host = facts.undo_of === null ? this.host(op) : null;
    if (REPLACEABLE.has(op.op)) for (const key of registers(op)) this.latest.set(key, host?.n ?? this.n + 1);
    if (host) {
      host.op = merged(host.op, op);
      host.effective = merged(host.effective, effective);
      host.ts = facts.ts;
      host.base = facts.base;
      return host;
    }
    const item = fresh({ n: ++this.n, op, cseq: null, ...facts }, effective);
    this.items.push(item);
    return item;
  }

  /** Never one that was sent: what the server has is not ours to change. */
  private host(op: Operation): Item | null {
    if (!REPLACEABLE.has(op.op)) return null;
    const keys = registers(op);
    for (let index = this.items.length - 1; index >= 0; index--) {
      const item = this.items[index] as Item;
      if (item.cseq !== null) return null;
      if (item.op.op === op.op && item.undo_of === null && isConditional(item.op) === isConditional(op)) {
        const own = new Set(registers(item.op));
        if (keys.every((key) => own.has(key))) return item;
      }
      if (isOrdered(op) || concerns(item.op, keys)) return null;
    }
    return null;
  }

  /** What may be sent now, numbered; with the time at which there will be more. */
  due(now: number, most: number, careful: boolean): { items: Item[]; at: number | null } {
    let room = careful ? 1 : most;
    for (const { flying } of this.items) if (flying) room--;
    // Those with a number first, and in its order: the server takes a lower one than it has seen for sent before.
    const numbered = this.items.filter(({ cseq }) => cseq !== null);
    numbered.sort((a, b) => (a.cseq as number) - (b.cseq as number));
    const waiting = [...numbered, ...this.items.filter(({ cseq }) => cseq === null)];
    const items: Item[] = [];
    let bytes = 0;
    let at: number | null = null;
    for (const item of waiting) {
      if (item.flying || item.done !== null) continue;
      if (item.after > now) {
        at = item.after;
        break;
      }
      if (room <= 0) break;
      bytes += size(item.op);
      if (items.length && bytes > FRAME) break;
      items.push(item);
      room--;
    }
    for (const item of items) {
      item.cseq ??= this.next++;
      item.flying = true;
      this.remember(item.n, item.cseq);
    }
    return { items, at };
  }

  /** Under which number a change went out; 0 for one that has not. */
  numberOf(n: number): number {
    return this.numbers.get(n) ?? this.items.find((item) => item.n === n)?.cseq ?? 0;
  }

  private remember(n: number, cseq: number): void {
    this.numbers.set(n, cseq);
    if (this.numbers.size > REMEMBERED) this.numbers.delete(this.numbers.keys().next().value as number);
  }

  find(cseq: number | null | undefined): Item | undefined {
    return cseq === null || cseq === undefined ? undefined : this.items.find((item) => item.cseq === cseq);
  }

  /** Whether a value of a field, or the block that has it, is on its way. */
  writes(block_id: string, field: string): boolean {
    return this.items.some(({ op }) => {
      if (op.op === "block.add") return op.blocks.some((one) => one.id === block_id);
      return op.op === "value.update" && op.items.some((item) => item.block_id === block_id && item.field === field);
    });
  }

  drop(gone: readonly Item[]): void {
    if (!gone.length) return;
    const all = new Set(gone);
    this.items = this.items.filter((item) => !all.has(item));
  }

  /** The connection is gone: whatever was on its way is sent again, under its number. */
  landed(): void {
    for (const item of this.items) item.flying = false;
  }

  /** A refusal that may not be the last word: whether it is tried again. */
  again(item: Item, now: number): boolean {
    const most = item.op.op === "value.update" || item.op.op === "variable.update" ? TRIES.value : TRIES.structure;
    item.tries++;
    if (item.tries >= most) return false;
    this.requeue(item, now + (WAITS[item.tries - 1] ?? 8000));
    return true;
  }

  /** Under a new number, since the refused one is used up. */
  requeue(item: Item, after: number): void {
    item.flying = false;
    item.cseq = null;
    item.after = after;
    // What is put together with what stands there overwrites nothing.
    if (isConditional(item.op)) return;
    // What we wrote since must not be overwritten by what we wrote before.
    const newer = registers(item.op).filter((key) => (this.latest.get(key) ?? 0) > item.n);
    const left = REPLACEABLE.has(item.op.op) ? strike(item.op, new Set(newer)) : item.op;
    if (left) item.op = left;
    else this.drop([item]);
  }

  /** Whether something before it is waiting to be tried again. */
  isBehindRetry(item: Item): boolean {
    for (const other of this.items) {
      if (other === item) return false;
      if (other.tries > 0 && other.done === null) return true;
    }
    return false;
  }

  /**
   * The document with everything that is on its way on top. With `prune`, what has lost its object and was never
   * sent is cut down or out, and given back.
   */
  over(confirmed: Document, apply: (document: Document, op: Operation) => Document, prune = false): Pruned {
    let document = confirmed;
    const [cancelled, changed]: [Item[], Item[]] = [[], []];
    for (const item of this.items) {
      const whole = rebased(item.op, document);
      if (item.cseq === null && whole !== item.op) {
        item.op = whole;
        changed.push(item);
      }
      const op = fitting(whole, document);
      if (prune && item.cseq === null && op !== item.op) {
        if (op === null) {
          cancelled.push(item);
          continue;
        }
        if (weight(op) !== weight(item.op)) {
          item.op = op;
          changed.push(item);
        }
      }
      if (op) document = apply(document, op);
    }
    this.drop(cancelled);
    return { document, cancelled, changed };
  }
}

export interface Pruned {
  readonly document: Document;
  readonly cancelled: readonly Item[];
  readonly changed: readonly Item[];
}

export function kept({ n, op, cseq, base, ts, undo_of }: Item): Kept {
  return { n, op, cseq, base, ts, undo_of };
}

function fresh(item: Kept, effective: Operation): Item {
  return { ...item, effective, flying: false, tries: 0, after: 0, done: null };
}

/** Whether it is written only on top of what its writer has seen. */
export function isConditional(op: Operation): boolean {
  return op.op === "value.update" && op.items.some((item) => item.expected !== undefined);
}

function isOrdered(op: Operation): boolean {
  if (op.op === "block.update") return op.items.some(({ set }) => Object.keys(set).some((fact) => ORDERED.has(fact)));
  return op.op === "variable.update" && "name" in op.set;
}

/** Whether an operation must stay before a change of these facts. */
function concerns(op: Operation, keys: readonly string[]): boolean {
  const ids = new Set(keys.map((key) => key.split("\0")[1]));
  if (isOrdered(op)) return true;
  return registers(op).some(
    (key) => keys.includes(key) || (key.split("\0").length === 2 && ids.has(key.split("\0")[1])),
  );
}

/** One operation that writes what both write, the later value of each fact. */
function merged(first: Operation, second: Operation): Operation {
  if ("set" in first && "set" in second) return { ...first, set: { ...first.set, ...second.set } } as Operation;
  if (first.op === "block.update" && second.op === "block.update") {
    const sets = new Map(first.items.map(({ id, set }) => [id, set]));
    for (const { id, set } of second.items) sets.set(id, { ...sets.get(id), ...set });
    return { op: first.op, items: [...sets].map(([id, set]) => ({ id, set })) };
  }
  if (first.op === "block.move" && second.op === "block.move") {
    const items = new Map([...first.items, ...second.items].map((item) => [item.id, item]));
    return { op: first.op, items: [...items.values()] };
  }
  if (first.op === "value.update" && second.op === "value.update") {
    const items = new Map(first.items.map((item) => [`${item.block_id}\0${item.field}`, item]));
    for (const item of second.items) {
      const id = `${item.block_id}\0${item.field}`;
      const before = items.get(id);
      items.set(id, before ? { ...before, value: item.value } : item);
    }
    return { op: first.op, items: [...items.values()] };
  }
  return second;
}
