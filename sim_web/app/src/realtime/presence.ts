/** Where everybody is: what we say at most 30 times a second, and what the others say. */

import { Listeners } from "./listeners";
import type { Peer, Presence } from "./types";
import type { Person, WirePresence } from "./wire";

export const EVERY_MS = 33;
/** What we say is said again, so that those who came, or missed it, know; the server forgets after 30 s. */
export const AGAIN_MS = 15_000;

export class Presences {
  readonly changed = new Listeners();
  readonly view = new Listeners<[NonNullable<Presence["view"]>]>();
  followed: string | null = null;
  private peers: readonly Peer[] = [];
  private own: Presence = {};
  private waiting: Presence = {};
  private last = 0;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private keeper: ReturnType<typeof setInterval> | null = null;

  constructor(private readonly send: (presence: WirePresence) => boolean) {}

  get all(): readonly Peer[] {
    return this.peers;
  }

  /** What one says oneself. */
  get mine(): Presence {
    return this.own;
  }

  /** Say where one is; the first at once, the latest at the end. */
  set(presence: Presence): void {
    Object.assign(this.own, presence);
    Object.assign(this.waiting, presence);
    if (this.timer) return;
    const wait = this.last + EVERY_MS - Date.now();
    if (wait <= 0) this.flush();
    else this.timer = setTimeout(() => this.flush(), wait);
  }

  /** The room was entered: these are there, and they do not know us yet. */
  entered(people: readonly Person[]): void {
    this.peers = people.map(peer);
    this.waiting = { ...this.own };
    this.flush();
    this.keeper ??= setInterval(() => {
      this.waiting = { ...this.own };
      this.flush();
    }, AGAIN_MS);
    this.told();
  }

  came(people: readonly Person[]): void {
    const fresh = new Map(people.map((person) => [person.sid, peer(person)]));
    this.peers = [...this.peers.filter(({ sid }) => !fresh.has(sid)), ...fresh.values()];
    this.told();
  }

  left(sids: readonly string[]): void {
    this.peers = this.peers.filter(({ sid }) => !sids.includes(sid));
    if (this.followed && sids.includes(this.followed)) this.followed = null;
    this.told();
  }

  heard(news: readonly (readonly [string, WirePresence])[]): void {
    const deltas = new Map(news);
    this.peers = this.peers.map((one) => {
      const delta = deltas.get(one.sid);
      return delta ? { ...one, ...read(delta) } : one;
    });
    const led = this.followed && deltas.get(this.followed)?.view;
    if (led) this.view.tell(led);
    this.told();
  }

  follow(sid: string | null): void {
    this.followed = sid;
    const view = this.peers.find((one) => one.sid === sid)?.view;
    if (view) this.view.tell(view);
    this.told();
  }

  /** Nobody is known any more. */
  down(): void {
    this.stop();
    this.peers = [];
    this.told();
  }

  stop(): void {
    if (this.timer) clearTimeout(this.timer);
    if (this.keeper) clearInterval(this.keeper);
    this.timer = this.keeper = null;
  }

  private flush(): void {
    this.timer = null;
    if (!Object.keys(this.waiting).length || !this.send(write(this.waiting))) return;
    this.waiting = {};
    this.last = Date.now();
  }

  private told(): void {
    this.changed.soon(() => []);
  }
}

function peer({ sid, user_id, name, role, presence }: Person): Peer {
  return { sid, user_id, name, role, ...(presence ? read(presence) : {}) };
}

function read({ cursor, ...rest }: WirePresence): Presence {
  if (cursor === undefined) return rest;
  return { ...rest, cursor: cursor && { x: cursor[0], y: cursor[1] } };
}

function write({ cursor, ...rest }: Presence): WirePresence {
  const facts = Object.fromEntries(Object.entries(rest).filter(([, fact]) => fact !== undefined));
  return cursor === undefined ? facts : { ...facts, cursor: cursor && [cursor.x, cursor.y] };
}
