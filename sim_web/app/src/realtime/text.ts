/** A field's text that several people type into: Yjs, relayed at once, kept until the server has made it durable. */

import * as Y from "yjs";
import { base64, bytes, lacking } from "./bytes";
import { type Company, caretsIn, tellCaret } from "./carets";
import type { Any } from "./document";
import { at, type Document } from "./document";
import { equal } from "./equal";
import { Listeners } from "./listeners";
import { type Shape, textOf } from "./shapes";
import type { Storage } from "./storage";
import type { Notice, PeerCaret, SharedText, Stop } from "./types";
import type { Order } from "./undo";
import type { FromServer } from "./wire";

/** Keystrokes of so many milliseconds go together. */
export const MERGE_MS = 30;
/** Without a shared text the whole value is written after so many milliseconds of rest. */
export const WRITE_MS = 300;

/** What a text needs of the workflow it belongs to. */
export interface Home extends Company {
  readonly id: string;
  readonly isFull: boolean;
  readonly isJoined: boolean;
  state(): Document;
  change(op: Any, options?: Any): { ok: boolean };
  subscribe(listener: () => void): Stop;
  onPresence(listener: () => void): Stop;
  /** Everything that is done in this tab, in its order. */
  readonly order: Order;
  /** Something new was typed: there is nothing to be done again. */
  onTyped(): void;
  isWaiting(block_id: string, field: string): boolean;
  say(message: { t: string; [fact: string]: Any }): boolean;
  changedStatus(): void;
  notify(notice: Notice): void;
}

const ORDER = "order";
type Turned = { type: "undo" | "redo"; stackItem: { meta: Map<unknown, unknown> } };

export type Heard = Extract<FromServer, { t: "text" | "text_state" | "text_ack" | "text_reject" }>;

export class TextField implements SharedText {
  doc!: Y.Doc;
  text!: Y.Text;
  undo!: Y.UndoManager;
  readonly ready: Promise<void>;
  private users = 0;
  /** Whether the server shares it: before that, and where it cannot, whole values are written. */
  private shared = false;
  private asked = false;
  /** Whether it writes a whole value at this moment. */
  private writing = false;
  private n = 0;
  private readonly flying = new Map<number, Uint8Array>();
  private waiting: Uint8Array[] = [];
  /** The value that the text was begun from, or that was written last. */
  private known: Any = "";
  private timer: ReturnType<typeof setTimeout> | null = null;
  private readonly resets = new Listeners();
  private readonly changes = new Listeners();
  private readonly stops: Stop[] = [];
  private resolve: () => void = () => {};

  constructor(
    private readonly home: Home,
    private readonly storage: Storage,
    readonly block_id: string,
    readonly field: string,
    readonly shape: Shape,
    private readonly owner: { rest(): void; forget(): void },
  ) {
    this.ready = new Promise((resolve) => {
      this.resolve = resolve;
    });
    this.begin(null);
    this.stops.push(home.subscribe(() => this.valueChanged()));
    if (home.isJoined) this.up();
  }

  get isPending(): boolean {
    return this.flying.size > 0 || this.waiting.length > 0 || (!this.shared && this.timer !== null);
  }

  /** Whether nobody has it open, and it is kept for what can be taken back in it. */
  get isResting(): boolean {
    return this.users <= 0 && this.shared && !this.isPending;
  }

  open(): SharedText {
    this.users++;
    this.ask();
    return this;
  }

  /** The place of what would be taken back, or done again, next; 0 when there is nothing. */
  latest(way: "undo" | "redo"): number {
    const block = at(this.home.state().blocks, this.block_id);
    // What was written as a whole value is a step of the document.
    if (!this.shared || !block || block.locked) return 0;
    return (way === "undo" ? this.undo.undoStack : this.undo.redoStack).at(-1)?.meta.get(ORDER) ?? 0;
  }

  /** Take back, or do again, what was typed last; whether anything of it was left. */
  turn(way: "undo" | "redo"): boolean {
    return this.undo[way]() !== null;
  }

  somethingElse(): void {
    if (this.writing) return;
    this.undo.clear(false, true);
    this.undo.stopCapturing();
  }

  /** Bring back what a tab that is gone has typed. */
  revive(): void {
    if (!this.users && !this.shared) this.up();
  }

  close(): void {
    if (--this.users > 0) return;
    this.hurry();
    this.letGo();
  }

  /** Nobody has it open: what is on its way becomes durable at once. */
  private letGo(): void {
    if (this.asked) this.home.say(this.about({ t: "text_close" }));
    this.asked = false;
    if (!this.isPending) this.settle();
  }

  /** Nobody has it open and all of it is safe: it rests as long as something can be taken back in it. */
  private settle(): void {
    if (this.shared && (this.undo.canUndo() || this.undo.canRedo())) this.owner.rest();
    else this.destroy();
  }

  destroy(): void {
    this.hurry();
    this.keep();
    for (const stop of this.stops) stop();
    this.undo.destroy();
    this.doc.destroy();
    this.owner.forget();
  }

  onReset(listener: () => void): Stop {
    return this.resets.add(listener);
  }

  /** Whatever changes what is held, whoever did it. */
  onChange(listener: () => void): Stop {
    return this.changes.add(listener);
  }

  /** The value that the document holds. */
  get held(): Any {
    return this.shape.read(this.doc);
  }

  /** Make it another value, by the smallest edits; one's own, to be taken back. */
  become(value: Any, from = this.held): void {
    this.undo.stopCapturing();
    this.shape.edit(this.doc, from, value);
    this.undo.stopCapturing();
  }

  caret(place: { anchor: number; head: number } | null): void {
    tellCaret(this.home, this, this.text, place);
  }

  carets(): PeerCaret[] {
    return caretsIn(this.home, this, this.text);
  }

  onCarets(listener: () => void): Stop {
    return this.home.onPresence(listener);
  }

  /** The room was entered: ask for the text, when no value of it is on its way. */
  up(): void {
    this.asked = false;
    if (!this.isResting) this.ask();
  }

  down(): void {
    this.asked = false;
  }

  heard(message: Heard): void {
    if (message.t === "text_state") this.stateCame(message);
    else if (message.t === "text") Y.applyUpdate(this.doc, bytes(message.update), this);
    else if (message.t === "text_ack") this.durable(message.n);
    else this.refused(message);
    this.home.changedStatus();
  }

  /** Send what waits now. */
  hurry(): void {
    if (this.timer) clearTimeout(this.timer);
    const waits = this.timer !== null;
    this.timer = null;
    if (!waits) return;
    if (this.shared) this.send();
    else this.write();
  }

  private begin(state: Uint8Array | null): void {
    this.doc = new Y.Doc();
    if (this.shape.texts === null) this.text = textOf(this.doc);
    if (state) {
      Y.applyUpdate(this.doc, state, this);
    } else {
      const value = this.value();
      this.shape.edit(this.doc, this.held, value);
      this.known = value;
    }
    this.undo = new Y.UndoManager(this.shape.scope(this.doc), { captureTimeout: 500 });
    const turned = (event: Turned) => this.hasTurned(event);
    this.undo.on("stack-item-added", turned);
    this.undo.on("stack-item-updated", turned);
    this.doc.on("update", (update: Uint8Array, origin: unknown) => {
      if (origin !== this) this.typed(update);
      this.changes.tell();
    });
    this.changes.tell();
  }

  private hasTurned({ type, stackItem }: Turned): void {
    stackItem.meta.set(ORDER, this.home.order.next());
    if (type === "undo" && !this.undo.redoing) this.home.onTyped();
    this.home.changedStatus();
  }

  private value(): Any {
    const block = at(this.home.state().blocks, this.block_id);
    return this.shape.normal(block && at(block.values, this.field), this.doc);
  }

  private typed(update: Uint8Array): void {
    if (this.shared) this.waiting.push(update);
    if (this.shared && this.timer) return;
    if (this.timer) clearTimeout(this.timer);
    this.timer = setTimeout(() => this.hurry(), this.shared ? MERGE_MS : WRITE_MS);
    this.home.changedStatus();
  }

  /** Ask for the shared text, as soon as nothing stands against it. */
  ask(): void {
    const { home } = this;
    if (!home.isJoined || this.asked) return;
    if (!home.isFull) {
      this.resolve();
      return;
    }
    if (!this.shared) {
      // The server begins the text from the value it has: ours must be there first.
      if (this.timer) this.hurry();
      if (home.isWaiting(this.block_id, this.field)) return;
    }
    const vector = this.shared ? { vector: base64(Y.encodeStateVector(this.doc)) } : {};
    const texts = this.shape.texts ? { texts: this.shape.texts } : {};
    this.asked = home.say(this.about({ t: "text_open", ...vector, ...texts }));
  }

  private stateCame(message: Extract<Heard, { t: "text_state" }>): void {
    const update = bytes(message.update);
    if (!this.shared || message.reset) this.adopt(update, message.reset ?? false);
    else Y.applyUpdate(this.doc, update, this);
    void this.revived().then(() => {
      // Whatever was under way when the connection broke is in this, once.
      this.flying.clear();
      const lacks = lacking(this.doc, update, bytes(message.vector));
      this.waiting = lacks ? [lacks] : [];
      if (this.waiting.length) this.send();
      else this.keep();
      if (this.users <= 0) this.letGo();
      this.resolve();
      this.home.changedStatus();
    });
  }

  /** The server's text instead of ours, with what was typed meanwhile put on top. */
  private adopt(update: Uint8Array, reset: boolean): void {
    const [before, mine] = [this.known, this.held];
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    this.waiting = [];
    this.undo.destroy();
    const old = this.doc;
    this.shared = true;
    this.begin(update);
    old.destroy();
    if (!reset && !equal(mine, before)) this.shape.edit(this.doc, before, mine);
    this.resets.tell();
  }

  /** What was kept when a tab closed, once. */
  private async revived(): Promise<void> {
    const texts = await this.storage.texts(this.home.id).catch(() => []);
    const mine = texts.find(({ block_id, field }) => block_id === this.block_id && field === this.field);
    if (mine) Y.applyUpdate(this.doc, mine.update, this);
  }

  private send(): void {
    if (!this.waiting.length) return;
    // One that rests is opened for it: what the server lacks goes out with the answer.
    if (!this.asked) {
      this.keep();
      this.ask();
      return;
    }
    const update = Y.mergeUpdates(this.waiting);
    this.waiting = [];
    this.flying.set(++this.n, update);
    this.keep();
    this.home.say(this.about({ t: "text", n: this.n, update: base64(update) }));
  }

  private durable(n: number): void {
    for (const one of [...this.flying.keys()]) if (one <= n) this.flying.delete(one);
    if (this.isPending) return;
    this.keep();
    if (this.users <= 0) this.letGo();
  }

  private refused({ code, message }: Extract<Heard, { t: "text_reject" }>): void {
    // One that rests may have its block back one day, by an undo.
    if (this.isResting) return;
    this.flying.clear();
    this.waiting = [];
    this.shared = false;
    this.keep();
    const op = {
      op: "value.update",
      items: [{ block_id: this.block_id, field: this.field, value: this.held }],
    };
    this.undo.destroy();
    this.begin(null);
    this.resets.tell();
    this.home.notify({ kind: "rejected", code, message, op: op as Any });
    this.resolve();
    if (this.users <= 0) this.destroy();
  }

  /** Keep it until the server has it: a tab may be closed at any time. */
  private keep(): void {
    if (!this.shared) return;
    const { block_id, field } = this;
    const update = this.isPending ? Y.encodeStateAsUpdate(this.doc) : null;
    void this.storage.keepText(this.home.id, { block_id, field, texts: this.shape.texts, update }).catch(() => {});
  }

  /** Without a shared text: the whole value. */
  private write(): void {
    this.known = this.held;
    const value = this.known.length ? this.known : null;
    const items = [{ block_id: this.block_id, field: this.field, value }];
    this.writing = true;
    const done = this.home.change({ op: "value.update", items }, { gesture: `${this.block_id}.${this.field}` });
    this.writing = false;
    if (!done.ok) this.shape.edit(this.doc, this.known, this.value(), this);
    this.ask();
  }

  private valueChanged(): void {
    if (this.shared) {
      this.catchUp();
      return;
    }
    this.ask();
    if (this.timer) return;
    const value = this.value();
    const mine = this.held;
    this.known = value;
    if (!equal(value, mine)) this.shape.edit(this.doc, mine, value, this);
  }

  /** While it rests others may type: it is opened for a moment, once for each value. */
  private catchUp(): void {
    if (!this.isResting) return;
    const value = this.value();
    if (equal(value, this.known) || equal(value, this.held)) return;
    this.known = value;
    this.ask();
  }

  private about<T extends object>(message: T): T & { block_id: string; field: string } {
    return { ...message, block_id: this.block_id, field: this.field };
  }
}
