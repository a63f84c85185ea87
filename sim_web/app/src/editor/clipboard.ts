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

/** Whether the text was blocks; they are there now, or it was said why they are not. */
export function pasteText(text: string, store: EditorStore, flow: Flow, reveal: (id: string) => void): boolean {
  const editor = store.getState();
  const clip = readClip(text);
  if (!clip || !editor.status.editable) return false;
  if (typeof clip === "string") {
    toast.error(`These blocks cannot be pasted. ${clip}`);
    return true;
  }
  const at = mouse.at && flow.screenToFlowPosition(mouse.at);
  const made = pasted(editor.doc, clip, editor.types, at);
  editor.change(made.operations, { label: "Paste" });
  const { doc } = store.getState();
  const there = made.ids.filter((id) => doc.blocks[id]);
  editor.select(there);
  if (there[0]) reveal(there[0]);
  return true;
}

/** What the clipboard holds, or was copied here where the browser does not tell. */
export async function paste(store: EditorStore, flow: Flow, reveal: (id: string) => void) {
  const text = await navigator.clipboard?.readText().catch(() => "");
  const texts = [text || clipboard.text, clipboard.text];
  if (!texts.some((one) => pasteText(one, store, flow, reveal))) toast("The clipboard holds no blocks.");
}
