/** Where changes are kept that the server has not confirmed, and the document as it was last seen. */

import type { Document, Operation } from "./document";

/** A change on its way. */
export interface Kept {
  /** Its place in the outbox. */
  n: number;
  op: Operation;
  /** Its number for the server, from the first sending on. */
  cseq: number | null;
  /** The last operation of the history that was known when it was made. */
  base: number;
  /** When it was made, by the hybrid clock. */
  ts: number;
  /** The `cseq` of what it takes back. */
  undo_of: number | null;
}

export interface Box {
  readonly items: readonly Kept[];
  /** The next number for the server. */
  readonly next: number;
}

export interface Snapshot {
  readonly seq: number;
  readonly document: Document;
}

export interface Storage {
  /** Clients of this browser that have something kept, those with waiting changes first. */
  clients(): Promise<string[]>;
  load(client: string, workflow: string): Promise<Box>;
  /** Keep items, and the next number; durable when it resolves. */
  put(client: string, workflow: string, items: readonly Kept[], next: number): Promise<void>;
  remove(client: string, workflow: string, places: readonly number[]): Promise<void>;
  snapshot(workflow: string): Promise<Snapshot | null>;
  keepSnapshot(workflow: string, snapshot: Snapshot): Promise<void>;
  forget(workflow: string): Promise<void>;
  /** Shared texts of which the server may lack something, as Yjs updates. */
  texts(workflow: string): Promise<KeptText[]>;
  /** Keep a text; `null` when the server has all of it. */
  keepText(workflow: string, text: Omit<KeptText, "update"> & { update: Uint8Array | null }): Promise<void>;
}

export interface KeptText {
  readonly block_id: string;
  readonly field: string;
  /** Which facts are texts, for one that holds rows. */
  readonly texts?: readonly string[] | null;
  readonly update: Uint8Array;
}

/** In memory, for Node and where a browser keeps nothing; survives what `reopen` survives. */
export class MemoryStorage implements Storage {
  private boxes = new Map<string, { items: Map<number, string>; next: number }>();
  private snapshots = new Map<string, Snapshot>();
  private kept = new Map<string, KeptText>();

  async clients(): Promise<string[]> {
    const all = [...this.boxes].sort(([, a], [, b]) => b.items.size - a.items.size);
    return [...new Set(all.map(([id]) => id.split("\0")[0] as string))];
  }

  async load(client: string, workflow: string): Promise<Box> {
    const box = this.boxes.get(`${client}\0${workflow}`);
    const items = [...(box?.items ?? [])].sort(([a], [b]) => a - b).map(([, text]) => JSON.parse(text) as Kept);
    return { items, next: box?.next ?? 1 };
  }

  async put(client: string, workflow: string, items: readonly Kept[], next: number): Promise<void> {
    const id = `${client}\0${workflow}`;
    const box = this.boxes.get(id) ?? { items: new Map<number, string>(), next };
    for (const item of items) box.items.set(item.n, JSON.stringify(item));
    box.next = Math.max(box.next, next);
    this.boxes.set(id, box);
  }

  async remove(client: string, workflow: string, places: readonly number[]): Promise<void> {
    for (const n of places) this.boxes.get(`${client}\0${workflow}`)?.items.delete(n);
  }

  async snapshot(workflow: string): Promise<Snapshot | null> {
    return this.snapshots.get(workflow) ?? null;
  }

  async keepSnapshot(workflow: string, snapshot: Snapshot): Promise<void> {
    this.snapshots.set(workflow, snapshot);
  }

  async forget(workflow: string): Promise<void> {
    this.snapshots.delete(workflow);
  }

  async texts(workflow: string): Promise<KeptText[]> {
    return [...this.kept.entries()].filter(([id]) => id.startsWith(`${workflow}\0`)).map(([, text]) => text);
  }

  async keepText(workflow: string, { update, ...about }: Parameters<Storage["keepText"]>[1]): Promise<void> {
    const id = [workflow, about.block_id, about.field].join("\0");
    if (update) this.kept.set(id, { ...about, update });
    else this.kept.delete(id);
  }
}

const [OUTBOX, NEXT, SNAPSHOTS, TEXTS] = ["outbox", "next", "snapshots", "texts"] as const;
const STORES = [OUTBOX, NEXT, SNAPSHOTS, TEXTS];

/** In the browser's IndexedDB. */
export class IndexedStorage implements Storage {
  private opened: Promise<IDBDatabase> | null = null;

  constructor(
    private readonly factory: IDBFactory = indexedDB,
    private readonly name = "sim-realtime",
  ) {}

  async clients(): Promise<string[]> {
    const database = await this.database();
    const store = database.transaction([OUTBOX, NEXT]);
    const [waiting, all] = await Promise.all([
      answer(store.objectStore(OUTBOX).getAllKeys()),
      answer(store.objectStore(NEXT).getAllKeys()),
    ]);
    return [...new Set([...waiting, ...all].map((id) => (id as string[])[0] as string))];
  }

  async load(client: string, workflow: string): Promise<Box> {
    const database = await this.database();
    const transaction = database.transaction([OUTBOX, NEXT]);
    const range = IDBKeyRange.bound([client, workflow, 0], [client, workflow, Number.MAX_SAFE_INTEGER]);
    const [items, next] = await Promise.all([
      answer(transaction.objectStore(OUTBOX).getAll(range)),
      answer(transaction.objectStore(NEXT).get([client, workflow])),
    ]);
    return { items, next: next ?? 1 };
  }

  async put(client: string, workflow: string, items: readonly Kept[], next: number): Promise<void> {
    await this.write([OUTBOX, NEXT], (store) => {
      for (const item of items) store(OUTBOX).put(item, [client, workflow, item.n]);
      store(NEXT).put(next, [client, workflow]);
    });
  }

  async remove(client: string, workflow: string, places: readonly number[]): Promise<void> {
    await this.write([OUTBOX], (store) => {
      for (const n of places) store(OUTBOX).delete([client, workflow, n]);
    });
  }

  async snapshot(workflow: string): Promise<Snapshot | null> {
    const database = await this.database();
    return (await answer(database.transaction(SNAPSHOTS).objectStore(SNAPSHOTS).get(workflow))) ?? null;
  }

  async keepSnapshot(workflow: string, snapshot: Snapshot): Promise<void> {
    await this.write([SNAPSHOTS], (store) => store(SNAPSHOTS).put(snapshot, workflow));
  }

  async forget(workflow: string): Promise<void> {
    await this.write([SNAPSHOTS], (store) => store(SNAPSHOTS).delete(workflow));
  }

  async texts(workflow: string): Promise<KeptText[]> {
    const store = (await this.database()).transaction(TEXTS).objectStore(TEXTS);
    return answer(store.getAll(IDBKeyRange.bound([workflow], [workflow, []])));
  }

  async keepText(workflow: string, { update, ...about }: Parameters<Storage["keepText"]>[1]): Promise<void> {
    const id = [workflow, about.block_id, about.field];
    await this.write([TEXTS], (store) => {
      if (update) store(TEXTS).put({ ...about, update }, id);
      else store(TEXTS).delete(id);
    });
  }

  private async write(names: string[], change: (store: (name: string) => IDBObjectStore) => void): Promise<void> {
    const transaction = (await this.database()).transaction(names, "readwrite");
    change((name) => transaction.objectStore(name));
    await done(transaction);
  }

  private database(): Promise<IDBDatabase> {
    this.opened ??= open(this.factory, this.name).then((database) => {
      // Another tab with a newer version may go ahead.
      database.onversionchange = () => {
        database.close();
        this.opened = null;
      };
      return database;
    });
    return this.opened;
  }
}

/** What a browser keeps of one person: how many changes and texts the server lacks, and how to be rid of it. */
export class PersonsStorage {
  constructor(
    person: string,
    private readonly factory: IDBFactory = indexedDB,
    private readonly name = nameFor(person),
  ) {}

  /** Changes and texts that the server has not confirmed. */
  async unsent(): Promise<number> {
    const [outbox, texts] = await this.keys();
    return outbox.length + texts.length;
  }

  /** Forget everything. */
  async forget(): Promise<void> {
    await this.work((stores) => {
      for (const name of STORES) stores(name).clear();
    });
  }

  /** Forget the documents, but for those that something waits for. */
  async forgetWhatWasSent(): Promise<void> {
    const [outbox, texts] = await this.keys();
    const waiting = new Set([...outbox.map(([, id]) => id), ...texts.map(([id]) => id)]);
    await this.work((stores) => {
      const all = stores(SNAPSHOTS).getAllKeys();
      all.onsuccess = () => {
        for (const id of all.result) if (!waiting.has(String(id))) stores(SNAPSHOTS).delete(id);
      };
    });
  }

  private async keys(): Promise<[string[][], string[][]]> {
    let found: IDBRequest<IDBValidKey[]>[] = [];
    await this.work((stores) => {
      found = [OUTBOX, TEXTS].map((name) => stores(name).getAllKeys());
    });
    const [outbox, texts] = found.map((one) => one.result as string[][]);
    return [outbox ?? [], texts ?? []];
  }

  /** Do something with all of it; nothing where nothing is kept. */
  private async work(change: (stores: (name: string) => IDBObjectStore) => void): Promise<void> {
    const known = await this.factory.databases?.();
    if (known && !known.some(({ name }) => name === this.name)) return;
    const database = await open(this.factory, this.name);
    try {
      const transaction = database.transaction(STORES, "readwrite");
      change((name) => transaction.objectStore(name));
      await done(transaction);
    } finally {
      database.close();
    }
  }
}

function open(factory: IDBFactory, name: string): Promise<IDBDatabase> {
  const request = factory.open(name, 1);
  request.onupgradeneeded = () => {
    for (const store of STORES) request.result.createObjectStore(store);
  };
  return answer(request);
}

function done(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error);
  });
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** IndexedDB where there is one that may be used, else memory; what one person left waiting no other one sends. */
export function defaultStorage(person = ""): Storage {
  if (typeof indexedDB === "undefined") return new MemoryStorage();
  return new IndexedStorage(indexedDB, nameFor(person));
}

const nameFor = (person: string) => (person ? `sim-realtime:${person}` : "sim-realtime");
