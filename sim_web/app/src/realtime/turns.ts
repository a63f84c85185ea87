/** Taking back and doing again: steps of the document and of shared texts, in the order in which they were done. */

import type { Replica } from "./replica";
import type { TextField } from "./text";
import type { Texts } from "./texts";
import type { Step } from "./undo";

export type Way = "undo" | "redo";

export class Turns {
  constructor(
    private readonly replica: Replica,
    private readonly texts: Texts,
    /** There is something to send. */
    private readonly goesOut: () => void,
  ) {}

  can(way: Way): boolean {
    const { canUndo, canRedo } = this.replica.history;
    return (way === "undo" ? canUndo : canRedo) || this.texts.latest(way) !== null;
  }

  /** What would be taken back next is called so. */
  get label(): string | null {
    const step = this.replica.history.latest("undo");
    return step && !this.typedAfter(step, "undo") ? (step.label ?? null) : null;
  }

  /** Whether there was something. */
  turn(way: Way): boolean {
    // What was typed into a shared text has its own steps; whichever is later is next.
    for (;;) {
      const typed = this.typedAfter(this.replica.history.latest(way), way);
      if (!typed) break;
      if (typed.turn(way)) return true;
    }
    const done = this.replica.turn(way);
    if (done) this.goesOut();
    return done || (this.texts.latest(way) !== null && this.turn(way));
  }

  private typedAfter(step: Step | null, way: Way): TextField | null {
    const typed = this.texts.latest(way);
    return typed && typed.order > (step?.order ?? 0) ? typed.text : null;
  }
}
