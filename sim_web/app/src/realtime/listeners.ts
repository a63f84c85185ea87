/** Listeners that are told once a turn, however much happened. */

import type { Any } from "./document";
import type { Stop } from "./types";

export class Listeners<T extends Any[] = []> {
  private readonly all = new Set<(...args: T) => void>();
  private scheduled = false;

  add(listener: (...args: T) => void): Stop {
    this.all.add(listener);
    return () => void this.all.delete(listener);
  }

  /** Tell them now. */
  tell(...args: T): void {
    for (const listener of [...this.all]) listener(...args);
  }

  /** Tell them at the end of this turn, once. */
  soon(args: () => T): void {
    if (this.scheduled) return;
    this.scheduled = true;
    queueMicrotask(() => {
      this.scheduled = false;
      this.tell(...args());
    });
  }

  clear(): void {
    this.all.clear();
  }
}
