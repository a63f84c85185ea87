/** Talks to the REST API with the key of this tab. */

export interface Problem {
  status: number;
  code: string;
  title: string;
  detail?: string;
  problems?: { message: string; block?: string; field?: string }[];
}

export class Refusal extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail ?? problem.title);
  }
}

const KEY = "sim.key";
export const readKey = () => sessionStorage.getItem(KEY) ?? "";
export const keepKey = (key: string) =>
  key ? sessionStorage.setItem(KEY, key) : sessionStorage.removeItem(KEY);

export async function send(path: string, options: RequestInit = {}): Promise<Response> {
  const headers = new Headers(options.headers);
  headers.set("X-API-Key", readKey());
  if (typeof options.body === "string" && !headers.has("Content-Type")) headers.set("Content-Type", "application/json");
  const reply = await fetch(`/api/v1${path}`, { ...options, headers }).catch(() => {
    throw new Refusal({ status: 0, code: "offline", title: "The server does not answer. Is Sim still running?" });
  });
  if (reply.ok) return reply;
  const problem = await reply.json().catch(() => ({ code: "unknown", title: reply.statusText }));
  throw new Refusal({ ...problem, status: reply.status });
}

export async function read<T>(path: string): Promise<T> {
  return (await send(path)).json();
}

export interface RunEvent {
  id: string;
  name: string;
  data: Record<string, unknown>;
}

/** The events of a reply of server-sent events, as they come. */
export async function* events(reply: Response): AsyncGenerator<RunEvent> {
  if (!reply.body) return;
  const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
  let waiting = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    waiting += value;
    const parts = waiting.split("\n\n");
    waiting = parts.pop() ?? "";
    for (const part of parts) {
      const fields = Object.fromEntries(part.split("\n").map((line) => line.split(/: ?(.*)/s).slice(0, 2)));
      if (fields.data) yield { id: fields.id ?? "", name: fields.event ?? "message", data: JSON.parse(fields.data) };
    }
  }
}
