/** Blocks as the nodes of the canvas; a block that did not change keeps its node, so that only touched ones re-render. */

import type { Node, NodeProps } from "@xyflow/react";
import type { BlockFacts } from "../api/schema";
import { depthOf } from "../model/places";
import { containerOf, isNote } from "../model/ports";
import type { Block, Document } from "../realtime/document";
import { lockOn } from "../realtime/graph";

export interface BlockData extends Record<string, unknown> {
  block: Block;
  type?: BlockFacts;
  color: string;
}

/** What a block shows of itself does not hang on where it lies, nor on how large it was found to be. */
export const sameBlock = (a: NodeProps, b: NodeProps) => a.data === b.data && a.selected === b.selected;

export function nodesOf(
  doc: Document,
  types: Map<string, BlockFacts>,
  selected: readonly string[],
  before: readonly Node[],
): Node[] {
  const known = new Map(before.map((one) => [one.id, one]));
  const chosen = new Set(selected);
  return Object.values(doc.blocks)
    .map((block) => [depthOf(doc, block), block] as const)
    .sort(([a], [b]) => a - b)
    .map(([depth, block]) => {
      const old = known.get(block.id);
      const type = types.get(block.type);
      const data = old?.data as BlockData | undefined;
      const isChosen = chosen.has(block.id);
      const free = !lockOn(doc.blocks, block.id);
      const same = old?.selected === isChosen && old.draggable === free;
      if (same && data?.block === block && data.type === type) return old;
      return { ...nodeOf(block, type, isChosen, depth, old), draggable: free };
    });
}

function nodeOf(block: Block, type: BlockFacts | undefined, selected: boolean, depth: number, old?: Node): Node {
  const container = containerOf(block);
  return {
    ...(old?.measured ? { measured: old.measured } : {}),
    id: block.id,
    type: container ? "container" : isNote(block) ? "note" : "block",
    position: block.position,
    parentId: block.parent ?? undefined,
    selected,
    zIndex: container ? depth : depth + 1,
    ...(container ? { width: block.size?.[0] ?? 500, height: block.size?.[1] ?? 300 } : {}),
    ariaLabel: `${block.name}, ${type?.title ?? block.type}`,
    data: { block, type, color: type?.color ?? "#64748b" } satisfies BlockData,
  };
}
