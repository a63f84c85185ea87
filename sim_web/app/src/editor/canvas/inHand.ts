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
    flow.setState({
      updateNodePositions: (items, dragging) => {
        if (dragging) {
          cancelAnimationFrame(frame);
          afloat.hold("hand", placesOf(items));
          return;
        }
        put(items, dragging);
        // by then the blocks lie where they were let go, and nothing has been painted meanwhile
        frame = requestAnimationFrame(() => afloat.hold("hand", new Map()));
      },
    });
    return () => {
      cancelAnimationFrame(frame);
      afloat.hold("hand", new Map());
      flow.setState({ updateNodePositions: put });
      for (const stop of stops) stop();
    };
  }, [store, flow]);
}

type Held = ReadonlyMap<string, { internals: { positionAbsolute: Point } }>;

const placesOf = (items: Held): Map<string, Point> =>
  new Map([...items].map(([id, { internals }]) => [id, { ...internals.positionAbsolute }]));
