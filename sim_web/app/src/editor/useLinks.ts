/** What is open within the editor stands in its address, and an address that is sent opens the same. */

import { useEffect } from "react";
import { mark } from "../frame/route";
import { onceAppeared } from "./canvas/appear";
import { type EditorStore, useEditorStore } from "./store";
import { useReveal } from "./useReveal";

export function useLinks() {
  const store = useEditorStore();
  const reveal = useReveal();
  useEffect(() => {
    const apply = () => {
      const block = open(store);
      // the canvas brings all blocks into view when it appears; the one that was asked for comes after that
      if (block) onceAppeared(store, () => reveal(block));
    };
    apply();
    addEventListener("popstate", apply);
    const stop = store.subscribe((state, before) => {
      if (state.selected !== before.selected)
        mark("block", state.selected.length === 1 ? (state.selected[0] ?? "") : "");
      if (before.shown === "deploy" && state.shown !== "deploy") mark("version", "");
    });
    return () => {
      stop();
      removeEventListener("popstate", apply);
    };
  }, [store, reveal]);
}

/** Open what the address names; the block that is to be seen. */
function open(store: EditorStore): string {
  const words = new URLSearchParams(location.search);
  const { doc, selected } = store.getState();
  if (words.has("version")) store.setState({ shown: "deploy" });
  const block = words.get("block") ?? "";
  if (!doc.blocks[block] || selected.includes(block)) return "";
  store.getState().select([block]);
  return block;
}
