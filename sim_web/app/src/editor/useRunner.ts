/** Starts, follows and stops runs of the workflow that is open, and shows earlier ones. */

import { useMemo } from "react";
import { toast } from "sonner";
import { Refusal, send, write } from "../api/client";
import { queries } from "../api/queries";
import type { Execute, RunEntry, Starter } from "../api/schema";
import { entriesOf } from "../model/ports";
import type { WorkflowClient } from "../realtime/types";
import type { Asked } from "../run/asked";
import { emptyRun, type RunView } from "../run/view";
import { counted } from "../ui/words";
import { attend, change, follow, type Which } from "./follow";
import { type Editor, type EditorStore, useEditorStore } from "./store";

/** What the block that starts the workflow asks for. */
export function askedBy(editor: Pick<Editor, "doc" | "types">, start?: string): Asked[] {
  const rows = (start ? editor.doc.blocks[start] : entriesOf(editor.doc, editor.types)[0])?.values.input_format;
  return Array.isArray(rows) ? rows.filter((row: Asked) => row.name) : [];
}

/** Where a run begins and ends, when not at the start and the end. */
export type Where = Partial<Pick<Execute, "start" | "stop_after" | "from_block" | "of_run">>;

export type Runner = ReturnType<typeof runner>;

/** How long a run waits for what is unsaved: a server that is busy gets to it, one that is away may not. */
const SAVED_MS = { online: 30_000, away: 5000 };

const runners = new WeakMap<EditorStore, Runner>();

export function useRunner(): Runner {
  const store = useEditorStore();
  return useMemo(() => {
    const made = runners.get(store) ?? runner(store);
    runners.set(store, made);
    return made;
  }, [store]);
}

function runner(store: EditorStore) {
  let watching = new AbortController();
  let running = new AbortController();
  let picked = "";

  const start = async (input: unknown, where: Where = {}, { quiet = false } = {}): Promise<RunView | undefined> => {
    const editor = store.getState();
    if (editor.busy) return undefined;
    watching.abort();
    running.abort();
    running = new AbortController();
    picked = "";
    const view = { ...emptyRun("", Date.now()), input };
    editor.set({ busy: true, shown: "", run: view, own: view, last: input, ...(quiet ? {} : { console: true }) });
    const body: Execute = { input, stream: true, ...where };
    try {
      await saved(editor.client);
      const path = `/workflows/${editor.client.id}/execute`;
      const reply = await send(path, { method: "POST", body: JSON.stringify(body) });
      const id = reply.headers.get("X-Run-Id") ?? "";
      change(store, "own", "", (now) => ({ ...now, id }));
      mine.keep(editor.client.id, id);
      await stay(id, "own", running.signal, reply);
    } catch (error) {
      refused(store, error, quiet);
    }
    return store.getState().own;
  };

  /** Follow a run to its end; resolves at its first pause. */
  const stay = async (id: string, which: Which, signal: AbortSignal, reply?: Response) => {
    try {
      await follow(store, id, which, signal, reply);
      void attend(store, id, which, signal).catch((error: Error) => unheard(store, id, which, error));
    } catch (error) {
      if (!signal.aborted) unheard(store, id, which, error as Error);
    }
    void queries.invalidateQueries({ queryKey: ["runs"] });
  };

  /** Show another run of this workflow, as it was or as it goes on. */
  const watch = async (id: string, by?: Starter | null) => {
    const { own, run } = store.getState();
    if (run?.id === id) return;
    watching.abort();
    if (own?.id === id) return store.setState({ run: own });
    watching = new AbortController();
    store.setState({ run: { ...emptyRun(id), by } });
    await stay(id, "run", watching.signal);
  };

  /** Go on with a run that was started in this tab before it was loaded anew. */
  const takeUp = async (id: string) => {
    running.abort();
    running = new AbortController();
    const view = emptyRun(id);
    store.setState({ own: view, run: view, busy: true, console: true });
    await stay(id, "own", running.signal);
    const { own } = store.getState();
    if (own?.id === id) store.setState({ last: own.input });
  };

  return {
    start,
    watch,
    takeUp,
    /** Show a run that somebody chose to look at: no other takes its place by itself. */
    pick: (one: RunEntry) => {
      picked = one.id;
      void watch(one.id, one.started_by);
    },
    isPicked: () => picked !== "" && store.getState().run?.id === picked,
    /** The editor is closed: nobody looks any more. */
    leave: () => {
      watching.abort();
      running.abort();
    },
    /** Run at once, or ask for the input first. */
    ask: (where: Where = {}) => {
      const editor = store.getState();
      if (editor.busy) return;
      editor.set({ where });
      const isToldMore = where.start && editor.doc.blocks[where.start]?.trigger;
      if (isToldMore || askedBy(editor, where.start ?? undefined).length) editor.set({ shown: "run" });
      else void start({}, where);
    },
    /** The same input once more. */
    again: () => void start(store.getState().last ?? {}, store.getState().where),
    /** One's own run, else the one that is shown. */
    stop: async () => {
      const { busy, own, run } = store.getState();
      const id = busy ? own?.id : run?.id;
      if (id) await write("POST", `/runs/${id}/cancel`).catch((error: Error) => toast.error(error.message));
    },
  };
}

/** The run that this tab started last in a workflow, for when the tab is loaded anew. */
export const mine = {
  keep: (workflow: string, run: string) => sessionStorage.setItem(`sim.run.${workflow}`, run),
  of: (workflow: string) => sessionStorage.getItem(`sim.run.${workflow}`) ?? "",
};

/** A run takes what the server has: what is still on its way there would be missing. */
async function saved(client: WorkflowClient) {
  const online = client.status().state === "saving";
  const timely = await client.settled(online ? SAVED_MS.online : SAVED_MS.away).then(
    () => true,
    () => false,
  );
  if (timely) return;
  const left = counted(client.status().pending, "change");
  throw new Error(`Not run: ${left} of yours did not reach the server yet. Run it again once they are saved.`);
}

function unheard(store: EditorStore, id: string, which: Which, error: Error) {
  change(store, which, id, (now) => ({ ...now, lost: error.message }));
  if (which === "own") store.setState({ busy: false });
}

function refused(store: EditorStore, error: unknown, quiet: boolean) {
  const message = error instanceof Error ? error.message : String(error);
  const problems = error instanceof Refusal ? error.problems : [];
  const failedBlock = problems.find((one) => one.block)?.block;
  store.setState(({ run, own }) => {
    const view: RunView = { ...(own ?? emptyRun()), status: "failed", message, failedBlock, problems };
    return { own: view, busy: false, ...(run?.id === own?.id ? { run: view } : {}) };
  });
  if (failedBlock) store.getState().select([failedBlock]);
  if (!quiet) toast.error(message);
}
