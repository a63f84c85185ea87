/** Blocks as text: copied here, pasted into any workflow or mailed to a colleague. */

import { newId } from "../data/ids";
import type { Block, Document, NewBlock, NewEdge, NewSubflow, Operation } from "../realtime/document";
import { freeName, normalise } from "./names";
import { absolute, type Point } from "./places";

interface Clip {
  sim_blocks: 1;
  blocks: NewBlock[];
  edges: NewEdge[];
  subflows: NewSubflow[];
}

/** Ids of blocks with everything that lies inside them. */
export function withInner(doc: Document, ids: Iterable<string>): Set<string> {
  const found = new Set(ids);
  for (let size = -1; size !== found.size; ) {
    size = found.size;
    for (const one of Object.values(doc.blocks)) if (one.parent && found.has(one.parent)) found.add(one.id);
  }
  return found;
}

export function copied(doc: Document, selected: Iterable<string>): Clip {
  const ids = withInner(doc, selected);
  const blocks = [...ids]
    .flatMap((id) => doc.blocks[id] ?? [])
    .map((one): Block => {
      const lifted = one.parent && !ids.has(one.parent);
      return lifted ? { ...one, parent: null, position: absolute(doc, one) } : one;
    });
  return {
    sim_blocks: 1,
    blocks,
    edges: Object.values(doc.edges).filter((one) => ids.has(one.source) && ids.has(one.target)),
    subflows: [...ids].flatMap((id) => doc.subflows[id] ?? []),
  };
}

export const asText = (doc: Document, selected: Iterable<string>) => JSON.stringify(copied(doc, selected), null, 1);

export function readClip(text: string): Clip | undefined {
  try {
    const clip = JSON.parse(text);
    return clip?.sim_blocks === 1 && Array.isArray(clip.blocks) ? clip : undefined;
  } catch {
    return undefined;
  }
}

/** The same blocks anew: fresh ids and names, references among them following along. */
export function pasted(doc: Document, clip: Clip, at?: Point): { ids: string[]; operations: Operation[] } {
  const ids = new Map(clip.blocks.map((one) => [one.id, newId()]));
  const names = new Map<string, string>();
  const taken: string[] = [];
  for (const one of clip.blocks) {
    const name = freeName(doc, one.name, taken);
    taken.push(name);
    names.set(normalise(one.name), normalise(name));
  }
  const roots = clip.blocks.filter((one) => !one.parent || !ids.has(one.parent));
  const left = Math.min(...roots.map((one) => one.position?.x ?? 0));
  const top = Math.min(...roots.map((one) => one.position?.y ?? 0));
  const shift = at ? { x: at.x - left, y: at.y - top } : { x: 40, y: 40 };
  const blocks = clip.blocks.map((one, index): NewBlock => {
    const root = !one.parent || !ids.has(one.parent);
    const position = {
      x: (one.position?.x ?? 0) + (root ? shift.x : 0),
      y: (one.position?.y ?? 0) + (root ? shift.y : 0),
    };
    return {
      ...one,
      id: ids.get(one.id) ?? newId(),
      name: taken[index] ?? one.name,
      parent: root ? null : (ids.get(one.parent ?? "") ?? null),
      position,
      locked: false,
      values: renamed(one.values, names) as NewBlock["values"],
    };
  });
  const subflows = clip.subflows.map((one) => ({
    ...(renamed(one, names) as NewSubflow),
    id: ids.get(one.id) ?? one.id,
  }));
  const edges = clip.edges.flatMap((one) => {
    const [source, target] = [ids.get(one.source), ids.get(one.target)];
    return source && target ? [{ ...one, id: newId(), source, target }] : [];
  });
  const chosen = roots.flatMap((one) => ids.get(one.id) ?? []);
  return { ids: chosen, operations: blocks.length ? [{ op: "block.add", blocks, edges, subflows }] : [] };
}

function renamed(value: unknown, names: Map<string, string>): unknown {
  if (typeof value === "string") {
    return value.replace(/<([^<>\n.[\]]+)(?=[.[>])/g, (whole, name: string) => {
      const next = names.get(normalise(name));
      return next && next !== normalise(name) ? `<${next}` : whole;
    });
  }
  if (Array.isArray(value)) return value.map((one) => renamed(one, names));
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, renamed(one, names)]));
  return value;
}
