/** Lines chosen blocks up, or spaces them evenly. */

import type { Block, Document, Operation } from "../realtime/document";
import type { Size } from "./places";

export type Measure = (id: string) => Size;
export type Line = "left" | "center" | "right" | "top" | "middle" | "bottom";
export type Along = "across" | "down";

/** The chosen blocks of the container in which most of them lie: only those can be put in one line. */
export function together(doc: Document, ids: readonly string[]): Block[] {
  const groups = new Map<string | null, Block[]>();
  for (const id of ids) {
    const block = doc.blocks[id];
    if (block && !block.locked) groups.set(block.parent, [...(groups.get(block.parent) ?? []), block]);
  }
  return [...groups.values()].sort((a, b) => b.length - a.length)[0] ?? [];
}

export function aligned(doc: Document, ids: readonly string[], line: Line, measure: Measure): Operation[] {
  const blocks = together(doc, ids);
  if (blocks.length < 2) return [];
  const axis = line === "left" || line === "center" || line === "right" ? "x" : "y";
  const long = axis === "x" ? "width" : "height";
  const starts = blocks.map((one) => one.position[axis]);
  const ends = blocks.map((one) => one.position[axis] + measure(one.id)[long]);
  const [first, last] = [Math.min(...starts), Math.max(...ends)];
  const share = line === "left" || line === "top" ? 0 : line === "right" || line === "bottom" ? 1 : 0.5;
  return moves(blocks, axis, (one) => first + (last - first - measure(one.id)[long]) * share);
}

/** The same gap between each and the next; the outermost two stay. */
export function distributed(doc: Document, ids: readonly string[], along: Along, measure: Measure): Operation[] {
  const blocks = together(doc, ids);
  if (blocks.length < 3) return [];
  const axis = along === "across" ? "x" : "y";
  const long = along === "across" ? "width" : "height";
  const sorted = blocks.toSorted((a, b) => a.position[axis] - b.position[axis]);
  const [head, tail] = [sorted[0] as Block, sorted.at(-1) as Block];
  const inner = sorted.reduce((sum, one) => sum + measure(one.id)[long], 0);
  const gap = (tail.position[axis] + measure(tail.id)[long] - head.position[axis] - inner) / (sorted.length - 1);
  const places = new Map<string, number>();
  let next = head.position[axis];
  for (const one of sorted) {
    places.set(one.id, next);
    next += measure(one.id)[long] + gap;
  }
  return moves(sorted, axis, (one) => places.get(one.id) ?? one.position[axis]);
}

function moves(blocks: Block[], axis: "x" | "y", to: (block: Block) => number): Operation[] {
  const items = blocks
    .map((one) => ({ id: one.id, ...one.position, [axis]: Math.round(to(one)) }))
    .filter((item, at) => item[axis] !== blocks[at]?.position[axis]);
  return items.length ? [{ op: "block.move", items }] : [];
}
