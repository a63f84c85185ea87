/** Large operations in pieces that the server takes. */

import type { AddBlocks, NewBlock, NewEdge, NewSubflow, Operation } from "./document";

/** Items of one operation; the server takes 500. */
export const MOST = 480;
/** Bytes of one frame; the server takes twice that. */
export const FRAME = 120_000;

/** The same change as operations that are small enough, in an order in which each can be done. */
export function split(op: Operation): Operation[] {
  if (weight(op) <= MOST && size(op) <= FRAME) return [op];
  if (op.op === "block.add") return splitAdd(op);
  if ("items" in op) return pieces(op.items as readonly object[]).map((items) => ({ ...op, items }) as Operation);
  if ("ids" in op) return pieces(op.ids).map((ids) => ({ op: op.op, ids }) as Operation);
  if (op.op === "edge.add") return pieces(op.edges).map((edges) => ({ op: op.op, edges }));
  if (op.op === "variable.add") return pieces(op.variables).map((variables) => ({ op: op.op, variables }));
  return [op];
}

export function weight(op: Operation): number {
  return Object.values(op).reduce((sum, part) => sum + (Array.isArray(part) ? part.length : 0), 0);
}

/** Bytes of it on the wire. */
export const size = (value: unknown): number => new TextEncoder().encode(JSON.stringify(value)).length;

/** In their order; what is larger than a frame by itself goes alone. */
function pieces<T>(all: readonly T[]): T[][] {
  const found: T[][] = [];
  let room = 0;
  for (const one of all) {
    room -= size(one);
    const last = found.at(-1);
    if (last && last.length < MOST && room >= 0) {
      last.push(one);
    } else {
      found.push([one]);
      room = FRAME - size(one);
    }
  }
  return found;
}

/** Containers before what they hold; an edge with the later of its ends, since one to a locked block cannot follow. */
function splitAdd(op: AddBlocks): Operation[] {
  const fresh = new Map(op.blocks.map((block) => [block.id, block]));
  const edges = new Set(op.edges ?? []);
  const subflows = new Map((op.subflows ?? []).map((subflow) => [subflow.id, subflow]));
  const placed = new Set<string>();
  const all: { blocks: NewBlock[]; edges: NewEdge[]; subflows: NewSubflow[] }[] = [];
  let [room, bytes] = [0, 0];
  for (const block of byDepth(op.blocks, fresh)) {
    placed.add(block.id);
    const is = (end: string) => placed.has(end) || !fresh.has(end);
    const joined = [...edges].filter(({ source, target }) => is(source) && is(target));
    const subflow = subflows.get(block.id);
    const cost = 1 + joined.length + (subflow ? 1 : 0);
    const large = size([block, joined, subflow]);
    if (cost > room || large > bytes || !all.length) {
      all.push({ blocks: [], edges: [], subflows: [] });
      [room, bytes] = [MOST, FRAME];
    }
    const piece = all.at(-1) as (typeof all)[number];
    piece.blocks.push(block);
    for (const edge of joined.slice(0, room - 2)) {
      piece.edges.push(edge);
      edges.delete(edge);
    }
    if (subflow) piece.subflows.push(subflow);
    room -= cost;
    bytes -= large;
  }
  const rest: Operation[] = pieces([...edges]).map((some) => ({ op: "edge.add", edges: some }));
  return [...all.map((piece) => ({ op: op.op, ...piece })), ...rest];
}

function byDepth(blocks: readonly NewBlock[], fresh: ReadonlyMap<string, NewBlock>): NewBlock[] {
  const depth = (block: NewBlock, seen = new Set<string>()): number => {
    const holder = block.parent && !seen.has(block.id) ? fresh.get(block.parent) : undefined;
    return holder ? 1 + depth(holder, seen.add(block.id)) : 0;
  };
  return blocks
    .map((block) => [depth(block), block] as const)
    .sort(([a], [b]) => a - b)
    .map(([, block]) => block);
}
