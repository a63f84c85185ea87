/** Takes a run's events into the editor as they come, a frame's worth at a time, for as long as the run goes on. */

import { events, type Refusal, read, send, type Told } from "../api/client";
import { queries } from "../api/queries";
import type { RunReply } from "../api/schema";
import { isUnderWay, type RunView, takeAll, unsaid } from "../run/view";
import type { Editor, EditorStore } from "./store";

/** A tab in the background draws no frames; what comes is taken in all the same. */
const HIDDEN_MS = 250;
/** How long between two looks for a server that is away. */
const AWAY_MS = 1500;
/** How long between two looks whether somebody has answered what the run waits for. */
const PAUSED_MS = 3000;

/** `own` is the run that was started here, and is shown unless another one is looked at; `run` is what is shown. */
export type Which = "own" | "run";

/** To the end of a run or to its next pause, whatever becomes of the connection meanwhile. */
export async function follow(store: EditorStore, id: string, which: Which, signal: AbortSignal, began?: Response) {
  let reply = began;
  for (let isAgain = false; ; isAgain = true) {
    const view = store.getState()[which];
    if (signal.aborted || view?.id !== id) return;
    if (isAgain && !isUnderWay(view)) return;
    try {
      reply ??= await send(`/runs/${id}/events?after=${view.lastId || 0}`, { signal });
      if (isAgain) change(store, which, id, (now) => ({ ...unsaid(now), lost: undefined }));
      await listen(store, id, which, reply);
      await settle(store, id, which);
    } catch (error) {
      if (signal.aborted) return;
      if (!isAway(error)) throw error;
      change(store, which, id, (now) => ({ ...now, lost: AWAY }));
      await idle(AWAY_MS, signal);
    }
    reply = undefined;
  }
}

const AWAY = "The server does not answer. The run goes on without this window, and is shown again once it is back.";

/** Look from time to time whether a run that waits for an answer goes on, and follow it then. */
export async function attend(store: EditorStore, id: string, which: Which, signal: AbortSignal) {
  for (;;) {
    const view = store.getState()[which];
    if (signal.aborted || view?.id !== id || view.status !== "paused") return;
    await idle(PAUSED_MS, signal);
    if (!document.hidden) await follow(store, id, which, signal);
  }
}

let wake: Set<() => void> = new Set();
/** Look at once at the runs that are waited for. */
export function lookNow() {
  const waiting = wake;
  wake = new Set();
  for (const go of waiting) go();
}

const idle = (ms: number, signal: AbortSignal) =>
  new Promise<void>((done) => {
    const go = () => {
      clearTimeout(timer);
      wake.delete(go);
      signal.removeEventListener("abort", go);
      done();
    };
    const timer = setTimeout(go, ms);
    wake.add(go);
    signal.addEventListener("abort", go);
  });

/** The connection broke, or whoever stands before the server says that it is away. */
const isAway = (error: unknown) =>
  error instanceof TypeError || [0, 502, 503, 504].includes((error as Partial<Refusal>).status ?? -1);

async function listen(store: EditorStore, id: string, which: Which, reply: Response) {
  void queries.invalidateQueries({ queryKey: ["runs"] });
  let waiting: Told[] = [];
  let due: () => void = () => undefined;
  const flush = () => {
    due();
    due = () => undefined;
    const told = waiting;
    waiting = [];
    if (told.length) change(store, which, id, (now) => takeAll(now, told));
  };
  try {
    for await (const event of events(reply)) {
      waiting.push(event);
      if (waiting.length === 1) due = soon(flush);
    }
  } finally {
    flush();
  }
}

/** A run whose events stop without its end has ended all the same, where its row says so. */
async function settle(store: EditorStore, id: string, which: Which) {
  const view = store.getState()[which];
  if (view?.id !== id || !isUnderWay(view)) return;
  const { status, output, error } = await read<RunReply>(`/runs/${id}`);
  if (status === "running" || status === "pending") return;
  const facts = { status: status as RunView["status"], output, message: error?.message };
  change(store, which, id, (now) => ({ ...now, ...facts }));
}

function soon(flush: () => void): () => void {
  const frame = requestAnimationFrame(flush);
  const timer = setTimeout(flush, HIDDEN_MS);
  return () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
}

/** Has a run be something else, here and where it is shown. */
export function change(store: EditorStore, which: Which, id: string, next: (now: RunView) => RunView) {
  store.setState((now): Partial<Editor> => {
    const before = now[which];
    if (before?.id !== id) return {};
    const view = next(before);
    if (which === "run") return { run: view };
    return { own: view, busy: isUnderWay(view), ...(now.run?.id === id ? { run: view } : {}) };
  });
}
