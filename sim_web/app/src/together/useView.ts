/** Tells the others which part of the canvas is seen here, and stops following when a hand moves it. */

import { type OnMoveStart, useStoreApi } from "@xyflow/react";
import { useEffect, useMemo } from "react";
import { useEditorStore } from "../editor/store";

/** `began` is what the canvas itself does when a move begins. */
export function useView(began: OnMoveStart): { onMoveStart: OnMoveStart; onMouseLeave: () => void } {
  const store = useEditorStore();
  const canvas = useStoreApi();
  useEffect(() => {
    const { camera } = store.getState();
    const tell = () => {
      const { width, height } = canvas.getState();
      const [x, y, zoom] = camera.at();
      // The middle, since windows differ in size.
      const view = { x: (width / 2 - x) / zoom, y: (height / 2 - y) / zoom, zoom };
      store.getState().client.setPresence({ view });
    };
    tell();
    const resized = canvas.subscribe((now, before) => {
      if (now.width !== before.width || now.height !== before.height) tell();
    });
    const stops = [camera.listen(tell), resized];
    return () => {
      for (const stop of stops) stop();
    };
  }, [store, canvas]);
  return useMemo(
    () => ({
      onMoveStart: (event, view) => {
        began(event, view);
        const { client } = store.getState();
        if (event && client.following()) client.follow(null);
      },
      onMouseLeave: () => store.getState().client.setPresence({ cursor: null }),
    }),
    [store, began],
  );
}
