/** The shared texts of one workflow, by block and field. */

import { type Any, at } from "./document";
import { RowsField } from "./rows";
import { Rows, type Shape, WHOLE } from "./shapes";
import type { Storage } from "./storage";
import { type Heard, type Home, TextField } from "./text";
import type { SharedRows, SharedText } from "./types";

/** How many texts are kept for undo after they were closed. */
const RESTING = 30;

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
  get unsaved(): { block_id: string; field: string; value: Any }[] {
    return [...this.all.values()]
      .filter((text) => text.isPending)
      .map(({ block_id, field, held }) => ({ block_id, field, value: held }));
  }

  /** The one in which something was typed, or taken back, last; and its place among all that was done. */
  latest(way: "undo" | "redo"): { text: TextField; order: number } | null {
    let found: { text: TextField; order: number } | null = null;
    for (const text of this.all.values()) {
      const order = text.latest(way);
      if (order > (found?.order ?? 0)) found = { text, order };
    }
    return found;
  }

  /** Something else was done: nothing of them is to be done again, and what is typed now is another step. */
  somethingElse(): void {
    for (const text of this.all.values()) text.somethingElse();
  }

  open(block_id: string, field: string): SharedText {
    return this.field(block_id, field, WHOLE).open();
  }

  rows(block_id: string, field: string, texts: readonly string[]): SharedRows {
    return new RowsField(this.field(block_id, field, new Rows(texts)), this.home);
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

  private field(block_id: string, field: string, shape: Shape): TextField {
    const id = `${block_id}\0${field}`;
    let text = this.all.get(id);
    if (text && Boolean(text.shape.texts) !== Boolean(shape.texts)) text.destroy();
    text = this.all.get(id);
    if (!text) {
      text = new TextField(this.home, this.storage, block_id, field, shape, {
        rest: () => this.rested(),
        forget: () => this.all.delete(id),
      });
      this.all.set(id, text);
    }
    return text;
  }

  /** Those that nobody has open stay for what can be taken back in them: the latest of them. */
  private rested(): void {
    const resting = [...this.all.values()].filter((text) => text.isResting);
    resting.sort((one, other) => other.latest("undo") - one.latest("undo"));
    for (const text of resting.slice(RESTING)) text.destroy();
  }

  /** Texts that were typed in a tab that is gone, and that the server may not have. */
  private async revive(): Promise<void> {
    if (!this.home.isFull) return;
    const kept = await this.storage.texts(this.home.id).catch(() => []);
    for (const { block_id, field, texts } of kept) {
      if (at(this.home.state().blocks, block_id)) this.field(block_id, field, texts ? new Rows(texts) : WHOLE).revive();
    }
  }
}
