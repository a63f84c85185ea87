/** The canvas' own drags come through here: a block in hand is afloat until it is let go. */

import { useLayoutEffect } from "react";
import type { Point } from "../../model/places";
import type { EditorStore } from "../store";
import type { FlowStore } from "./camera";

/** Joins the editor's camera and what is afloat to the canvas, for as long as it is shown. */
export function useAfloat(store: EditorStore, flow: FlowStore) {
  useLayoutEffect(() => {
    const { camera, afloat } = store.getState();
    const stops = [camera.attach(flow), afloat.attach(flow)];
    const { updateNodePositions: put } = flow.getState();
    let frame = 0;
    let unwatch: (() => void) | undefined;
    const letGo = () => {
      unwatch = void unwatch?.();
      afloat.hold("hand", new Map());
    };
    flow.setState({
      updateNodePositions: (items, dragging) => {
        if (dragging) {
          cancelAnimationFrame(frame);
          unwatch ??= watchEdge(flow);
          afloat.hold("hand", placesOf(items));
          return;
        }
        put(items, dragging);
        // by then the blocks lie where they were let go, and nothing has been painted meanwhile
        frame = requestAnimationFrame(letGo);
      },
    });
    return () => {
      cancelAnimationFrame(frame);
      letGo();
      flow.setState({ updateNodePositions: put });
      for (const stop of stops) stop();
    };
  }, [store, flow]);
}

/** So near its edge the canvas pans for what is held there. */
const EDGE = 40;

/** To look whether it should pan, the canvas takes every frame there is; now only while a hand is near its edge. */
function watchEdge(flow: FlowStore): () => void {
  const box = flow.getState().domNode?.getBoundingClientRect() ?? new DOMRect();
  const pan = (near: boolean) =>
    flow.getState().autoPanOnNodeDrag !== near && flow.setState({ autoPanOnNodeDrag: near });
  const look = ({ clientX: x, clientY: y }: PointerEvent) =>
    pan(Math.min(x - box.left, box.right - x, y - box.top, box.bottom - y) < EDGE);
  addEventListener("pointermove", look, true);
  return () => {
    removeEventListener("pointermove", look, true);
    pan(false);
  };
}

type Held = ReadonlyMap<string, { internals: { positionAbsolute: Point } }>;

const placesOf = (items: Held): Map<string, Point> =>
  new Map([...items].map(([id, { internals }]) => [id, { ...internals.positionAbsolute }]));
