/** Timers by name: one that is set again takes the place of the one before. */

type Timer = ReturnType<typeof setTimeout>;

export class Timers {
  private readonly all = new Map<string, Timer>();
  private ended = false;

  set(what: string, ms: number, run: () => void): void {
    if (this.ended) return;
    clearTimeout(this.all.get(what));
    const timer = setTimeout(() => {
      this.all.delete(what);
      run();
    }, ms);
    // In Node a timer alone is no reason to stay.
    (timer as { unref?: () => void }).unref?.();
    this.all.set(what, timer);
  }

  /** Like `set`, but the one that is set already stays. */
  once(what: string, ms: number, run: () => void): void {
    if (!this.all.has(what)) this.set(what, ms, run);
  }

  end(): void {
    this.ended = true;
    for (const timer of this.all.values()) clearTimeout(timer);
    this.all.clear();
  }
}
