/** Names of blocks as references know them. */

import type { Document } from "../realtime/document";

export const normalise = (name: string) => name.toLowerCase().split(/\s+/).join("").replaceAll(".", "");
export const baseType = (type: string) => type.split("@")[0] ?? type;

/** A name that nobody has yet: `Agent`, then `Agent 2`. */
export function freeName(doc: Document, wanted: string, taken: Iterable<string> = []): string {
  const used = new Set([
    ...Object.values(doc.blocks).map((one) => normalise(one.name)),
    ...[...taken].map(normalise),
    "loop",
    "parallel",
    "variable",
  ]);
  const stem = wanted.replace(/ \d+$/, "");
  for (let at = 1; ; at++) {
    const name = at === 1 && !["loop", "parallel", "variable"].includes(normalise(stem)) ? stem : `${stem} ${at}`;
    if (!used.has(normalise(name))) return name;
  }
}
