/** Carries out what the editor's commands come to. */

import { useReactFlow } from "@xyflow/react";
import { useCallback, useEffect } from "react";
import { toast } from "sonner";
import { type Outcome, type Ready, readied } from "../commands/command";
import { EDITOR } from "../commands/editor";
import type { EditorAct, EditorState } from "../commands/state";
import { useCommands } from "../commands/store";
import { go } from "../frame/route";
import { between } from "../model/adding";
import { arranged } from "../model/layout";
import { isUnderWay } from "../run/view";
import { together } from "../together/store";
import { onceThere } from "../ui/onceThere";
import { keep, paste } from "./clipboard";
import { type Editor, type EditorStore, type Shown, useEditorStore } from "./store";
import { useReveal } from "./useReveal";
import { useRunner } from "./useRunner";

const FIT = { padding: 0.2, maxZoom: 1, duration: 200 };

export const stateOf = (editor: Editor): EditorState => ({
  doc: editor.doc,
  selected: editor.selected,
  edges: editor.edges,
  types: editor.types,
  busy: editor.busy,
  live: isUnderWay(editor.run),
  runs: editor.status.role !== "read",
  editable: editor.status.editable,
  ran: editor.own !== undefined,
  run: editor.run?.id,
  steps: editor.run?.blocks ?? {},
  measure: editor.measure,
});

export function useActs(): (outcome: Outcome<EditorAct>) => void {
  const store = useEditorStore();
  const flow = useReactFlow();
  const reveal = useReveal();
  const runner = useRunner();
  return useCallback(
    (outcome: Outcome<EditorAct>) => {
      const editor = store.getState();
      if (outcome.operations) editor.change(outcome.operations);
      if (outcome.select) editor.select(outcome.select);
      if (outcome.copy) keep(outcome.copy);
      if (outcome.go) go(outcome.go);
      if (outcome.show) editor.set({ shown: outcome.show as Shown });
      if (outcome.say) toast(outcome.say);
      if (outcome.act) act(outcome, store, flow, runner, reveal);
    },
    [store, flow, runner, reveal],
  );
}

function act(
  outcome: Outcome<EditorAct>,
  store: EditorStore,
  flow: ReturnType<typeof useReactFlow>,
  runner: ReturnType<typeof useRunner>,
  reveal: (id: string) => void,
) {
  const editor = store.getState();
  const focus = (id: string, facts: Partial<Editor>) => {
    editor.set(facts);
    focusOn(id);
  };
  const acts: Record<EditorAct, () => void> = {
    undo: () => void editor.client.undo(),
    redo: () => void editor.client.redo(),
    run: () => runner.ask(),
    "run.start": () => runner.ask({ start: outcome.about }),
    "run.until": () => runner.ask({ stop_after: outcome.about }),
    "run.from": () => void runner.start({}, { from_block: outcome.about }),
    "run.again": () => runner.again(),
    "run.input": () => editor.set({ where: {}, shown: "run" }),
    stop: () => void runner.stop(),
    fit: () => void flow.fitView({ ...FIT, nodes: outcome.about?.split(" ").map((id) => ({ id })) }),
    zoom: () => {
      if (outcome.about === "full") void flow.zoomTo(1, { duration: 150 });
      else void (outcome.about === "in" ? flow.zoomIn({ duration: 150 }) : flow.zoomOut({ duration: 150 }));
    },
    comments: () => together.toggle("comments"),
    comment: () => (outcome.about ? together.write({ block_id: outcome.about }) : together.place()),
    history: () => together.show("history"),
    console: () => editor.set({ console: !editor.console }),
    "console.clear": () => editor.set({ run: undefined }),
    paste: () => void paste(store, flow, reveal),
    rename: () => focus("block-name", { panel: "block" }),
    "add.between": () => focus("find-block", { panel: "add", dangling: between(editor.doc, outcome.about ?? "") }),
    chat: () => editor.set({ panel: editor.panel === "chat" ? "add" : "chat" }),
    add: () => focus("find-block", { panel: "add", dangling: outcome.about ? { id: outcome.about } : undefined }),
    layout: () =>
      void arranged(editor.doc, editor.measure).then((operations) => {
        editor.change(operations, { label: "Arrange" });
        setTimeout(() => void flow.fitView(FIT), 50);
      }),
  };
  if (outcome.act) acts[outcome.act]();
}

const focusOn = (id: string) =>
  onceThere(
    () => document.getElementById(id),
    (found) => found.focus(),
  );

/** The editor's commands as they stand at the moment of asking. */
export function useReady(): () => Ready[] {
  const store = useEditorStore();
  const perform = useActs();
  return useCallback(() => readied(EDITOR, () => stateOf(store.getState()), perform), [store, perform]);
}

/** Performs a command by its name. */
export function useCommand(): (name: string) => void {
  const commands = useReady();
  return useCallback(
    (name: string) =>
      commands()
        .find((one) => one.name === name)
        ?.run(),
    [commands],
  );
}

/** Offers the editor's commands to the palette and the shortcuts while it is open. */
export function useEditorCommands() {
  const commands = useReady();
  useEffect(() => {
    useCommands.getState().offer("editor", commands);
    return () => useCommands.getState().withdraw("editor");
  }, [commands]);
}
