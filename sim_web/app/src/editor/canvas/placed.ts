/**
 * Blocks lie where they are by `left` and `top`. A transform for each would be a picture of its own to the browser's
 * compositor, and hundreds of those are put in order again in every frame in which anything moves.
 */

import type { Node } from "@xyflow/react";
import type { Point } from "../../model/places";

const known = new WeakMap<Node, Node>();

export function placed(nodes: Node[]): Node[] {
  const places = new Map<string, Point>();
  return nodes.map((node) => {
    const parent = node.parentId ? places.get(node.parentId) : undefined;
    const x = node.position.x + (parent?.x ?? 0);
    const y = node.position.y + (parent?.y ?? 0);
    places.set(node.id, { x, y });
    const before = known.get(node);
    if (before?.style?.left === x && before.style.top === y) return before;
    const now = { ...node, style: { transform: "none", left: x, top: y } };
    known.set(node, now);
    return now;
  });
}
