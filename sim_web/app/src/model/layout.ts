/** Places every block from left to right, container by container. */

import type { Document, Operation } from "../realtime/document";
import type { Measure } from "./align";
import { CARD, HEADER, type Size } from "./places";
import { containerOf, isNote } from "./ports";

const PAD = 40;
/** Where the first block of a container may lie: its edge leaves "each round" without turning back. */
const AFTER_START = 160;

export async function arranged(doc: Document, measure: Measure): Promise<Operation[]> {
  const dagre = await import("@dagrejs/dagre");
  const sizes = new Map<string, Size>();
  const moves: { id: string; x: number; y: number }[] = [];
  const resized: { id: string; set: Record<string, unknown> }[] = [];
  const arrange = (parent: string | null): Size => {
    const inside = Object.values(doc.blocks).filter((one) => one.parent === parent && !isNote(one));
    if (!inside.length) return { width: 300, height: 180 };
    const graph = new dagre.graphlib.Graph();
    graph.setGraph({ rankdir: "LR", nodesep: 48, ranksep: 80 });
    graph.setDefaultEdgeLabel(() => ({}));
    for (const one of inside) {
      const size = containerOf(one) ? arrange(one.id) : measure(one.id);
      if (containerOf(one)) resized.push({ id: one.id, set: { size: [size.width, size.height] } });
      sizes.set(one.id, size);
      graph.setNode(one.id, { ...size });
    }
    const here = new Set(inside.map((one) => one.id));
    for (const edge of Object.values(doc.edges))
      if (here.has(edge.source) && here.has(edge.target)) graph.setEdge(edge.source, edge.target);
    dagre.layout(graph);
    const shift = parent ? { x: AFTER_START, y: HEADER + PAD } : { x: 0, y: 0 };
    let [width, height] = [0, 0];
    for (const one of inside) {
      const node = graph.node(one.id);
      const size = sizes.get(one.id) ?? CARD;
      const [x, y] = [Math.round(node.x - size.width / 2 + shift.x), Math.round(node.y - size.height / 2 + shift.y)];
      moves.push({ id: one.id, x, y });
      width = Math.max(width, x + size.width + PAD);
      height = Math.max(height, y + size.height + PAD);
    }
    return { width, height };
  };
  arrange(null);
  const operations: Operation[] = moves.length ? [{ op: "block.move", items: moves }] : [];
  return resized.length ? [...operations, { op: "block.update", items: resized }] : operations;
}
