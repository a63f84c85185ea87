/** The shared texts of one workflow, by block and field. */

import { at } from "./document";
import type { Storage } from "./storage";
import { type Heard, type Home, TextField } from "./text";
import type { SharedText } from "./types";

export class Texts {
  private readonly all = new Map<string, TextField>();

  constructor(
    private readonly home: Home,
    private readonly storage: Storage,
  ) {}

  /** How many have something that the server has not made durable. */
  get pending(): number {
    return [...this.all.values()].filter((text) => text.isPending).length;
  }

  /** Those with something to lose, as whole values. */
  get unsaved(): { block_id: string; field: string; value: string }[] {
    return [...this.all.values()]
      .filter((text) => text.isPending)
      .map(({ block_id, field, text }) => ({ block_id, field, value: text.toString() }));
  }

  /** Of those that are open, the one in which something was typed, or taken back, last; and when. */
  latest(way: "undo" | "redo"): { text: TextField; at: number } | null {
    let found: { text: TextField; at: number } | null = null;
    for (const text of this.all.values()) {
      const stack = way === "undo" ? text.undo.undoStack : text.undo.redoStack;
      const at = text.turned[way];
      if (stack.length && at > (found?.at ?? -1)) found = { text, at };
    }
    return found;
  }

  /** Something new was done: nothing of them is to be done again. */
  forgetUndone(): void {
    for (const text of this.all.values()) text.undo.clear(false, true);
  }

  open(block_id: string, field: string): SharedText {
    return this.field(block_id, field).open();
  }

  heard(message: Heard): void {
    this.all.get(`${message.block_id}\0${message.field}`)?.heard(message);
  }

  up(): void {
    for (const text of this.all.values()) text.up();
    void this.revive();
  }

  down(): void {
    for (const text of this.all.values()) text.down();
  }

  /** Nothing may stand against them any more: ask for those that wait to be shared. */
  ask(): void {
    for (const text of this.all.values()) text.ask();
  }

  /** Send what waits now, and have it made durable. */
  flush(): void {
    for (const text of this.all.values()) text.hurry();
    if (this.home.isFull && this.pending) this.home.say({ t: "flush" });
  }

  close(): void {
    for (const text of this.all.values()) text.destroy();
  }

  private field(block_id: string, field: string): TextField {
    const id = `${block_id}\0${field}`;
    let text = this.all.get(id);
    if (!text) {
      text = new TextField(this.home, this.storage, block_id, field, () => this.all.delete(id));
      this.all.set(id, text);
    }
    return text;
  }

  /** Texts that were typed in a tab that is gone, and that the server may not have. */
  private async revive(): Promise<void> {
    if (!this.home.isFull) return;
    const kept = await this.storage.texts(this.home.id).catch(() => []);
    for (const { block_id, field } of kept) {
      if (at(this.home.state().blocks, block_id)) this.field(block_id, field).revive();
    }
  }
}
