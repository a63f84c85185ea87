/** Copy, cut and paste of blocks as text, by the browser's own events so that every keyboard works. */

import { useReactFlow } from "@xyflow/react";
import { useEffect } from "react";
import { toast } from "sonner";
import { removed } from "../commands/blocks";
import { isTyping } from "../commands/command";
import { asText } from "../model/clip";
import { clipboard, mouse, pasteText } from "./clipboard";
import { useEditorStore } from "./store";
import { useReveal } from "./useReveal";

export function useClipboard() {
  const store = useEditorStore();
  const flow = useReactFlow();
  const reveal = useReveal();
  useEffect(() => {
    const busyElsewhere = (event: Event) => isTyping(event.target) || Boolean(getSelection()?.toString());
    const copy = (event: ClipboardEvent) => {
      const { doc, selected, change, select, status } = store.getState();
      if (busyElsewhere(event) || !selected.length) return;
      clipboard.text = asText(doc, selected);
      event.clipboardData?.setData("text/plain", clipboard.text);
      event.preventDefault();
      if (event.type !== "cut" || !status.editable) return;
      const done = removed({ doc, selected });
      change(done.operations);
      select(done.select);
      if (done.say) toast(done.say);
    };
    const paste = (event: ClipboardEvent) => {
      if (isTyping(event.target)) return;
      const text = event.clipboardData?.getData("text/plain") || clipboard.text;
      if (pasteText(text, store, flow, reveal)) event.preventDefault();
    };
    const move = (event: PointerEvent) => {
      const target = event.target as Element | null;
      // a menu over the canvas leaves the place that it was opened at
      if (target?.closest?.("[role=menu]")) return;
      mouse.at = target?.closest?.(".react-flow") ? { x: event.clientX, y: event.clientY } : undefined;
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
  }, [store, flow, reveal]);
}
