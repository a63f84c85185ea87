/** What the workflows of one tab share: who it is, where changes are kept, and the sockets. */

import { Connection } from "./connection";
import { defaultStorage, type Storage } from "./storage";
import type { Session, SessionOptions } from "./types";

export class OpenSession implements Session {
  readonly storage: Storage;
  readonly clientId: Promise<string>;
  private readonly connections = new Map<string, Connection>();
  private release: () => void = () => {};

  constructor(readonly options: SessionOptions) {
    this.storage = options.storage ?? defaultStorage(options.person);
    this.clientId = options.clientId ? Promise.resolve(options.clientId) : this.claim();
  }

  /** The socket to an address; rooms that have moved to another process have another one. */
  connection(url = this.options.url): Connection {
    let connection = this.connections.get(url);
    if (!connection) {
      connection = new Connection(url, this.options, this.clientId);
      this.connections.set(url, connection);
    }
    return connection;
  }

  close(): void {
    for (const connection of this.connections.values()) connection.close();
    this.connections.clear();
    this.release();
  }

  /**
   * Each tab is a client of its own; one that was loaded anew, or closed with changes waiting, goes on as the same.
   * A lock says which are taken, and ends with the tab.
   */
  private async claim(): Promise<string> {
    const locks = lockManager();
    if (!locks) return newClientId();
    const known = await this.storage.clients().catch(() => []);
    for (const id of [...known, newClientId()]) if (await this.lock(locks, id)) return id;
    return newClientId();
  }

  private lock(locks: LockManager, id: string): Promise<boolean> {
    return new Promise((resolve) => {
      const held = (lock: Lock | null) => {
        resolve(lock !== null);
        return lock && new Promise<void>((release) => (this.release = release));
      };
      locks.request(lockName(id), { ifAvailable: true }, held).catch(() => resolve(false));
    });
  }
}

/** Do something as a client that no tab is; not at all where nobody can tell. */
export async function withClient(id: string, work: () => Promise<void>): Promise<void> {
  await lockManager()?.request(lockName(id), { ifAvailable: true }, (lock) => (lock ? work() : undefined));
}

function lockManager(): LockManager | undefined {
  return (globalThis as { navigator?: { locks?: LockManager } }).navigator?.locks;
}

function lockName(clientId: string): string {
  return `sim-client:${clientId}`;
}

export function createSession(options: SessionOptions): Session {
  return new OpenSession(options);
}

function newClientId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
