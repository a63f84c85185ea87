/** Starts, follows and stops the run of the workflow that is open. */

import { useMemo } from "react";
import { toast } from "sonner";
import { events, Refusal, send, write } from "../api/client";
import { queries } from "../api/queries";
import type { Execute } from "../api/schema";
import { isEntry } from "../model/ports";
import type { Block } from "../realtime/document";
import type { Asked } from "../run/InputForm";
import { emptyRun, take } from "../run/view";
import { type Editor, type EditorStore, useEditorStore } from "./store";

/** What the start block asks for. */
export function askedBy(editor: Editor): Asked[] {
  const start = Object.values(editor.doc.blocks).find((one) => isEntry(one, editor.types.get(one.type)) && one.enabled);
  const rows = start?.values.input_format;
  return Array.isArray(rows) ? rows.filter((row: Asked) => row.name) : [];
}

export function useRunner() {
  const store = useEditorStore();
  return useMemo(() => runner(store), [store]);
}

let until: string | undefined;

function runner(store: EditorStore) {
  const start = async (
    input: unknown,
    where: Partial<Execute> = until ? { stop_after: until } : {},
    { quiet = false } = {},
  ) => {
    const editor = store.getState();
    editor.set({ busy: true, shown: "", run: emptyRun("", Date.now()), ...(quiet ? {} : { console: true }) });
    const body: Execute & { async?: boolean } = {
      input,
      stream: true,
      ...where,
    };
    try {
      await editor.client.settled(5000);
      const reply = await send(`/workflows/${editor.client.id}/execute`, {
        method: "POST",
        body: JSON.stringify(body),
      });
      await follow(store, reply);
    } catch (error) {
      refused(store, error, quiet);
    } finally {
      store.setState({ busy: false });
      void queries.invalidateQueries({ queryKey: ["runs"] });
    }
  };
  return {
    start,
    /** Run at once, or ask for the input first. */
    ask: (stopAfter?: string) => {
      const editor = store.getState();
      if (editor.busy) return;
      until = stopAfter;
      if (askedBy(editor).length) editor.set({ shown: "run" });
      else void start({});
    },
    stop: async () => {
      const id = store.getState().run?.id;
      if (id) await write("POST", `/runs/${id}/cancel`).catch((error: Error) => toast.error(error.message));
    },
    /** Follow a run that goes on after an answer. */
    resumed: async () => {
      const run = store.getState().run;
      if (!run) return;
      store.setState({ busy: true });
      try {
        await follow(store, await send(`/runs/${run.id}/events?after=${run.lastId || 0}`));
      } finally {
        store.setState({ busy: false });
      }
    },
  };
}

async function follow(store: EditorStore, reply: Response) {
  const id = reply.headers.get("X-Run-Id") ?? "";
  store.setState(({ run }) => ({ run: { ...(run ?? emptyRun(id, Date.now())), id: id || run?.id || "" } }));
  let waiting: Parameters<typeof take>[1][] = [];
  let frame = 0;
  const flush = () => {
    frame = 0;
    const told = waiting;
    waiting = [];
    if (told.length) store.setState(({ run }) => ({ run: told.reduce(take, run ?? emptyRun(id)) }));
  };
  for await (const event of events(reply)) {
    waiting.push(event);
    frame ||= requestAnimationFrame(flush);
  }
  cancelAnimationFrame(frame);
  flush();
}

function refused(store: EditorStore, error: unknown, quiet: boolean) {
  const message = error instanceof Error ? error.message : String(error);
  const problems = error instanceof Refusal ? error.problems : [];
  const failedBlock = problems.find((one) => one.block)?.block;
  store.setState(({ run }) => ({ run: { ...(run ?? emptyRun()), status: "failed", message, failedBlock, problems } }));
  if (failedBlock) store.getState().select([failedBlock]);
  if (quiet) return;
  toast.error(message);
}

export const hasStart = (editor: Editor): Block | undefined =>
  Object.values(editor.doc.blocks).find((one) => isEntry(one, editor.types.get(one.type)));
