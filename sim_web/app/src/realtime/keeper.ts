/** Keeps in the browser what one workflow has waiting, and the document as it was last seen. */

import type { Document } from "./document";
import { type Item, kept, type Outbox } from "./outbox";
import type { Snapshot, Storage } from "./storage";

export class Keeper {
  clientId = "";
  /** Told when changes are confirmed, or will never be. */
  onFinished: () => void = () => {};
  private readonly dirty = new Set<Item>();
  private snapshotSeq = -1;

  constructor(
    private readonly id: string,
    private readonly storage: Storage,
    private readonly outbox: Outbox,
  ) {}

  /** What was kept last time; nothing in a browser that keeps nothing. */
  async open(clientId: string): Promise<Snapshot | null> {
    this.clientId = clientId;
    try {
      this.outbox.restore(await this.storage.load(clientId, this.id));
      return await this.storage.snapshot(this.id);
    } catch {
      // Changes live as long as the tab.
      return null;
    }
  }

  /** It has changed, and is kept with the next `persist`. */
  touch(item: Item): void {
    this.dirty.add(item);
  }

  /** They need not be kept any more. */
  finish(items: readonly Item[]): void {
    if (!items.length) return;
    this.outbox.drop(items);
    for (const item of items) this.dirty.delete(item);
    const places = items.map(({ n }) => n);
    void this.storage.remove(this.clientId, this.id, places).catch(() => {});
    this.onFinished();
  }

  async persist(): Promise<void> {
    if (!this.dirty.size) return;
    const there = new Set(this.outbox.items);
    const items = [...this.dirty].filter((item) => there.has(item)).map(kept);
    this.dirty.clear();
    try {
      if (items.length) await this.storage.put(this.clientId, this.id, items, this.outbox.next);
    } catch {
      // A full disk: the change lives as long as the tab.
    }
  }

  keepSnapshot(document: Document, seq: number): void {
    if (seq < 0 || seq === this.snapshotSeq) return;
    this.snapshotSeq = seq;
    void this.storage.keepSnapshot(this.id, { seq, document }).catch(() => {});
  }

  forget(): void {
    void this.storage.forget(this.id).catch(() => {});
  }
}
