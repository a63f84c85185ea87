/** Blocks as text: copied here, pasted into any workflow or mailed to a colleague. */

import { newId } from "../data/ids";
import type { Block, Document, NewBlock, NewEdge, NewSubflow, Operation } from "../realtime/document";
import { lockOn } from "../realtime/graph";
import { baseType, freeNames, normalise } from "./names";
import { absolute, containerAt, type Point } from "./places";
import { settingsRenamed, type Types, valuesRenamed } from "./renaming";

const MARK = "sim_blocks";
/** So far from the last a copy is laid. */
const STEP = 40;

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

/** Those that may be removed: neither locked, nor around or inside what is. */
export const removable = (doc: Document, ids: readonly string[]): string[] =>
  ids.filter((id) => ![...withInner(doc, [id])].some((one) => lockOn(doc.blocks, one)));

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

/** What a text holds: blocks; or why they cannot be read, in words; nothing where it is no such text. */
export function readClip(text: string): Clip | string | undefined {
  if (!text.includes(`"${MARK}"`)) return undefined;
  try {
    const clip = JSON.parse(text);
    if (clip?.[MARK] !== 1 || !Array.isArray(clip.blocks)) return "They were copied from another version of Sim.";
    const broken = clip.blocks.findIndex((one: unknown) => !isBlock(one));
    if (broken >= 0) return `Block ${broken + 1} lacks its id, its type or its name.`;
    const [edges, subflows] = [clip.edges ?? [], clip.subflows ?? []];
    const whole = [...edges, ...subflows].every((one) => typeof one?.id === "string");
    return whole ? { ...clip, edges, subflows } : "An edge or a container lacks its id.";
  } catch (error) {
    return `The text is cut off or was changed: ${(error as Error).message}.`;
  }
}

const isBlock = (one: unknown): boolean => {
  const { id, type, name, values, position } = (one ?? {}) as Record<string, unknown>;
  const place = (position ?? { x: 0, y: 0 }) as Record<string, unknown>;
  return (
    [id, type, name].every((fact) => typeof fact === "string" && fact) &&
    typeof (values ?? {}) === "object" &&
    [place.x, place.y].every((each) => Number.isFinite(each))
  );
};

/**
 * The same blocks anew: fresh ids and names, references among them following along. They come where `at` says, into the
 * container that lies there; otherwise beside the blocks that they were copied of.
 */
export function pasted(
  doc: Document,
  clip: Clip,
  types: Types,
  at?: Point,
): { ids: string[]; operations: Operation[] } {
  const ids = new Map(clip.blocks.map((one) => [one.id, newId()]));
  const names = new Map<string, string>();
  const free = freeNames(doc);
  const fresh = clip.blocks.map((one) => free(one.name));
  for (const [index, one] of clip.blocks.entries()) names.set(normalise(one.name), normalise(fresh[index] ?? one.name));
  const roots = clip.blocks.filter((one) => !one.parent || !ids.has(one.parent));
  const lies = placing(doc, roots, at);
  const blocks = clip.blocks.map((one, index): NewBlock => {
    const root = lies.get(one.id);
    return {
      ...one,
      id: ids.get(one.id) ?? newId(),
      name: fresh[index] ?? one.name,
      parent: root ? root.parent : (ids.get(one.parent ?? "") ?? null),
      position: root ? root.position : (one.position ?? { x: 0, y: 0 }),
      locked: false,
      values: valuesRenamed(one.values ?? {}, types.get(one.type), { names }),
    };
  });
  const subflows = clip.subflows.flatMap((one): NewSubflow[] => {
    const id = ids.get(one.id);
    return id ? [{ ...one, ...settingsRenamed(one, { names }), id }] : [];
  });
  const edges = clip.edges.flatMap((one) => {
    const [source, target] = [ids.get(one.source), ids.get(one.target)];
    return source && target ? [{ ...one, id: newId(), source, target }] : [];
  });
  const chosen = roots.flatMap((one) => ids.get(one.id) ?? []);
  return { ids: chosen, operations: blocks.length ? [{ op: "block.add", blocks, edges, subflows }] : [] };
}

interface Place {
  parent: string | null;
  position: Point;
}

/** Where blocks come to lie that nothing copied is around; never exactly on others. */
function placing(doc: Document, roots: readonly NewBlock[], at: Point | undefined): Map<string, Place> {
  const places = roots.map(({ position }): Point => ({ x: position?.x ?? 0, y: position?.y ?? 0 }));
  const corner = { x: Math.min(...places.map(({ x }) => x)), y: Math.min(...places.map(({ y }) => y)) };
  const under = at && openAt(doc, at);
  const taken = new Set(Object.values(doc.blocks).map((one) => keyOf(absolute(doc, one))));
  let shift = at ? { x: at.x - corner.x, y: at.y - corner.y } : { x: STEP, y: STEP };
  while (places.some(({ x, y }) => taken.has(keyOf({ x: x + shift.x, y: y + shift.y }))))
    shift = { x: shift.x + STEP, y: shift.y + STEP };
  return new Map(
    roots.map((one, index) => {
      const begins = one.trigger || baseType(one.type) === "start";
      const home = begins ? undefined : at ? under : standing(doc, one.id);
      const origin = home ? absolute(doc, home) : { x: 0, y: 0 };
      const place = places[index] ?? corner;
      const position = { x: Math.round(place.x + shift.x - origin.x), y: Math.round(place.y + shift.y - origin.y) };
      return [one.id, { parent: home?.id ?? null, position }];
    }),
  );
}

const keyOf = ({ x, y }: Point) => `${Math.round(x)} ${Math.round(y)}`;

/** The container of the block that was copied, where that still stands here. */
const standing = (doc: Document, id: string) => unlocked(doc, doc.blocks[doc.blocks[id]?.parent ?? ""]);

/** The container at a place. */
const openAt = (doc: Document, at: Point) => unlocked(doc, containerAt(doc, at, new Set()));

const unlocked = (doc: Document, container: Block | undefined) =>
  container && !lockOn(doc.blocks, container.id) ? container : undefined;
