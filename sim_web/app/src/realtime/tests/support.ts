/** Clients of the server in memory, and time that passes as fast as it can. */

import { vi } from "vitest";
import { type Client, openWorkflow } from "../client";
import type { Any, NewDocument } from "../document";
import { createSession } from "../session";
import { MemoryStorage, type Storage } from "../storage";
import type { Notice, Session } from "../types";
import type { FakeServer } from "./server";

export const DOCUMENT: NewDocument = {
  name: "shared",
  blocks: {
    a: { id: "a", type: "start", name: "Start" },
    b: { id: "b", type: "agent", name: "Agent", values: { prompt: "hi" } },
    c: { id: "c", type: "loop", name: "Each" },
    d: { id: "d", type: "api", name: "Fetch", parent: "c" },
  },
  edges: { ab: { id: "ab", source: "a", target: "b" } },
  subflows: { c: { kind: "loop", id: "c" } },
};

export interface Open {
  client: Client;
  session: Session;
  storage: Storage;
  notices: Notice[];
}

export function open(server: FakeServer, clientId: string, storage: Storage = new MemoryStorage(), key = "k"): Open {
  const session = createSession({
    url: "ws://fake",
    credentials: async () => ({ key }),
    clientId,
    storage,
    socket: server.socket,
  });
  const client = openWorkflow("w", session);
  const notices: Notice[] = [];
  client.onNotice((notice) => notices.push(notice));
  return { client, session, storage, notices };
}

export function shut({ client, session }: Open): void {
  client.close();
  session.close();
}

export async function pass(ms = 1): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

export async function joined(server: FakeServer, clientId = "one", storage?: Storage): Promise<Open> {
  const opened = open(server, clientId, storage);
  await pass(5);
  await opened.client.ready;
  return opened;
}

export const move = (id: string, x: number, y = 0) => ({ op: "block.move", items: [{ id, x, y }] }) as const;
export const write = (block_id: string, field: string, value: Any) => {
  return { op: "value.update", items: [{ block_id, field, value }] } as const;
};
export const rename = (id: string, name: string) => ({ op: "block.update", items: [{ id, set: { name } }] }) as const;
