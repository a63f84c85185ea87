/** What the server tells of a workflow, handed to the part that it concerns. */
// biome-ignore-all lint/correctness/noVoidTypeReturn: a case that ends with its call

import type { Any } from "./document";
import type { Entry } from "./entry";
import type { Keeper } from "./keeper";
import type { Outbox } from "./outbox";
import type { Presences } from "./presence";
import type { Replica } from "./replica";
import type { Sender } from "./sender";
import type { Texts } from "./texts";
import type { Notice } from "./types";
import type { FromRoom, FromServer } from "./wire";

/** Operations after which we say how far we have come. */
const APPLIED_EVERY = 64;

interface Parts {
  readonly outbox: Outbox;
  readonly replica: Replica;
  readonly sender: Sender;
  readonly entry: Entry;
  readonly texts: Texts;
  readonly people: Presences;
  readonly keeper: Keeper;
}

/** Whose ear it is. */
export interface Owner {
  readonly id: string;
  notify(notice: Notice): void;
  say(message: { t: string; [fact: string]: Any }): boolean;
  /** There is something to send, perhaps. */
  pump(): void;
  /** The document went on. */
  moved(): void;
  /** What waits may not be written for now. */
  park(reason: string): void;
}

export class Ear {
  private reported = 0;

  constructor(
    private readonly parts: Parts,
    private readonly owner: Owner,
  ) {}

  heard(message: FromServer): void {
    if (message.t === "slow") {
      this.parts.sender.slow(message.ms);
      this.owner.notify({ kind: "slow", ms: message.ms });
    } else if (message.t === "error") {
      this.troubled(message.code, message.message, message.r ?? null);
    } else if ("r" in message) {
      this.follows(message as FromRoom);
    }
  }

  private follows(message: FromRoom): void {
    const { entry, people, replica, texts } = this.parts;
    switch (message.t) {
      case "joined":
        return entry.entered(message);
      case "part":
        return entry.part(message.i, message.data);
      case "ops":
        return this.committed(message);
      case "ack":
        for (const one of message.items ?? [message]) replica.acknowledged(one as { cseq: number; outcome: string });
        return this.owner.pump();
      case "reject":
        return this.turnedDown(message);
      case "roster":
        if (message.joined) people.came(message.joined);
        if (message.left) people.left(message.left);
        return;
      case "pres":
        return people.heard(message.d);
      case "role":
        return entry.roleIs(message.role);
      case "evict":
        return entry.evicted(message.code);
      case "notice":
        return this.owner.notify({ ...(message.facts ?? {}), kind: "told", what: message.kind });
      case "hash":
        return this.compared(message.seq, message.h);
      case "moved":
        return entry.move(message.url);
      case "text":
      case "text_state":
      case "text_ack":
      case "text_reject":
        return texts.heard(message);
    }
  }

  private committed({ ops }: Extract<FromServer, { t: "ops" }>): void {
    const { entry, replica, keeper } = this.parts;
    if (entry.isReceiving) return;
    const outcome = replica.committed(ops, keeper.clientId);
    // Something was missed, or differs: ask again, for what came since or for the whole.
    if (outcome === "gap" || outcome === "differs") return entry.join(outcome === "differs");
    if (outcome === "moved") this.moved();
    this.owner.pump();
  }

  private moved(): void {
    const { entry, replica } = this.parts;
    this.owner.moved();
    if (!entry.isFull || replica.seq - this.reported < APPLIED_EVERY) return;
    this.reported = replica.seq;
    this.owner.say({ t: "applied", seq: this.reported });
  }

  private turnedDown(message: Extract<FromServer, { t: "reject" }>): void {
    const { outbox, entry, replica, sender } = this.parts;
    if (message.code === "forbidden" && outbox.find(message.cseq)) {
      entry.role = "read";
      this.owner.park(message.message);
    }
    const until = replica.turnedDown(message);
    if (until) sender.wakeAt(until);
    this.owner.pump();
  }

  private compared(seq: number, hash: string): void {
    if (!this.parts.replica.differs(seq, hash)) return;
    this.owner.notify({ kind: "resynced", seq });
    this.parts.entry.join(true);
  }

  /** A message of ours was not understood. */
  private troubled(code: string, message: string, r: string | null): void {
    const { entry, outbox, sender, replica } = this.parts;
    if (r !== null && code === "not_joined") return entry.join();
    const early = !entry.joined && replica.seq < 0;
    if (code === "not_found" && (r === this.owner.id || early)) return entry.evicted("deleted");
    if (code === "client_taken") return entry.refused(message);
    const [only, ...more] = outbox.items.filter((item) => item.flying);
    if (!only) return;
    if (more.length) sender.oneByOne();
    else replica.takeBack(only, code, message);
    this.owner.pump();
  }
}
