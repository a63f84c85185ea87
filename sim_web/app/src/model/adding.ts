/** Placing a new block, joined to the one that was chosen. */

import type { BlockFacts } from "../api/schema";
import { newId } from "../data/ids";
import type { Block, Document, NewBlock, NewEdge, NewSubflow, Operation } from "../realtime/document";
import { kindOf } from "./forms";
import { freeName } from "./names";
import { absolute, BOX, CARD, HEADER, type Point, sizeOf } from "./places";
import { containerOf, innerPort, isEntry, isNote, portsOf, refusal } from "./ports";

export interface Wanted {
  type: BlockFacts;
  at?: Point;
  parent?: string | null;
  /** Values it begins with, such as an integration's operation. */
  values?: Record<string, unknown>;
  name?: string;
  /** The block, and its port, that the new one follows. */
  after?: Omit<Dangling, "at">;
}

/** Where an edge hangs loose: what begins there, and the edge that is to be parted. */
export interface Dangling {
  id: string;
  port?: string;
  at?: Point;
  parts?: string;
}

/** What comes of an edge that a block shall be put into. */
export function between(doc: Document, id: string): Dangling | undefined {
  const edge = doc.edges[id];
  const [from, to] = [doc.blocks[edge?.source ?? ""], doc.blocks[edge?.target ?? ""]];
  if (!edge || !from || !to) return undefined;
  const [left, right] = [absolute(doc, from), absolute(doc, to)];
  const at = { x: (left.x + sizeOf(from).width + right.x - CARD.width) / 2, y: (left.y + right.y) / 2 + 120 };
  return { id: edge.source, port: edge.source_handle, at, parts: id };
}

export function adding(
  doc: Document,
  wanted: Wanted,
  types: Map<string, BlockFacts>,
): { id: string; operations: Operation[] } {
  const { type } = wanted;
  const id = newId();
  const before = wanted.after ? doc.blocks[wanted.after.id] : undefined;
  const inside = before && containerOf(before) && !wanted.after?.port ? undefined : before;
  const parent = wanted.parent === undefined ? (inside?.parent ?? null) : wanted.parent;
  const container = containerOf(type as never);
  const block: NewBlock = {
    id,
    type: type.type,
    name: freeName(doc, wanted.name ?? type.title),
    parent,
    position: wanted.at ?? nextTo(doc, wanted.after?.id, parent),
    values: { ...firstValues(type), ...wanted.values },
    ...(container ? { size: [BOX.width, BOX.height] as const } : {}),
  };
  const subflows: NewSubflow[] =
    container === "loop"
      ? [{ kind: "loop", id, iterations: 3 }]
      : container === "parallel"
        ? [{ kind: "parallel", id, count: 3 }]
        : [];
  const placed: Operation = { op: "block.add", blocks: [block], edges: [], subflows };
  const joined = joins(doc, block, wanted, types);
  const parted = joined.length ? doc.edges[wanted.after?.parts ?? ""] : undefined;
  if (!parted) return { id, operations: [{ ...placed, edges: joined }] };
  const [port] = portsOf(withBlock(doc, block).blocks[id] as Block, type);
  const onward = { id: newId(), source: id, target: parted.target, source_handle: port?.id ?? "source" };
  const ends = !port || refusal(withBlock(doc, block), onward, types);
  const parting: Operation[] = [
    { op: "edge.remove", ids: [parted.id] },
    { op: "edge.add", edges: [onward] },
  ];
  return { id, operations: [{ ...placed, edges: joined }, ...(ends ? [] : parting)] };
}

const withBlock = (doc: Document, block: NewBlock): Document => ({
  ...doc,
  blocks: {
    ...doc.blocks,
    [block.id]: { trigger: false, values: {}, ...block, parent: block.parent ?? null } as never,
  },
});

function joins(doc: Document, block: NewBlock, wanted: Wanted, types: Map<string, BlockFacts>): NewEdge[] {
  const source = wanted.after ? doc.blocks[wanted.after.id] : undefined;
  if (!source || isNote(source) || isNote(block as never) || isEntry(block as never, wanted.type)) return [];
  const inner = containerOf(source);
  const used = new Set(
    Object.values(doc.edges)
      .filter((one) => one.source === source.id)
      .map((one) => one.source_handle),
  );
  const ports = portsOf(source, types.get(source.type)).map((one) => one.id);
  const port =
    wanted.after?.port ??
    (inner && block.parent === source.id ? innerPort(inner) : (ports.find((one) => !used.has(one)) ?? ports[0]));
  if (!port) return [];
  const edge = { id: newId(), source: source.id, target: block.id, source_handle: port };
  return refusal(withBlock(doc, block), edge, types) ? [] : [edge];
}

/** A free place to the right of a block, or below everything. */
function nextTo(doc: Document, id: string | undefined, parent: string | null): Point {
  const others = Object.values(doc.blocks).filter((one) => one.parent === parent);
  const before = id ? doc.blocks[id] : undefined;
  const from = before && before.parent === parent ? before : others.sort((a, b) => b.position.x - a.position.x)[0];
  if (!from) return parent ? { x: 80, y: HEADER + 60 } : { x: 0, y: 0 };
  const place = { x: from.position.x + sizeOf(from).width + 80, y: from.position.y };
  const taken = () =>
    others.some(
      (one) => Math.abs(one.position.x - place.x) < CARD.width && Math.abs(one.position.y - place.y) < CARD.height,
    );
  for (let tries = 0; taken() && tries < 50; tries++) place.y += CARD.height + 40;
  return place;
}

/** What some kinds of field cannot do without: the branches of a condition, the routes of a router. */
function firstValues(type: BlockFacts): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const field of type.form ?? []) {
    if (kindOf(field) === "conditions")
      values[field.name] = [
        { id: newId().slice(-8), title: "if", value: "" },
        { id: newId().slice(-8), title: "else", value: "" },
      ];
    if (kindOf(field) === "routes") values[field.name] = [{ id: newId().slice(-8), title: "Route 1", value: "" }];
  }
  return values;
}
