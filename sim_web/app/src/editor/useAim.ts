/** Puts the cursor into the field of the open form that somebody was led to. */

import { EditorView } from "@codemirror/view";
import { useEffect } from "react";
import { onceThere } from "../ui/onceThere";
import { useEditor, useEditorStore } from "./store";

const CONTROLS = ":is(input, textarea, select, .cm-content, button):not(:disabled)";

/** `unfold` shows the fields that are not seen at first. */
export function useAim(block: string, unfold: () => void) {
  const store = useEditorStore();
  const aim = useEditor((state) => (state.aim?.block === block ? state.aim : undefined));
  useEffect(() => {
    if (!aim?.field) return;
    store.setState({ aim: undefined });
    const place = `[data-field="${CSS.escape(aim.field)}"]`;
    if (!document.querySelector(place)) unfold();
    onceThere(
      () => document.querySelector<HTMLElement>(`${place} ${CONTROLS}[aria-invalid=true]`) ?? control(place),
      (found) => focus(found, aim.line ?? 0),
    );
  }, [aim, store, unfold]);
}

/** What is typed into comes before what stands beside it. */
const control = (place: string) =>
  document.querySelector<HTMLElement>(`${place} :is(input, textarea, select, .cm-content):not(:disabled)`) ??
  document.querySelector<HTMLElement>(`${place} ${CONTROLS}`);

function focus(found: HTMLElement, line: number) {
  for (let fold = found.closest("details"); fold; fold = fold.parentElement?.closest("details") ?? null)
    fold.open = true;
  found.scrollIntoView({ block: "center" });
  const view = EditorView.findFromDOM(found);
  if (view && line > 0 && line <= view.state.doc.lines)
    view.dispatch({ selection: { anchor: view.state.doc.line(line).from }, scrollIntoView: true });
  found.focus();
}
