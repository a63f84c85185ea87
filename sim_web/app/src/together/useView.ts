/** Tells the others which part of the canvas is seen here, and stops following when a hand moves it. */

import { type OnMove, type OnMoveStart, useStoreApi } from "@xyflow/react";
import { useMemo } from "react";
import { useEditorStore } from "../editor/store";

export function useView(): { onMove: OnMove; onMoveStart: OnMoveStart; onMouseLeave: () => void } {
  const store = useEditorStore();
  const canvas = useStoreApi();
  return useMemo(
    () => ({
      onMove: (_event, { x, y, zoom }) => {
        const { width, height } = canvas.getState();
        // The middle, since windows differ in size.
        const view = { x: (width / 2 - x) / zoom, y: (height / 2 - y) / zoom, zoom };
        store.getState().client.setPresence({ view });
      },
      onMoveStart: (event) => {
        const { client } = store.getState();
        if (event && client.following()) client.follow(null);
      },
      onMouseLeave: () => store.getState().client.setPresence({ cursor: null }),
    }),
    [store, canvas],
  );
}
