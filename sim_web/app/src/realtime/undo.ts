/** Undo of one person: inverse operations, fact by fact, never over what somebody else has changed since. */

import type { Document, Operation } from "./document";
import { takenBack } from "./inverse";
import { apply } from "./reduce";
import { claims, fitting, REPLACEABLE, registers, strike, withoutRefused } from "./registers";

export const CAPACITY = 100;
/** Changes of the same facts within so many milliseconds are one step. */
export const TOGETHER_MS = 600;

export interface Step {
  readonly label: string | undefined;
  readonly gesture: string | undefined;
  readonly at: number;
  /** Its place among everything that this tab has done, typing included. */
  readonly order: number;
  /** What takes the step back, the last change first; with the numbers of the changes it takes back. */
  readonly parts: readonly { readonly changes: readonly number[]; readonly back: readonly Operation[] }[];
  readonly registers: ReadonlySet<string>;
  /** Facts that somebody else has changed since. */
  readonly taken: Set<string>;
}

/** One operation of a step: its number, the document before it and what it changed. */
export interface Change {
  readonly number: number;
  readonly before: Document;
  readonly effective: Operation;
}

/** Numbers what is done, so that steps of several kinds are taken back in the order in which they happened. */
export class Order {
  last = 0;
  readonly next = (): number => ++this.last;
}

export class Undo {
  private done: Step[] = [];
  private undone: Step[] = [];

  constructor(private readonly order = new Order()) {}

  get canUndo(): boolean {
    return this.done.length > 0;
  }

  get canRedo(): boolean {
    return this.undone.length > 0;
  }

  /** Something new was done elsewhere: there is nothing to be done again. */
  forgetUndone(): void {
    this.undone = [];
  }

  /** The step that would be taken back, or done again, next. */
  latest(way: "undo" | "redo"): Step | null {
    return (way === "undo" ? this.done : this.undone).at(-1) ?? null;
  }

  /** Remember what was done, as a step of its own or as a part of the one before. */
  record(changes: readonly Change[], now: number, gesture?: string, label?: string): void {
    if (!changes.length) return;
    this.undone = [];
    const last = this.done.at(-1);
    const follows = last?.order === this.order.last;
    const step = stepOf(changes, { at: now, order: this.order.next(), gesture, label });
    if (last && follows && belongTogether(last, step, changes)) this.done[this.done.length - 1] = joined(last, step);
    else this.done.push(step);
    if (this.done.length > CAPACITY) this.done.shift();
  }

  /** Somebody else changed something: it is not ours to take back any more. */
  taken(op: Operation): void {
    this.takenAll(claims(op));
  }

  takenAll(keys: readonly string[]): void {
    for (const step of [...this.done, ...this.undone]) for (const key of keys) step.taken.add(key);
  }

  /** A change did not come about: there is nothing of it to take back. */
  refused(number: number): void {
    const without = (steps: Step[]) => {
      return steps
        .map((step) => ({
          ...step,
          parts: step.parts.map((part) => dropped(part, number)).filter((part) => part !== null),
        }))
        .filter((step) => step.parts.length);
    };
    this.done = without(this.done);
    this.undone = without(this.undone);
  }

  /**
   * Take back the last step that still can be: `perform` does the operations and says what they changed.
   * Steps of which nothing is left are forgotten on the way.
   */
  undo(view: () => Document, now: number, perform: (ops: Operation[], step: Step) => Change[]): boolean {
    return this.turn(this.done, this.undone, view, now, perform);
  }

  redo(view: () => Document, now: number, perform: (ops: Operation[], step: Step) => Change[]): boolean {
    return this.turn(this.undone, this.done, view, now, perform);
  }

  private turn(
    from: Step[],
    to: Step[],
    view: () => Document,
    now: number,
    perform: (ops: Operation[], step: Step) => Change[],
  ): boolean {
    for (let step = from.pop(); step; step = from.pop()) {
      const ops = possible(step, view());
      const changes = ops.length ? perform(ops, step) : [];
      if (changes.length) {
        to.push(stepOf(changes, { at: now, order: this.order.next(), label: step.label, gesture: undefined }));
        return true;
      }
    }
    return false;
  }
}

/** What of a step can be taken back in a document. */
function possible(step: Step, document: Document): Operation[] {
  const ops: Operation[] = [];
  for (const { back } of step.parts) {
    for (const one of back) {
      let op = strike(one, step.taken);
      op = op && fitting(op, document);
      while (op) {
        const result = apply(document, op);
        if (result.effective) {
          ops.push(op);
          document = result.document;
        }
        if (!result.refusals.length) break;
        op = withoutRefused(op, result.refusals);
        op = op && fitting(op, document);
      }
    }
  }
  return ops;
}

type Facts = Pick<Step, "at" | "order" | "gesture" | "label">;

function stepOf(changes: readonly Change[], facts: Facts): Step {
  const parts = changes.map(({ number, before, effective }) => ({
    changes: [number],
    back: takenBack(before, effective),
  }));
  const touched = new Set(changes.flatMap(({ effective }) => registers(effective)));
  return { ...facts, parts: parts.reverse(), registers: touched, taken: new Set() };
}

function belongTogether(last: Step, step: Step, changes: readonly Change[]): boolean {
  if (last.gesture || step.gesture) return last.gesture === step.gesture;
  const near = step.at - last.at < TOGETHER_MS && changes.every(({ effective }) => REPLACEABLE.has(effective.op));
  return (
    near && step.registers.size === last.registers.size && [...step.registers].every((key) => last.registers.has(key))
  );
}

/** Both as one: what was before the first counts, fact by fact. */
function joined(last: Step, step: Step): Step {
  const fresh = step.parts.map(({ changes, back }) => {
    return { changes, back: back.map((op) => strike(op, last.registers)).filter((op) => op !== null) };
  });
  const numbers = step.parts.flatMap(({ changes }) => changes);
  const parts = [
    ...fresh.filter(({ back }) => back.length),
    ...last.parts.map((part) => ({ ...part, changes: [...part.changes, ...numbers] })),
  ];
  // A fact that is written anew is ours again.
  const taken = new Set([...last.taken].filter((key) => !step.registers.has(key)));
  return {
    ...step,
    label: last.label ?? step.label,
    parts,
    registers: new Set([...last.registers, ...step.registers]),
    taken,
  };
}

function dropped(part: Step["parts"][number], number: number): Step["parts"][number] | null {
  if (!part.changes.includes(number)) return part;
  const changes = part.changes.filter((one) => one !== number);
  return changes.length ? { ...part, changes } : null;
}
