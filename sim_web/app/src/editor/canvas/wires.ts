/** Where edges run: from the handle of one block to the handle of another, as the canvas draws them from close by. */

import { type Edge, getSmoothStepPath, type InternalNode, Position } from "@xyflow/react";
import { CARD, type Point } from "../../model/places";
import type { Drifts } from "./afloat";

/** Where handles are that nobody has measured yet: beside the name. */
const BESIDE_NAME = 22;
/** So far an edge leads away from its blocks before it turns back. */
const LEAD = 20;

type Nodes = ReadonlyMap<string, InternalNode>;
export type Ends = readonly [Point, Point];

/** How an edge looks: the class of its line. */
export const lookOf = (edge: Edge) => (edge.selected ? "chosen" : edge.className || "plain");

/** One line for all edges of a look. */
export function linesOf(edges: readonly Edge[], nodes: Nodes, drifts: Drifts): Map<string, string> {
  const lines = new Map<string, string>();
  for (const one of edges) {
    const ends = endsOf(one, nodes, drifts);
    if (ends) lines.set(lookOf(one), (lines.get(lookOf(one)) ?? "") + lineOf(ends));
  }
  return lines;
}

/** Where an edge leaves the one block and reaches the other; nothing while one of them is not on the canvas. */
export function endsOf(edge: Edge, nodes: Nodes, drifts: Drifts): Ends | undefined {
  const source = nodes.get(edge.source);
  const target = nodes.get(edge.target);
  if (!source || !target) return undefined;
  return [
    endOf(source, "source", edge.sourceHandle ?? "source", drifts.get(edge.source)),
    endOf(target, "target", edge.targetHandle ?? "target", drifts.get(edge.target)),
  ];
}

export function lineOf([from, to]: Ends): string {
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

/** The same way with square corners: always six, some upon each other where the edge need not turn back. */
export function cornersOf([from, to]: Ends): Point[] {
  const onward = from.x + LEAD <= to.x - LEAD;
  const [x, y] = [(from.x + to.x) / 2, (from.y + to.y) / 2];
  const [out, back] = onward ? [x, x] : [from.x + LEAD, to.x - LEAD];
  return [from, { x: out, y: from.y }, { x: out, y }, { x: back, y }, { x: back, y: to.y }, to];
}

function endOf(node: InternalNode, kind: "source" | "target", id: string, drift: Point | undefined): Point {
  const { positionAbsolute, handleBounds } = node.internals;
  const x = positionAbsolute.x + (drift?.x ?? 0);
  const y = positionAbsolute.y + (drift?.y ?? 0);
  const known = handleBounds?.[kind];
  const handle = known?.find((one) => one.id === id) ?? known?.[0];
  const out = kind === "source";
  if (!handle) return { x: x + (out ? (node.measured.width ?? node.width ?? CARD.width) : 0), y: y + BESIDE_NAME };
  return { x: x + handle.x + (out ? handle.width : 0), y: y + handle.y + handle.height / 2 };
}
