/** Starts, follows and stops runs of the workflow that is open, and shows earlier ones. */

import { useMemo } from "react";
import { toast } from "sonner";
import { Refusal, send, write } from "../api/client";
import { queries } from "../api/queries";
import type { Execute } from "../api/schema";
import { entriesOf } from "../model/ports";
import type { Asked } from "../run/asked";
import { emptyRun, type RunView } from "../run/view";
import { follow } from "./follow";
import { type Editor, type EditorStore, useEditorStore } from "./store";

/** What the block that starts the workflow asks for. */
export function askedBy(editor: Pick<Editor, "doc" | "types">, start?: string): Asked[] {
  const rows = (start ? editor.doc.blocks[start] : entriesOf(editor.doc, editor.types)[0])?.values.input_format;
  return Array.isArray(rows) ? rows.filter((row: Asked) => row.name) : [];
}

/** Where a run begins and ends, when not at the start and the end. */
export type Where = Partial<Pick<Execute, "start" | "stop_after" | "from_block" | "of_run">>;

export type Runner = ReturnType<typeof runner>;

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
  let watching: AbortController | undefined;

  const start = async (input: unknown, where: Where = {}, { quiet = false } = {}): Promise<RunView | undefined> => {
    const editor = store.getState();
    if (editor.busy) return undefined;
    watching?.abort();
    const view = { ...emptyRun("", Date.now()), input };
    editor.set({ busy: true, shown: "", run: view, own: view, last: input, ...(quiet ? {} : { console: true }) });
    const body: Execute = { input, stream: true, ...where };
    try {
      await editor.client.settled(5000);
      const path = `/workflows/${editor.client.id}/execute`;
      await follow(store, await send(path, { method: "POST", body: JSON.stringify(body) }), "own");
    } catch (error) {
      refused(store, error, quiet);
    } finally {
      ended(store);
    }
    return store.getState().own;
  };

  /** Follow the run that is shown on from where it stands, as one's own: it was answered here. */
  const resumed = async () => {
    const { run } = store.getState();
    if (!run) return;
    watching?.abort();
    store.setState({ busy: true, own: run });
    try {
      await follow(store, await send(`/runs/${run.id}/events?after=${run.lastId || 0}`), "own");
    } finally {
      ended(store);
    }
  };

  /** Show another run of this workflow, as it was or as it goes on. */
  const watch = async (id: string) => {
    const { own, run } = store.getState();
    if (run?.id === id) return;
    watching?.abort();
    if (own?.id === id) return store.setState({ run: own });
    const stop = new AbortController();
    watching = stop;
    store.setState({ run: emptyRun(id) });
    await send(`/runs/${id}/events`, { signal: stop.signal })
      .then((reply) => follow(store, reply, "run"))
      .catch((error: Error) => {
        if (stop.signal.aborted) return;
        store.setState((now) => (now.run?.id === id ? { run: { ...now.run, message: error.message } } : {}));
      });
  };

  return {
    start,
    resumed,
    watch,
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
    stop: async () => {
      const id = store.getState().own?.id;
      if (id) await write("POST", `/runs/${id}/cancel`).catch((error: Error) => toast.error(error.message));
    },
  };
}

function ended(store: EditorStore) {
  store.setState({ busy: false });
  void queries.invalidateQueries({ queryKey: ["runs"] });
}

function refused(store: EditorStore, error: unknown, quiet: boolean) {
  const message = error instanceof Error ? error.message : String(error);
  const problems = error instanceof Refusal ? error.problems : [];
  const failedBlock = problems.find((one) => one.block)?.block;
  store.setState(({ run, own }) => {
    const view: RunView = { ...(own ?? emptyRun()), status: "failed", message, failedBlock, problems };
    return { own: view, ...(run?.id === own?.id ? { run: view } : {}) };
  });
  if (failedBlock) store.getState().select([failedBlock]);
  if (!quiet) toast.error(message);
}
