/**
 * How the canvas appears: its blocks are measured out of sight, brought into view all together, and only then shown, so
 * that nothing of it can be clicked where it will not stay.
 */

import { getViewportForBounds, useNodesInitialized, useReactFlow, useStoreApi } from "@xyflow/react";
import { useEffect } from "react";
import { type EditorStore, useEditor, useEditorStore } from "../store";

/** How all blocks are brought into view. */
export const FIT = { padding: 0.08, maxZoom: 1 };

/** Whether it is shown. */
export function useAppear(): boolean {
  const store = useEditorStore();
  const flow = useReactFlow();
  const canvas = useStoreApi();
  const measured = useNodesInitialized();
  const appeared = useEditor((state) => state.appeared);
  const isEmpty = useEditor((state) => Object.keys(state.doc.blocks).length === 0);
  useEffect(() => {
    if (appeared || !(measured || isEmpty)) return;
    // not while the browser tells sizes: what is moved then may be drawn in one place and be clicked in the other
    const frame = requestAnimationFrame(() => {
      const { width, height, minZoom } = canvas.getState();
      const bounds = flow.getNodesBounds(flow.getNodes());
      if (!isEmpty)
        void flow.setViewport(getViewportForBounds(bounds, width, height, minZoom, FIT.maxZoom, FIT.padding));
      store.getState().camera.rest();
      store.setState({ appeared: true });
    });
    return () => cancelAnimationFrame(frame);
  }, [appeared, measured, isEmpty, store, flow, canvas]);
  useEffect(() => () => store.setState({ appeared: false }), [store]);
  return appeared;
}

/** Does something as soon as the canvas is shown. */
export function onceAppeared(store: EditorStore, then: () => void) {
  if (store.getState().appeared) return then();
  const stop = store.subscribe(({ appeared }) => {
    if (!appeared) return;
    stop();
    then();
  });
}
