/** Copy, cut and paste of blocks as text, by the browser's own events so that every keyboard works. */

import { useReactFlow } from "@xyflow/react";
import { useEffect, useRef } from "react";
import { isTyping } from "../commands/command";
import { asText, pasted, readClip } from "../model/clip";
import { useEditorStore } from "./store";
import { clipboard } from "./useActs";

export function useClipboard() {
  const store = useEditorStore();
  const flow = useReactFlow();
  const mouse = useRef<{ x: number; y: number }>(undefined);
  useEffect(() => {
    const busyElsewhere = (event: Event) => isTyping(event.target) || Boolean(getSelection()?.toString());
    const copy = (event: ClipboardEvent) => {
      const { doc, selected, change, select, status } = store.getState();
      if (busyElsewhere(event) || !selected.length) return;
      clipboard.text = asText(doc, selected);
      event.clipboardData?.setData("text/plain", clipboard.text);
      event.preventDefault();
      if (event.type !== "cut" || !status.editable) return;
      change([{ op: "block.remove", ids: [...selected] }]);
      select([]);
    };
    const paste = (event: ClipboardEvent) => {
      const editor = store.getState();
      const clip = readClip(event.clipboardData?.getData("text/plain") || clipboard.text);
      if (isTyping(event.target) || !clip || !editor.status.editable) return;
      event.preventDefault();
      const at = mouse.current ? flow.screenToFlowPosition(mouse.current) : undefined;
      const made = pasted(editor.doc, clip, at);
      editor.change(made.operations, { label: "Paste" });
      editor.select(made.ids);
    };
    const move = (event: PointerEvent) => {
      const over = (event.target as Element | null)?.closest?.(".react-flow");
      mouse.current = over ? { x: event.clientX, y: event.clientY } : undefined;
    };
    addEventListener("copy", copy);
    addEventListener("cut", copy);
    addEventListener("paste", paste);
    addEventListener("pointermove", move, { passive: true });
    return () => {
      removeEventListener("copy", copy);
      removeEventListener("cut", copy);
      removeEventListener("paste", paste);
      removeEventListener("pointermove", move);
    };
  }, [store, flow]);
}
