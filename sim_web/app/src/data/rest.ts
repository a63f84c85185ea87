/** Keeps a document over REST: changes show at once, go out in order, and are taken back when they are refused. */

import { Refusal, read, write } from "../api/client";
import type { Appended, WorkflowReply } from "../api/schema";
import { type Document, EMPTY, fullDocument, type NewDocument, type Operation } from "../realtime/document";
import type { Notice, State, Status, WorkflowClient } from "../realtime/types";
import { apply } from "./apply";
import { newId } from "./ids";

const PAUSE_MS = 150;
const RETRY_MS = 2000;

export function openOverRest(id: string): WorkflowClient {
  let confirmed: Document = EMPTY;
  let shown: Document = EMPTY;
  let seq = 0;
  let cseq = 0;
  let waiting: Operation[] = [];
  let inFlight: Operation[] = [];
  let state: State = "saving";
  let timer: ReturnType<typeof setTimeout> | undefined;
  let past: { back: Operation[]; gesture?: string }[] = [];
  let future: Operation[][] = [];
  const clientId = newId();
  const documents = new Set<() => void>();
  const statuses = new Set<(status: Status) => void>();
  const notices = new Set<(notice: Notice) => void>();

  const status = (): Status => ({ state, pending: waiting.length + inFlight.length, role: "write", editable: true });
  const tell = () => {
    for (const listener of documents) listener();
  };
  const say = (next: State) => {
    state = next;
    for (const listener of statuses) listener(status());
  };
  const load = async () => {
    const stored = await read<WorkflowReply>(`/workflows/${id}`);
    confirmed = fullDocument(stored.workflow as NewDocument);
    seq = stored.seq;
    shown = [...inFlight, ...waiting].reduce((doc, op) => apply(doc, op)[0], confirmed);
    tell();
  };
  const later = (ms: number) => {
    timer ??= setTimeout(() => {
      timer = undefined;
      void flush();
    }, ms);
  };

  async function flush() {
    if (!inFlight.length) {
      if (!waiting.length) return;
      inFlight = waiting.slice(0, 500);
      waiting = waiting.slice(500);
    }
    try {
      const done = await write<Appended>("PATCH", `/workflows/${id}`, {
        operations: inFlight,
        client_id: clientId,
        cseq,
      });
      const first = done.refusals?.[0];
      if (first) return await refused(first.message, first.code);
      confirmed = inFlight.reduce((doc, op) => apply(doc, op)[0], confirmed);
      cseq += inFlight.length;
      inFlight = [];
      seq = done.seq;
      if (waiting.length) later(0);
      else say("saved");
      tell();
    } catch (error) {
      if (!(error instanceof Refusal) || error.status) {
        return await refused(error instanceof Error ? error.message : String(error), "refused");
      }
      say("offline");
      later(RETRY_MS);
    }
  }
  async function refused(message: string, code: string) {
    const [op] = inFlight;
    cseq += inFlight.length;
    inFlight = [];
    past = [];
    future = [];
    await load().catch(() => undefined);
    say(waiting.length ? "saving" : "saved");
    if (op) for (const listener of notices) listener({ kind: "rejected", code, message, op });
    if (waiting.length) later(0);
  }
  function perform(operations: readonly Operation[]): Operation[] {
    const back: Operation[] = [];
    for (const op of operations) {
      const [next, inverse] = apply(shown, op);
      shown = next;
      back.unshift(...inverse);
    }
    waiting.push(...operations);
    later(PAUSE_MS);
    say(state === "offline" ? "offline" : "saving");
    tell();
    return back;
  }

  const on = <T>(set: Set<T>, listener: T) => {
    set.add(listener);
    return () => void set.delete(listener);
  };
  const ready = load().then(() => say("saved"));
  return {
    id,
    ready,
    state: () => shown,
    seq: () => seq,
    subscribe: (listener) => on(documents, listener),
    change: (ops, options) => {
      const back = perform("op" in ops ? [ops] : ops);
      const last = past.at(-1);
      if (options?.gesture && last?.gesture === options.gesture) last.back.unshift(...back);
      else if (options?.undo !== false) past = [...past.slice(-199), { back, gesture: options?.gesture }];
      future = [];
      return { ok: true, refusals: [] };
    },
    undo: () => {
      const step = past.pop();
      if (step) future.push(perform(step.back));
      return Boolean(step);
    },
    redo: () => {
      const step = future.pop();
      if (step) past.push({ back: perform(step) });
      return Boolean(step);
    },
    canUndo: () => past.length > 0,
    canRedo: () => future.length > 0,
    undoLabel: () => null,
    restorer: () => "",
    status,
    onStatus: (listener) => on(statuses, listener),
    onNotice: (listener) => on(notices, listener),
    presence: () => [],
    setPresence: () => undefined,
    onPresence: () => () => undefined,
    follow: () => undefined,
    following: () => null,
    onView: () => () => undefined,
    text: () => null,
    rows: () => null,
    settled: async (ms = 5000) => {
      const end = Date.now() + ms;
      while (status().pending && Date.now() < end) await new Promise((go) => setTimeout(go, 20));
    },
    unsaved: () => ({ workflow_id: id, name: shown.name, base_seq: seq, operations: [...inFlight, ...waiting] }),
    close: () => {
      documents.clear();
      statuses.clear();
      if (timer) clearTimeout(timer);
      timer = undefined;
      if (status().pending) void flush();
    },
  };
}
