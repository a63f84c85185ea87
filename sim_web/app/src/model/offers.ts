/** What a reference in a block can name: outputs of what comes before it, variables, secrets. */

import type { BlockFacts, OutputField } from "../api/schema";
import type { Block, Document } from "../realtime/document";
import { isShown, valuesOf } from "./forms";
import { normalise } from "./names";
import { containerOf, isEntry, isNote } from "./ports";

export interface Offer {
  /** As it is written, without the brackets. */
  path: string;
  type: string;
  doc?: string;
}
export interface Source {
  id: string;
  name: string;
  type?: BlockFacts;
  offers: Offer[];
}

/** Ids of the blocks that come before a block, nearest first. */
export function upstream(doc: Document, id: string): string[] {
  const found = new Set<string>();
  const waiting = [id];
  for (let parent = doc.blocks[id]?.parent; parent; parent = doc.blocks[parent]?.parent) waiting.push(parent);
  const into = grouped(doc);
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    for (const edge of into.get(next) ?? []) {
      if (found.has(edge.source) || edge.source === id || !doc.blocks[edge.source]) continue;
      if (isAround(doc, edge.source, id)) continue;
      found.add(edge.source);
      waiting.push(edge.source);
    }
  }
  return [...found];
}

function grouped(doc: Document) {
  const found = new Map<string, Document["edges"][string][]>();
  for (const edge of Object.values(doc.edges)) found.set(edge.target, [...(found.get(edge.target) ?? []), edge]);
  return found;
}

const isAround = (doc: Document, container: string, id: string): boolean => {
  const parent = doc.blocks[id]?.parent;
  return Boolean(parent) && (parent === container || isAround(doc, container, parent as string));
};

export function sources(doc: Document, id: string, types: Map<string, BlockFacts>): Source[] {
  const found: Source[] = [];
  for (const source of upstream(doc, id)) {
    const block = doc.blocks[source];
    if (!block || isNote(block)) continue;
    const type = types.get(block.type);
    found.push({ id: source, name: block.name, type, offers: offersOf(doc, block, type) });
  }
  const around = surroundings(doc, id);
  if (around) found.unshift(around);
  const variables = Object.values(doc.variables).map((one) => ({
    path: `variable.${normalise(one.name)}`,
    type: one.type,
  }));
  if (variables.length) found.push({ id: "variables", name: "Variables", offers: variables });
  return found;
}

function surroundings(doc: Document, id: string): Source | undefined {
  const parent = doc.blocks[doc.blocks[id]?.parent ?? ""];
  const kind = parent && containerOf(parent);
  if (!parent || !kind) return undefined;
  const offers = [
    { path: `${kind}.index`, type: "integer", doc: "Which round, from 0." },
    { path: `${kind}.current_item`, type: "any", doc: "The item of this round." },
    { path: `${kind}.items`, type: "array", doc: "All items." },
  ];
  return { id: parent.id, name: parent.name, offers };
}

export function offersOf(doc: Document, block: Block, type: BlockFacts | undefined): Offer[] {
  const head = normalise(block.name);
  const values = valuesOf(doc, block);
  const offers: Offer[] = [];
  if (isEntry(block, type)) {
    const rows = Array.isArray(values.input_format)
      ? (values.input_format as { name?: string; type?: string; description?: string }[])
      : [];
    for (const row of rows)
      if (row.name)
        offers.push({ path: `${head}.${row.name}`, type: row.type ?? "any", doc: row.description ?? undefined });
    offers.push({ path: `${head}.input`, type: "any", doc: "Everything it was given." });
  }
  const walk = (fields: readonly OutputField[], at: string, depth: number) => {
    for (const field of fields) {
      if (!isShown(field as never, values, type?.form ?? [])) continue;
      const path = `${at}.${field.name}`;
      if (!offers.some((one) => one.path === path)) offers.push({ path, type: field.type ?? "any", doc: field.doc });
      if (field.fields?.length && depth < 3)
        walk(field.fields, field.type === "array" ? `${path}[0]` : path, depth + 1);
    }
  };
  walk(type?.outputs ?? [], head, 0);
  if (!offers.length) offers.push({ path: head, type: "any", doc: "What it hands on." });
  return offers;
}

/** Whether the head of a reference names something that stands before the block. */
export function isKnown(path: string, offered: readonly Source[]): boolean {
  const head = normalise(path.split(/[.[]/)[0] ?? "");
  return (
    ["loop", "parallel", "variable"].includes(head) ||
    offered.some((one) => one.offers.some((offer) => normalise(offer.path.split(/[.[]/)[0] ?? "") === head))
  );
}
