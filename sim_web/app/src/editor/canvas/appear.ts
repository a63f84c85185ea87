/**
 * How the canvas appears: its blocks are measured out of sight, brought into view all together, and only then shown, so
 * that nothing of it can be clicked where it will not stay.
 */

import { useNodesInitialized, useReactFlow, useStoreApi } from "@xyflow/react";
import { useEffect } from "react";
import { entriesOf } from "../../model/ports";
import { type EditorStore, useEditor, useEditorStore } from "../store";
import { openingView } from "./opening";

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
      const { doc, types } = store.getState();
      const all = flow.getNodesBounds(flow.getNodes());
      const [start] = entriesOf(doc, types);
      const first = start ? flow.getNodesBounds([start.id]) : all;
      if (!isEmpty) void flow.setViewport(openingView(all, first, { width, height }, minZoom));
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
