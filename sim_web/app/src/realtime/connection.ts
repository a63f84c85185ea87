/** One socket to the service: hello, pings, and back again with patience; rooms hear what is theirs. */

import { STALE } from "../data/newer";
import type { SessionOptions, SocketLike } from "./types";
import { type FromServer, type Limits, VERSION } from "./wire";

export const PING_MS = 10_000;
export const HELLO_MS = 10_000;
export const MIN_WAIT_MS = 250;
export const MAX_WAIT_MS = 10_000;
/** A service that was killed is back within seconds: for so long it is tried with short waits, then with long ones. */
export const SOON_MS = 10_000;
export const SOON_WAIT_MS = 1000;
/** A ticket lives for 30 seconds; one that nobody has heard is as good as a fresh one until then. */
const TICKET_MS = 20_000;
/** How often being refused at the door is tried again. */
export const KNOCKS = 5;

export interface Room {
  readonly id: string;
  /** The connection is there: join. */
  up(): void;
  down(): void;
  /** Nobody lets us in. */
  refused(reason: string): void;
  heard(message: FromServer): void;
}

export type Facts = { sid: string; limits: Limits | null };

export class Connection {
  facts: Facts | null = null;
  /** What the server's clock is ahead of ours. */
  ahead = 0;
  private socket: SocketLike | null = null;
  private readonly rooms = new Map<string, Room>();
  private timer: ReturnType<typeof setTimeout> | null = null;
  private pinger: ReturnType<typeof setInterval> | null = null;
  private unanswered = 0;
  private pinged = 0;
  private failures = 0;
  /** When it was lost. */
  private since = 0;
  private unsaid: { at: number; hello: object } | null = null;
  private knocks = 0;
  private epoch = 0;
  private closed = false;
  private readonly wake = () => this.soon();

  constructor(
    readonly url: string,
    private readonly options: SessionOptions,
    private readonly clientId: Promise<string>,
  ) {
    const target = globalThis as { addEventListener?: typeof addEventListener };
    target.addEventListener?.("online", this.wake);
    target.addEventListener?.("focus", this.wake);
    void this.connect();
  }

  enter(room: Room): void {
    this.rooms.set(room.id, room);
    if (this.facts) room.up();
  }

  leave(room: Room): void {
    if (this.rooms.get(room.id) !== room) return;
    this.rooms.delete(room.id);
    if (this.facts) this.send({ t: "leave", r: room.id });
  }

  get isEmpty(): boolean {
    return this.rooms.size === 0;
  }

  send(message: object): boolean {
    if (!this.facts || !this.socket) return false;
    return this.write(this.socket, message);
  }

  /** Start over, since what was said cannot be relied on. */
  restart(): void {
    this.socket?.close(4000, "start over");
    if (this.socket) this.lost(this.epoch, 4000, "");
  }

  close(): void {
    this.closed = true;
    const target = globalThis as { removeEventListener?: typeof removeEventListener };
    target.removeEventListener?.("online", this.wake);
    target.removeEventListener?.("focus", this.wake);
    if (this.timer) clearTimeout(this.timer);
    const socket = this.socket;
    this.drop();
    socket?.close(1000, "bye");
  }

  private async connect(): Promise<void> {
    const epoch = ++this.epoch;
    let hello: object;
    try {
      hello = await this.words();
    } catch {
      if (epoch === this.epoch) this.lost(epoch, 4000, "no credentials");
      return;
    }
    if (this.closed || epoch !== this.epoch) return;
    let socket: SocketLike;
    try {
      socket = this.options.socket?.(this.url) ?? (new WebSocket(this.url) as unknown as SocketLike);
    } catch {
      this.lost(epoch, 4000, "no socket");
      return;
    }
    this.socket = socket;
    let refusal = "";
    const late = setTimeout(() => {
      socket.close(4000, "too slow");
      this.lost(epoch, 4000, "");
    }, HELLO_MS);
    socket.onopen = () => {
      if (epoch === this.epoch && this.write(socket, hello)) this.unsaid = null;
    };
    socket.onmessage = ({ data }) => {
      if (epoch !== this.epoch || typeof data !== "string") return;
      const message = JSON.parse(data) as FromServer;
      if (message.t === "welcome") {
        clearTimeout(late);
        this.welcomed(message);
      } else if (message.t === "error" && !this.facts) {
        refusal = message.code === "stale_schema" ? message.code : message.message;
      } else {
        this.heard(message);
      }
    };
    socket.onerror = () => {};
    socket.onclose = ({ code }) => {
      clearTimeout(late);
      this.lost(epoch, code, refusal);
    };
  }

  private async words(): Promise<object> {
    if (!this.unsaid || Date.now() - this.unsaid.at > TICKET_MS) {
      const at = Date.now();
      const who = { client_id: await this.clientId, ...(await this.options.credentials()) };
      this.unsaid = { at, hello: { t: "hello", v: VERSION, ...who } };
    }
    return this.unsaid.hello;
  }

  private write(socket: SocketLike, message: object): boolean {
    if (socket.readyState !== 1) return false;
    socket.send(JSON.stringify(message));
    return true;
  }

  private welcomed(message: Extract<FromServer, { t: "welcome" }>): void {
    this.facts = { sid: message.sid, limits: message.limits ?? null };
    // The first service told seconds, with a fraction.
    const now = message.now < 1e11 ? message.now * 1000 : message.now;
    this.ahead = Math.round(now - Date.now());
    this.knocks = 0;
    this.unanswered = 0;
    this.pinger = setInterval(() => this.ping(), PING_MS);
    this.pinged = Date.now();
    for (const room of [...this.rooms.values()]) room.up();
  }

  private heard(message: FromServer): void {
    this.unanswered = 0;
    this.failures = 0;
    if (message.t === "pong") return;
    const r = "r" in message ? message.r : null;
    if (r) this.rooms.get(r)?.heard(message);
    else for (const room of [...this.rooms.values()]) room.heard(message);
  }

  private ping(): void {
    const now = Date.now();
    // In a tab nobody looks at, timers sleep: a pong that had no time to come is not missing.
    const slept = now - this.pinged > PING_MS * 1.8;
    this.pinged = now;
    if (this.unanswered >= 2 && !slept) {
      this.restart();
      return;
    }
    this.unanswered = slept ? 1 : this.unanswered + 1;
    this.send({ t: "ping" });
  }

  private lost(epoch: number, code: number, refusal: string): void {
    if (epoch !== this.epoch || this.closed) return;
    this.epoch++;
    this.drop();
    for (const room of [...this.rooms.values()]) room.down();
    if (code === 4401) this.knocks++;
    if (refusal === "stale_schema" || this.knocks > KNOCKS) {
      const words = refusal === "stale_schema" ? "this page is older than the server: load it anew" : refusal;
      for (const room of [...this.rooms.values()]) room.refused(words || "the server does not let you in");
      if (refusal === "stale_schema") {
        (globalThis as { dispatchEvent?: (event: Event) => void }).dispatchEvent?.(new Event(STALE));
        return;
      }
    }
    if (!this.failures) this.since = Date.now();
    const longest = this.knocks ? 30_000 : Date.now() - this.since < SOON_MS ? SOON_WAIT_MS : MAX_WAIT_MS;
    const most = Math.min(longest, MIN_WAIT_MS * 2 ** this.failures++);
    const wait = Math.max(20, Math.random() * most) + (this.knocks ? 1000 : 0);
    this.timer = setTimeout(() => void this.connect(), wait);
  }

  private drop(): void {
    this.facts = null;
    this.socket = null;
    if (this.pinger) clearInterval(this.pinger);
    this.pinger = null;
  }

  /** The network or the person is back: do not wait for the timer. */
  private soon(): void {
    if (this.closed || this.socket || this.facts) return;
    if (this.timer) clearTimeout(this.timer);
    this.failures = 0;
    void this.connect();
  }
}
