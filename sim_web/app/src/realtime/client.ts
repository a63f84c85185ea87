/** One workflow as one tab sees it: what the server confirmed, with what is on its way on top. */
// biome-ignore-all lint/correctness/noVoidTypeReturn: a case that ends with its call

import type { Connection, Room } from "./connection";
import { digest } from "./digest";
import type { Any } from "./document";
import { at, type Document, EMPTY, fullDocument, type Operation } from "./document";
import { equal } from "./equal";
import { Listeners } from "./listeners";
import { IN_FLIGHT, type Item, kept, Outbox } from "./outbox";
import { Pace } from "./pace";
import { Presences } from "./presence";
import { apply } from "./reduce";
import { differing, fitting, removes } from "./registers";
import { OpenSession, withClient } from "./session";
import { split } from "./split";
import { TextField } from "./text";
import type {
  Changed,
  ChangeOptions,
  Notice,
  Peer,
  Presence,
  Session,
  SharedText,
  Status,
  Stop,
  WorkflowClient,
} from "./types";
import { type Change, Undo } from "./undo";
import type { Done, FromRoom, FromServer, Role, Sent } from "./wire";

/** An operation that is not answered for so long makes us start over. */
export const ANSWER_MS = 20_000;
const SNAPSHOT_MS = 5000;
const SWEEP_MS = 60_000;
const APPLIED_EVERY = 64;

export function openWorkflow(id: string, session: Session): WorkflowClient {
  return new Client(id, session as OpenSession);
}

export class Client implements WorkflowClient, Room {
  readonly ready: Promise<void>;
  readonly outbox = new Outbox();
  private readonly history = new Undo();
  private readonly people: Presences;
  private readonly listeners = new Listeners();
  private readonly statusListeners = new Listeners<[Status]>();
  private readonly noticeListeners = new Listeners<[Notice]>();
  private readonly texts = new Map<string, TextField>();
  private readonly pace = new Pace();
  private confirmed: Document = EMPTY;
  private shown: Document = EMPTY;
  private at = -1;
  private joined = false;
  private role: Role = "write";
  private end: { state: "refused" | "gone"; reason: string } | null = null;
  private parked: string | null = null;
  private parts: string[] | null = null;
  private snapshotSeq = -1;
  private clientId = "";
  private connection: Connection | null = null;
  private clock = 0;
  private careful = false;
  private swept = false;
  private pumping = false;
  private pumpAgain = false;
  private epoch = 0;
  private answered = 0;
  private partCount = 0;
  private mended = -1;
  private reported = 0;
  private kept = -1;
  private closed = false;
  private readonly dirty = new Set<Item>();
  private readonly sentAs = new Map<number, number>();
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();
  private resolve: () => void = () => {};
  private reject: (error: Error) => void = () => {};

  constructor(
    readonly id: string,
    private readonly session: OpenSession,
  ) {
    this.ready = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.ready.catch(() => {});
    this.people = new Presences((d) => this.isFull && this.joined && this.say({ t: "pres", d }));
    void this.open();
  }

  state(): Document {
    return this.shown;
  }

  seq(): number {
    return this.at;
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
    const { changes, refusals } = this.perform(ops, null);
    if (options.undo !== false) this.history.record(changes, Date.now(), options.gesture, options.label);
    return { ok: !refusals.length, refusals };
  }

  undo(): boolean {
    return this.turn("undo");
  }

  redo(): boolean {
    return this.turn("redo");
  }

  canUndo(): boolean {
    return this.history.canUndo;
  }

  canRedo(): boolean {
    return this.history.canRedo;
  }

  status(): Status {
    const texts = [...this.texts.values()].filter((text) => text.isPending).length;
    const pending = this.outbox.size + texts;
    const facts = { pending, role: this.role };
    if (this.end) return { ...facts, ...this.end, editable: false };
    if (this.parked || this.outbox.isFull) {
      return {
        ...facts,
        state: "parked",
        editable: false,
        reason: this.parked ?? "too many changes wait for the server",
      };
    }
    const state = !this.joined ? "offline" : pending ? "saving" : "saved";
    return { ...facts, state, editable: this.at >= 0 && this.role !== "read" };
  }

  onStatus(listener: (status: Status) => void): Stop {
    return this.statusListeners.add(listener);
  }

  onNotice(listener: (notice: Notice) => void): Stop {
    return this.noticeListeners.add(listener);
  }

  presence(): readonly Peer[] {
    return this.people.all;
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
    return this.field(block_id, field).open();
  }

  /** Resolves when everything is confirmed. */
  settled(ms = 20_000): Promise<void> {
    for (const text of this.texts.values()) text.hurry();
    if (this.isFull && [...this.texts.values()].some((text) => text.isPending)) this.say({ t: "flush" });
    return new Promise((resolve, reject) => {
      let stop: Stop = () => {};
      const timer = setTimeout(() => {
        stop();
        reject(new Error(`${this.status().pending} changes are not confirmed`));
      }, ms);
      const look = () => {
        if (this.status().pending || this.at < 0) return;
        clearTimeout(timer);
        stop();
        resolve();
      };
      stop = this.statusListeners.add(look);
      look();
    });
  }

  close(): void {
    if (this.closed) return;
    for (const text of this.texts.values()) text.destroy();
    this.closed = true;
    this.people.stop();
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.connection?.leave(this);
    this.keepSnapshot();
    void this.persist();
    for (const listeners of [this.listeners, this.statusListeners, this.noticeListeners]) listeners.clear();
  }

  // What the connection tells.

  up(): void {
    this.end = null;
    this.pace.allow(this.connection?.facts?.limits ?? null);
    this.join();
  }

  down(): void {
    this.epoch++;
    this.joined = false;
    this.parts = null;
    this.outbox.landed();
    for (const text of this.texts.values()) text.down();
    this.people.down();
    // Where a room has moved to may be gone: ask again where it is.
    const home = this.session.connection();
    if (this.connection && this.connection !== home) {
      const away = this.connection;
      this.connection = home;
      away.leave(this);
      home.enter(this);
    }
    this.changedStatus();
  }

  refused(reason: string): void {
    this.end = { state: "refused", reason };
    this.reject(new Error(reason));
    this.changedStatus();
  }

  heard(message: FromServer): void {
    if (this.closed) return;
    this.answered = Date.now();
    if (message.t === "slow") {
      this.pace.slow(message.ms, Date.now());
      this.noticeListeners.tell({ kind: "slow", ms: message.ms });
      this.wakeAt(Date.now() + message.ms);
    } else if (message.t === "error") {
      this.troubled(message.code, message.message, message.r ?? null);
    } else if ("r" in message) {
      this.follows(message as FromRoom);
    }
    this.changedStatus();
  }

  // What texts need.

  get isFull(): boolean {
    return Boolean(this.connection?.facts?.limits);
  }

  get isJoined(): boolean {
    return this.joined;
  }

  get peers(): readonly Peer[] {
    return this.people.all;
  }

  /** Whether a value of a field is on its way. */
  isWaiting(block_id: string, field: string): boolean {
    return this.outbox.items.some(({ op }) => {
      return op.op === "value.update" && op.items.some((item) => item.block_id === block_id && item.field === field);
    });
  }

  say(message: { t: string; [fact: string]: Any }): boolean {
    return this.connection?.send({ ...message, r: this.id }) ?? false;
  }

  changedStatus(): void {
    this.statusListeners.soon(() => [this.status()]);
  }

  notify(notice: Notice): void {
    this.noticeListeners.tell(notice);
  }

  // Opening and joining.

  private async open(): Promise<void> {
    const { storage } = this.session;
    this.clientId = await this.session.clientId;
    try {
      this.outbox.restore(await storage.load(this.clientId, this.id));
      const snapshot = await storage.snapshot(this.id);
      if (snapshot && !this.closed) this.adopt(snapshot.document, snapshot.seq);
    } catch {
      // A browser that keeps nothing: changes live as long as the tab.
    }
    if (this.closed) return;
    this.connection = this.session.connection();
    this.connection.enter(this);
    this.changedStatus();
  }

  private join(fresh = false): void {
    this.joined = false;
    this.parts = null;
    this.epoch++;
    this.outbox.landed();
    this.say({ t: "join", ...(this.at >= 0 && !fresh ? { since: this.at } : {}) });
  }

  private entered(message: Extract<FromServer, { t: "joined" }>): void {
    this.role = message.role;
    if (this.role !== "read") this.parked = null;
    this.outbox.next = Math.max(this.outbox.next, (message.cseq ?? 0) + 1);
    if (message.workflow) this.adopt(fullDocument(message.workflow), message.seq);
    if (message.roster) this.people.entered(message.roster);
    if (message.parts) {
      this.parts = [];
      this.snapshotSeq = message.seq;
      this.partCount = message.parts;
    } else if (this.at < 0) {
      this.adopt(EMPTY, message.seq);
      this.isIn();
    } else {
      this.isIn();
    }
  }

  private part(index: number, data: string): void {
    if (!this.parts) return;
    this.parts[index] = data;
    if (this.parts.length < this.partCount || this.parts.includes(undefined as unknown as string)) return;
    const text = this.parts.join("");
    this.parts = null;
    this.adopt(fullDocument(JSON.parse(text)), this.snapshotSeq);
    this.isIn();
  }

  private isIn(): void {
    this.joined = true;
    for (const text of this.texts.values()) text.up();
    void this.reviveTexts();
    this.pump();
    if (!this.swept) void this.sweep().catch(() => {});
  }

  /** What tabs that are closed for good have left waiting goes out under their own numbers. */
  private async sweep(): Promise<void> {
    this.swept = true;
    const { storage, options } = this.session;
    for (const other of await storage.clients()) {
      if (other === this.clientId || !(await storage.load(other, this.id)).items.length) continue;
      await withClient(other, async () => {
        const session = new OpenSession({ ...options, clientId: other, storage });
        const client = new Client(this.id, session);
        client.swept = true;
        await client.settled(SWEEP_MS).catch(() => {});
        client.close();
        session.close();
      });
    }
  }

  /** A whole document instead of what was known. */
  private adopt(document: Document, seq: number): void {
    if (this.at >= 0) this.history.takenAll(differing(this.confirmed, document));
    this.confirmed = document;
    this.at = seq;
    this.rebuild(true);
    this.resolve();
    this.later("snapshot", SNAPSHOT_MS, () => this.keepSnapshot());
  }

  // What the room tells.

  private follows(message: FromRoom): void {
    switch (message.t) {
      case "joined":
        return this.entered(message);
      case "part":
        return this.part(message.i, message.data);
      case "ops":
        return this.committed(message.ops);
      case "ack":
        for (const one of message.items ?? [message])
          this.acknowledged(one as { cseq: number; outcome: string; seq?: number });
        return this.pump();
      case "reject":
        return this.turnedDown(message);
      case "roster":
        if (message.joined) this.people.came(message.joined);
        if (message.left) this.people.left(message.left);
        return;
      case "pres":
        return this.people.heard(message.d);
      case "role":
        this.role = message.role;
        if (this.role !== "read") this.parked = null;
        this.rebuild();
        return this.pump();
      case "evict":
        return this.evicted(message.code);
      case "notice":
        return this.notify({ ...(message.facts ?? {}), kind: "told", what: message.kind });
      case "hash":
        return this.compare(message.seq, message.h);
      case "moved":
        return this.move(message.url);
      case "text":
      case "text_state":
      case "text_ack":
      case "text_reject":
        this.texts.get(`${message.block_id}\0${message.field}`)?.heard(message);
        return;
    }
  }

  private committed(dones: readonly Done[]): void {
    if (this.parts) return;
    let [moved, same, prune] = [false, true, false];
    const gone: Item[] = [];
    for (const done of dones) {
      this.clock = Math.max(this.clock, done.ts ?? 0);
      const own = done.client_id === this.clientId;
      const item = own ? this.outbox.find(done.cseq) : undefined;
      if (done.seq > this.at + 1) return this.mend(false);
      if (done.seq === this.at + 1) {
        const result = apply(this.confirmed, done.op);
        if (result.refusals.length) return this.mend(true);
        this.confirmed = result.document;
        this.at = done.seq;
        moved = true;
        const isNext = item !== undefined && item === this.outbox.items[gone.length];
        same = same && isNext && equal(item.effective, result.effective);
        if (!own) {
          this.history.taken(done.op);
          prune = prune || removes(done.op);
        }
      }
      if (item) gone.push(item);
    }
    for (const item of this.outbox.items) if (item.done !== null && item.done <= this.at) gone.push(item);
    this.finish(gone);
    if (moved && !(same && !prune)) this.rebuild(prune);
    if (moved) this.caughtUp();
    this.pump();
  }

  private caughtUp(): void {
    this.later("snapshot", SNAPSHOT_MS, () => this.keepSnapshot());
    if (this.isFull && this.at - this.reported >= APPLIED_EVERY) {
      this.reported = this.at;
      this.say({ t: "applied", seq: this.at });
    }
  }

  private acknowledged({ cseq, outcome, seq }: { cseq: number; outcome: string; seq?: number | null }): void {
    const item = this.outbox.find(cseq);
    if (!item) return;
    if (outcome === "dup" && !seq && this.isMissing(item)) {
      // Its number was seen and nothing came of it: it was refused, and the answer lost. Ask anew.
      this.outbox.requeue(item, 0);
      this.dirty.add(item);
      return;
    }
    if (outcome === "superseded") this.history.refused(item.n);
    if (seq && seq > this.at) {
      item.done = seq;
      item.flying = false;
      return;
    }
    this.finish([item]);
    if (outcome !== "applied") this.rebuild();
  }

  private isMissing({ op }: Item): boolean {
    const left = fitting(op, this.confirmed);
    return left !== null && apply(this.confirmed, left).effective !== null;
  }

  private turnedDown(message: Extract<FromServer, { t: "reject" }>): void {
    const item = this.outbox.find(message.cseq);
    if (!item) return;
    const now = Date.now();
    if (message.code === "forbidden") {
      this.outbox.requeue(item, 0);
      this.role = "read";
      this.parked = message.message;
      this.rebuild();
    } else if (message.retryable && this.outbox.again(item, now)) {
      this.wakeAt(item.after);
    } else if (!message.retryable && this.outbox.isBehindRetry(item)) {
      this.outbox.requeue(item, 0);
    } else {
      this.takeBack(item, message.code, message.message, message.now);
    }
    if (!this.outbox.items.includes(item)) this.finish([item]);
    else this.dirty.add(item);
    this.pump();
  }

  /** An operation that will not be: it goes, and what depended on it. */
  private takeBack(item: Item, code: string, message: string, now?: Any): void {
    this.finish([item]);
    this.history.refused(item.n);
    const { op } = item;
    if (fitting(op, this.confirmed) === null && code === "not_found") this.notify({ kind: "cancelled", op });
    else if (code === "conflict") this.notify({ kind: "conflict", op, theirs: now });
    else this.notify({ kind: "rejected", code, message, op, now });
    this.rebuild(true);
  }

  private troubled(code: string, message: string, r: string | null): void {
    if (r !== null && code === "not_joined") return this.join();
    const early = !this.joined && this.at < 0;
    if (code === "not_found" && (r === this.id || early)) return this.evicted("deleted");
    if (code === "client_taken") return this.refused(message);
    const flying = this.outbox.items.filter((item) => item.flying);
    if (!flying.length) return;
    const [only] = flying;
    if (flying.length === 1 && only) {
      this.takeBack(only, code, message);
    } else {
      // One of several was not understood: send them one by one.
      this.careful = true;
      for (const item of flying) item.suspect = true;
      this.outbox.landed();
    }
    this.pump();
  }

  private evicted(code: string): void {
    this.joined = false;
    if (code === "room_full" || code === "replaced") {
      this.later("join", 2000 + Math.random() * 3000, () => this.join());
      return;
    }
    const reason =
      code === "deleted" ? "this workflow is not there any more" : "you have no access to this workflow any more";
    this.end = { state: "gone", reason };
    this.reject(new Error(reason));
    void this.session.storage.forget(this.id).catch(() => {});
  }

  private compare(seq: number, hash: string): void {
    if (seq !== this.at || this.outbox.size || this.mended === seq || digest(this.confirmed) === hash) return;
    this.mended = seq;
    this.notify({ kind: "resynced", seq });
    this.mend(true);
  }

  /** Something was missed, or differs: ask again, for what came since or for the whole. */
  private mend(whole: boolean): void {
    this.join(whole);
  }

  private move(url: string): void {
    const next = this.session.connection(url);
    if (next === this.connection) {
      this.later("join", 250 + Math.random() * 250, () => this.join());
      return;
    }
    this.connection?.leave(this);
    this.joined = false;
    this.connection = next;
    next.enter(this);
  }

  // Changing.

  private turn(way: "undo" | "redo"): boolean {
    if (!this.status().editable) return false;
    return this.history[way](
      () => this.shown,
      Date.now(),
      (ops, step) => {
        const number = step.parts[0]?.changes.at(-1) ?? 0;
        const undoOf = this.sentAs.get(number) ?? this.outbox.items.find(({ n }) => n === number)?.cseq ?? 0;
        return this.perform(ops, undoOf).changes;
      },
    );
  }

  private perform(
    ops: readonly Operation[],
    undo_of: number | null,
  ): { changes: Change[]; refusals: Changed["refusals"] } {
    const changes: Change[] = [];
    const refusals: Changed["refusals"][number][] = [];
    for (const [index, op] of ops.entries()) {
      const whole = apply(this.shown, op);
      refusals.push(
        ...whole.refusals.map((one) => ({ ...one, pointer: ops.length > 1 ? `/${index}${one.pointer}` : one.pointer })),
      );
      if (!whole.effective) continue;
      for (const piece of split(op)) {
        const before = this.shown;
        const { document, effective } = apply(before, piece);
        if (!effective) continue;
        const item = this.outbox.add(piece, effective, { base: Math.max(this.at, 0), ts: this.stamp(), undo_of });
        this.dirty.add(item);
        this.shown = document;
        changes.push({ number: item.n, before, effective });
      }
    }
    if (changes.length) {
      this.announce();
      this.changedStatus();
      this.pump();
    }
    return { changes, refusals };
  }

  /** Later than every stamp that was seen, by the server's clock. */
  private stamp(): number {
    this.clock = Math.max(Math.round(Date.now() + (this.connection?.ahead ?? 0)), this.clock + 1);
    return this.clock;
  }

  private rebuild(prune = false): void {
    const before = this.shown;
    if (this.parked) {
      this.shown = this.confirmed;
    } else {
      const over = this.outbox.over(this.confirmed, (document, op) => apply(document, op).document, prune);
      this.shown = over.document;
      for (const item of over.changed) this.dirty.add(item);
      if (over.cancelled.length) {
        this.finish(over.cancelled);
        for (const { n, op } of over.cancelled) {
          this.history.refused(n);
          this.notify({ kind: "cancelled", op });
        }
      }
    }
    if (this.shown !== before) this.announce();
  }

  private announce(): void {
    this.listeners.soon(() => []);
  }

  // Sending.

  /** Send what may be sent; what is numbered is kept first, so that no number is used twice. */
  private pump(): void {
    this.pumpAgain = true;
    if (this.pumping || this.closed) return;
    this.pumping = true;
    void this.pumped().finally(() => {
      this.pumping = false;
      if (this.pumpAgain) this.pump();
    });
  }

  private async pumped(): Promise<void> {
    // What is changed in one turn goes together.
    await Promise.resolve();
    for (;;) {
      this.pumpAgain = false;
      if (!this.joined || this.parked || this.end || this.closed) return this.persist();
      const now = Date.now();
      const most = this.pace.most(now, this.isFull ? IN_FLIGHT : 1);
      const flying = this.outbox.items.filter((item) => item.flying).length;
      if (most.wait) {
        this.wakeAt(now + most.wait);
        return this.persist();
      }
      const room = Math.min(IN_FLIGHT, flying + most.count);
      const { items, at: later } = this.outbox.due(now, room, this.careful);
      if (later !== null) this.wakeAt(later);
      if (!items.length) {
        if (!flying) this.careful = false;
        return this.persist();
      }
      const epoch = this.epoch;
      for (const item of items) this.dirty.add(item);
      await this.persist();
      if (epoch !== this.epoch) continue;
      this.pace.sent(items.length, now);
      this.answered = Date.now();
      this.later("answer", ANSWER_MS, () => this.unanswered());
      for (const item of items) this.remember(item);
      this.say({ t: "ops", ops: items.map((item) => this.sent(item)) });
    }
  }

  private sent({ cseq, op, base, ts, undo_of }: Item): Sent {
    const sent: Sent = { cseq: cseq as number, op: wired(op) };
    if (!this.isFull) return sent;
    return { ...sent, base, ts, ...(undo_of === null ? {} : { undo_of }) };
  }

  private remember({ n, cseq }: Item): void {
    this.sentAs.set(n, cseq as number);
    if (this.sentAs.size > 500) this.sentAs.delete(this.sentAs.keys().next().value as number);
  }

  private unanswered(): void {
    if (!this.outbox.items.some((item) => item.flying)) return;
    if (Date.now() - this.answered >= ANSWER_MS) this.connection?.restart();
    else this.later("answer", ANSWER_MS, () => this.unanswered());
  }

  private finish(items: readonly Item[]): void {
    if (!items.length) return;
    this.outbox.drop(items);
    for (const item of items) this.dirty.delete(item);
    const places = items.map(({ n }) => n);
    void this.session.storage.remove(this.clientId, this.id, places).catch(() => {});
    for (const text of this.texts.values()) text.ask();
  }

  private async persist(): Promise<void> {
    if (!this.dirty.size) return;
    const there = new Set(this.outbox.items);
    const items = [...this.dirty].filter((item) => there.has(item)).map(kept);
    this.dirty.clear();
    try {
      if (items.length) await this.session.storage.put(this.clientId, this.id, items, this.outbox.next);
    } catch {
      // A full disk: the change lives as long as the tab.
    }
  }

  private keepSnapshot(): void {
    if (this.at < 0 || this.at === this.kept || this.end) return;
    this.kept = this.at;
    void this.session.storage.keepSnapshot(this.id, { seq: this.at, document: this.confirmed }).catch(() => {});
  }

  private wakeAt(time: number): void {
    this.later("pump", Math.max(1, time - Date.now()), () => this.pump());
  }

  private later(what: string, ms: number, run: () => void): void {
    if (this.closed) return;
    if (what === "snapshot" && this.timers.has(what)) return;
    const before = this.timers.get(what);
    if (before) clearTimeout(before);
    const timer = setTimeout(() => {
      this.timers.delete(what);
      run();
    }, ms);
    (timer as { unref?: () => void }).unref?.();
    this.timers.set(what, timer);
  }

  // Texts.

  private field(block_id: string, field: string): TextField {
    const id = `${block_id}\0${field}`;
    let text = this.texts.get(id);
    if (!text) {
      text = new TextField(this, this.session.storage, block_id, field, () => this.texts.delete(id));
      this.texts.set(id, text);
    }
    return text;
  }

  /** Texts that were typed in a tab that is gone, and that the server may not have. */
  private async reviveTexts(): Promise<void> {
    if (!this.isFull) return;
    const texts = await this.session.storage.texts(this.id).catch(() => []);
    for (const { block_id, field } of texts) {
      if (at(this.confirmed.blocks, block_id)) this.field(block_id, field).revive();
    }
  }
}

/** Without what only an effective operation has. */
function wired(op: Operation): Operation {
  return op.op === "block.remove" ? { op: op.op, ids: op.ids } : op;
}
