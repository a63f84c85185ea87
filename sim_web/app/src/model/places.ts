/** Where blocks lie, in containers and out of them. */

import type { Block, Document, Operation } from "../realtime/document";
import { containerOf, innerPort } from "./ports";

export const CARD = { width: 240, height: 96 };
export const BOX = { width: 500, height: 300 };
export const HEADER = 40;

export interface Point {
  x: number;
  y: number;
}
export interface Size {
  width: number;
  height: number;
}

export function absolute(doc: Document, block: Block): Point {
  const point = { ...block.position };
  const seen = new Set<string>();
  for (let parent = block.parent; parent && !seen.has(parent); parent = doc.blocks[parent]?.parent ?? null) {
    seen.add(parent);
    point.x += doc.blocks[parent]?.position.x ?? 0;
    point.y += doc.blocks[parent]?.position.y ?? 0;
  }
  return point;
}

export const sizeOf = (block: Block): Size => {
  if (containerOf(block)) return block.size ? { width: block.size[0], height: block.size[1] } : BOX;
  return CARD;
};

export function depthOf(doc: Document, block: Block): number {
  let depth = 0;
  const seen = new Set<string>();
  for (let parent = block.parent; parent && !seen.has(parent); parent = doc.blocks[parent]?.parent ?? null) {
    seen.add(parent);
    depth++;
  }
  return depth;
}

const containers = new WeakMap<Document["blocks"], Block[]>();

/** The containers of a document; looked for once, since a drag asks in every frame. */
function containersOf({ blocks }: Document): Block[] {
  const known = containers.get(blocks) ?? Object.values(blocks).filter(containerOf);
  containers.set(blocks, known);
  return known;
}

/** The innermost container at a point, other than these blocks and what is inside them. */
export function containerAt(doc: Document, at: Point, but: ReadonlySet<string>): Block | undefined {
  const inside = (block: Block): boolean =>
    but.has(block.id) || Boolean(block.parent && doc.blocks[block.parent] && inside(doc.blocks[block.parent] as Block));
  return containersOf(doc)
    .filter((one) => !inside(one))
    .filter((one) => {
      const origin = absolute(doc, one);
      const size = sizeOf(one);
      return at.x >= origin.x && at.y >= origin.y && at.x <= origin.x + size.width && at.y <= origin.y + size.height;
    })
    .sort((a, b) => depthOf(doc, b) - depthOf(doc, a))[0];
}

/** What dropping blocks at these absolute places comes to: moves, and changes of container with the edges that break. */
export function dropped(
  doc: Document,
  places: { id: string; at: Point; size: Size }[],
  into?: string | null,
): Operation[] {
  const moving = new Set(places.map((one) => one.id));
  const moves: { id: string; x: number; y: number }[] = [];
  const changes: { id: string; parent: string | null; x: number; y: number; drop_edges: string[] }[] = [];
  const parentOf = new Map<string, string | null>();
  for (const { id, at, size } of places) {
    const block = doc.blocks[id];
    if (!block) continue;
    const middle = { x: at.x + size.width / 2, y: at.y + size.height / 2 };
    const parent = into === undefined ? (containerAt(doc, middle, moving)?.id ?? null) : into;
    const origin = parent && doc.blocks[parent] ? absolute(doc, doc.blocks[parent] as Block) : { x: 0, y: 0 };
    const place = { id, x: Math.round(at.x - origin.x), y: Math.round(at.y - origin.y) };
    parentOf.set(id, parent);
    if (parent === block.parent) moves.push(place);
    else changes.push({ ...place, parent, drop_edges: [] });
  }
  for (const change of changes) {
    change.drop_edges = Object.values(doc.edges)
      .filter((edge) => edge.source === change.id || edge.target === change.id)
      .filter((edge) => breaks(doc, edge, parentOf))
      .map((edge) => edge.id);
  }
  const operations: Operation[] = [];
  if (moves.length) operations.push({ op: "block.move", items: moves });
  if (changes.length) operations.push({ op: "block.parent", items: changes });
  return operations;
}

function breaks(doc: Document, edge: Document["edges"][string], parents: Map<string, string | null>): boolean {
  const lies = (id: string) => (parents.has(id) ? parents.get(id) : doc.blocks[id]?.parent) ?? null;
  const source = doc.blocks[edge.source];
  const kind = source && containerOf(source);
  const inward = kind && edge.source_handle === innerPort(kind);
  return inward ? lies(edge.target) !== edge.source : lies(edge.source) !== lies(edge.target);
}
