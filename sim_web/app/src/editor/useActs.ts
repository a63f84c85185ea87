/** Carries out what the editor's commands come to. */

import { useReactFlow } from "@xyflow/react";
import { useCallback, useEffect } from "react";
import { toast } from "sonner";
import type { Outcome } from "../commands/command";
import { EDITOR, type EditorState } from "../commands/editor";
import { useCommands } from "../commands/store";
import { arranged } from "../model/layout";
import { together } from "../together/store";
import { type Editor, type EditorStore, type Shown, useEditorStore } from "./store";
import { useRunner } from "./useRunner";

export const stateOf = (editor: Editor): EditorState => ({
  doc: editor.doc,
  selected: editor.selected,
  edges: editor.edges,
  types: editor.types,
  busy: editor.busy,
  editable: editor.status.editable,
  steps: editor.run?.blocks ?? {},
  measure: editor.measure,
});

/** The last text copied here, for pages whose browser keeps the clipboard to itself. */
export const clipboard = { text: "" };

export function useActs(): (outcome: Outcome) => void {
  const store = useEditorStore();
  const flow = useReactFlow();
  const runner = useRunner();
  return useCallback(
    (outcome: Outcome) => {
      const editor = store.getState();
      if (outcome.operations) editor.change(outcome.operations);
      if (outcome.select) editor.select(outcome.select);
      if (outcome.copy) keep(outcome.copy);
      if (outcome.show) editor.set({ shown: outcome.show as Shown });
      if (outcome.say) toast(outcome.say);
      if (outcome.act) act(outcome, store, flow, runner);
    },
    [store, flow, runner],
  );
}

function act(
  outcome: Outcome,
  store: EditorStore,
  flow: ReturnType<typeof useReactFlow>,
  runner: ReturnType<typeof useRunner>,
) {
  const editor = store.getState();
  const acts: Record<string, () => void> = {
    undo: () => void editor.client.undo(),
    redo: () => void editor.client.redo(),
    run: () => runner.ask(outcome.about),
    "run.from": () => void runner.start({}, { from_block: outcome.about }),
    stop: () => void runner.stop(),
    fit: () => void flow.fitView({ padding: 0.2, maxZoom: 1, duration: 200 }),
    comment: () => (outcome.about ? together.write({ block_id: outcome.about }) : together.place()),
    history: () => together.show("history"),
    console: () => editor.set({ console: !editor.console }),
    chat: () => editor.set({ panel: editor.panel === "chat" ? "add" : "chat" }),
    add: () => {
      editor.set({ panel: "add" });
      setTimeout(() => document.getElementById("find-block")?.focus());
    },
    layout: () =>
      void arranged(editor.doc, editor.measure).then((operations) => {
        editor.change(operations, { label: "Arrange" });
        setTimeout(() => void flow.fitView({ padding: 0.2, maxZoom: 1, duration: 200 }), 50);
      }),
  };
  acts[outcome.act ?? ""]?.();
}

function keep(text: string) {
  clipboard.text = text;
  void navigator.clipboard?.writeText(text).catch(() => undefined);
}

/** Offers the editor's commands to the palette and the shortcuts while it is open. */
export function useEditorCommands() {
  const store = useEditorStore();
  const perform = useActs();
  useEffect(() => {
    const offer = () => {
      const commands = EDITOR.map((one) => ({
        ...one,
        run: () => {
          const state = stateOf(store.getState());
          if (one.when?.(state) ?? true) perform(one.perform(state));
        },
      }));
      useCommands.getState().offer("editor", commands);
    };
    offer();
    return () => useCommands.getState().withdraw("editor");
  }, [store, perform]);
}
