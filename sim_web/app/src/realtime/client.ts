/** One workflow as one tab sees it: the parts put together. */

import type { Any, Document, Operation } from "./document";
import { Ear, type Owner } from "./ear";
import { Entry, type Guest, type Joined } from "./entry";
import { Keeper } from "./keeper";
import { Leftovers } from "./leftovers";
import { Listeners } from "./listeners";
import { Outbox } from "./outbox";
import { Presences } from "./presence";
import { type Around, Replica } from "./replica";
import { type Line, Sender } from "./sender";
import type { OpenSession } from "./session";
import type { Home } from "./text";
import { Texts } from "./texts";
import { Timers } from "./timers";
import { Turns } from "./turns";
import type {
  Changed,
  ChangeOptions,
  Notice,
  Peer,
  Presence,
  Session,
  SharedRows,
  SharedText,
  Status,
  Stop,
  Unsaved,
  WorkflowClient,
} from "./types";
import { Order } from "./undo";
import type { FromServer, Sent } from "./wire";

const SNAPSHOT_MS = 5000;

export function openWorkflow(id: string, session: Session): Client {
  return new Client(id, session as OpenSession);
}

export class Client implements WorkflowClient, Guest, Home, Line, Around, Owner {
  readonly ready: Promise<void>;
  private readonly listeners = new Listeners();
  private readonly statusListeners = new Listeners<[Status]>();
  private readonly noticeListeners = new Listeners<[Notice]>();
  private readonly timers = new Timers();
  /** Everything done in this tab, typing included, in its order. */
  readonly order = new Order();
  private readonly outbox = new Outbox();
  private readonly keeper: Keeper;
  private readonly replica: Replica;
  private readonly sender: Sender;
  private readonly entry: Entry;
  private readonly texts: Texts;
  private readonly turns: Turns;
  private readonly people: Presences;
  private readonly ear: Ear;
  private readonly leftovers: Leftovers;
  /** Why what waits is not sent, and the document only read. */
  private parked: string | null = null;
  private closed = false;
  private resolve: () => void = () => {};
  private reject: (error: Error) => void = () => {};

  constructor(
    readonly id: string,
    private readonly session: OpenSession,
    /** Whether what closed tabs have left goes out with it. */
    private readonly sweeps = true,
  ) {
    this.ready = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.ready.catch(() => {});
    this.keeper = new Keeper(id, session.storage, this.outbox);
    this.replica = new Replica(this.outbox, this.keeper, this);
    this.sender = new Sender(this.outbox, this.keeper, this.timers, this);
    this.entry = new Entry(this, session, this.timers);
    this.texts = new Texts(this, session.storage);
    this.turns = new Turns(this.replica, this.texts, () => this.goesOut());
    this.people = new Presences((d) => this.isFull && this.isJoined && this.say({ t: "pres", d }));
    const { outbox, replica, sender, entry, texts, people, keeper } = this;
    this.ear = new Ear({ outbox, replica, sender, entry, texts, people, keeper }, this);
    this.leftovers = new Leftovers(id, session, keeper);
    this.keeper.onFinished = () => this.texts.ask();
    void this.open();
  }

  // The document.

  state(): Document {
    return this.replica.shown;
  }

  seq(): number {
    return this.replica.seq;
  }

  subscribe(listener: () => void): Stop {
    return this.listeners.add(listener);
  }

  change(given: Operation | readonly Operation[], options: ChangeOptions = {}): Changed {
    const ops = Array.isArray(given) ? (given as readonly Operation[]) : [given as Operation];
    const { editable, reason } = this.status();
    if (!editable) {
      const message = reason ?? "this workflow can only be read now";
      return { ok: false, refusals: [{ code: "read_only", message, pointer: "", index: 0 }] };
    }
    const { changes, refusals } = this.replica.change(ops, options);
    if (changes.length) this.goesOut();
    return { ok: !refusals.length, refusals };
  }

  undo(): boolean {
    return this.status().editable && this.turns.turn("undo");
  }

  redo(): boolean {
    return this.status().editable && this.turns.turn("redo");
  }

  canUndo(): boolean {
    return this.turns.can("undo");
  }

  undoLabel(): string | null {
    return this.turns.label;
  }

  restorer(): string {
    this.replica.restores++;
    return this.keeper.clientId;
  }

  canRedo(): boolean {
    return this.turns.can("redo");
  }

  status(): Status {
    const pending = this.outbox.size + this.texts.pending;
    const { role, end } = this.entry;
    const facts = { pending, role };
    if (end) return { ...facts, ...end, editable: false };
    if (this.parked || this.outbox.isFull) {
      const reason = this.parked ?? "too many changes wait for the server";
      return { ...facts, state: "parked", editable: false, reason };
    }
    const state = !this.isJoined ? "offline" : pending ? "saving" : "saved";
    return { ...facts, state, editable: this.seq() >= 0 && role !== "read" };
  }

  onStatus(listener: (status: Status) => void): Stop {
    return this.statusListeners.add(listener);
  }

  onNotice(listener: (notice: Notice) => void): Stop {
    return this.noticeListeners.add(listener);
  }

  /** Resolves when everything is confirmed. */
  settled(ms = 20_000): Promise<void> {
    this.texts.flush();
    return new Promise((resolve, reject) => {
      let stop: Stop = () => {};
      const timer = setTimeout(() => {
        stop();
        reject(new Error(`${this.status().pending} changes are not confirmed`));
      }, ms);
      const look = () => {
        if (this.status().pending || this.seq() < 0) return;
        clearTimeout(timer);
        stop();
        resolve();
      };
      stop = this.statusListeners.add(look);
      look();
    });
  }

  unsaved(): Unsaved {
    const operations = this.outbox.items.map(({ op }) => op);
    const items = this.texts.unsaved;
    if (items.length) operations.push({ op: "value.update", items });
    return { workflow_id: this.id, name: this.state().name, base_seq: Math.max(this.seq(), 0), operations };
  }

  close(): void {
    if (this.closed) return;
    this.texts.close();
    this.closed = true;
    this.people.stop();
    this.timers.end();
    this.entry.connection?.leave(this);
    this.keepSnapshot();
    void this.keeper.persist();
    for (const listeners of [this.listeners, this.statusListeners, this.noticeListeners]) listeners.clear();
  }

  // The others.

  presence(): readonly Peer[] {
    return this.people.all;
  }

  get peers(): readonly Peer[] {
    return this.people.all;
  }

  get mine(): Presence {
    return this.people.mine;
  }

  setPresence(presence: Presence): void {
    this.people.set(presence);
  }

  onPresence(listener: () => void): Stop {
    return this.people.changed.add(listener);
  }

  follow(sid: string | null): void {
    this.people.follow(sid);
  }

  following(): string | null {
    return this.people.followed;
  }

  onView(listener: (view: NonNullable<Presence["view"]>) => void): Stop {
    return this.people.view.add(listener);
  }

  text(block_id: string, field: string): SharedText {
    return this.texts.open(block_id, field);
  }

  rows(block_id: string, field: string, texts: readonly string[]): SharedRows {
    return this.texts.rows(block_id, field, texts);
  }

  // What the connection tells.

  up(): void {
    this.sender.pace.allow(this.entry.connection?.facts?.limits ?? null);
    this.entry.up();
  }

  down(): void {
    // A tab that is loaded anew while the server is away begins with what was there.
    this.keepSnapshot();
    this.entry.down();
    this.texts.down();
    this.people.down();
    this.changedStatus();
  }

  refused(reason: string): void {
    this.entry.refused(reason);
    this.changedStatus();
  }

  heard(message: FromServer): void {
    if (this.closed) return;
    this.sender.answered = Date.now();
    this.ear.heard(message);
    this.changedStatus();
  }

  // What the parts need of one another.

  get isFull(): boolean {
    return this.entry.isFull;
  }

  get isJoined(): boolean {
    return this.entry.joined;
  }

  get isOpen(): boolean {
    return this.isJoined && !this.parked && !this.entry.end && !this.closed;
  }

  get epoch(): number {
    return this.entry.epoch;
  }

  get ahead(): number {
    return this.entry.connection?.ahead ?? 0;
  }

  onTyped(): void {
    this.replica.history.forgetUndone();
  }

  isWaiting(block_id: string, field: string): boolean {
    return this.outbox.writes(block_id, field);
  }

  say(message: { t: string; [fact: string]: Any }): boolean {
    return this.entry.say(message);
  }

  send(ops: Sent[]): void {
    this.say({ t: "ops", ops });
  }

  restart(): void {
    this.entry.connection?.restart();
  }

  changedStatus(): void {
    this.statusListeners.soon(() => [this.status()]);
  }

  notify(notice: Notice): void {
    this.noticeListeners.tell(notice);
  }

  did(): void {
    this.texts.somethingElse();
  }

  announce(): void {
    this.listeners.soon(() => []);
  }

  landed(): void {
    this.outbox.landed();
  }

  welcomed(message: Joined): void {
    this.unpark();
    this.outbox.next = Math.max(this.outbox.next, (message.cseq ?? 0) + 1);
    if (message.roster) this.people.entered(message.roster);
  }

  adopt(document: Document, seq: number): void {
    this.replica.adopt(document, seq);
    this.resolve();
    this.moved();
  }

  moved(): void {
    this.timers.once("snapshot", SNAPSHOT_MS, () => this.keepSnapshot());
  }

  isIn(): void {
    this.texts.up();
    this.pump();
    if (this.sweeps) void this.leftovers.send().catch(() => {});
  }

  roleChanged(): void {
    this.unpark();
    this.pump();
  }

  ended(reason: string): void {
    this.reject(new Error(reason));
    if (this.entry.end?.state === "gone") this.keeper.forget();
  }

  // Inside.

  private async open(): Promise<void> {
    const snapshot = await this.keeper.open(await this.session.clientId);
    if (this.closed) return;
    if (snapshot) this.adopt(snapshot.document, snapshot.seq);
    this.entry.connect();
    this.changedStatus();
  }

  park(reason: string): void {
    this.parked = reason;
    this.replica.hides = true;
    this.replica.rebuild();
  }

  private unpark(): void {
    if (this.entry.role === "read") return;
    this.parked = null;
    this.replica.hides = false;
    this.replica.rebuild();
  }

  private goesOut(): void {
    this.changedStatus();
    this.pump();
  }

  pump(): void {
    if (!this.closed) this.sender.pump();
  }

  private keepSnapshot(): void {
    if (!this.entry.end) this.keeper.keepSnapshot(this.replica.confirmed, this.seq());
  }
}
