/** Where edges run: from the handle of one block to the handle of another, as the canvas draws them from close by. */

import { getSmoothStepPath, type InternalNode, Position } from "@xyflow/react";
import { CARD, type Point } from "../../model/places";

/** Where handles are that nobody has measured yet: beside the name. */
const BESIDE_NAME = 22;

type Drift = Point | undefined;

export function wire(
  source: InternalNode,
  target: InternalNode,
  handles: { source: string; target?: string | null },
  drifts: { source?: Drift; target?: Drift } = {},
): string {
  const from = endOf(source, "source", handles.source, drifts.source);
  const to = endOf(target, "target", handles.target ?? "target", drifts.target);
  const [path] = getSmoothStepPath({
    sourceX: from.x,
    sourceY: from.y,
    sourcePosition: Position.Right,
    targetX: to.x,
    targetY: to.y,
    targetPosition: Position.Left,
  });
  return path;
}

function endOf(node: InternalNode, kind: "source" | "target", id: string, drift: Drift): Point {
  const { positionAbsolute, handleBounds } = node.internals;
  const x = positionAbsolute.x + (drift?.x ?? 0);
  const y = positionAbsolute.y + (drift?.y ?? 0);
  const known = handleBounds?.[kind];
  const handle = known?.find((one) => one.id === id) ?? known?.[0];
  const out = kind === "source";
  if (!handle) return { x: x + (out ? (node.measured.width ?? node.width ?? CARD.width) : 0), y: y + BESIDE_NAME };
  return { x: x + handle.x + (out ? handle.width : 0), y: y + handle.y + handle.height / 2 };
}
