/** Takes a run's events into the editor as they come, a frame's worth at a time. */

import { events, type Told } from "../api/client";
import { queries } from "../api/queries";
import { emptyRun, takeAll } from "../run/view";
import type { Editor, EditorStore } from "./store";

/** A tab in the background draws no frames; what comes is taken in all the same. */
const HIDDEN_MS = 250;

/** `own` is the run that was started here, and is shown unless another one is looked at; `run` is what is shown. */
export async function follow(store: EditorStore, reply: Response, which: "own" | "run") {
  const id = reply.headers.get("X-Run-Id") ?? store.getState()[which]?.id ?? "";
  put(store, which, id, []);
  void queries.invalidateQueries({ queryKey: ["runs"] });
  let waiting: Told[] = [];
  let due: () => void = () => undefined;
  const flush = () => {
    due();
    due = () => undefined;
    const told = waiting;
    waiting = [];
    if (told.length) put(store, which, id, told);
  };
  for await (const event of events(reply)) {
    waiting.push(event);
    if (waiting.length === 1) due = soon(flush);
  }
  flush();
}

function soon(flush: () => void): () => void {
  const frame = requestAnimationFrame(flush);
  const timer = setTimeout(flush, HIDDEN_MS);
  return () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
}

function put(store: EditorStore, which: "own" | "run", id: string, told: readonly Told[]) {
  store.setState((now): Partial<Editor> => {
    const before = now[which];
    if (which === "run" && before?.id !== id) return {};
    const view = { ...takeAll(before ?? emptyRun(id, Date.now()), told), id };
    const isShown = now.run && now.run.id === now.own?.id;
    return which === "run" ? { run: view } : { own: view, ...(isShown ? { run: view } : {}) };
  });
}
