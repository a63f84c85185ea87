/** Looks for a text in names and in every field, and replaces it everywhere. */

import type { Document, Operation } from "../realtime/document";
import { lockOn } from "../realtime/graph";
import { madeOf } from "../realtime/merge";

/** A place that holds the text. */
export interface Hit {
  key: string;
  /** The block, where it lies in one. */
  block?: string;
  name: string;
  field: string;
  /** What stands before the first occurrence, the occurrence itself, and what follows. */
  words: readonly [string, string, string];
  /** How often the text occurs there. */
  times: number;
  /** Why it is left as it is, whatever is replaced. */
  stays?: "name" | "locked";
}

export interface Wish {
  text: string;
  /** Whether capitals count. */
  exact?: boolean;
}

interface Place {
  key: string;
  block?: string;
  name: string;
  field: string;
  value: unknown;
  stays?: Hit["stays"];
  write: (value: unknown) => Operation;
}

/** Facts of a container that are no text somebody wrote. */
const OWN = ["id", "kind", "loop_type", "parallel_type"];
const BEFORE = 24;
const AFTER = 60;

function places(doc: Document): Place[] {
  const found: Place[] = [];
  for (const block of Object.values(doc.blocks)) {
    const stays = lockOn(doc.blocks, block.id) ? "locked" : undefined;
    const about = { block: block.id, name: block.name };
    const never = (): Operation => ({ op: "block.update", items: [] });
    found.push({ ...about, key: `${block.id}#name`, field: "name", value: block.name, stays: "name", write: never });
    for (const [field, value] of Object.entries(block.values))
      found.push({
        ...about,
        ...{ key: `${block.id}.${field}`, field, value, stays },
        write: (fresh) => ({
          op: "value.update",
          items: [{ block_id: block.id, field, value: fresh, ...madeOf(value) }],
        }),
      });
    for (const [field, value] of Object.entries(doc.subflows[block.id] ?? {}))
      if (!OWN.includes(field))
        found.push({
          ...about,
          ...{ key: `${block.id}.${field}`, field, value, stays },
          write: (fresh) => ({ op: "subflow.update", id: block.id, set: { [field]: fresh } }),
        });
  }
  for (const one of Object.values(doc.variables))
    found.push({
      ...{ key: `variable.${one.id}`, name: one.name, field: "variable", value: one.value },
      write: (fresh) => ({ op: "variable.update", id: one.id, set: { value: fresh } }),
    });
  return found;
}

const textsOf = (value: unknown): string[] =>
  typeof value === "string"
    ? [value]
    : typeof value === "object" && value !== null
      ? Object.values(value).flatMap(textsOf)
      : [];

const pattern = ({ text, exact }: Wish) => new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), exact ? "g" : "gi");

export function found(doc: Document, wish: Wish): Hit[] {
  if (!wish.text) return [];
  return places(doc).flatMap(({ value, write: _, ...place }) => {
    const holding = textsOf(value).map((text) => ({ text, all: [...text.matchAll(pattern(wish))] }));
    const [first] = holding.filter((one) => one.all.length);
    const match = first?.all[0];
    if (!first || !match) return [];
    const end = match.index + match[0].length;
    const flat = (text: string) => text.replace(/\s+/g, " ");
    const from = Math.max(0, match.index - BEFORE);
    const words = [
      (from ? "…" : "") + flat(first.text.slice(from, match.index)),
      match[0],
      flat(first.text.slice(end, end + AFTER)),
    ] as const;
    return [{ ...place, words, times: holding.reduce((sum, one) => sum + one.all.length, 0) }];
  });
}

/** The operations that replace a text in these places; names stay, since references hang on them. */
export function replaced(doc: Document, wish: Wish, next: string, keys?: ReadonlySet<string>): Operation[] {
  if (!wish.text) return [];
  const swap = (value: unknown): unknown => {
    if (typeof value === "string") return value.replace(pattern(wish), () => next);
    if (Array.isArray(value)) return value.map(swap);
    if (typeof value === "object" && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, swap(one)]));
    return value;
  };
  return places(doc).flatMap((place) => {
    if (place.stays || (keys && !keys.has(place.key))) return [];
    const fresh = swap(place.value);
    return JSON.stringify(fresh) === JSON.stringify(place.value) ? [] : [place.write(fresh)];
  });
}
