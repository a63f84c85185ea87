/** A server in memory that keeps the protocol's rules, over sockets that can be slow, break and repeat themselves. */
// biome-ignore-all lint/correctness/noVoidTypeReturn: a case that ends with its call

import * as Y from "yjs";
import type { Any } from "../document";
import { type Document, fullDocument, type NewDocument } from "../document";
import { apply, digest } from "../reduce";
import { Rows, type Shape, WHOLE } from "../shapes";
import type { SocketLike } from "../types";
import type { Done } from "../wire";

type Random = () => number;

/** Chances that always fall the same way for a seed. */
export function random(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export class FakeSocket implements SocketLike {
  readyState = 0;
  onopen: SocketLike["onopen"] = null;
  onmessage: SocketLike["onmessage"] = null;
  onclose: SocketLike["onclose"] = null;
  onerror: SocketLike["onerror"] = null;
  sid = "";
  clientId = "";
  isIn = false;

  constructor(private readonly server: FakeServer) {
    server.later(() => {
      if (!server.isUp) return this.broken(1006);
      this.readyState = 1;
      server.sockets.add(this);
      this.onopen?.({});
    });
  }

  send(text: string | Uint8Array): void {
    this.server.largest = Math.max(this.server.largest, new TextEncoder().encode(text as string).length);
    for (let times = this.server.repeats(); times; times--) {
      this.server.later(() => this.readyState === 1 && this.server.heard(this, JSON.parse(text as string)), this);
    }
  }

  hear(message: object): void {
    const data = JSON.stringify(message);
    for (let times = this.server.repeats(); times; times--) {
      this.server.later(() => this.readyState === 1 && this.onmessage?.({ data }), this);
    }
  }

  close(code = 1000): void {
    this.broken(code);
  }

  /** Everything on its way is lost. */
  broken(code = 1006): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.server.gone(this);
    queueMicrotask(() => this.onclose?.({ code }));
  }
}

export class FakeServer {
  document: Document;
  seq = 0;
  log: Done[] = [];
  isUp = true;
  /** Bytes of the largest frame that was sent to it. */
  largest = 0;
  /** Answers operations, or keeps still about them. */
  answers = true;
  role = "write";
  /** What to say to an operation instead of doing it. */
  refuse: ((op: Any, cseq: number) => { code: string; message: string; retryable?: boolean } | null) | null = null;
  readonly sockets = new Set<FakeSocket>();
  readonly heardOps: { client_id: string; cseq: number; op: Any; undo_of?: number }[] = [];
  readonly presences: Any[] = [];
  private readonly last = new Map<string, number>();
  private readonly refused = new Map<string, object>();
  private readonly lines = new Map<FakeSocket, number>();
  private readonly texts = new Map<string, Y.Doc>();
  private readonly shapes = new Map<Y.Doc, Shape>();
  private count = 0;

  constructor(
    document: NewDocument,
    private readonly chance: Random = () => 0.5,
    private readonly faults = { delay: 0, repeat: 0 },
    private readonly ring = 1000,
  ) {
    this.document = fullDocument(document);
  }

  readonly socket = () => new FakeSocket(this);

  /** In order for each socket, as long as it takes. */
  later(run: () => void, socket?: FakeSocket): void {
    if (!this.faults.delay) {
      queueMicrotask(run);
      return;
    }
    const after = Math.max(Date.now() + this.chance() * this.faults.delay, socket ? (this.lines.get(socket) ?? 0) : 0);
    if (socket) this.lines.set(socket, after);
    setTimeout(run, after - Date.now());
  }

  repeats(): number {
    return this.chance() < this.faults.repeat ? 2 : 1;
  }

  /** The process dies: what is committed stays, who was in does not. */
  restart(): void {
    this.refused.clear();
    this.last.clear();
    for (const { client_id, cseq } of this.log) {
      if (cseq) this.last.set(client_id, Math.max(cseq, this.last.get(client_id) ?? 0));
    }
    this.cut();
  }

  cut(): void {
    for (const socket of [...this.sockets]) socket.broken();
  }

  gone(socket: FakeSocket): void {
    if (!this.sockets.delete(socket) || !socket.isIn) return;
    this.say({ t: "roster", r: "w", left: [socket.sid] });
  }

  /** A change by somebody without a socket. */
  write(op: Any, client_id = "rest"): void {
    const result = apply(this.document, op);
    if (result.effective) this.commit(result.document, { op: result.effective, client_id, actor: client_id });
  }

  say(message: object, but?: FakeSocket): void {
    for (const socket of this.sockets) if (socket.isIn && socket !== but) socket.hear(message);
  }

  tellHash(): void {
    this.say({ t: "hash", r: "w", seq: this.seq, h: digest(this.document) });
  }

  plain(block_id: string, field: string): string {
    return this.text(block_id, field).getText("text").toString();
  }

  heard(socket: FakeSocket, message: Any): void {
    switch (message.t) {
      case "hello":
        if (message.key === "wrong") {
          socket.hear({ t: "error", code: "anonymous", message: "who is there?" });
          this.later(() => socket.broken(4401), socket);
          return;
        }
        socket.sid = `s${++this.count}`;
        socket.clientId = message.client_id;
        return socket.hear({
          t: "welcome",
          v: 1,
          sid: socket.sid,
          now: Date.now(),
          limits: { in_flight: 16, ops_per_second: 60, burst: 240 },
        });
      case "join":
        return this.join(socket, message.since ?? null);
      case "leave":
        socket.isIn = false;
        return;
      case "ops":
        for (const sent of message.ops) if (this.answers) this.change(socket, sent);
        return;
      case "pres":
        this.presences.push(message.d);
        return this.say({ t: "pres", r: "w", d: [[socket.sid, message.d]] }, socket);
      case "ping":
        return socket.hear({ t: "pong" });
      case "flush":
        return socket.hear({ t: "flushed", r: "w", seq: this.seq });
      case "text_open":
      case "text":
        return this.typed(socket, message);
    }
  }

  private join(socket: FakeSocket, since: number | null): void {
    socket.isIn = true;
    const roster = [...this.sockets].filter((one) => one.isIn && one !== socket).map((one) => this.person(one));
    const cseq = this.last.get(socket.clientId) ?? 0;
    const joined = { t: "joined", r: "w", role: this.role, cseq, roster };
    if (since !== null && since <= this.seq && this.seq - since <= this.ring) {
      socket.hear({ ...joined, mode: "delta", seq: since });
      const missed = this.log.filter(({ seq }) => seq > since);
      if (missed.length) socket.hear({ t: "ops", r: "w", ops: missed });
    } else {
      const text = JSON.stringify(this.document);
      const half = Math.ceil(text.length / 2);
      socket.hear({ ...joined, mode: "snapshot", seq: this.seq, parts: 2 });
      [text.slice(0, half), text.slice(half)].forEach((data, i) => void socket.hear({ t: "part", r: "w", i, data }));
    }
    this.say({ t: "roster", r: "w", joined: [this.person(socket)] }, socket);
  }

  private person(socket: FakeSocket) {
    return {
      sid: socket.sid,
      user_id: socket.clientId,
      name: socket.clientId,
      client_id: socket.clientId,
      role: "write",
    };
  }

  private change(socket: FakeSocket, { cseq, op, undo_of }: Any): void {
    const { clientId } = socket;
    const id = `${clientId} ${cseq}`;
    if (cseq <= (this.last.get(clientId) ?? 0)) {
      const seq = this.log.find((done) => done.client_id === clientId && done.cseq === cseq)?.seq ?? null;
      return socket.hear(this.refused.get(id) ?? { t: "ack", r: "w", items: [{ cseq, outcome: "dup", seq }] });
    }
    this.last.set(clientId, cseq);
    this.heardOps.push({ client_id: clientId, cseq, op, undo_of });
    const why = this.refuse?.(op, cseq);
    const result = apply(this.document, op);
    const [refusal] = why ? [why] : result.refusals;
    if (refusal) {
      const reject = { t: "reject", r: "w", cseq, retryable: false, ...refusal };
      this.refused.set(id, reject);
      socket.hear(reject);
    } else if (!result.effective) {
      socket.hear({ t: "ack", r: "w", items: [{ cseq, outcome: "noop", seq: null }] });
    } else {
      this.commit(result.document, { op: result.effective, client_id: clientId, actor: clientId, cseq });
    }
  }

  private commit(document: Document, done: Omit<Done, "seq">): void {
    this.document = document;
    this.log.push({ ...done, seq: ++this.seq });
    this.say({ t: "ops", r: "w", ops: [this.log.at(-1)] });
  }

  private text(block_id: string, field: string, texts?: string[]): Y.Doc {
    const id = `${block_id} ${field}`;
    let doc = this.texts.get(id);
    if (!doc) {
      doc = new Y.Doc();
      doc.clientID = 0;
      const shape = texts ? new Rows(texts) : WHOLE;
      this.shapes.set(doc, shape);
      shape.edit(doc, shape.read(doc), shape.normal(this.document.blocks[block_id]?.values[field], doc));
      this.texts.set(id, doc);
    }
    return doc;
  }

  private typed(socket: FakeSocket, { t, block_id, field, n, update, texts }: Any): void {
    const doc = this.text(block_id, field, texts);
    const about = { r: "w", block_id, field };
    if (t === "text_open") {
      const [all, vector] = [Y.encodeStateAsUpdate(doc), Y.encodeStateVector(doc)].map(encode);
      return socket.hear({ t: "text_state", ...about, tseq: 1, update: all, vector });
    }
    Y.applyUpdate(
      doc,
      Uint8Array.from(atob(update), (letter) => letter.charCodeAt(0)),
    );
    this.say({ t: "text", ...about, sid: socket.sid, update }, socket);
    socket.hear({ t: "text_ack", ...about, n, tseq: n, seq: this.seq });
    const value = this.shapes.get(doc)?.read(doc);
    this.write({ op: "value.update", items: [{ block_id, field, value }] }, "text");
  }
}

function encode(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}
