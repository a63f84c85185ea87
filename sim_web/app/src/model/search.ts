/** Looks for a text in names and fields, and replaces it everywhere. */

import type { Document, Operation } from "../realtime/document";

export interface Hit {
  block: string;
  name: string;
  field: string;
  words: string;
}

const textsOf = (value: unknown): string[] =>
  typeof value === "string"
    ? [value]
    : typeof value === "object" && value !== null
      ? Object.values(value).flatMap(textsOf)
      : [];

export function found(doc: Document, text: string): Hit[] {
  if (!text) return [];
  const wanted = text.toLowerCase();
  return Object.values(doc.blocks).flatMap((block) => {
    const fields: [string, unknown][] = [["name", block.name], ...Object.entries(block.values)];
    return fields.flatMap(([field, value]) => {
      const hit = textsOf(value).find((one) => one.toLowerCase().includes(wanted));
      const at = hit ? Math.max(0, hit.toLowerCase().indexOf(wanted) - 20) : 0;
      return hit === undefined
        ? []
        : [{ block: block.id, name: block.name, field, words: hit.slice(at, at + 80).replace(/\s+/g, " ") }];
    });
  });
}

/** The operations that replace a text in the fields; names stay, since references hang on them. */
export function replaced(doc: Document, text: string, next: string): Operation[] {
  if (!text) return [];
  const pattern = new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), "gi");
  const swap = (value: unknown): unknown => {
    if (typeof value === "string") return value.replace(pattern, () => next);
    if (Array.isArray(value)) return value.map(swap);
    if (typeof value === "object" && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, swap(one)]));
    return value;
  };
  const items = Object.values(doc.blocks)
    .filter((block) => !block.locked)
    .flatMap((block) =>
      Object.entries(block.values).flatMap(([field, value]) => {
        const fresh = swap(value);
        return JSON.stringify(fresh) === JSON.stringify(value) ? [] : [{ block_id: block.id, field, value: fresh }];
      }),
    );
  return items.length ? [{ op: "value.update", items }] : [];
}
