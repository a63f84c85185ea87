/** Talks to the REST API in the name of this tab's session. */

import { session } from "../session";
import type { Problem, ProblemReply } from "./schema";

export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly problems: Problem[];

  constructor(readonly reply: Partial<ProblemReply> & { status: number }) {
    super(reply.detail || reply.title || "The server refused.");
    this.status = reply.status;
    this.code = reply.code ?? "unknown";
    this.problems = reply.problems ?? [];
  }
}

export async function send(path: string, options: RequestInit = {}): Promise<Response> {
  const headers = new Headers(options.headers);
  for (const [name, value] of Object.entries(session.headers())) if (!headers.has(name)) headers.set(name, value);
  if (typeof options.body === "string" && !headers.has("Content-Type")) headers.set("Content-Type", "application/json");
  const reply = await fetch(`/api/v1${path}`, { ...options, headers }).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw away();
  });
  if (reply.ok) return reply;
  const problem = await reply.json().catch(() => ({ code: "unknown", title: reply.statusText }));
  if (reply.status === 401) session.close("Your session has ended. Sign in to go on.");
  if (problem.code === "confirm" && (await proof.ask())) return send(path, options);
  if (reply.status === 403 || reply.status === 404) standing.doubt();
  throw new Refusal({ ...problem, status: reply.status });
}

const away = () =>
  new Refusal({ status: 0, code: "offline", title: "The server does not answer. Is Sim still running?" });

/** Told whenever somebody may not do what the page thought they may; the frame looks then who they are by now. */
export const standing = { doubt: () => {} };

/** Who asks people to prove again who they are, where something takes it; the frame puts its dialog here. */
export const proof = { ask: async (): Promise<boolean> => false };

export const read = async <T>(path: string, headers?: Record<string, string>): Promise<T> =>
  (await send(path, { headers })).json();

export async function write<T = void>(method: string, path: string, body?: unknown): Promise<T> {
  const reply = await send(path, { method, body: body === undefined ? undefined : JSON.stringify(body) });
  const text = await reply.text();
  return (text ? JSON.parse(text) : undefined) as T;
}

export interface Told {
  id: string;
  name: string;
  data: Record<string, unknown>;
}

/** The server says at least every 15 seconds that it is still there. */
const SILENCE_MS = 45_000;

function withinReach<T>(heard: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(away()), SILENCE_MS);
  });
  return Promise.race([heard, silence]).finally(() => clearTimeout(timer));
}

/** The events of a reply of server-sent events, as they come; raises when the connection breaks or falls silent. */
export async function* events(reply: Response): AsyncGenerator<Told> {
  if (!reply.body) return;
  const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
  let waiting = "";
  for (;;) {
    const { done, value } = await withinReach(reader.read());
    if (done) return;
    waiting += value;
    const parts = waiting.split("\n\n");
    waiting = parts.pop() ?? "";
    for (const part of parts) {
      const told = readFrame(part);
      if (told) yield told;
    }
  }
}

function readFrame(part: string): Told | undefined {
  const fields = Object.fromEntries(part.split("\n").map((line) => line.split(/: ?(.*)/s).slice(0, 2)));
  if (!fields.data) return undefined;
  return { id: fields.id ?? "", name: fields.event ?? "message", data: JSON.parse(fields.data) };
}
