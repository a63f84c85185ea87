/** The text that was copied, and blocks made of it. */

import type { useReactFlow } from "@xyflow/react";
import { toast } from "sonner";
import { pasted, readClip } from "../model/clip";
import type { Point } from "../model/places";
import type { EditorStore } from "./store";

type Flow = Pick<ReturnType<typeof useReactFlow>, "screenToFlowPosition">;

/** The last text copied here, for pages whose browser keeps the clipboard to itself. */
export const clipboard = { text: "" };

/** Where the mouse is, while it is over the canvas. */
export const mouse: { at?: Point } = {};

export function keep(text: string) {
  clipboard.text = text;
  void navigator.clipboard?.writeText(text).catch(() => undefined);
}

/** Whether the text was blocks, which are there now. */
export function pasteText(text: string, store: EditorStore, flow: Flow): boolean {
  const editor = store.getState();
  const clip = readClip(text);
  if (!clip || !editor.status.editable) return false;
  const made = pasted(editor.doc, clip, mouse.at ? flow.screenToFlowPosition(mouse.at) : undefined);
  editor.change(made.operations, { label: "Paste" });
  editor.select(made.ids);
  return true;
}

/** What the clipboard holds, or was copied here where the browser does not tell. */
export async function paste(store: EditorStore, flow: Flow) {
  const text = await navigator.clipboard?.readText().catch(() => "");
  if (!pasteText(text || clipboard.text, store, flow) && !pasteText(clipboard.text, store, flow))
    toast("The clipboard holds no blocks.");
}
