/** Brings a block into view when it lies outside of it. */

import { useReactFlow, useStoreApi } from "@xyflow/react";
import { useCallback } from "react";
import { absolute, sizeOf } from "../model/places";
import { useEditorStore } from "./store";

const ADDED_MS = 60;

export function useReveal(): (id: string) => void {
  const store = useEditorStore();
  const flow = useReactFlow();
  const canvas = useStoreApi();
  return useCallback(
    function reveal(id: string, again = true) {
      const { doc } = store.getState();
      const block = doc.blocks[id];
      // one that was added a moment ago is there in the next
      if (!block) return again ? void setTimeout(() => reveal(id, false), ADDED_MS) : undefined;
      const { width, height, transform } = canvas.getState();
      const [left, top, zoom] = transform;
      const at = absolute(doc, block);
      const size = sizeOf(block);
      const x = at.x * zoom + left;
      const y = at.y * zoom + top;
      const isIn = x >= 0 && y >= 0 && x + size.width * zoom <= width && y + size.height * zoom <= height;
      if (!isIn) void flow.setCenter(at.x + size.width / 2, at.y + size.height / 2, { zoom, duration: 200 });
    },
    [store, flow, canvas],
  );
}
