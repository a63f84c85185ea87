/** The client as a program: one command a line in, one answer a line out; tests of other languages drive it so. */

import { type Client, openWorkflow } from "../client";
import type { Any } from "../document";
import { digest } from "../reduce";
import { createSession } from "../session";
import { MemoryStorage } from "../storage";
import type { Notice, SocketLike } from "../types";

declare const process: Any;

interface Driven {
  client: Client;
  close(): void;
  notices: Notice[];
  sockets: Set<SocketLike>;
  online: boolean;
}

const clients = new Map<string, Driven>();
const storages = new Map<string, MemoryStorage>();

function open({ name, url, key, workflow }: Record<string, string>): void {
  const storage = storages.get(name as string) ?? new MemoryStorage();
  storages.set(name as string, storage);
  const driven = { notices: [], sockets: new Set<SocketLike>(), online: true } as unknown as Driven;
  const socket = (address: string) => {
    if (!driven.online) throw new Error("offline");
    const made = new WebSocket(address) as unknown as SocketLike;
    driven.sockets.add(made);
    return made;
  };
  const session = createSession({
    url: url as string,
    credentials: async () => ({ key }),
    clientId: name,
    storage,
    socket,
  });
  driven.client = openWorkflow(workflow as string, session);
  driven.client.onNotice((notice) => driven.notices.push(notice));
  driven.close = () => {
    driven.client.close();
    session.close();
  };
  clients.set(name as string, driven);
}

async function follow(command: Any): Promise<Any> {
  if (command.do === "open") open(command);
  const driven = clients.get(command.name) as Driven;
  const { client } = driven;
  switch (command.do) {
    case "open":
      await client.ready;
      return client.state();
    case "shares":
      return (client as Client).isFull;
    case "change":
      return client.change(command.ops);
    case "undo":
      return client.undo();
    case "state":
      return { state: client.state(), seq: client.seq(), digest: digest(client.state()), status: client.status() };
    case "notices":
      return driven.notices;
    case "settled":
      await client.settled(command.ms);
      return client.seq();
    case "network":
      driven.online = command.on;
      if (!command.on) for (const socket of driven.sockets) socket.close();
      return null;
    case "type": {
      const shared = client.text(command.block_id, command.field);
      await shared.ready;
      shared.text.insert(Math.min(command.at, shared.text.length), command.text);
      return shared.text.toString();
    }
    case "read": {
      const shared = client.text(command.block_id, command.field);
      await shared.ready;
      return shared.text.toString();
    }
    case "presence":
      if (command.set) client.setPresence(command.set);
      return client.presence();
    case "close":
      driven.close();
      return null;
  }
}

let rest = "";
process.stdin.setEncoding("utf8");
process.stdin.on("data", (data: string) => {
  const lines = (rest + data).split("\n");
  rest = lines.pop() ?? "";
  for (const line of lines) {
    const command = JSON.parse(line);
    follow(command).then(
      (answer) => process.stdout.write(`${JSON.stringify({ id: command.id, answer: answer ?? null })}\n`),
      (error) => process.stdout.write(`${JSON.stringify({ id: command.id, error: String(error) })}\n`),
    );
  }
});
process.stdin.on("end", () => process.exit(0));
