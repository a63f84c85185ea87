/**
 * From where the canvas is looked at. A move is drawn at once; the canvas' own store, to which every block, handle and
 * edge listens, hears of it when something comes into view, or when the hand rests.
 */

import type { ReactFlowState, Transform, useStoreApi, Viewport } from "@xyflow/react";
import { useSyncExternalStore } from "react";
import type { Point } from "../../model/places";
import { useEditor } from "../store";

export type FlowStore = ReturnType<typeof useStoreApi>;
type Ear = (at: Transform) => void;

/** A hand that pauses for so long rests. */
const REST_MS = 100;
/** So often the store hears of a move that goes on close by, where edges are mounted one by one. */
const CLOSE_MS = 150;

export interface Camera {
  at: () => Transform;
  /** Whatever moves the canvas comes through here. */
  move: (view: Viewport) => void;
  /** Has the store know where the camera is: before something asks it. */
  rest: () => void;
  /** While a block is in hand, the store is told of each move: where the block lies is reckoned from it. */
  hold: (is: boolean) => void;
  /** The place on the canvas that is under a point of the window. */
  place: (x: number, y: number) => Point;
  listen: (ear: Ear) => () => void;
  attach: (flow: FlowStore) => () => void;
}

export function createCamera(): Camera {
  let at: Transform = [0, 0, 1];
  let flow: FlowStore | undefined;
  let rested = 0;
  let held = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let corner: DOMRect | undefined;
  const ears = new Set<Ear>();

  const turn = (to: Transform) => {
    at = to;
    for (const ear of ears) ear(at);
  };
  const rest = () => {
    clearTimeout(timer);
    timer = undefined;
    rested = performance.now();
    corner = undefined;
    if (flow && flow.getState().transform !== at) flow.setState({ transform: at });
  };
  const move = ({ x, y, zoom }: Viewport) => {
    const state = flow?.getState();
    turn([x, y, zoom]);
    if (!state) return;
    draw(state, at);
    const late = state.edges.length > 0 && performance.now() - rested > CLOSE_MS;
    if (late || held || asks(state) || enters(state, at)) return rest();
    clearTimeout(timer);
    timer = setTimeout(rest, REST_MS);
  };
  return {
    at: () => at,
    move,
    rest,
    hold: (is) => {
      held = is;
    },
    place: (x, y) => {
      corner ??= flow?.getState().domNode?.getBoundingClientRect();
      return { x: (x - (corner?.left ?? 0) - at[0]) / at[2], y: (y - (corner?.top ?? 0) - at[1]) / at[2] };
    },
    listen: (ear) => {
      ears.add(ear);
      return () => ears.delete(ear);
    },
    attach: (to) => {
      flow = to;
      turn(to.getState().transform);
      const stop = to.subscribe((now, before) => {
        if (now.transform !== before.transform && now.transform !== at) turn(now.transform);
        if (now.width !== before.width || now.height !== before.height) corner = undefined;
      });
      // what a hand does next is reckoned from what the store knows
      addEventListener("pointerdown", rest, true);
      return () => {
        stop();
        clearTimeout(timer);
        removeEventListener("pointerdown", rest, true);
        flow = undefined;
      };
    },
  };
}

/** What is told of the camera; the component is rendered when that changes. */
export function useCamera<T extends string | number | boolean>(tell: (at: Transform) => T): T {
  const camera = useEditor((state) => state.camera);
  return useSyncExternalStore(camera.listen, () => tell(camera.at()));
}

/** Whether something under way reckons with what the store knows: a new edge, or a frame around blocks. */
const asks = (state: ReactFlowState) => state.connection.inProgress || state.userSelectionActive;

/** Elements by their class, found by the page's own index: a selector would go through all of the canvas each time. */
const found = (canvas: HTMLElement | null, name: string) =>
  canvas?.getElementsByClassName(name)[0] as HTMLElement | undefined;

function draw({ domNode, nodesSelectionActive }: ReactFlowState, [x, y, zoom]: Transform) {
  const moved = `translate(${x}px,${y}px) scale(${zoom})`;
  const sheet = found(domNode, "react-flow__viewport");
  if (sheet) sheet.style.transform = moved;
  const frame = nodesSelectionActive && found(domNode, "react-flow__nodesselection");
  if (frame) frame.style.transform = moved;
}

/** Whether a block comes into view that the store does not know to be there. */
export function enters({ nodeLookup, transform, width, height }: ReactFlowState, now: Transform): boolean {
  const [left, top, right, bottom] = seen(now, width, height);
  const [wasLeft, wasTop, wasRight, wasBottom] = seen(transform, width, height);
  if (left >= wasLeft && top >= wasTop && right <= wasRight && bottom <= wasBottom) return false;
  for (const { internals, measured } of nodeLookup.values()) {
    const { x, y } = internals.positionAbsolute;
    const endX = x + (measured.width ?? 0);
    const endY = y + (measured.height ?? 0);
    if (endX < left || x > right || endY < top || y > bottom) continue;
    if (endX < wasLeft || x > wasRight || endY < wasTop || y > wasBottom) return true;
  }
  return false;
}

/** The part of the canvas that is looked at. */
const seen = ([x, y, zoom]: Transform, width: number, height: number) =>
  [-x / zoom, -y / zoom, (width - x) / zoom, (height - y) / zoom] as const;
